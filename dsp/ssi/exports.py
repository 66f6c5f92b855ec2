"""Tables as files: CSV that no spreadsheet takes for a formula, and JSON."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from starlette.responses import Response

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")
TEXT = "'"
"""Before it, a spreadsheet takes whatever follows for text."""


def safe_cell(value: object) -> str:
    """A value as CSV has it: what a spreadsheet could take for a formula is marked as text. Numbers are numbers."""
    text = "" if value is None else str(value)
    is_number = isinstance(value, int | float)
    return f"{TEXT}{text}" if text.startswith(FORMULAS) and not is_number else text


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A download."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return _download(f"{name}.csv", "text/csv; charset=utf-8", written.getvalue().encode("utf-8"))


def json_file(name: str, content: Mapping[str, object]) -> Response:
    """A download."""
    octets = msgspec.json.format(msgspec.json.encode(content), indent=1)
    return _download(f"{name}.json", "application/json", octets)


def _download(name: str, media_type: str, octets: bytes) -> Response:
    """`name` is of our making: no character of it means anything in a header."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(octets, media_type=media_type, headers=headers)
