"""The one clock of the emulated system, as a client moves it."""

import asyncio

from smart_metering.instants import SECOND_MS, Instant
from smart_metering.rpc.v1 import clock_pb2 as pb2
from smart_metering.rpc.v1.clock_pb2_grpc import ClockStub
from smets.client.connection import CALL_SECONDS, LONG_CALL_SECONDS, Connection
from smets.client.conversion import from_message
from smets.client.records import ClockState


class Clock:
    """Raises Refused where time is not stepped, or would go back."""

    def __init__(self, connection: Connection) -> None:
        self._stub = ClockStub(connection.channel)
        self._connection = connection

    async def now(self) -> ClockState:
        """The present time and rate."""
        async with self._connection.calling("reading the clock"):
            return from_message(await self._stub.Now(pb2.NowRequest(), timeout=CALL_SECONDS), ClockState)

    async def advance(self, by_ms: int) -> ClockState:
        """Lets everything up to then happen; 0: everything that is due now."""
        async with self._connection.calling(f"advancing the clock by {by_ms} ms"):
            answer = await self._stub.Advance(pb2.AdvanceRequest(by=by_ms), timeout=LONG_CALL_SECONDS)
            return from_message(answer, ClockState)

    async def run_to_next_event(self, until: Instant) -> ClockState:
        """Moves to the next event, or to `until` if there is none before."""
        async with self._connection.calling("running to the next event"):
            answer = await self._stub.RunToNextEvent(
                pb2.RunToNextEventRequest(until=until), timeout=LONG_CALL_SECONDS
            )
            return from_message(answer, ClockState)

    async def set_rate(self, rate: float) -> ClockState:
        """0 stepped, 1 real, n times as fast."""
        async with self._connection.calling(f"setting the rate of the clock to {rate:g}"):
            answer = await self._stub.SetRate(pb2.SetRateRequest(rate=rate), timeout=LONG_CALL_SECONDS)
            return from_message(answer, ClockState)

    async def pass_time(self, by_ms: int) -> None:
        """Returns once so much emulated time has passed: stepped time is advanced, time that runs is waited for."""
        state = await self.now()
        if state.rate == 0:
            await self.advance(by_ms)
            return
        end = state.now + by_ms
        while (left_ms := end - state.now) > 0:
            await asyncio.sleep(left_ms / SECOND_MS / state.rate)
            state = await self.now()
            if state.rate == 0:
                await self.advance(max(0, end - state.now))
                return
