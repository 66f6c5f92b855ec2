"""Moves the one clock: the DSP and every attached host pass each instant together, in order, before the next begins.

Time is stepped from event to event. At each instant the hosts that have something to do are given a barrier and the
engine its deadline, until neither side has sent anything more; what a Device answers in time thus counts before the
deadline that it meets.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from dsp.runtime.clock import ClockIsRunning, ClockRefusal, checked_rate, checked_target
from dsp.runtime.hosts import ClockUpdate, Host
from dsp.runtime.runtime import Runtime
from smart_metering.instants import SECOND_MS, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockState:
    """`hosts` are attached; `event`: one happened (run_to_next_event).

    `drift`: of time that runs, emulated milliseconds by which it is ahead of the machine's own time, or behind it.
    """

    now: Instant
    rate: float
    hosts: int
    event: bool = False
    drift: int = 0


class Timekeeping(Protocol):
    """Whoever moves the one clock. Raises ClockRefusal."""

    def state(self) -> ClockState: ...

    async def advance(self, by: int) -> ClockState: ...

    async def run_to_next_event(self, until: int) -> ClockState: ...

    async def set_rate(self, rate: float) -> ClockState: ...


class Timekeeper:
    """One at a time moves the clock; a caller that gives up leaves it at an instant that is whole."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._clock = runtime.clock
        self._turn = asyncio.Lock()
        self._barrier = 0

    def state(self, *, event: bool = False) -> ClockState:
        """The present time and rate."""
        return ClockState(
            now=self._clock.now(),
            rate=self._clock.rate,
            hosts=len(self._runtime.hosts),
            event=event,
            drift=round(self._clock.drift_seconds() * SECOND_MS),
        )

    def update(self) -> ClockUpdate:
        """What a host is told of the time, under a barrier of its own."""
        self._barrier += 1
        return ClockUpdate(barrier=self._barrier, now=self._clock.now(), rate=self._clock.rate)

    async def advance(self, by: int) -> ClockState:
        """Moves by so many milliseconds. Raises ClockRefusal."""
        if by < 0:
            raise ClockRefusal(f"advance by {by}: time never goes back, expected 0 or more milliseconds")
        async with self._turn:
            self._require_stepped()
            target = checked_target(self._clock.now() + by)
            await self._settle()
            while (event := self._next_event()) is not None and event <= target:
                self._clock.move_to(event)
                await self._settle()
            await self._arrive(target)
            return self.state()

    async def run_to_next_event(self, until: int) -> ClockState:
        """Moves to the next event, or to `until` if there is none before. Raises ClockRefusal."""
        async with self._turn:
            self._require_stepped()
            target = max(checked_target(until), self._clock.now())
            await self._settle()
            event = self._next_event()
            is_event = event is not None and event <= target
            await self._arrive(event if event is not None and is_event else target)
            return self.state(event=is_event)

    async def set_rate(self, rate: float) -> ClockState:
        """From now on time passes at this rate. Raises ClockRefusal."""
        async with self._turn:
            self._clock.run_at(checked_rate(rate))
            self._runtime.expire()
            await self._pass_barrier(self._runtime.hosts)
            if self._clock.is_stepped:
                await self._settle()
            await self._runtime.flush()
            return self.state()

    async def _arrive(self, at: Instant) -> None:
        """Moves to `at`, where every host is told, and lets everything that is due there happen."""
        self._clock.move_to(at)
        await self._pass_barrier(self._runtime.hosts)
        await self._settle()

    async def _settle(self) -> None:
        """Returns once nothing more happens at this instant, on either side, and what happened is durable."""
        now = self._clock.now()
        while True:
            await self._runtime.flush()
            busy = [
                host for host in self._runtime.hosts if host.owes_barrier or _is_due(host.next_event, now)
            ]
            if busy:
                await self._pass_barrier(busy)
            elif _is_due(self._runtime.engine.next_deadline(), now):
                self._runtime.expire()
            else:
                return

    async def _pass_barrier(self, hosts: Iterable[Host]) -> None:
        update = self.update()
        told = list(hosts)
        await asyncio.gather(*(host.reach(update) for host in told))
        for host in told:
            if self._clock.is_stepped and _is_due(host.next_event, update.now):
                host.cut_off(f"it passed the barrier at {update.now}, but has an event at {host.next_event}")

    def _next_event(self) -> Instant | None:
        deadlines = [self._runtime.engine.next_deadline(), *(host.next_event for host in self._runtime.hosts)]
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def _require_stepped(self) -> None:
        if not self._clock.is_stepped:
            raise ClockIsRunning(f"time runs at rate {self._clock.rate:g}; set the rate to 0 to step it")


def _is_due(at: Instant | None, now: Instant) -> bool:
    return at is not None and at <= now
