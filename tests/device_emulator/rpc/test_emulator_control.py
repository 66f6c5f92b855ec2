"""Fleet control over loopback: launch, inspect, list, faults and trace, and what is refused."""

import asyncio

import grpc
import pytest
from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (  # type: ignore[import-untyped]
    ProtoReflectionDescriptorDatabase,
)

from device_emulator.bootstrap import EmulatorSettings
from smart_metering.administration import FaultRule
from smart_metering.rpc.v1 import emulator_control_pb2 as pb2
from smart_metering.wire.conversion import to_message
from tests.device_emulator.bench import (
    Bench,
    template,
)
from tests.device_emulator.fake_dsp import FakeDsp
from tests.device_emulator.running import Control, emulator_at, meter, read


async def refused(call: object, code: grpc.StatusCode, why: str) -> None:
    with pytest.raises(aio.AioRpcError) as caught:
        await call  # type: ignore[misc]  # any call of a stub
    assert caught.value.code() is code
    assert why in (caught.value.details() or "")


async def test_what_cannot_be_launched_is_refused(settings: EmulatorSettings) -> None:
    async with FakeDsp() as dsp, emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
        invalid = grpc.StatusCode.INVALID_ARGUMENT
        await refused(control.launch(template(count=0)), invalid, "count 0")
        request = pb2.LaunchRequest(templates=[pb2.PremisesTemplate(name="x", eui_from="no EUI")])
        await refused(control.stub.Launch(request), invalid, "eui_from")

        dsp.refuses.add(template().eui_from)
        await refused(control.launch(template()), grpc.StatusCode.FAILED_PRECONDITION, "no")


async def test_a_device_that_is_not_here_is_not_found(settings: EmulatorSettings, bench: Bench) -> None:
    async with FakeDsp() as dsp, emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
        request = pb2.InspectDeviceRequest(device_id=meter(bench))
        await refused(control.stub.InspectDevice(request), grpc.StatusCode.NOT_FOUND, meter(bench))
        request = pb2.InspectDeviceRequest(device_id="no EUI")
        await refused(control.stub.InspectDevice(request), grpc.StatusCode.INVALID_ARGUMENT, "no EUI")


async def test_devices_are_listed_a_page_at_a_time(settings: EmulatorSettings, bench: Bench) -> None:
    async with FakeDsp() as dsp, emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
        await control.launch(bench.premises)
        found: list[str] = []
        after = ""
        while True:
            request = pb2.ListEmulatedDevicesRequest(after_device_id=after, page_size=8)
            page = await control.stub.ListEmulatedDevices(request)
            found += page.device_ids
            after = page.next_after_device_id
            if not after:
                break

        assert found == emulator.host.emulator.device_ids(None, 100)


async def test_faults_are_set_listed_and_cleared_and_survive_a_restart(
    settings: EmulatorSettings, bench: Bench
) -> None:
    rules = pb2.FaultRules(
        rules=[
            to_message(FaultRule(name=name, fate="lose", one_in=1, references=("11.2",)), pb2.FaultRule)
            for name in ("one", "two")
        ]
    )
    async with FakeDsp() as dsp:
        async with emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
            await control.launch(bench.premises)
            assert await control.stub.SetFaults(rules) == rules
            spoilt = pb2.FaultRules(rules=[pb2.FaultRule(name="bad", fate="eaten", next=1)])
            await refused(control.stub.SetFaults(spoilt), grpc.StatusCode.INVALID_ARGUMENT, "eaten")
            dsp.send(read(bench))
            assert (await dsp.pass_barrier()).uplinks_sent == 0

        async with emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
            assert await control.stub.ListFaults(pb2.ListFaultsRequest()) == rules
            left = await control.stub.ClearFaults(pb2.ClearFaultsRequest(names=["one"]))
            assert [rule.name for rule in left.rules] == ["two"]


async def test_the_trace_counts_devices_and_messages(settings: EmulatorSettings, bench: Bench) -> None:
    async with FakeDsp() as dsp, emulator_at(dsp, settings) as emulator, Control(emulator.address) as control:
        await control.launch(bench.premises)
        dsp.send(read(bench), read(bench, 1))
        await dsp.pass_barrier()

        trace = await control.stub.ReadTrace(pb2.ReadTraceRequest())

        assert (trace.devices, trace.messages, len(trace.hash)) == (2, 4, 32)


async def test_health_and_reflection_tell_of_the_service(settings: EmulatorSettings) -> None:
    async with FakeDsp() as dsp, emulator_at(dsp, settings) as emulator:
        async with aio.insecure_channel(emulator.address) as channel:
            answer = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())

        def services() -> list[str]:
            with grpc.insecure_channel(emulator.address) as channel:
                return list(ProtoReflectionDescriptorDatabase(channel).get_services())

        assert answer.status == health_pb2.HealthCheckResponse.SERVING
        assert "smart_metering.rpc.v1.EmulatorControl" in await asyncio.to_thread(services)
