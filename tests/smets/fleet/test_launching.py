"""A plan launched into a running system: once, and again without undoing what happened since."""

from pathlib import Path

from smart_metering.smi_statuses import SmiStatus
from smets.fleet.launching import launch_fleet
from smets.fleet.planning import plan_fleet
from smets.fleet.reading import read_fleet
from tests.smets.running_system import ESME, TWO_PREMISES, RunningSystem, running


async def test_a_launch_loads_the_smi_the_cpl_the_firmware_and_the_faults(tmp_path: Path) -> None:
    async with running(tmp_path, TWO_PREMISES + "faults:\n  - preset: one-in-five-11.3\n") as world:
        launched = world.launched

        assert (launched.premises, launched.devices, launched.standing) == (2, 12, ())
        assert launched.cpl_entries == 7
        assert [rule.name for rule in await world.emulator.faults()] == ["one-in-five-11.3"]
        assert (tmp_path / "firmware" / "v2.ota").stat().st_size == launched.uploaded["v2"].size


async def test_a_second_launch_leaves_what_stands_as_it_has_become(world: RunningSystem) -> None:
    await world.administration.remove_cpl_entry("ESME-AB01-010A030B-00000001")

    again = await launch_fleet(world.plan, world.system.connection)

    device = await world.administration.read_device(world.device(ESME))
    assert (again.premises, again.standing, again.cpl_entries) == (0, ("smets2",), 0)
    assert device.device.device_status is SmiStatus.SUSPENDED


async def test_premises_that_are_new_are_added_to_those_that_stand(world: RunningSystem) -> None:
    fleet, lines = read_fleet(TWO_PREMISES.replace("- count: 2", "- count: 2\n  - template: smets1"))

    added = await launch_fleet(plan_fleet(fleet, lines), world.system.connection)

    assert (added.premises, added.devices, added.standing) == (1, 5, ("smets2",))
    assert len([device async for device in world.administration.devices()]) == 12 + 5


async def test_a_file_that_the_dsp_cannot_read_is_said_to_be_refused(tmp_path: Path) -> None:
    broken = "firmware:\n  bad: {device_type: ESME, version: 00000002, defect: truncated}\n"

    async with running(tmp_path, broken) as world:
        assert "not a firmware file" in world.launched.refused_firmware["bad"]
