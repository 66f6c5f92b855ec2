"""The timetable: what is due when, in the order of (Instant, Device, sequence). Derived, never stored."""

import heapq
from enum import StrEnum

from smart_metering.instants import Instant


class Due(StrEnum):
    """What a line of the timetable is about; its key is that of the record in the book."""

    OUTSTANDING = "outstanding"
    DISTRIBUTION = "distribution"
    SCHEDULE = "schedule"
    ALERT_STORM = "alert storm"
    PENDING = "pending Device"


class Timetable:
    """A heap of lines. A line whose record is gone or is now due at another time is skipped by who reads it."""

    def __init__(self) -> None:
        self._lines: list[tuple[Instant, str, int, Due, str]] = []
        self._sequence = 0

    def put(self, at: Instant, device: str, kind: Due, key: str) -> None:
        """Notes that the record `key` of `kind` is due at `at`."""
        self._sequence += 1
        heapq.heappush(self._lines, (at, device, self._sequence, kind, key))

    def next(self) -> tuple[Instant, Due, str] | None:
        """The first line, left where it is."""
        if not self._lines:
            return None
        at, _, _, kind, key = self._lines[0]
        return at, kind, key

    def pop(self) -> None:
        """Strikes the first line out."""
        heapq.heappop(self._lines)
