"""Runs a scenario from nothing: in this process, or on a system that runs; and keeps the run where it is asked to."""

import os
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from smart_metering.errors import DecodeError
from smart_metering.firmware_versions import InvalidFirmwareVersion
from smart_metering.identifiers import InvalidIdentifier
from smart_metering.instants import InvalidInstant
from smart_metering.rpc.access import AccessFiles
from smets.client.errors import SmetsError
from smets.client.user import DEFAULT_ACB
from smets.durations import InvalidDuration
from smets.fleet.launching import launch_fleet
from smets.fleet.reading import FleetFileError
from smets.local_system.connection import SystemConnection
from smets.local_system.protection import access_from
from smets.local_system.state_folder import StateFolder
from smets.local_system.system import System, connect
from smets.requests.errors import WrongRequest
from smets.scenarios.kept import keep
from smets.scenarios.planning import Scenario
from smets.scenarios.playing import Player, Watcher
from smets.scenarios.results import ScenarioResult, StepResult
from smets.world.simulation import Simulation, open_world, simulate
from smets.world.world import World

_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")

Harvest = Callable[[Player], Awaitable[None]]
"""What is gathered of a system before it is gone, however the scenario ended."""

WRONG = (
    SmetsError,
    WrongRequest,
    FleetFileError,
    DecodeError,
    InvalidDuration,
    InvalidFirmwareVersion,
    InvalidIdentifier,
    InvalidInstant,
)
"""What makes it impossible to go on, by the scenario's hand or far away."""


def run_name(scenario: Scenario) -> str:
    """What a run's folder is called: the scenario's file and the seed."""
    return _UNFIT.sub("-", f"{Path(scenario.source).stem}-{scenario.seed}")


def connection_to(scenario: Scenario, folder: Path, *, dsp: str, emulator: str) -> SystemConnection:
    """Servers that run with the scenario's seed; `folder` is for the keys of its parties. Raises StateFolderError."""
    state = StateFolder(folder / run_name(scenario))
    state.prepare(scenario.seed, DEFAULT_ACB, scenario.plan.organisations)
    access = access_from(os.environ, AccessFiles())
    return SystemConnection(
        state=state.path,
        dsp=dsp,
        emulator=emulator,
        seed=scenario.seed,
        dsp_access=access,
        emulator_access=access,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """`record`: the folder where a run is kept; `only_failures`: if it did not hold."""

    watchers: Sequence[Watcher] = ()
    harvest: Harvest | None = None
    record: Path | None = None
    only_failures: bool = False

    async def in_process(self, scenario: Scenario) -> ScenarioResult:
        """On virtual time, in a system of its own."""
        async with simulate(scenario.plan) as simulation:
            return await self._simulated(scenario, simulation)

    async def going_on(self, scenario: Scenario, world: World) -> ScenarioResult:
        """The same in a world that is there: the fleet stands in it already, its rules and its time hold."""
        async with open_world(world) as simulation:
            await launch_fleet(scenario.plan, simulation.system.connection)
            await simulation.system.read_parties()
            return await self._simulated(scenario, simulation)

    async def on(self, scenario: Scenario, connection: SystemConnection) -> ScenarioResult:
        """On a system that runs: its rules and its time, with this fleet beside what stands there."""
        await launch_fleet(scenario.plan, connection)
        async with connect(connection) as system:
            player = await self._play(scenario, system)
            await self._harvest(player)
            return player.result

    async def _simulated(self, scenario: Scenario, simulation: Simulation) -> ScenarioResult:
        marks = Marks(simulation.world)
        player = await self._play(scenario, simulation.system, marks)
        result = player.result
        if self.record is not None and not (self.only_failures and result.passed):
            keep(simulation.world, scenario, result, marks.events, self.record)
            result.kept = self.record
        await self._harvest(player)  # After it was kept: who gathers looks into the Service Audit Trail.
        return result

    async def _play(self, scenario: Scenario, system: System, *watchers: Watcher) -> Player:
        player = Player(scenario, system, (*self.watchers, *watchers))
        try:
            await player.play()
        except WRONG as error:
            player.result.error = str(error)
        return player

    async def _harvest(self, player: Player) -> None:
        if self.harvest is not None:
            await self.harvest(player)


@dataclass
class Marks(Watcher):
    """At which event of the DSP each step ended."""

    world: World
    events: list[int] = field(default_factory=list)

    async def step_ended(self, result: StepResult) -> None:
        self.events.append(self.world.engine.state.journal.last_position)
