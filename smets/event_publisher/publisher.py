"""Publishes what happens at a DSP and an emulator, over an MQTT broker, for as long as it runs.

After each connection, to the broker or to a side, what holds now is published anew: a broker may have forgotten it, and
a side that was killed may have told what it did not keep. Then the events follow from where they were acknowledged, in
the order of their logs; those of which nobody knows whether they arrived are told again, under the same ids.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import aiomqtt
import structlog

from device_emulator.han_bridge.brokers import Broker
from smets.client.connection import Connection
from smets.client.errors import OutOfTime, Unreachable
from smets.client.event_records import (
    ONLINE,
    PRESENCE,
    SMI,
    DspEvent,
    EmulatorEvent,
    PresenceState,
)
from smets.client.events import DspEvents, EmulatorEvents
from smets.event_publisher.messages import (
    OutgoingMessage,
    event_message,
    no_state_message,
    presence_message,
    publisher_message,
    state_message,
)
from smets.event_publisher.positions import PositionFile

FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 2.0
CALL_SECONDS = 5.0
LISTENER_FIRST_SECONDS = 0.5  # of a broken line the listener is to tell
KEEPALIVE_SECONDS = 15
TOGETHER = 20  # what MQTT clients have in flight by custom
QOS_ONCE_OR_MORE = 1
DSP = "dsp"

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """`host` is the emulator's name, under which its events are told. Without a `dsp` only the emulator is followed."""

    emulator: str
    host: str = "emulator"
    dsp: str = ""


class EventPublisher:
    """`session` tells this client from others at the broker."""

    def __init__(self, sides: Sides, broker: Broker, positions: Path, session: str) -> None:
        self._sides = sides
        self._broker = broker
        self._session = session
        self._positions = PositionFile(positions)
        self.connected = asyncio.Event()
        """Set from the first connection to the broker on."""
        self.why_not = "it has not answered yet"
        """The last that kept it from the broker."""

    async def run(self) -> NoReturn:
        """Until it is cancelled, or a side says what it should not: SmetsError."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            if await self._attend():
                pause = FIRST_PAUSE_SECONDS
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _attend(self) -> bool:
        """One connection to the broker from its beginning to its end; answers whether there was one."""
        connected = False
        try:
            async with self._client() as client:
                await _publish(client, [publisher_message(self._sides.host, online=True)])
                connected = True
                self.connected.set()
                _log.info("events connected", broker=self._broker.address)
                async with asyncio.TaskGroup() as group:
                    group.create_task(_listen(client))
                    group.create_task(_again_and_again(lambda: self._follow_emulator(client)))
                    if self._sides.dsp:
                        group.create_task(_again_and_again(lambda: self._follow_dsp(client)))
        except* aiomqtt.MqttError as errors:
            why = "; ".join(str(error) for error in errors.exceptions)
            if connected or why != self.why_not:
                _log.warning("events not connected", broker=self._broker.address, why=why)
            self.why_not = why
        return connected

    def _client(self) -> aiomqtt.Client:
        gone = publisher_message(self._sides.host, online=False)
        client = aiomqtt.Client(
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
        client.pending_calls_threshold = 4 * TOGETHER  # fewer are no cause for a warning
        return client

    async def _follow_dsp(self, client: aiomqtt.Client) -> AsyncIterator[None]:
        async with Connection(self._sides.dsp) as connection:
            side = DspEvents(connection)
            async for states in side.states():
                await _publish(client, [state_message(state) for state in states.states])
                yield
            async for batch in side.follow(self._positions.told.dsp):
                await _publish(client, [it for event in batch.events for it in _of_the_dsp(event)])
                self._positions.note(dsp=batch.position)
                yield

    async def _follow_emulator(self, client: aiomqtt.Client) -> AsyncIterator[None]:
        async with Connection(self._sides.emulator) as connection:
            side, source = EmulatorEvents(connection), self._sides.host
            async for present in side.presence():
                await _publish(client, [presence_message(state) for state in present.states])
                yield
            async for batch in side.follow(self._positions.told.emulator):
                await _publish(
                    client, [it for event in batch.events for it in _of_the_emulator(source, event)]
                )
                self._positions.note(emulator=batch.position)
                yield


def _of_the_dsp(event: DspEvent) -> list[OutgoingMessage]:
    told = event_message(DSP, event)
    if event.kind != SMI:
        return [told]
    return [told, state_message(event.state) if event.state else no_state_message(event.device_id)]


def _of_the_emulator(source: str, event: EmulatorEvent) -> list[OutgoingMessage]:
    told = event_message(source, event)
    if event.kind != PRESENCE:
        return [told]
    return [told, presence_message(PresenceState(device_id=event.device_id, online=event.what == ONLINE))]


async def _publish(client: aiomqtt.Client, messages: Sequence[OutgoingMessage]) -> None:
    """In order, several at once; returns once the broker has acknowledged them all."""
    for start in range(0, len(messages), TOGETHER):
        try:
            await asyncio.gather(*(_publish_one(client, it) for it in messages[start : start + TOGETHER]))
        except aiomqtt.MqttError:
            await asyncio.sleep(LISTENER_FIRST_SECONDS)
            raise


async def _publish_one(client: aiomqtt.Client, message: OutgoingMessage) -> None:
    await client.publish(message.topic, message.payload, qos=QOS_ONCE_OR_MORE, retain=message.retain)


async def _listen(client: aiomqtt.Client) -> None:
    """Nothing is subscribed to: this is how a broken line is noticed while nothing happens."""
    async for _ in client.messages:
        pass


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
