"""What waits for its time: one heap for all Devices, ordered by (Instant, Device, sequence).

A line is not removed when its event moves or is cancelled; whoever takes it looks whether it still holds.
"""

from enum import IntEnum
from heapq import heappop, heappush
from typing import NamedTuple

from smart_metering.identifiers import Eui
from smart_metering.instants import Instant


class Kind(IntEnum):
    ACTIVATION = 0  # a future-dated CS06
    TRANSFER = 1  # a file is at its Device
    ARRIVAL = 2  # the air lets a message go
    REPLACEMENT = 3  # a future-dated CS02b
    JOIN = 4  # a Device joins its HAN


class Line(NamedTuple):
    """An event of `kind`; `sequence` finds its record, and is 0 where the Device's own state holds it."""

    due: Instant
    device: Eui
    sequence: int
    kind: Kind


class Agenda:
    """Derived from the books; sequences rise, so that equal times keep their order."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._sequence = 0

    def next_sequence(self) -> int:
        """A number above all that are in use."""
        self._sequence += 1
        return self._sequence

    def put(self, line: Line) -> None:
        """Adds a line, and takes notice of its sequence."""
        self._sequence = max(self._sequence, line.sequence)
        heappush(self._lines, line)

    def first(self) -> Line | None:
        return self._lines[0] if self._lines else None

    def pop(self) -> Line:
        return heappop(self._lines)
