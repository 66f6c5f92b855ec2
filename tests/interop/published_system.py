"""A system whose parties have the published keys of DCC's test organisations, with one premises to talk to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from typer.testing import CliRunner

from smart_metering.identifiers import Eui
from smets.cli.__main__ import application
from smets.fleet.launching import launch_fleet
from smets.fleet.planning import plan_fleet
from smets.fleet.reading import read_fleet
from smets.local_system.connection import SystemConnection
from smets.local_system.duis import NO_DUIS, Duis
from smets.local_system.local_system import LocalSystem, SystemSettings
from smets.local_system.state_folder import StateFolder

SUPPLIER = Eui("90-B3-D5-1F-30-01-00-00")
HUB, GPF, METER, GAS_METER, PPMID, HCALCS = (Eui(f"00-DB-12-34-00-00-00-{place:02X}") for place in range(6))

FLEET = """
clock: {epoch: 2030-01-01T00:00:00Z}  # DCC's templates have dates of execution soon after
fleets: [{template: smets2}]
"""


def imported_into(state: Path, key_store_file: Path) -> str:
    """What `smets pki import` says of the key store of DCC's package."""
    done = CliRunner().invoke(application(), ["pki", "import", str(key_store_file), "--state", str(state)])
    assert done.exit_code == 0, done.output
    return done.output


@asynccontextmanager
async def published_system(
    state: Path, key_store_file: Path, *, duis: Duis = NO_DUIS, rate: float = 0.0
) -> AsyncIterator[SystemConnection]:
    """It takes DUIS XML as `duis` says, and is the SMKI Repository of its Devices."""
    await asyncio.to_thread(imported_into, state, key_store_file)
    plan = plan_fleet(*read_fleet(FLEET), given=StateFolder(state).given)
    settings = SystemSettings(
        state=state,
        organisations=plan.organisations,
        epoch=plan.fleet.clock.epoch,
        rate=rate,
        smki_listen="127.0.0.1:0",
        duis=duis,
    )
    async with LocalSystem(settings) as system:
        await launch_fleet(plan, system.connection)
        yield system.connection
