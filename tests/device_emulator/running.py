"""A running emulator between a fake DSP and a client of fleet control, for the tests over gRPC."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from grpc import aio

from device_emulator.bootstrap import DeviceEmulator, EmulatorSettings
from smart_metering.administration import PremisesTemplate
from smart_metering.device_types import DeviceType
from smart_metering.identifiers import Eui, eui_from_number, eui_number
from smart_metering.instants import Instant
from smart_metering.pki.certificates import OrganisationRole
from smart_metering.pki.development import CHANGE_OF_SUPPLIER_PARTY
from smart_metering.rpc.v1 import emulator_control_pb2 as pb2
from smart_metering.rpc.v1.emulator_control_pb2_grpc import EmulatorControlStub
from smart_metering.sm_wan import Downlink, DownlinkContent
from smart_metering.use_cases import UseCase
from smart_metering.wire.conversion import to_message
from tests.device_emulator.bench import (
    ACB,
    NETWORK_OPERATOR,
    NOON,
    SUPPLIER,
    Bench,
    gbcs,
)
from tests.device_emulator.fake_dsp import FakeDsp

ROLES = {
    ACB: OrganisationRole.ACCESS_CONTROL_BROKER,
    SUPPLIER: OrganisationRole.SUPPLIER,
    NETWORK_OPERATOR: OrganisationRole.NETWORK_OPERATOR,
    CHANGE_OF_SUPPLIER_PARTY: OrganisationRole.TRANSITIONAL_CHANGE_OF_SUPPLIER,
}


@asynccontextmanager
async def emulator_at(dsp: FakeDsp, settings: EmulatorSettings) -> AsyncIterator[DeviceEmulator]:
    at_dsp = replace(settings, dsp=dsp.address)
    async with DeviceEmulator(at_dsp) as emulator:
        yield emulator


class Control:
    """Fleet control as a client has it."""

    def __init__(self, address: str) -> None:
        self.channel = aio.insecure_channel(address)
        self.stub = EmulatorControlStub(self.channel)

    async def __aenter__(self) -> "Control":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.channel.close()

    async def launch(self, *templates: PremisesTemplate) -> pb2.LaunchSummary:
        messages = [to_message(it, pb2.PremisesTemplate) for it in templates]
        return await self.stub.Launch(pb2.LaunchRequest(templates=messages), timeout=20)

    async def inspect(self, device: Eui) -> pb2.DeviceInside:
        return await self.stub.InspectDevice(pb2.InspectDeviceRequest(device_id=device))


def downlink(device: Eui, content: DownlinkContent, hub: Eui | None = None, at: Instant = NOON) -> Downlink:
    comms_hub = hub or eui_from_number(eui_number(device) // 16 * 16)
    return Downlink(frame=f"to {device}", comms_hub=comms_hub, device=device, at=at, content=content)


def meter(bench: Bench, premises: int = 0) -> Eui:
    return bench.device(DeviceType.ESME, premises)


def read(bench: Bench, premises: int = 0) -> Downlink:
    device = meter(bench, premises)
    return downlink(device, gbcs(bench.read_command(UseCase.ECS52, device)))
