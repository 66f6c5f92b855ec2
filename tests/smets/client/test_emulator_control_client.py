"""Who runs an emulator: Devices inside, faults on the link, the trace."""

import pytest

from smart_metering.administration import FaultRule
from smart_metering.duis.service_responses import DeviceAlert
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
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


async def test_devices_and_hubs_are_switched_and_looked_at(world: RunningSystem) -> None:
    meter, hub = world.device(ESME), world.device(0)

    off = await world.emulator.switch_power(meter, "off")
    hub_off = await world.emulator.switch_hub_power(hub, "off")
    listed = [row async for row in world.emulator.hubs()]
    hub_on = await world.emulator.switch_hub_power(hub, "on")
    on = await world.emulator.switch_power(meter, "on")

    assert (off.off_since, on.off_since) == (hub_off.off_since, None)
    assert off.off_since is not None
    assert (hub_on.off_since, hub_on.attached) == (None, True)
    assert [(row.comms_hub, row.devices_off) for row in listed] == [(hub, 1), (world.device(0, 1), 0)]
    assert [row.device_id for row in (await world.emulator.inspect_hub(hub)).devices][2] == meter
    assert [row async for row in world.emulator.hubs(after=hub)] == listed[1:]
    with pytest.raises(Refused, match="on already"):
        await world.emulator.switch_power(meter, "on")
    with pytest.raises(NotThere, match="whose hub is"):
        await world.emulator.inspect_hub(meter)


async def test_a_tampered_meter_tells_its_supplier(world: RunningSystem) -> None:
    inside = await world.emulator.tamper(world.device(ESME), "terminal-cover")
    await world.administration.advance(0)

    alerts = [it.message for it in await world.supplier.received()]
    assert (inside.log[-1].code, inside.log[-1].name[-22:]) == (0x8F76, "Terminal Cover Removed")
    assert [it.alert_code for it in alerts if isinstance(it, DeviceAlert)][-1] == 0x8F76


async def test_the_clock_of_a_device_is_set_wrong_and_right(world: RunningSystem) -> None:
    meter = world.device(ESME)
    now = (await world.administration.clock.now()).now

    fast = await world.emulator.set_device_clock(meter, ahead_ms=5_000)
    slow = await world.emulator.set_device_clock(meter, reading=Instant(now - 60_000))
    right = await world.emulator.set_device_clock(meter)

    assert (fast.clock_ahead, slow.clock_ahead, right.clock_ahead) == (5_000, -60_000, 0)
