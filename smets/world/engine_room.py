"""Drives a world for the doors of the DSP and of the emulator, which are those of the servers."""

from collections.abc import Sequence
from dataclasses import dataclass

from device_emulator.core.emulator import Emulator
from device_emulator.core.engineer_records import ByHand
from dsp.core.effects import Reply
from dsp.core.engine import Engine
from dsp.core.inputs import FirmwareUploaded, Input, LookedUp
from dsp.runtime.clock import ClockRefusal, checked_target
from dsp.runtime.records_desk import RecordsDesk
from dsp.runtime.timekeeper import ClockState
from dsp.runtime.user_streams import UserStreams
from smart_metering.administration import Fate, FaultRule, PremisesTemplate
from smart_metering.duis.service_responses import ReceivedMessage
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smets.world.world import World


@dataclass(frozen=True, slots=True)
class Taken:
    """In a world all that follows from an input has happened once it was given."""

    replies: list[Reply | None]

    async def kept(self) -> list[Reply | None]:
        return self.replies


@dataclass(frozen=True, slots=True)
class WorldClock:
    """Reads and moves a world's time, which is stepped."""

    world: World

    def now(self) -> Instant:
        return self.world.now

    def state(self, *, event: bool = False) -> ClockState:
        return ClockState(now=self.world.now, rate=0.0, hosts=1, event=event)

    async def advance(self, by: int) -> ClockState:
        if by < 0:
            raise ClockRefusal(f"advance by {by}: time never goes back, expected 0 or more milliseconds")
        self.world.advance_to(checked_target(self.world.now + by))
        return self.state()

    async def run_to_next_event(self, until: int) -> ClockState:
        target = max(checked_target(until), self.world.now)
        event = self.world.next_event()
        is_event = event is not None and event <= target
        self.world.advance_to(max(event, self.world.now) if event is not None and is_event else target)
        return self.state(event=is_event)

    async def set_rate(self, rate: float) -> ClockState:
        if rate:
            raise ClockRefusal(
                f"rate {rate:g}: the time of a system in one process is stepped (0); 'smets up' lets it run"
            )
        return self.state()


class DspRoom:
    """The engine's side of a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.clock = WorldClock(world)
        self.records = RecordsDesk(world.engine.state, world.books.stores()[0])
        self.streams = UserStreams(self._read_messages)
        world.followers.append(self.streams.deliver)

    def close(self) -> None:
        """Nobody asks any more."""
        self._world.followers.remove(self.streams.deliver)
        self.records.close()

    @property
    def engine(self) -> Engine:
        return self._world.engine

    async def submit(self, event: Input) -> Reply | None:
        return self._take(event)

    async def take_many(self, events: Sequence[Input]) -> Taken:
        return Taken([self._take(event) for event in events])

    async def flush(self) -> None:
        self._world.books.stores()

    def _take(self, event: Input) -> Reply | None:
        if isinstance(event, FirmwareUploaded):
            return self._world.upload(event.octets)
        reply = self._world.give(event)
        if isinstance(event, LookedUp):  # What was looked for is then read in the books.
            self._world.books.stores()
        return reply

    async def _read_messages(self, user: Eui, after: int, in_log: int) -> list[tuple[int, ReceivedMessage]]:
        self._world.books.stores()
        return await self.records.read_messages(user, after, in_log)


class EmulatorRoom:
    """The emulator's side of a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.clock = WorldClock(world)

    @property
    def emulator(self) -> Emulator:
        return self._world.emulator

    async def launch(self, templates: Sequence[PremisesTemplate]) -> None:
        self._world.launch(templates)

    async def deliver_locally(self, device: Eui, octets: bytes) -> bytes:
        return self._world.deliver_locally(device, octets)

    async def do_by_hand(self, event: ByHand) -> None:
        self._world.do_by_hand(event)

    def is_attached(self, comms_hub: Eui) -> bool:
        """Every hub of a world is."""
        place = self.emulator.fleet.find(comms_hub)
        return place is not None and place.comms_hub == comms_hub

    async def fates(self, device: Eui, after: int, limit: int) -> list[tuple[int, Fate]]:
        _, store = self._world.books.stores()
        return store.read(self._world.fates, where={"device": device}, after=after, limit=limit)

    async def set_faults(self, rules: Sequence[FaultRule]) -> None:
        self._world.set_faults(*rules)

    async def clear_faults(self, names: Sequence[str]) -> None:
        self._world.clear_faults(*names)

    async def flush(self) -> None:
        """All has happened."""
