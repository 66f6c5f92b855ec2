"""A local system with a fleet that stands, and who its parties are, for tests of what talks to it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from smart_metering.administration import FirmwareFile
from smart_metering.duis.service_requests import UpdateFirmware
from smart_metering.identifiers import Eui, eui_from_number, eui_number
from smart_metering.instants import HOUR_MS
from smets.client.administration import Administration
from smets.client.emulator_control import EmulatorControl
from smets.client.user import User
from smets.fleet.launching import Launched, launch_fleet
from smets.fleet.planning import FleetPlan, plan_fleet
from smets.fleet.reading import read_fleet
from smets.local_system.local_system import LocalSystem, SystemSettings
from smets.local_system.mqtt import MqttSettings

TWO_PREMISES = """
fleets:
  - count: 2
firmware:
  v2: {device_type: ESME, version: 00000002}
"""

HUB, GPF, ESME, GSME, PPMID, HCALCS = range(6)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningSystem:
    """What a test works with; `supplier` is the first party, `network_operator` the second."""

    system: LocalSystem
    plan: FleetPlan
    launched: Launched
    administration: Administration
    emulator: EmulatorControl
    supplier: User
    network_operator: User

    @property
    def v2(self) -> FirmwareFile:
        return self.launched.uploaded["v2"]

    def device(self, position: int, premises: int = 0) -> Eui:
        """The Device at this position of the template."""
        first = eui_number(self.plan.premises[0].eui_from)
        return eui_from_number(first + 16 * premises + position)

    def meters(self) -> tuple[Eui, ...]:
        """The ESMEs of the first premises of the plan."""
        return tuple(self.device(ESME, premises) for premises in range(self.plan.premises[0].count))

    async def distribute_v2(self) -> None:
        """Every meter holds V2, staged."""
        body = UpdateFirmware(
            firmware_file=self.v2.sha256,
            firmware_version=self.v2.firmware_version,
            device_id_list=self.meters(),
        )
        await self.supplier.send("11.1", body=body)
        await self.administration.advance(2 * HOUR_MS)


@asynccontextmanager
async def running(
    state: Path, fleet_file: str = TWO_PREMISES, *, mqtt: MqttSettings | None = None
) -> AsyncIterator[RunningSystem]:
    """Started, launched, and stopped in the end."""
    fleet, lines = read_fleet(fleet_file)
    plan = plan_fleet(fleet, lines)
    settings = SystemSettings(
        state=state,
        organisations=plan.organisations,
        seed=fleet.seed,
        release=fleet.release,
        with_modifications=fleet.with_modifications,
        without_modifications=fleet.without_modifications,
        modifications=fleet.modifications,
        epoch=fleet.clock.epoch,
        rate=fleet.clock.rate,
        mqtt=mqtt,
    )
    async with AsyncExitStack() as stack:
        system = await stack.enter_async_context(LocalSystem(settings))
        connection = system.connection
        launched = await launch_fleet(plan, connection)
        yield RunningSystem(
            system=system,
            plan=plan,
            launched=launched,
            administration=await stack.enter_async_context(connection.administration()),
            emulator=await stack.enter_async_context(connection.emulator_control()),
            supplier=await stack.enter_async_context(connection.user(plan.parties[0].eui)),
            network_operator=await stack.enter_async_context(connection.user(plan.parties[1].eui)),
        )
