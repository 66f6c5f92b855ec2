"""A decision names the row that made it, the document the row follows, and how sure that document makes us."""

from smart_metering.marks import Mark
from smart_metering.records import Record


class Decision(Record, frozen=True, kw_only=True):
    """`code` is a response code or a short verdict; `row` is the table and row that decided."""

    code: str
    row: str
    source: str
    mark: Mark
