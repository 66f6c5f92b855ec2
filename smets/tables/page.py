"""The page: tables as Markdown, each under a title and a sentence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

COMMAND = "python -m smets.tables"

INTRODUCTION = f"""# The tables

Every rule of the emulator is a row with a source and a mark, and this page shows them all. `{COMMAND}` writes
it from the rows themselves: change a row, not this page.

| Mark | How sure the row is |
|---|---|
| C | certain: read in a report, a schema or a reference vector |
| L | likely: inferred from certain facts, or described at second hand |
| W | weak: recollected; no source could be opened |
| U | unknown: the public sources are silent |
| R | no fact of the domain: what this emulator chose |
"""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under their columns, after a drawing in Mermaid if there is one."""

    title: str
    sentence: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    drawing: str = ""


def render(tables: Iterable[Table]) -> str:
    """The whole page."""
    return "\n".join((INTRODUCTION, *map(_render_table, tables)))


def _render_table(table: Table) -> str:
    assert all(len(cells) == len(table.columns) for cells in table.rows), table.title
    drawing = ("```mermaid", table.drawing, "```", "") if table.drawing else ()
    rows = render_rows(table.columns, table.rows)
    return "\n".join((f"## {table.title}", "", table.sentence, "", *drawing, rows, ""))


def render_rows(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Without a title."""
    return "\n".join(map(_render_row, (columns, ("---",) * len(columns), *rows)))


def _render_row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
