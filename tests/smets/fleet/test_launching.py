"""A plan launched into a running system: once, and again without undoing what happened since."""

from itertools import islice
from pathlib import Path

import pytest

from smart_metering.smi_statuses import SmiStatus
from smets.fleet.launching import launch_fleet
from smets.fleet.planning import plan_fleet
from smets.fleet.reading import FleetFileError, read_fleet
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


async def test_new_premises_of_a_known_template_put_nothing_back_on_the_cpl(world: RunningSystem) -> None:
    await world.administration.remove_cpl_entry("ESME-AB01-010A030B-00000001")
    more = TWO_PREMISES.replace("- count: 2", "- count: 2\n  - template: smets2\n    name: more")

    added = await launch_fleet(plan_fleet(*read_fleet(more)), world.system.connection)

    device = await world.administration.read_device(world.device(ESME))
    assert (added.premises, added.cpl_entries) == (1, 0)
    assert device.device.device_status is SmiStatus.SUSPENDED


async def test_premises_that_stand_with_another_count_are_refused_before_anything_is_done(
    world: RunningSystem,
) -> None:
    grown = plan_fleet(*read_fleet(TWO_PREMISES.replace("- count: 2", "- count: 3")))

    with pytest.raises(FleetFileError, match="stand with another count"):
        await launch_fleet(grown, world.system.connection)

    assert len([device async for device in world.administration.devices()]) == 12


async def test_a_launch_that_was_cut_short_is_done_again_whole(world: RunningSystem) -> None:
    more = TWO_PREMISES.replace("- count: 2", "- count: 2\n  - template: smets1\n    count: 2")
    plan = plan_fleet(*read_fleet(more))
    half = islice(plan.premises[1].loaded_devices(), 5)
    await world.administration.load(registrations=plan.premises[1].registrations(), devices=half)

    added = await launch_fleet(plan, world.system.connection)

    assert (added.premises, added.standing) == (2, ("smets2",))
    assert len([device async for device in world.administration.devices()]) == 12 + 10
