"""Who runs an emulator: Devices inside, faults on the link, the trace."""

import pytest

from smart_metering.administration import FaultRule
from smart_metering.identifiers import Eui
from smets.client.errors import NotThere, Refused
from tests.smets.running_system import ESME, RunningSystem

RULE = FaultRule(name="one", fate="lose", next=1)


async def test_a_device_is_looked_inside(world: RunningSystem) -> None:
    inside = await world.emulator.inspect(world.device(ESME))

    assert (inside.firmware_version, inside.esme_variant) == ("00000001", "AD")
    assert inside.comms_hub == world.device(0)
    with pytest.raises(NotThere, match="no premises"):
        await world.emulator.inspect(Eui("90-B3-D5-1F-30-77-00-00"))


async def test_the_emulator_and_the_smi_hold_the_same_devices(world: RunningSystem) -> None:
    here = [device_id async for device_id in world.emulator.device_ids()]
    there = [row.device.device_id async for row in world.administration.devices()]

    assert here == there
    assert [device_id async for device_id in world.emulator.device_ids(after=here[5])] == here[6:]


async def test_faults_are_set_listed_and_cleared(world: RunningSystem) -> None:
    assert await world.emulator.set_faults([RULE]) == [RULE]
    assert await world.emulator.faults() == [RULE]
    assert await world.emulator.clear_faults(["one"]) == []
    with pytest.raises(Refused, match="expected one of lose"):
        await world.emulator.set_faults([FaultRule(name="x", fate="loose", next=1)])


async def test_the_trace_changes_with_what_happens(world: RunningSystem) -> None:
    before = await world.emulator.trace()

    await world.supplier.send("11.2", world.device(ESME))
    await world.administration.advance(0)

    after = await world.emulator.trace()
    assert before.messages == 0
    assert after.messages > 0
    assert after.hash != before.hash


async def test_a_launch_that_stands_already_is_no_fault(world: RunningSystem) -> None:
    template = world.plan.premises[0].template

    summary = await world.emulator.launch([template])

    assert (summary.premises, summary.devices) == (2, 12)
