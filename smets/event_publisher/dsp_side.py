"""Publishes what happens at a DSP: its events in order, and the SMI as it stands, kept true.

Devices that are loaded come without an event: the SMI is read again when Devices came or went. That is done between
events, so that what was read before a change is never published after it.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing

from smets.client.connection import Address, Connection
from smets.client.event_records import SMI, DspEvent, DspEventBatch
from smets.client.events import DspEvents
from smets.event_publisher.line import Line
from smets.event_publisher.messages import (
    OutgoingMessage,
    event_message,
    no_state_message,
    state_message,
)
from smets.event_publisher.positions import PositionFile

SOURCE = "dsp"
REST = 3  # times as long as reading the SMI took, it is not read again
LEAST_REST_SECONDS = 0.2


class DspSide:
    """For one connection to the broker: it knows what is retained there, as far as it published it."""

    def __init__(self, address: Address, line: Line, positions: PositionFile) -> None:
        self._address = address
        self._line = line
        self._positions = positions
        self._read_again_at = 0.0
        self._retained: dict[str, int] = {}  # Devices, with the hash of what is retained of each

    async def follow(self) -> AsyncIterator[None]:
        """Publishes until the stream breaks: Unreachable. Yields whenever something came over it."""
        async with Connection(self._address) as connection:
            side = DspEvents(connection)
            known = newest = await self._publish_states(side)
            yield

            def patience() -> float | None:
                return None if newest == known else max(0.0, self._read_again_at - _now())

            async with aclosing(_each(side.follow(self._positions.beginning.dsp), patience)) as batches:
                async for batch in batches:
                    if batch is not None:
                        newest = batch.devices_version
                        await self._publish_events(batch)
                        yield
                    if newest != known and _now() >= self._read_again_at:
                        known = await self._publish_states(side)

    async def _publish_events(self, batch: DspEventBatch) -> None:
        await self._line.publish([it for event in batch.events for it in self._messages_of(event)])
        if batch.events:
            self._positions.note(dsp=batch.position)

    async def _publish_states(self, side: DspEvents) -> int:
        """What differs from what is retained; the version of the SMI that was read."""
        began = _now()
        version, gone = None, set(self._retained)
        async for some in side.states():
            version = some.devices_version if version is None else version
            gone.difference_update(state.device_id for state in some.states)
            await self._line.publish([it for state in some.states for it in self._news(state_message(state))])
        await self._line.publish(
            [it for device in sorted(gone) for it in self._news(no_state_message(device))]
        )
        self._read_again_at = _now() + max(LEAST_REST_SECONDS, REST * (_now() - began))
        return version or 0

    def _messages_of(self, event: DspEvent) -> list[OutgoingMessage]:
        told = event_message(SOURCE, event)
        if event.kind != SMI:
            return [told]
        state = state_message(event.state) if event.state else no_state_message(event.device_id)
        return [told, *self._news(state)]

    def _news(self, message: OutgoingMessage) -> list[OutgoingMessage]:
        """The message, unless it is what is retained."""
        device, now = message.topic.rpartition("/")[2], hash(message.payload)
        if self._retained.get(device) == now:
            return []
        self._retained[device] = now
        if not message.payload:
            del self._retained[device]
        return [message]


async def _each(
    batches: AsyncGenerator[DspEventBatch, None], patience: Callable[[], float | None]
) -> AsyncGenerator[DspEventBatch | None, None]:
    """Each batch as it comes; None when so many seconds have passed without one."""
    coming = asyncio.ensure_future(anext(batches))
    try:
        while True:
            done, _ = await asyncio.wait({coming}, timeout=patience())
            if not done:
                yield None
                continue
            try:
                batch = coming.result()
            except StopAsyncIteration:
                return  # The DSP takes its leave.
            yield batch
            coming = asyncio.ensure_future(anext(batches))
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await batches.aclose()


def _now() -> float:
    return asyncio.get_running_loop().time()
