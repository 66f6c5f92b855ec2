"""Publishes what happens at a DSP and an emulator, over an MQTT broker, for as long as it runs.

After each connection, to the broker or to a side, what holds now is published anew: a broker may have forgotten it, and
a side that was killed may have told what it did not keep. Then the events follow from where they were acknowledged, in
the order of their logs; after a broken line those of the last moments are told again, under the same ids, since nobody
knows to whom the broker still gave them.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import aiomqtt
import structlog

from device_emulator.han_bridge.brokers import Broker
from smets.client.connection import Address, Connection
from smets.client.errors import OutOfTime, Unreachable
from smets.client.event_records import ONLINE, PRESENCE, EmulatorEvent, PresenceState
from smets.client.events import EmulatorEvents
from smets.event_publisher.dsp_side import DspSide
from smets.event_publisher.line import QOS_ONCE_OR_MORE, Line
from smets.event_publisher.messages import (
    OutgoingMessage,
    event_message,
    presence_message,
    publisher_message,
)
from smets.event_publisher.positions import PositionFile

FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 2.0
CALL_SECONDS = 5.0
KEEPALIVE_SECONDS = 15
SUBSCRIBERS_FIRST_SECONDS = 1.0  # to come back to a broker that was away, and may know them no more

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """`host` is the emulator's name, under which its events are told. Without a `dsp` only the emulator is followed."""

    emulator: Address
    host: str = "emulator"
    dsp: Address = ""


class EventPublisher:
    """`session` tells this client from others at the broker."""

    def __init__(self, sides: Sides, broker: Broker, positions: Path, session: str) -> None:
        self._sides = sides
        self._broker = broker
        self._session = session
        self._positions = PositionFile(positions)
        self._begins_again = False
        self.connected = asyncio.Event()
        """Set from the first connection to the broker on."""
        self.why_not = "it has not answered yet"
        """The last that kept it from the broker."""

    async def run(self) -> NoReturn:
        """Until it is cancelled, or a side says what it should not: an ExceptionGroup of SmetsErrors."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            if await self._attend():
                pause = FIRST_PAUSE_SECONDS
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            self._begins_again = self.connected.is_set()

    async def _attend(self) -> bool:
        """One connection to the broker from its beginning to its end; answers whether there was one."""
        connected = False
        try:
            async with self._client() as client:
                if self._begins_again:
                    await asyncio.sleep(SUBSCRIBERS_FIRST_SECONDS)
                line = Line(client)
                await line.publish([publisher_message(self._sides.host, online=True)])
                connected = True
                self.connected.set()
                _log.info("events connected", broker=self._broker.address)
                async with asyncio.TaskGroup() as group:
                    group.create_task(line.listen())
                    group.create_task(_again_and_again(lambda: self._follow_emulator(line)))
                    if self._sides.dsp:
                        side = DspSide(self._sides.dsp, line, self._positions)
                        group.create_task(_again_and_again(side.follow))
        except* aiomqtt.MqttError as errors:
            why = "; ".join(str(error) for error in errors.exceptions)
            if connected or why != self.why_not:
                _log.warning("events not connected", broker=self._broker.address, why=why)
            self.why_not = why
        return connected

    def _client(self) -> aiomqtt.Client:
        gone = publisher_message(self._sides.host, online=False)
        return aiomqtt.Client(
            self._broker.host,
            self._broker.port,
            username=self._broker.user,
            password=self._broker.password,
            identifier=f"smets-events-{self._session}",
            protocol=aiomqtt.ProtocolVersion.V311,
            tls_context=ssl.create_default_context() if self._broker.tls else None,
            timeout=CALL_SECONDS,
            keepalive=KEEPALIVE_SECONDS,
            will=aiomqtt.Will(gone.topic, gone.payload, qos=QOS_ONCE_OR_MORE, retain=True),
        )

    async def _follow_emulator(self, line: Line) -> AsyncIterator[None]:
        async with Connection(self._sides.emulator) as connection:
            side, source = EmulatorEvents(connection), self._sides.host
            async for present in side.presence():
                await line.publish([presence_message(state) for state in present.states])
                yield
            async for batch in side.follow(self._positions.beginning.emulator):
                await line.publish([it for event in batch.events for it in _messages_of(source, event)])
                self._positions.note(emulator=batch.position)
                yield


def _messages_of(source: str, event: EmulatorEvent) -> list[OutgoingMessage]:
    told = event_message(source, event)
    if event.kind != PRESENCE:
        return [told]
    return [told, presence_message(PresenceState(device_id=event.device_id, online=event.what == ONLINE))]


async def _again_and_again(follow: Callable[[], AsyncIterator[None]]) -> NoReturn:
    """A side that is not there, or goes, is waited for."""
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            async for _ in follow():
                pause = FIRST_PAUSE_SECONDS
        except (Unreachable, OutOfTime) as error:
            _log.info("side not there", why=str(error))
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
