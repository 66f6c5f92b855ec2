"""What is done to Devices by hand, over loopback: it happens, is kept, and what cannot be done is refused."""

import grpc
import pytest
from grpc import aio

from device_emulator.bootstrap import EmulatorSettings
from smart_metering.device_types import DeviceType
from smart_metering.gbcs.generic_alerts import decode_generic_alert
from smart_metering.gbcs.message import decode
from smart_metering.instants import DAY_MS, HOUR_MS, Instant
from smart_metering.rpc.v1 import emulator_control_pb2 as pb2
from smart_metering.sm_wan import Gbcs, Receipt
from tests.device_emulator.bench import NOON, SUPPLIER, Bench
from tests.device_emulator.fake_dsp import FakeDsp
from tests.device_emulator.running import Control, emulator_at, meter, read

PRECONDITION, INVALID = grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.INVALID_ARGUMENT


async def refused(call: object, code: grpc.StatusCode, why: str) -> None:
    with pytest.raises(aio.AioRpcError) as caught:
        await call  # type: ignore[misc]  # any call of a stub
    assert caught.value.code() is code
    assert why in (caught.value.details() or "")


async def power(control: Control, device: str, to: str) -> pb2.DeviceInside:
    return await control.stub.SwitchDevicePower(pb2.DevicePowerSwitch(device_id=device, power=to))


async def hub_power(control: Control, hub: str, to: str) -> pb2.HubInside:
    return await control.stub.SwitchHubPower(pb2.HubPowerSwitch(comms_hub=hub, power=to))


async def test_a_device_is_switched_off_and_on(settings: EmulatorSettings, bench: Bench) -> None:
    async with FakeDsp() as dsp, emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
        await control.launch(bench.premises)
        await dsp.pass_barrier()
        device = meter(bench)

        off = await power(control, device, "off")
        dsp.send(read(bench))
        await dsp.pass_barrier(Instant(NOON + HOUR_MS))
        on = await power(control, device, "on")

        assert (off.off_since, on.HasField("off_since")) == (NOON, False)
        assert [event.code for event in on.log] == [0x8F57, 0x8F36]
        await dsp.until(lambda: len(dsp.uplinks) == 2)
        assert isinstance(dsp.uplinks[0].content, Receipt)
        assert not dsp.uplinks[0].content.delivered
        assert (await power(control, device, "off-at-activation")).cut_at_activation


async def test_a_hub_is_switched_off_listed_and_switched_on(settings: EmulatorSettings, bench: Bench) -> None:
    async with FakeDsp() as dsp, emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
        await control.launch(bench.premises)
        await dsp.pass_barrier()

        off = await hub_power(control, bench.hub, "off")
        dsp.send(read(bench))
        await dsp.pass_barrier()
        await control.stub.TamperWithDevice(pb2.DeviceTampering(device_id=meter(bench), tamper="cover"))
        shown = await control.stub.InspectHub(pb2.InspectHubRequest(comms_hub=bench.hub))

        assert (off.off_since, off.attached) == (NOON, True)
        assert dsp.uplinks == []
        assert {row.device_id: row.messages_kept for row in shown.devices}[meter(bench)] == 1
        await hub_power(control, bench.hub, "on")
        await dsp.until(lambda: len(dsp.uplinks) == 1)
        (uplink,) = dsp.uplinks
        assert isinstance(uplink.content, Gbcs)
        alert = decode(uplink.content.gbcs)
        assert alert.target == SUPPLIER
        assert decode_generic_alert(False, alert.payload).alert_code == 0x8F74


async def test_hubs_are_listed_a_page_at_a_time(settings: EmulatorSettings, bench: Bench) -> None:
    async with FakeDsp() as dsp, emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
        await control.launch(bench.premises)
        hubs = list(emulator.host.emulator.comms_hubs())
        await power(control, bench.device(DeviceType.PPMID, 1), "off")

        first = await control.stub.ListHubs(pb2.ListHubsRequest(page_size=2))
        rest = await control.stub.ListHubs(
            pb2.ListHubsRequest(page_size=2, after_comms_hub=first.next_after_comms_hub)
        )

        listed = [*first.hubs, *rest.hubs]
        assert [hub.comms_hub for hub in listed] == hubs
        assert [hub.devices_off for hub in listed] == [0, 1, 0]
        assert (first.next_after_comms_hub, rest.next_after_comms_hub) == (hubs[1], "")
        assert all(hub.attached for hub in listed)


async def test_a_hub_that_the_dsp_refuses_is_not_attached(settings: EmulatorSettings, bench: Bench) -> None:
    async with FakeDsp() as dsp, emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
        dsp.refuses.add(bench.hub)
        with pytest.raises(aio.AioRpcError):
            await control.launch(bench.premises)

        listed = await control.stub.ListHubs(pb2.ListHubsRequest())

        assert [hub.attached for hub in listed.hubs] == [False, True, True]


async def test_what_is_done_outlives_the_process(settings: EmulatorSettings, bench: Bench) -> None:
    device = meter(bench)
    async with FakeDsp() as dsp:
        async with emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
            await control.launch(bench.premises)
            await dsp.pass_barrier()
            await hub_power(control, bench.hub, "off")
            await control.stub.SetDeviceClock(pb2.DeviceClockSetting(device_id=device, ahead=-HOUR_MS))
            await control.stub.TamperWithDevice(pb2.DeviceTampering(device_id=device, tamper="magnet"))
            before = await control.inspect(device)

        async with emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
            await dsp.until(lambda: dsp.streams == 2)
            await dsp.pass_barrier()
            assert await control.inspect(device) == before
            assert (before.hub_off_since, before.clock_ahead) == (NOON, -HOUR_MS)
            assert [(event.at, event.code) for event in before.log] == [(NOON - HOUR_MS, 0x8F75)]
            await hub_power(control, bench.hub, "on")
            await dsp.until(lambda: len(dsp.uplinks) == 1)


async def test_a_clock_is_set_to_a_reading(settings: EmulatorSettings, bench: Bench) -> None:
    async with FakeDsp() as dsp, emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
        await control.launch(bench.premises)
        await dsp.pass_barrier()

        setting = pb2.DeviceClockSetting(device_id=meter(bench), reading=NOON + DAY_MS)

        assert (await control.stub.SetDeviceClock(setting)).clock_ahead == DAY_MS


async def test_what_cannot_be_done_is_refused(settings: EmulatorSettings, bench: Bench) -> None:
    async with FakeDsp() as dsp, emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
        await control.launch(bench.premises)
        device, stub = meter(bench), control.stub

        await refused(power(control, device, "on"), PRECONDITION, "on already")
        await refused(power(control, bench.hub, "off"), PRECONDITION, "switch that")
        await refused(power(control, device, "Off"), INVALID, "expected one of on, off, off-at-activation")
        await refused(hub_power(control, device, "off"), PRECONDITION, "not a Comms Hub but a SMETS2+ ESME")
        await refused(hub_power(control, bench.hub, "off-at-activation"), INVALID, "expected one of on, off")
        tampering = pb2.DeviceTampering(device_id=bench.device(DeviceType.IHD), tamper="cover")
        await refused(stub.TamperWithDevice(tampering), PRECONDITION, "what it has: none")
        tampering = pb2.DeviceTampering(device_id=device, tamper="lid")
        await refused(stub.TamperWithDevice(tampering), INVALID, "expected one of cover, terminal-cover")
        await refused(
            stub.SetDeviceClock(pb2.DeviceClockSetting(device_id=device)), INVALID, "ahead or reading"
        )
        far = pb2.DeviceClockSetting(device_id=device, ahead=2**62)
        await refused(stub.SetDeviceClock(far), PRECONDITION, "cannot read that")
        nowhere = "00-DB-12-34-56-78-9F-00"
        await refused(power(control, nowhere, "off"), grpc.StatusCode.NOT_FOUND, nowhere)
        await refused(
            stub.InspectHub(pb2.InspectHubRequest(comms_hub=device)), grpc.StatusCode.NOT_FOUND, device
        )
        await refused(stub.ListHubs(pb2.ListHubsRequest(after_comms_hub="first")), INVALID, "first")
        assert not (await control.inspect(device)).HasField("off_since")
