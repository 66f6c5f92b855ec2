"""A dashboard: it hears events and states over MQTT, connects again and again, and takes each event once."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field

import aiomqtt
import msgspec

PATIENCE_SECONDS = 20.0


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What a test looks at of an event."""

    id: str
    source: str
    log: str
    position: int
    device: str
    what: str


@dataclass
class Dashboard:
    """`told` is every event as often as it came; `events` are those beyond the last position of their log."""

    address: str
    told: list[str] = field(default_factory=list)
    events: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    states: dict[str, bytes] = field(default_factory=dict)
    connections: int = 0
    _positions: dict[tuple[str, str], int] = field(default_factory=dict)

    async def live(self) -> None:
        """Until it is cancelled. What it was told while it was away waits in its session at the broker."""
        host, _, port = self.address.rpartition(":")
        while True:
            try:
                async with aiomqtt.Client(
                    host, int(port), identifier="dashboard", clean_session=False
                ) as client:
                    await client.subscribe([("smets/events/#", 1), ("smets/state/#", 1)])
                    self.connections += 1
                    async for message in client.messages:
                        self._hear(str(message.topic), message.payload)
            except aiomqtt.MqttError:
                await asyncio.sleep(0.05)

    def of(self, kind: str) -> list[str]:
        """What the events of a kind said."""
        return [event.what for event in self.events[kind]]

    def has_come_to(self, position: int, log: str) -> bool:
        """Of the DSP."""
        return self._positions.get(("dsp", log), 0) >= position

    def state_of(self, device: str) -> dict[str, str]:
        """As it is retained."""
        return msgspec.json.decode(self.states[f"smi/{device}"], type=dict[str, str])

    def _hear(self, topic: str, payload: bytes) -> None:
        if topic.startswith("smets/state/"):
            name = topic.removeprefix("smets/state/")
            self.states[name] = payload
            if not payload:
                del self.states[name]
            return
        event = msgspec.json.decode(payload, type=Event)
        self.told.append(event.id)
        log = event.source, event.log
        if event.position > self._positions.get(log, 0):
            self._positions[log] = event.position
            self.events[topic.split("/")[2]].append(event)
