"""One DSP and two emulators of the same PKI: each serves its own premises, and one clock moves both."""

from pathlib import Path

from smart_metering.duis.service_requests import ReadFirmwareVersion
from smart_metering.identifiers import parse_eui
from smets.fleet.launching import launch_fleet
from smets.fleet.planning import plan_fleet
from smets.fleet.reading import read_fleet
from smets.local_system.local_system import LocalSystem, SystemSettings

FIRST = "fleets: [{template: smets2, name: first}]"
SECOND = "fleets: [{template: smets2, name: second, eui_from: 00-DB-12-34-00-01-00-00}]"
METERS = (parse_eui("00-DB-12-34-00-00-00-02"), parse_eui("00-DB-12-34-00-01-00-02"))


async def test_an_emulator_attaches_to_a_dsp_that_runs(tmp_path: Path) -> None:
    first, second = (plan_fleet(*read_fleet(text)) for text in (FIRST, SECOND))
    one = LocalSystem(SystemSettings(state=tmp_path / "one", organisations=first.organisations))
    async with one:
        await launch_fleet(first, one.connection)
        settings = SystemSettings(
            state=tmp_path / "two",
            organisations=second.organisations,
            running_dsp=one.connection.dsp,
            host="second",
        )
        async with (
            LocalSystem(settings) as two,
            one.connection.administration() as administration,
            one.connection.user(first.parties[0].eui) as supplier,
        ):
            await launch_fleet(second, two.connection)

            await supplier.send_many("11.2", {meter: ReadFirmwareVersion() for meter in METERS})
            state = await administration.advance(0)
            answered = {row.message.request_id.split(":")[1] for row in await supplier.received()}  # type: ignore[union-attr]

    assert state.hosts == 2
    assert answered == set(METERS)
