"""Writes what the documents say of rules and scenarios, or with --check says whether it is what they are."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from smets.scenarios.schema import schema_text
from smets.tables.contents import contents
from smets.tables.page import COMMAND, render
from smets.tables.scenario_tables import with_parts

DOCS = Path(__file__).resolve().parents[2] / "docs"

PAGES: dict[str, Callable[[str], str]] = {
    "tables.md": lambda _: render(contents()),
    "scenario.schema.json": lambda _: schema_text(),
    "scenarios.md": with_parts,
}
"""Each from what stands there."""


def main(arguments: Sequence[str], docs: Path = DOCS) -> int:
    """Writes the pages in `docs`; with `--check` only compares them (1: one differs)."""
    if list(arguments) not in ([], ["--check"]):
        sys.stderr.write(f"usage: {COMMAND} [--check]\n")
        return 2
    different = 0
    for name, write in PAGES.items():
        place = docs / name
        found = place.read_text("utf-8") if place.exists() else None
        written = write(found or "")
        if not arguments:
            place.write_text(written, "utf-8")
        elif found != written:
            different = 1
            sys.stderr.write(f"{name} is not what the rows say; write it again: {COMMAND}\n")
    return different


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
