"""The machine's clock, by which sessions end: the emulated one may stand still for days, or run a month in a second."""

import time
from collections.abc import Callable

from smart_metering.instants import SECOND_MS, Instant

WallClock = Callable[[], Instant]


def wall_clock() -> Instant:
    """Now, in the world of those who call."""
    return Instant(int(time.time() * SECOND_MS))
