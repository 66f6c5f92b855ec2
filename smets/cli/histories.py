"""The status history of a Device as rows of a table."""

from collections.abc import Iterable, Iterator

from smart_metering.instants import format_instant
from smets.client.records import StatusHistoryEntry

HISTORY_COLUMNS = ("at", "SMI Status", "cause", "RequestID")


def history_rows(entries: Iterable[StatusHistoryEntry]) -> Iterator[tuple[str, str, str, str]]:
    """When, to which SMI Status, why, and by which request, if one led to it."""
    return ((format_instant(row.at), row.status or "none", row.cause, row.request_id) for row in entries)
