"""What a command shows: text and tables for people, or one JSON value. What help does not need is imported late."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import is_dataclass

PLAIN = (bytes,)
WIDTH_OF_TABLES = 10_000  # what is too wide for a terminal, the terminal wraps


class Screen:
    """With `json_output`, text is for nobody and is not written; without, data is not."""

    def __init__(self, *, json_output: bool) -> None:
        from rich.console import Console

        self.json_output = json_output
        self._console = Console(highlight=False)
        self._wide = Console(highlight=False, width=WIDTH_OF_TABLES)
        self._errors = Console(stderr=True, highlight=False)

    def say(self, *parts: str | tuple[str, str]) -> None:
        """A line of text; a part may be (text, style)."""
        from rich.text import Text

        if not self.json_output:
            self._console.print(Text.assemble(*parts), soft_wrap=True)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str = "") -> None:
        """Rows of text under their headings; never cut, however narrow the terminal is.

        `empty` is what is said, behind `none: `, where there are no rows.
        """
        from rich.table import Table
        from rich.text import Text

        if self.json_output:
            return
        rows = list(rows)
        if empty and not rows:
            self.say(f"none: {empty}")
            return
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in columns:
            table.add_column(column, no_wrap=True)
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self._wide.print(table, soft_wrap=True)

    def data(self, value: object) -> None:
        """The whole answer, as one JSON value."""
        if self.json_output:
            self._console.print(json.dumps(as_data(value)), soft_wrap=True, markup=False)

    def error(self, text: str, code: int) -> None:
        """On stderr, in JSON too if that was asked for."""
        from rich.text import Text

        if self.json_output:
            self._errors.print(json.dumps({"error": text, "exit": code}), soft_wrap=True, markup=False)
        else:
            self._errors.print(Text(f"smets: {text}"), soft_wrap=True)


def as_data(value: object) -> object:
    """Records as mappings with their tags, enums by value, octets in hex, instants in milliseconds."""
    import msgspec

    if isinstance(value, dict):
        return {str(key): as_data(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_data(item) for item in value]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, msgspec.Struct) or (is_dataclass(value) and not isinstance(value, type)):
        return as_data(msgspec.to_builtins(value, builtin_types=PLAIN, enc_hook=str))
    return value if value is None or isinstance(value, str | int | float) else str(value)
