"""Waiting for Service Responses whatever the clock does: stepped time is moved, time that runs is waited for."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.instants import SECOND_MS, Instant
from smets.client.clock import Clock
from smets.client.errors import NoResponse, Unreachable
from smets.client.inbox import ResponseDesk
from smets.client.patience import PATIENCE_SECONDS, Patience, patiently
from smets.client.records import ClockState

LEAST_SECONDS = 5.0  # however fast time runs: messages take theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """How long: emulated milliseconds, and for time that runs as many seconds as they take, or `timeout_seconds`.

    `hosts`: how many emulators are to follow the clock before it is moved; None: as many as do now.
    """

    within_ms: int
    timeout_seconds: float | None = None
    patience_seconds: float = PATIENCE_SECONDS
    hosts: int | None = None


async def responses_within(
    desk: ResponseDesk, clock: Clock, request_ids: Sequence[str], wait: Wait
) -> dict[str, ServiceResponse]:
    """The next Response to each request that is answered in time; a DSP that is started again is waited for."""
    state = await patiently(clock.now, wait.patience_seconds)
    if state.rate > 0:
        return await _wait(desk, state, request_ids, wait)
    hosts = wait.hosts if wait.hosts is not None else state.hosts
    return await _step(desk, PatientClock(clock, hosts, wait.patience_seconds), request_ids, wait)


async def _wait(
    desk: ResponseDesk, state: ClockState, request_ids: Sequence[str], wait: Wait
) -> dict[str, ServiceResponse]:
    seconds = wait.timeout_seconds
    if seconds is None:
        seconds = max(LEAST_SECONDS, wait.within_ms / SECOND_MS / state.rate)
    found: dict[str, ServiceResponse] = {}

    async def await_one(request_id: str) -> None:
        with suppress(NoResponse):
            found[request_id] = await desk.await_response(request_id, seconds)

    async with asyncio.TaskGroup() as waiting:
        for request_id in request_ids:
            waiting.create_task(await_one(request_id))
    return found


async def _step(
    desk: ResponseDesk, clock: "PatientClock", request_ids: Sequence[str], wait: Wait
) -> dict[str, ServiceResponse]:
    found: dict[str, ServiceResponse] = {}
    state = await clock.let_happen()
    until = Instant(state.now + wait.within_ms)
    while True:
        read = partial(desk.responses_until_now, [it for it in request_ids if it not in found])
        found |= await patiently(read, wait.patience_seconds)
        if len(found) == len(set(request_ids)) or (state.now >= until and not state.event):
            return found
        state = await clock.next_event(until)


@dataclass(frozen=True, slots=True)
class PatientClock:
    """The clock over a DSP's restart: it is not moved, and nothing is sent, before as many emulators follow it as did
    in the beginning. Until then no Command reaches a Device, and what they have not said would count as silence."""

    clock: Clock
    hosts: int
    patience_seconds: float

    async def until_followed(self) -> ClockState:
        """The state it has then. Raises Unreachable."""
        patience = Patience(self.patience_seconds)
        while (state := await patiently(self.clock.now, self.patience_seconds)).hosts < self.hosts:
            if patience.is_over():
                raise Unreachable(f"fewer than {self.hosts} emulators follow the clock any more")
            await asyncio.sleep(patience.pause_seconds())
            patience.begin()
        return state

    async def let_happen(self) -> ClockState:
        """What is due now."""
        return await patiently(partial(self.clock.advance, 0), self.patience_seconds, self.until_followed)

    async def next_event(self, until: Instant) -> ClockState:
        """The next event, but no later than `until`."""
        move = partial(self.clock.run_to_next_event, until)
        return await patiently(move, self.patience_seconds, self.until_followed)
