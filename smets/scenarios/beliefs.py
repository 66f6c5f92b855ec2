"""What the SMI believes of Devices and what they are, seen again and again while a scenario is played."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from smart_metering.administration import DeviceInside
from smart_metering.device_types import DeviceType
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smets.client.errors import NotThere
from smets.client.records import SmiDevice
from smets.local_system.system import BothSides, System
from smets.scenarios.cast import Cast, Member
from smets.scenarios.device_checks import disagreement
from smets.scenarios.planning import Act, Scenario
from smets.scenarios.playing import Watcher, slices_of
from smets.scenarios.results import StepResult
from smets.scenarios.selectors import SelectorModel

MOST_SAMPLES = 60
MOST_DEVICES = 2_000
MOST_LOOKS = 20_000
"""Into Devices, in a run: the more Devices, the fewer samples."""

LISTED_FOR_ONE = 5
"""The SMI is listed whole where at least one in so many of its Devices is watched; else they are read one by one."""

QUIET = frozenset({"expect", "note", "faults", "clear_faults"})
"""Steps that change nothing of what is watched."""

PASSING = frozenset({"advance", "advance_to", "next_event"})
"""Steps that end as the last part of their time has passed."""

TOGETHER = 50
"""Devices that are looked into at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """A Device in the SMI. Texts are empty where it says nothing."""

    status: str
    firmware: str
    variant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """A Device as it is; `pending` is the firmware it has received and not activated."""

    firmware: str
    variant: str
    pending: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Both sides at one instant; None on the side that does not know the Device."""

    smi: Believed | None
    device: Truth | None
    disagreement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """All watched Devices at one instant. `step`: how many steps had ended; `is_within`: the next had begun."""

    at: Instant
    step: int
    is_within: bool
    seen: Mapping[Eui, Seen]


@dataclass(slots=True)
class _Turns:
    """Each of `every` so many comes."""

    every: int = 1
    _passed: int = 0

    def take(self, count: int, *, of: int) -> None:
        """At most so many `of` the count that are to pass."""
        self.every = max(1, -(-count // of))

    def comes(self) -> bool:
        self._passed += 1
        return self._passed % self.every == 0


@dataclass(slots=True)
class Beliefs(Watcher):
    """Watches the Devices that a scenario names, all where it names none; of many, some that are drawn evenly.

    It looks at the beginning, as time passes and at the end of steps; `MOST_SAMPLES` and `MOST_LOOKS` bound what that
    costs. `of`: of so many Devices the watched ones were drawn.
    """

    samples: list[Sample] = field(default_factory=list)
    watched: tuple[Member, ...] = ()
    of: int = 0
    _system: System | None = None
    _types: tuple[DeviceType, ...] = ()
    _lists_smi: bool = True
    _steps: int = 0
    _ends: _Turns = field(default_factory=_Turns)
    _parts: _Turns = field(default_factory=_Turns)
    _most: int = MOST_SAMPLES

    async def scenario_begins(self, scenario: Scenario, system: System) -> None:
        self._system = system
        members = _members(scenario)
        self.watched, self.of = drawn_evenly(members, MOST_DEVICES), len(members)
        self._types = tuple(dict.fromkeys(member.device_type for member in self.watched))
        self._lists_smi = _count(scenario.cast, self._types) <= LISTED_FOR_ONE * len(self.watched)
        self._most = max(4, min(MOST_SAMPLES, MOST_LOOKS // max(1, len(self.watched))))
        acts = [act for act in scenario.acts if act.step.verb not in QUIET]
        self._ends.take(len(acts), of=self._most - 2)
        parts = sum(_parts_of(act) for act in acts)
        self._parts.take(parts, of=max(1, self._most - 2 - len(acts) // self._ends.every))
        await self.look()

    async def time_moved(self, now: Instant) -> None:
        if self._parts.comes():
            await self._look_if_there_is_room(is_within=True)

    async def step_ended(self, result: StepResult) -> None:
        self._steps += 1
        seen_already = result.verb in PASSING and self.samples and self.samples[-1].at == result.ended
        if result.verb not in QUIET and self._ends.comes() and not seen_already:
            await self._look_if_there_is_room(is_within=False)

    async def look(self, *, is_within: bool = False) -> None:
        """Another sample, now. At one place in the scenario, the later one counts."""
        if self._system is None or not self.watched:
            return
        now = (await self._system.clock.now()).now
        sample = Sample(at=now, step=self._steps, is_within=is_within, seen=await self._both(self._system))
        if self.samples and _place(self.samples[-1]) == _place(sample):
            self.samples.pop()
        self.samples.append(sample)

    async def _both(self, system: System) -> dict[Eui, Seen]:
        smi = {row.device.device_id: row async for row in self._in_smi(system)}
        seen = {}
        for start in range(0, len(self.watched), TOGETHER):
            some = [member.device_id for member in self.watched[start : start + TOGETHER]]
            insides = await asyncio.gather(*(_inside(system, device_id) for device_id in some))
            for device_id, inside in zip(some, insides, strict=True):
                seen[device_id] = _seen(BothSides(smi=smi.get(device_id), inside=inside))
        return seen

    async def _look_if_there_is_room(self, *, is_within: bool) -> None:
        """Time that runs has more parts than were foreseen: then every second sample makes room."""
        if len(self.samples) >= self._most - 1:  # The last is for the end.
            self.samples[1::2] = []
            self._parts.every *= 2
        await self.look(is_within=is_within)

    async def _in_smi(self, system: System) -> AsyncIterator[SmiDevice]:
        if self._lists_smi:
            for device_type in self._types:
                async for row in system.administration.devices(device_type=device_type):
                    yield row
            return
        for member in self.watched:
            with suppress(NotThere):
                yield await system.administration.read_device(member.device_id)


def drawn_evenly(members: Sequence[Member], most: int) -> tuple[Member, ...]:
    """At most so many, as far from one another as can be."""
    count = len(members)
    if count <= most:
        return tuple(members)
    return tuple(members[position * count // most] for position in range(most))


def _members(scenario: Scenario) -> list[Member]:
    """Those that steps and expectations name, in the order in which they do; else all of the fleets."""
    said = [act.expectation for act in scenario.acts if act.expectation is not None]
    named = [act.devices for act in scenario.acts]
    named += [expectation.devices or () for expectation in (*said, *scenario.expectations)]
    members = {member.device_id: member for some in named for member in some}
    return list(members.values()) or scenario.cast.devices(SelectorModel())


def _count(cast: Cast, types: Sequence[DeviceType]) -> int:
    """The Devices of these types in all fleets."""
    return sum(
        fleet.count for fleet in cast.fleets for device in fleet.devices if device.device_type in types
    )


def _parts_of(act: Act) -> int:
    """In how many parts its time passes, as far as anybody knows beforehand."""
    if act.step.next_event is not None:
        return act.step.next_event.times
    return slices_of(act.step.advance) if act.step.verb in PASSING else 0


def _place(sample: Sample) -> tuple[Instant, int]:
    return sample.at, sample.step


async def _inside(system: System, device_id: Eui) -> DeviceInside | None:
    with suppress(NotThere):
        return await system.emulator.inspect(device_id)
    return None


def _seen(both: BothSides) -> Seen:
    smi = inside = None
    if both.smi is not None:
        device = both.smi.device
        smi = Believed(
            status=device.device_status or "none",
            firmware=device.device_firmware_version or "",
            variant=device.esme_variant or "",
        )
    if both.inside is not None:
        inside = Truth(
            firmware=both.inside.firmware_version,
            variant=both.inside.esme_variant,
            pending=both.inside.pending_version or "",
        )
    differs = disagreement(both) if both.smi is not None and both.inside is not None else ""
    return Seen(smi=smi, device=inside, disagreement=differs)
