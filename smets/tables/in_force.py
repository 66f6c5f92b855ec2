"""Under which modifications something holds, in words: it is tried under every choice of them."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import product

from dsp.rules.boxes import Box, boxes
from dsp.rules.differences import Row
from dsp.rules.releases import MODIFICATIONS, rules_with
from dsp.rules.rule_set import RuleSet

ALWAYS = "always"

Switched = tuple[bool, ...]
"""Which of the modifications are in force, in their order."""


@cache
def rule_books(modifications: tuple[str, ...] = tuple(MODIFICATIONS)) -> dict[Switched, RuleSet]:
    """One for each way to put these modifications on or off, none first; all others are off."""
    ways = product((False, True), repeat=len(modifications))
    return {
        way: rules_with(name for name, is_on in zip(modifications, way, strict=True) if is_on) for way in ways
    }


def condition(box: Box, modifications: Sequence[str] = tuple(MODIFICATIONS)) -> str:
    """`always`, `with SECMP0105`, `with SECMP0007, without SECMP0105`: of a box with a dimension per modification."""
    named = list(zip(modifications, box, strict=True))
    on = " and ".join(name for name, ways in named if ways == {True})
    off = " and ".join(name for name, ways in named if ways == {False})
    parts = [f"with {on}" if on else "", f"without {off}" if off else ""]
    return ", ".join(filter(None, parts)) or ALWAYS


def in_force(rows_of: Callable[[RuleSet], Iterable[Row]]) -> list[tuple[str, Row]]:
    """Each row that stands under any choice of modifications, and under which."""
    held: dict[Row, list[Switched]] = {}
    for way, rules in rule_books().items():
        for row in rows_of(rules):
            held.setdefault(row, []).append(way)
    return [(" or ".join(map(condition, boxes(ways))), row) for row, ways in held.items()]
