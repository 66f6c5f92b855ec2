"""The DSP's time as this host follows it: it stands still between updates (rate 0), or runs on from the last one."""

import time
from collections.abc import Callable

from smart_metering.instants import SECOND_MS, Instant


class FollowedClock:
    """Never goes back. `seconds` is real time; only its differences count."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._base = Instant(0)
        self._rate = 0.0
        self._since = seconds()

    @property
    def rate(self) -> float:
        """Emulated time per real time; 0: stepped."""
        return self._rate

    @property
    def is_stepped(self) -> bool:
        """Time stands still until the DSP moves it."""
        return self._rate == 0

    def now(self) -> Instant:
        """The present time; 0 before the DSP has told it."""
        passed_ms = (self._seconds() - self._since) * SECOND_MS * self._rate
        return Instant(self._base + int(passed_ms))

    def follow(self, now: Instant, rate: float) -> None:
        """What the DSP says the time is, and how fast it runs."""
        self._base = max(self.now(), now)
        self._since = self._seconds()
        self._rate = rate

    def reach(self, now: Instant) -> Instant:
        """A frame comes from `now`: it is at least that late. Answers the present time."""
        present = self.now()
        if now > present:
            self.follow(now, self._rate)
            return now
        return present

    def seconds_until(self, at: Instant) -> float:
        """Real seconds until `at`, of a clock that runs."""
        assert not self.is_stepped
        return max(0.0, (at - self.now()) / SECOND_MS / self._rate)
