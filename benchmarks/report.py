"""Figures as a table for people: the median of all rounds, the spread, and the part of the raw echo's rate."""

import statistics
from collections.abc import Mapping, Sequence

ECHO = "echo stream messages /s"  # the nearest raw thing to the batched streams


def print_report(
    machine: Mapping[str, str], once: Mapping[str, float], rounds: Sequence[Mapping[str, float]]
) -> None:
    """The machine, what was measured once, what was measured in each round."""
    print(", ".join(f"{name} {value}" for name, value in machine.items()), end="\n\n")
    width = max(map(len, [*once, *rounds[0]]))
    print(f"{'once':<{width}}  {'':>10}")
    for name, value in once.items():
        print(f"{name:<{width}}  {shown(value):>10}")
    print(f"\n{'each round':<{width}}  {'median':>10}  {'min':>10}  {'max':>10}  {'of echo':>8}")
    for name in rounds[0]:
        values = [figures[name] for figures in rounds]
        ratios = [figures[name] / figures[ECHO] for figures in rounds]
        columns = [statistics.median(values), min(values), max(values)]
        ratio = f"{statistics.median(ratios):.3f}" if name.endswith("/s") else ""
        print(f"{name:<{width}}  {'  '.join(f'{shown(value):>10}' for value in columns)}  {ratio:>8}")


def shown(value: float) -> str:
    """Three digits that say something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
