"""Writes docs/tables.md, or with --check says whether it is what the rows say."""

import sys
from collections.abc import Sequence
from pathlib import Path

from smets.tables.contents import contents
from smets.tables.page import COMMAND, render

PLACE = Path(__file__).resolve().parents[2] / "docs" / "tables.md"


def main(arguments: Sequence[str], place: Path = PLACE) -> int:
    """Writes `place`; with `--check` only compares it (1: it differs)."""
    if list(arguments) not in ([], ["--check"]):
        sys.stderr.write(f"usage: {COMMAND} [--check]\n")
        return 2
    written = render(contents())
    if not arguments:
        place.write_text(written, "utf-8")
        return 0
    if place.exists() and place.read_text("utf-8") == written:
        return 0
    sys.stderr.write(f"{place.name} is not what the rows say; write it again: {COMMAND}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
