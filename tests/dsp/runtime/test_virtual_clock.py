"""The virtual clock: stands still, steps, runs, and never goes back."""

import math

import pytest

from dsp.runtime.clock import ClockRefusal, VirtualClock, checked_target
from smart_metering.instants import CANCELLATION, Instant

START = Instant(1_000_000)


class RealTime:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_stepped_clock_stands_still_until_it_is_moved() -> None:
    real = RealTime()
    clock = VirtualClock(START, seconds=real)
    real.seconds = 100

    assert clock.now() == START
    clock.move_to(Instant(START + 5))
    assert clock.now() == START + 5


def test_a_running_clock_runs_at_its_rate_from_where_it_was() -> None:
    real = RealTime()
    clock = VirtualClock(START, rate=60, seconds=real)
    real.seconds = 2
    clock.run_at(1)
    real.seconds = 3
    clock.run_at(0)
    real.seconds = 99

    assert clock.now() == START + 2 * 60_000 + 1_000


def test_a_running_clock_knows_how_long_to_wait() -> None:
    real = RealTime()
    clock = VirtualClock(START, rate=10, seconds=real)
    real.seconds = 1

    assert clock.seconds_until(Instant(START + 30_000)) == pytest.approx(2)
    assert clock.seconds_until(START) == 0


def test_a_clock_is_not_moved_back() -> None:
    clock = VirtualClock(START)

    with pytest.raises(AssertionError):
        clock.move_to(Instant(START - 1))


@pytest.mark.parametrize("rate", [-1, math.nan, math.inf, 2e6])
def test_a_rate_that_no_clock_can_keep_is_refused(rate: float) -> None:
    with pytest.raises(ClockRefusal, match="expected 0"):
        VirtualClock(START).run_at(rate)


@pytest.mark.parametrize("at", [-1, CANCELLATION])
def test_a_time_that_no_date_may_name_is_refused(at: int) -> None:
    with pytest.raises(ClockRefusal, match="expected milliseconds"):
        checked_target(at)
