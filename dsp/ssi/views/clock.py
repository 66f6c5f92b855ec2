"""The one clock as a page shows it, and the steps that it can take."""

from dataclasses import dataclass

from dsp.runtime.timekeeper import ClockState
from smart_metering.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Instant

STEPS = {"1s": SECOND_MS, "1m": MINUTE_MS, "1h": HOUR_MS, "1d": DAY_MS}
STEP_NAMES = {"1s": "1 second", "1m": "1 minute", "1h": "1 hour", "1d": "1 day"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockView:
    """`deadline` is when the DSP itself has something to do next; emulators may before."""

    now: Instant
    is_stepped: bool
    rate: str
    hosts: int
    drift: str
    deadline: Instant | None


def clock_view(clock: ClockState, deadline: Instant | None) -> ClockView:
    """As it is now."""
    return ClockView(
        now=clock.now,
        is_stepped=clock.rate == 0,
        rate=f"{clock.rate:g}",
        hosts=clock.hosts,
        drift=f"{clock.drift / SECOND_MS:+.3f} s",
        deadline=deadline,
    )
