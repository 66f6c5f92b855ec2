"""Virtual time: it stands still until it is moved (rate 0), or runs `rate` times as fast as real time."""

import math
import time
from collections.abc import Callable

from smart_metering.instants import CANCELLATION, SECOND_MS, Instant

FASTEST = 1_000_000.0


class ClockRefusal(ValueError):
    """What was asked of the clock cannot be: the text says why."""


class ClockIsRunning(ClockRefusal):
    """Only a clock that stands still can be moved."""


class VirtualClock:
    """Never goes back. `seconds` is real time; only its differences count. `wall` is what the machine calls the time:
    it is set right now and then, and goes on while the machine sleeps; the clock does neither."""

    def __init__(
        self,
        now: Instant,
        *,
        rate: float = 0.0,
        seconds: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._base = now
        self._rate = checked_rate(rate)
        self._seconds = seconds
        self._since = seconds()
        self._wall = wall
        self._wall_since = wall()

    @property
    def rate(self) -> float:
        """Emulated time per real time; 0: stepped."""
        return self._rate

    @property
    def is_stepped(self) -> bool:
        """Time stands still until it is moved."""
        return self._rate == 0

    def now(self) -> Instant:
        """The present time."""
        if self._rate == 0:
            return self._base
        passed_ms = (self._seconds() - self._since) * SECOND_MS * self._rate
        return Instant(self._base + int(passed_ms))

    def move_to(self, now: Instant) -> None:
        """Steps forward."""
        assert self.is_stepped, self._rate
        assert now >= self._base, (now, self._base)
        self._base = now

    def run_at(self, rate: float) -> None:
        """From now on time passes at this rate."""
        rate = checked_rate(rate)
        self._base = self.now()
        self._since = self._seconds()
        self._wall_since = self._wall()
        self._rate = rate

    def drift_seconds(self) -> float:
        """Emulated seconds that passed at this rate, less those that the machine's own time would have given."""
        if self.is_stepped:
            return 0.0
        passed = (self.now() - self._base) / SECOND_MS
        return passed - (self._wall() - self._wall_since) * self._rate

    def seconds_until(self, at: Instant) -> float:
        """Real seconds until `at`, of a clock that runs."""
        assert not self.is_stepped
        return max(0.0, (at - self.now()) / SECOND_MS / self._rate)


def checked_rate(rate: float) -> float:
    """Raises ClockRefusal."""
    if math.isfinite(rate) and 0 <= rate <= FASTEST:
        return rate
    raise ClockRefusal(f"rate {rate}: expected 0 (stepped), 1 (real) or more, at most {FASTEST:.0f}")


def checked_target(at: int) -> Instant:
    """A time that the clock may be moved to; raises ClockRefusal."""
    if 0 <= at < CANCELLATION:
        return Instant(at)
    raise ClockRefusal(f"time {at}: expected milliseconds since 1970, before the year 3000")
