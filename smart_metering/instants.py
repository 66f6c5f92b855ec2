"""Points in time, kept as whole milliseconds and written as DUIS writes them.

An instant that is given without a zone is refused: nothing says which instant is meant.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import NewType

Instant = NewType("Instant", int)
"""Milliseconds since 1970-01-01T00:00:00Z."""

SECOND_MS = 1000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
)


class InvalidInstant(ValueError):
    """Text that names no instant."""


def format_instant(instant: Instant) -> str:
    """Writes UTC with milliseconds: `2025-11-21T02:00:00.000Z`. Years 1 to 9999."""
    moment = _EPOCH + timedelta(milliseconds=instant)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_instant(text: str) -> Instant:
    """Reads an xs:dateTime with zone; what is finer than a millisecond is cut off. Raises InvalidInstant."""
    if _DATE_TIME.fullmatch(text) is None:
        raise InvalidInstant(f"date-time {text!r}: expected a form like '2025-11-21T02:00:00.000Z'")
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInstant(f"date-time {text!r}: {error}; expected a date of the calendar") from None
    return Instant((moment - _EPOCH) // timedelta(milliseconds=1))


LAST_INSTANT = parse_instant("9999-12-31T23:59:59.999Z")
"""No later time can be written as text."""

CANCELLATION = parse_instant("3000-12-31T00:00:00Z")
"""The execution date and time by which a User cancels a future-dated Service Request."""
