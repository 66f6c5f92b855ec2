"""The DSP's time as a host follows it."""

from device_emulator.runtime.clock import FollowedClock
from smart_metering.instants import Instant


class Seconds:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_stepped_time_stands_still() -> None:
    seconds = Seconds()
    clock = FollowedClock(seconds)
    clock.follow(Instant(1_000), 0.0)

    seconds.now = 60.0

    assert clock.is_stepped
    assert clock.now() == 1_000


def test_running_time_runs_on_at_its_rate() -> None:
    seconds = Seconds()
    clock = FollowedClock(seconds)
    clock.follow(Instant(1_000), 10.0)

    seconds.now = 2.0

    assert not clock.is_stepped
    assert clock.now() == 21_000
    assert clock.seconds_until(Instant(41_000)) == 2.0
    assert clock.seconds_until(Instant(0)) == 0.0


def test_time_never_goes_back() -> None:
    seconds = Seconds()
    clock = FollowedClock(seconds)
    clock.follow(Instant(5_000), 0.0)

    clock.follow(Instant(1_000), 0.0)

    assert clock.now() == 5_000
    assert clock.reach(Instant(2_000)) == 5_000
    assert clock.reach(Instant(7_000)) == 7_000
    assert clock.now() == 7_000
