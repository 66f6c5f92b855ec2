"""Runs a scenario from nothing: in this process, or on a system that runs; and keeps the run where it is asked to."""

import json
import re
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from smart_metering.errors import DecodeError
from smart_metering.firmware_versions import InvalidFirmwareVersion
from smart_metering.identifiers import InvalidIdentifier
from smart_metering.instants import InvalidInstant
from smets.client.errors import SmetsError
from smets.client.user import DEFAULT_ACB
from smets.durations import InvalidDuration
from smets.fleet.launching import launch_fleet
from smets.fleet.reading import FleetFileError
from smets.local_system.connection import SystemConnection
from smets.local_system.state_folder import StateFolder
from smets.local_system.system import System, connect
from smets.requests.errors import WrongRequest
from smets.scenarios.planning import Scenario
from smets.scenarios.playing import Player, Watcher
from smets.scenarios.results import ScenarioResult
from smets.world.simulation import Simulation, simulate

_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")

SCENARIO_FILE = "scenario.yaml"
RUN_FILE = "run.json"

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
    return SystemConnection(state=state.path, dsp=dsp, emulator=emulator, seed=scenario.seed)


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
            player = await self._play(scenario, simulation.system)
            result = player.result
            if self.record is not None and not (self.only_failures and result.passed):
                keep(simulation, scenario, result, self.record)
                result.kept = self.record
            await self._harvest(player)  # After it was kept: who gathers looks into the Service Audit Trail.
            return result

    async def on(self, scenario: Scenario, connection: SystemConnection) -> ScenarioResult:
        """On a system that runs: its rules and its time, with this fleet beside what stands there."""
        await launch_fleet(scenario.plan, connection)
        async with connect(connection) as system:
            player = await self._play(scenario, system)
            await self._harvest(player)
            return player.result

    async def _play(self, scenario: Scenario, system: System) -> Player:
        player = Player(scenario, system, self.watchers)
        try:
            await player.play()
        except WRONG as error:
            player.result.error = str(error)
        return player

    async def _harvest(self, player: Player) -> None:
        if self.harvest is not None:
            await self.harvest(player)


def keep(simulation: Simulation, scenario: Scenario, result: ScenarioResult, folder: Path) -> None:
    """The run as a state folder, with the scenario: enough to replay it, to go on, and to shrink it.

    What was kept there before of the same scenario and seed makes room.
    """
    if (folder / RUN_FILE).is_file():
        shutil.rmtree(folder)
    simulation.world.save(folder)
    (folder / SCENARIO_FILE).write_text(scenario.text, "utf-8")
    about = {
        "name": scenario.name,
        "seed": scenario.seed,
        "passed": result.passed,
        "failed_steps": sorted({step.number for step, _ in result.failures}),
        "error": result.error,
    }
    (folder / RUN_FILE).write_text(json.dumps(about, indent=2) + "\n", "utf-8")
