"""A system within this process, on virtual time: what `connect` gives of servers, of a world.

async with simulate(plan) as simulation:
    supplier = simulation.system.user("supplier")
    ...
    simulation.world.save(folder)
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from smart_metering.identifiers import Eui, parse_request_id
from smets.client.connection import Address
from smets.client.counters import CountersToShare
from smets.fleet.launching import Launched, launch_fleet
from smets.fleet.planning import FleetPlan
from smets.local_system.connection import COUNTERS, SystemConnection
from smets.local_system.state_folder import StateFolder
from smets.local_system.system import System, connect
from smets.world.launching import settings_of
from smets.world.served import ServedWorld
from smets.world.world import World

HERE = "this process"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldConnection(SystemConnection):
    """Lines to a world within this process, which counts RequestIDs beyond those that the world has seen."""

    served: ServedWorld
    _counters: dict[Eui, CountersToShare] = field(default_factory=dict)

    def counters(self, eui: Eui) -> CountersToShare:
        if eui not in self._counters:
            path = StateFolder(self.state).party(eui) / COUNTERS
            self._counters[eui] = CountersToShare(path, _used_by(eui, self.served.world))
        return self._counters[eui]

    def share(self) -> None:
        """Other processes may ask in the names of its parties from now on."""
        for party in self.served.world.engine.state.parties.values():
            self.counters(party.eui).share()

    @property
    def at_dsp(self) -> Address:
        return self.served.dsp

    @property
    def at_emulator(self) -> Address:
        return self.served.emulator


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """`served` can open it to other processes (`listen`)."""

    system: System
    served: ServedWorld
    launched: Launched | None = None

    @property
    def world(self) -> World:
        return self.served.world


def _used_by(eui: Eui, world: World) -> dict[Eui, int]:
    """The largest counter of a party for each target, of the RequestIDs that the DSP knows as used."""
    largest: dict[Eui, int] = {}
    for key in world.engine.state.used_requests:
        request_id = parse_request_id(key.partition("|")[0])
        if request_id.originator == eui:
            largest[request_id.target] = max(largest.get(request_id.target, 0), request_id.counter)
    return largest


@asynccontextmanager
async def simulate(plan: FleetPlan) -> AsyncIterator[Simulation]:
    """A new system in which the fleet stands. Raises FleetFileError and SmetsError."""
    settings = settings_of(plan)
    with World(settings) as world:
        async with open_world(world) as opened:
            launched = await launch_fleet(plan, opened.system.connection)
            await opened.system.read_parties()
            yield Simulation(system=opened.system, served=opened.served, launched=launched)


@asynccontextmanager
async def open_world(world: World) -> AsyncIterator[Simulation]:
    """A world that is there, as a system; the keys of its parties stand in a folder as long."""
    settings = world.settings
    with TemporaryDirectory(prefix="smets-simulation-") as name:
        state = StateFolder(Path(name))
        state.give(settings.given)
        state.prepare(settings.seed, settings.acb, settings.organisations)
        async with ServedWorld(world) as served:
            connection = WorldConnection(
                state=state.path,
                dsp=HERE,
                emulator=HERE,
                seed=settings.seed,
                acb=settings.acb,
                served=served,
            )
            async with connect(connection) as system:
                yield Simulation(system=system, served=served)
