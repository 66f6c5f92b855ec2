"""The one clock of the emulated system as tests hold it."""

from typing import TYPE_CHECKING

from smart_metering.instants import DAY_MS, Instant, format_instant
from smets.moments import moment
from smets.pytest_plugin.words import Duration, Moment, instant_of, milliseconds_of

if TYPE_CHECKING:
    from smets.pytest_plugin.stage import Stage


class TestClock:
    """Stepped time is moved; time that runs, on a system of `--smets-state`, is waited for."""

    __test__ = False  # no class of tests, though it is called so

    def __init__(self, stage: "Stage") -> None:
        self._stage = stage

    @property
    def now(self) -> Instant:
        """Milliseconds since 1970, of emulated time."""
        return self._stage(self._stage.system.clock.now()).now

    @property
    def text(self) -> str:
        """The same as DUIS writes it."""
        return format_instant(self.now)

    def advance(self, by: Duration) -> Instant:
        """All that is due until then happens; 0: all that is due now. Raises InvalidDuration and Refused."""
        __tracebackhide__ = True
        self._stage(self._stage.system.clock.pass_time(milliseconds_of(by)))
        return self.now

    def advance_to(self, to: Moment) -> Instant:
        """Up to an instant that is not past: `2021-11-05T02:00:00Z`, a day, `+2h`; or a datetime with its zone."""
        __tracebackhide__ = True
        now = self.now
        end = moment(to, now) if isinstance(to, str) else instant_of(to)
        if end < now:
            raise ValueError(
                f"advance_to {format_instant(end)}: it is {format_instant(now)}, and time never goes back"
            )
        return self.advance(end - now)

    def next_event(self, times: int = 1, *, within: Duration = DAY_MS) -> Instant:
        """To the next event, `times` over, each no further than `within`."""
        __tracebackhide__ = True
        for _ in range(times):
            end = Instant(self.now + milliseconds_of(within))
            self._stage(self._stage.system.clock.run_to_next_event(end))
        return self.now

    def __repr__(self) -> str:
        return f"<clock {self.text}>"
