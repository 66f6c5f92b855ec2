"""The system of one test: opened when it is first needed, in this process or by its state folder, closed at its end."""

from collections.abc import Awaitable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest

from device_emulator.core.fleet import EUIS_PER_PREMISES
from smart_metering.identifiers import Eui, eui_from_number, eui_number
from smets.client.blocking import Blocking
from smets.client.errors import NotThere, Refused
from smets.fleet.defaults import FIRST_EUI
from smets.fleet.launching import launch_fleet
from smets.fleet.lines import Plain
from smets.fleet.plan import PremisesPlan
from smets.local_system.connection import SystemConnection, read_connection
from smets.local_system.system import System, connect
from smets.pytest_plugin.asking import Asked
from smets.pytest_plugin.drafting import Draft, first_draft
from smets.pytest_plugin.words import text_and_source
from smets.scenarios.checking import Checker
from smets.scenarios.planning import Scenario
from smets.scenarios.running import WRONG
from smets.world.simulation import Simulation, WorldConnection, open_world, simulate
from smets.world.world import World

T = TypeVar("T")

BLOCK, BLOCKS = 1_000, 99_000
"""On a system that runs, premises of a call begin at one of so many blocks of so many; the test's name says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a test stands: `name` is its node id, `folders` are where it looks for files. `running`: the state folder
    of a system that runs, on which it is played; None: it gets one of its own."""

    name: str
    folders: tuple[Path, ...]
    running: Path | None = None


@dataclass(slots=True, kw_only=True)
class Open:
    """A system that is there, and what stands in it. `simulation`: None, where it runs elsewhere.

    `steps` are those of a scenario that was played, as a kept run has them.
    """

    system: System
    simulation: Simulation | None
    draft: Draft
    scenario: Scenario
    checker: Checker
    refused_firmware: dict[str, str] = field(default_factory=dict)
    steps: list[dict[str, object]] = field(default_factory=list)


class Stage:
    """`concerned` are Devices that the test sent to or spoke of, in the order in which it first did."""

    def __init__(self, blocking: Blocking, place: Place, asked: Asked, default_seed: str = "") -> None:
        self.blocking = blocking
        self.place = place
        self.asked = asked
        self.concerned: dict[Eui, None] = {}
        self.forks: list[Stage] = []
        self._default_seed = default_seed
        self._open: Open | None = None
        self._calls = 0

    def __call__(self, call: Awaitable[T], *, timeout_seconds: float | None = None) -> T:
        """What a call of the client library answers, or raises: where it was called, not where it was noticed."""
        __tracebackhide__ = True
        try:
            return self.blocking(call, timeout_seconds=timeout_seconds)
        except WRONG as error:
            raise error.with_traceback(None) from error.__cause__

    # --- what is there

    @property
    def is_open(self) -> bool:
        return self._open is not None

    @property
    def here(self) -> Open:
        """Opened now with what the markers say, if nothing was said before."""
        __tracebackhide__ = True
        return self._open or self.begin(*text_and_source(self.asked.fleet, self.place.folders))

    @property
    def system(self) -> System:
        __tracebackhide__ = True
        return self.here.system

    @property
    def seed(self) -> str:
        return self.here.scenario.seed

    @property
    def world(self) -> World:
        """Skips the test where the system runs elsewhere."""
        __tracebackhide__ = True
        return self._simulation.world

    @property
    def _simulation(self) -> Simulation:
        __tracebackhide__ = True
        simulation = self.here.simulation
        if simulation is None:
            self.skip("a system of its own, in this process")
        return simulation

    def all(self, name: str = "") -> Iterator[tuple[str, "Stage"]]:
        """This one, and its forks (`fork-1`, `fork-1-2`), each with its name."""
        yield name, self
        for number, fork in enumerate(self.forks, start=1):
            yield from fork.all(f"{name or 'fork'}-{number}")

    def skip(self, what: str) -> NoReturn:
        """The test cannot be played on a system that runs."""
        __tracebackhide__ = True
        pytest.skip(f"needs {what}; this run is on the system of --smets-state {self.place.running}")

    # --- opening

    def begin(self, text: str, source: str) -> Open:
        """The system with the fleet of this text. Raises FleetFileError and SmetsError."""
        __tracebackhide__ = True
        assert self._open is None, "opened already"
        self._open = (
            self._on_a_running_system(text, source) if self.place.running else self._of_its_own(text, source)
        )
        return self._open

    def _of_its_own(self, text: str, source: str) -> Open:
        __tracebackhide__ = True
        defaults = {"seed": self._default_seed or None}
        draft, scenario = first_draft(text, source, self.asked.keys, defaults)
        simulation = self.blocking.enter(simulate(scenario.plan))
        launched = simulation.launched
        assert launched is not None
        return Open(
            system=simulation.system,
            simulation=simulation,
            draft=draft,
            scenario=scenario,
            checker=Checker(simulation.system),
            refused_firmware=dict(launched.refused_firmware),
        )

    def _on_a_running_system(self, text: str, source: str) -> Open:
        """Its rules, its time, its seed, and its parties where the file names none."""
        __tracebackhide__ = True
        assert self.place.running is not None
        if settled := [key for key in self.asked.keys if key != "seed"]:
            self.skip(f"a system of its own for {', '.join(settled)}")
        connection = read_connection(self.place.running)
        system = self.blocking.enter(connect(connection))
        theirs = _parties_of(system)
        draft, scenario = first_draft(text, source, {"seed": connection.seed}, {"parties": theirs})
        is_theirs = draft.plain["parties"] == theirs
        plan = replace(scenario.plan, parties=()) if is_theirs else scenario.plan
        launched = self(launch_fleet(plan, connection))
        self(system.read_parties())
        checker = Checker(system)
        self(checker.skip_to_now())
        return Open(
            system=system,
            simulation=None,
            draft=draft,
            scenario=scenario,
            checker=checker,
            refused_firmware=dict(launched.refused_firmware),
        )

    # --- growing

    def grow(self, addition: Mapping[str, Plain]) -> tuple[PremisesPlan, ...]:
        """More premises and firmware in the system that is there. The new premises. Raises FleetFileError."""
        __tracebackhide__ = True
        here = self.here
        draft = here.draft.grown(addition)
        scenario = draft.planned()
        former = {row.name for row in here.scenario.plan.premises}
        made = {row.name for row in here.scenario.plan.firmware}
        plan = replace(scenario.plan, parties=(), firmware=(), cpl=(), faults=())
        self(launch_fleet(plan, here.system.connection))
        here.draft, here.scenario = draft, scenario
        for row in scenario.plan.firmware:
            if row.name in made:
                continue
            if row.cpl_entry is not None:
                self(here.system.administration.add_cpl_entry(row.cpl_entry))
            try:
                self(here.system.user(row.supplier).upload_firmware(row.octets))
            except Refused as error:
                here.refused_firmware[row.name] = str(error)
        return tuple(row for row in scenario.plan.premises if row.name not in former)

    def own_place(self, said: Mapping[str, Plain]) -> dict[str, Plain]:
        """Of premises that say no EUI: none here; on a system that runs, a name and Device IDs that are free there."""
        count = said.get("count", "1")
        if self.place.running is None or "eui_from" in said or not str(count).isdigit():
            return {}
        self._calls += 1
        drawn = blake2b(f"{self.place.name}/{self._calls}".encode(), digest_size=6)
        start, needed = int.from_bytes(drawn.digest(), "big"), -(-int(str(count)) // BLOCK)
        for tried in range(BLOCKS):
            block = 1 + (start + tried) % (BLOCKS - needed)
            if not any(self._stands(_first_of(block + at)) for at in range(needed)):
                return {"name": f"test-{block}", "eui_from": _first_of(block)}
        raise Refused("no Device IDs are free on the system that runs")

    def _stands(self, device: Eui) -> bool:
        with suppress(NotThere):
            self(self.system.device(device))
            return True
        return False

    # --- copies

    def fork(self) -> "Stage":
        """Another system to which all the same has happened; it goes its own way from here."""
        __tracebackhide__ = True
        here = self.here
        other = Stage(self.blocking, self.place, self.asked)
        simulation = self.blocking.enter(open_world(self.world.fork()))
        other._open = Open(
            system=simulation.system,
            simulation=simulation,
            draft=here.draft,
            scenario=here.scenario,
            checker=Checker(simulation.system),
            refused_firmware=dict(here.refused_firmware),
        )
        self.forks.append(other)
        return other

    def listen(self) -> SystemConnection:
        """Real ports of this process, written into a state folder, so that `connect` and `smets --state` find them."""
        __tracebackhide__ = True
        simulation = self._simulation
        dsp, emulator = self(simulation.served.listen())
        own = simulation.system.connection
        assert isinstance(own, WorldConnection)
        own.share()
        connection = SystemConnection(
            state=own.state,
            dsp=dsp,
            emulator=emulator,
            seed=own.seed,
            acb=own.acb,
            duis=simulation.served.duis_address,
        )
        connection.write()
        return connection


def _first_of(block: int) -> Eui:
    return eui_from_number(eui_number(FIRST_EUI) + block * BLOCK * EUIS_PER_PREMISES)


def _parties_of(system: System) -> dict[str, Plain]:
    parties: dict[str, Plain] = {}
    for party in system.parties:
        said: dict[str, Plain] = {"eui": party.eui, "roles": [str(role) for role in party.roles]}
        if party.organisation:
            said["organisation"] = party.organisation
        parties[party.name or party.eui] = said
    return parties
