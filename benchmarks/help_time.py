"""How long help takes to come: `python -m benchmarks.help_time [--runs N] [--json]`.

Each command is a process of its own, as in a shell; the rounds are interleaved, so that all meet the same weather. A
bare `python -c pass` is measured among them: what a figure is beyond it is ours. One run of each goes before, which
fills the caches of the disk and writes byte code.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from smets.cli.__main__ import GROUPS

MOST_RUNS = 200
BARE = "python -c pass"
MILLISECONDS = 1000.0


def main() -> None:
    """Prints a table, or JSON."""
    arguments = _arguments()
    nouns = [[name, "--help"] for name in ("up", "send", "status", "doctor", *GROUPS)]
    commands = {
        BARE: ("-c", "pass"),
        "smets --help": ("-m", "smets.cli", "--help"),
        **{f"smets {' '.join(words)}": ("-m", "smets.cli", *words) for words in nouns},
    }
    taken = _measure(commands, arguments.runs)
    bare = statistics.median(taken[BARE])
    rows = [
        {
            "command": name,
            "median_ms": round(statistics.median(times) * MILLISECONDS, 1),
            "least_ms": round(min(times) * MILLISECONDS, 1),
            "times_bare": round(statistics.median(times) / bare, 2),
        }
        for name, times in taken.items()
    ]
    if arguments.json:
        print(json.dumps({"runs": arguments.runs, "commands": rows}))
        return
    print(f"{'command':26} {'median':>9} {'least':>9}   times '{BARE}'   ({arguments.runs} runs each)")
    for row in rows:
        print(
            f"{row['command']:26} {row['median_ms']:>6} ms {row['least_ms']:>6} ms   {row['times_bare']:>5}"
        )


def _measure(commands: Mapping[str, Sequence[str]], runs: int) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, words in commands.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, *words], stdout=subprocess.DEVNULL, check=True)
            if number:
                taken[name].append(time.perf_counter() - began)
    return taken


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.help_time", description=__doc__)
    parser.add_argument("--runs", type=int, default=15, help=f"1 to {MOST_RUNS}; 15 unless given")
    parser.add_argument("--json", action="store_true", help="for a program to read")
    arguments = parser.parse_args()
    if not 1 <= arguments.runs <= MOST_RUNS:
        parser.error(f"--runs {arguments.runs}: expected 1 to {MOST_RUNS}")
    return arguments


if __name__ == "__main__":
    main()
