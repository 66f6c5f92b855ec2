"""Nonsense from every side over real gRPC: each is told what was wrong, and the system goes on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
import pytest_asyncio
from google.protobuf.message import Message
from grpc import aio

from smart_metering.administration import FaultRule
from smart_metering.command_variants import CommandVariant
from smart_metering.duis.service_requests import MAXIMUM_DEVICE_IDS, UpdateFirmware
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.identifiers import Eui, eui_from_number
from smart_metering.instants import MINUTE_MS
from smart_metering.ota.image import MAXIMUM_FIRMWARE_FILE_OCTETS
from smart_metering.response_codes import ResponseCode
from smart_metering.rpc.v1 import dcc_user_interface_pb2 as users_pb2
from smart_metering.rpc.v1 import emulator_control_pb2 as control_pb2
from smart_metering.rpc.v1 import service_request_pb2, sm_wan_pb2
from smart_metering.sm_wan import Gbcs, Smets1Response, Uplink, UplinkContent
from smart_metering.wire.conversion import to_message
from tests.dsp.rpc.test_server import break_listener
from tests.support.dsp_premises import DISTRIBUTOR, NOWHERE, STRANGER, SUPPLIER, V1, V2
from tests.support.hand_made_device import ACB
from tests.support.processes import (
    ATTACHED,
    PATIENCE_SECONDS,
    Settings,
    System,
    as_user,
    comms_hub,
    meter,
    running,
    template,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

PREMISES = 3  # the first is left alone: after each test its meter answers
VICTIM, VICTIMS_HUB = meter(1), comms_hub(1)
NEW_HUB = Eui("00-DB-12-34-56-78-FF-00")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def the_system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    folder: Path = tmp_path_factory.mktemp("bad input")
    async with running(Settings(folder=folder, premises=PREMISES)) as system:
        yield system


@pytest_asyncio.fixture(loop_scope="module")
async def system(the_system: System) -> AsyncIterator[System]:
    """The one system of all these tests; after each of them it must still serve."""
    yield the_system
    position = len(await the_system.received())
    good = await the_system.ask(the_system.read_version(meter()))
    await the_system.advance(MINUTE_MS)
    (response,) = await the_system.inbox(after=position)
    assert isinstance(response, ServiceResponse)
    assert (response.request_id, response.response_code) == (good.request_id, ResponseCode.I0)


async def refusal(call: Callable[[], object]) -> tuple[grpc.StatusCode, str]:
    """With what status a call ends, and what the caller is told."""
    with pytest.raises(aio.AioRpcError) as refused:
        await call()  # type: ignore[misc]  # a call of gRPC is awaitable
    return refused.value.code(), refused.value.details() or ""


# --- Users


def update(system: System, devices: tuple[Eui, ...] = (), **body: object) -> service_request_pb2.ServiceRequest:
    content = UpdateFirmware(firmware_version=V2, device_id_list=devices or (meter(),), **body)  # type: ignore[arg-type]
    request = system.request("11.1", content, target=ACB, variant=CommandVariant.NON_DEVICE)
    return to_message(request, service_request_pb2.ServiceRequest)


@pytest.mark.parametrize(
    "image",
    [b"no firmware file", bytes(MAXIMUM_FIRMWARE_FILE_OCTETS + 1)],
    ids=["unreadable", "too large"],
)
async def test_an_image_that_is_none_is_answered_e110105(system: System, image: bytes) -> None:
    answer = await system.users.NonDevice(
        update(system, firmware_image=image), metadata=as_user(SUPPLIER), timeout=PATIENCE_SECONDS
    )

    assert answer.response_code == ResponseCode.E110105


async def test_a_file_without_an_end_is_cut_off_with_a_reason(system: System) -> None:
    sent = 0

    async def endless() -> AsyncIterator[users_pb2.FirmwareChunk]:
        nonlocal sent
        while True:
            sent += 1
            yield users_pb2.FirmwareChunk(content=bytes(256 * 1024))

    call = system.users.UploadFirmware(endless(), metadata=as_user(SUPPLIER), timeout=PATIENCE_SECONDS)
    status, details = await refusal(lambda: call)

    assert status is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert str(MAXIMUM_FIRMWARE_FILE_OCTETS) in details.replace(",", "").replace("_", "")


async def test_more_devices_than_a_list_holds_are_refused(system: System) -> None:
    devices = tuple(eui_from_number(number) for number in range(MAXIMUM_DEVICE_IDS + 1))

    answer = await system.users.NonDevice(
        update(system, devices, firmware_file="0" * 64), metadata=as_user(SUPPLIER), timeout=PATIENCE_SECONDS
    )

    assert answer.response_code == ResponseCode.E100
    assert "50000" in answer.decision.row.replace(",", "").replace("_", "")


async def test_a_device_that_the_smi_does_not_know_is_answered_e19(system: System) -> None:
    assert (await system.ask(system.read_version(NOWHERE))).response_code is ResponseCode.E19


async def test_who_speaks_for_another_is_answered_e1(system: System) -> None:
    answer = await system.ask(system.read_version(meter()), by=DISTRIBUTOR)

    assert answer.response_code is ResponseCode.E1


@pytest.mark.parametrize(
    "request_id", ["", "1:2", f"{SUPPLIER}:no meter:1", f"{SUPPLIER}:{meter()}:01", f"{SUPPLIER}:{meter()}:-1"]
)
async def test_a_request_id_that_is_none_is_answered_e100_and_why(system: System, request_id: str) -> None:
    message = to_message(system.read_version(meter()), service_request_pb2.ServiceRequest)
    message.request_id = request_id

    answer = await system.users.SendCommand(message, metadata=as_user(SUPPLIER), timeout=PATIENCE_SECONDS)

    assert (answer.response_code, answer.request_id) == (ResponseCode.E100, request_id)
    assert "request_id: " in answer.decision.row
    assert "expected" in answer.decision.row


@pytest.mark.parametrize(
    ("metadata", "what"),
    [
        ((), "expected one metadata entry 'user-id'"),
        ((*as_user(SUPPLIER), *as_user(SUPPLIER)), "found 2"),
        (as_user("me"), "expected 8 octets"),
        (as_user(STRANGER), f"{STRANGER} is no party that is loaded"),
    ],
    ids=["nobody", "two", "no EUI", "a stranger"],
)
async def test_a_caller_whom_nobody_knows_is_told_what_is_expected(
    system: System, metadata: tuple[tuple[str, str], ...], what: str
) -> None:
    message = to_message(system.read_version(meter()), service_request_pb2.ServiceRequest)

    status, details = await refusal(
        lambda: system.users.SendCommand(message, metadata=metadata, timeout=PATIENCE_SECONDS)
    )

    assert status is grpc.StatusCode.UNAUTHENTICATED
    assert what in details


async def test_a_message_beyond_the_limit_is_refused(system: System) -> None:
    status, details = await refusal(
        lambda: system.users.NonDevice(
            update(system, firmware_image=bytes(17 * 1024 * 1024)),
            metadata=as_user(SUPPLIER),
            timeout=PATIENCE_SECONDS,
        )
    )

    assert status is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "larger than max" in details


async def test_a_batch_of_too_many_requests_is_refused_and_none_is_taken(system: System) -> None:
    position = len(await system.received())
    requests = [
        to_message(system.read_version(meter()), service_request_pb2.ServiceRequest) for _ in range(10_001)
    ]
    call = system.users.Submit(metadata=as_user(SUPPLIER), timeout=PATIENCE_SECONDS)
    await call.write(users_pb2.SubmitBatch(requests=requests))

    assert await call.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "10001 in one batch, expected at most 10000" in (await call.details() or "")
    await system.advance(MINUTE_MS)
    assert await system.received(after=position) == []


# --- hosts of the SM WAN


class RawHost:
    """A stream of the SM WAN that a test writes itself."""

    def __init__(self, system: System) -> None:
        self.call = system.sm_wan.Attach(timeout=PATIENCE_SECONDS)
        self.sequence = 0

    async def attach(self, name: str, *comms_hubs: str) -> sm_wan_pb2.HubsAttached:
        attachment = sm_wan_pb2.Attachment(host=name, comms_hubs=comms_hubs)
        await self.call.write(sm_wan_pb2.FromHubs(attachment=attachment))
        return (await self.next("hubs_attached")).hubs_attached

    async def uplink(self, hub: Eui, device: Eui, content: UplinkContent) -> None:
        self.sequence += 1
        uplink = Uplink(sequence=self.sequence, comms_hub=hub, device=device, at=0, content=content)  # type: ignore[arg-type]
        batch = sm_wan_pb2.UplinkBatch(uplinks=[to_message(uplink, sm_wan_pb2.Uplink)])
        await self.call.write(sm_wan_pb2.FromHubs(uplinks=batch))

    async def next(self, kind: str) -> sm_wan_pb2.ToHubs:
        """The next frame of this kind; those before it are passed over."""
        while True:
            frame = await self.call.read()
            assert isinstance(frame, sm_wan_pb2.ToHubs), await self.call.details()
            if frame.WhichOneof("content") == kind:
                return frame


@asynccontextmanager
async def raw_host(system: System) -> AsyncIterator[RawHost]:
    """The stream, broken off afterwards; the emulator then takes its hubs back."""
    host = RawHost(system)
    try:
        yield host
    finally:
        host.call.cancel()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (Gbcs(gbcs=b"\xde\xad\xbe\xef"), "cannot be read"),
        (Gbcs(gbcs=b""), "cannot be read"),
        (
            Smets1Response(
                originator=SUPPLIER, counter=1, service_reference_variant="11.2", success=True,
                firmware_version=V2,
            ),
            "",
        ),
    ],
    ids=["malformed", "empty", "of a SMETS1 Device"],
)  # fmt: skip
async def test_what_a_hub_makes_up_is_observed_and_teaches_nothing(
    system: System, content: UplinkContent, what: str
) -> None:
    before, position = await system.smi(VICTIM), len(await system.received())
    reading = await system.ask(system.read_version(VICTIM))
    assert reading.response_code is ResponseCode.I99

    async with raw_host(system) as host:
        await host.attach(f"malformed {what}", VICTIMS_HUB)
        await host.uplink(VICTIMS_HUB, VICTIM, content)
        assert (await host.next("uplinks_taken")).uplinks_taken.sequence == 1

    await system.dsp.logged(what)
    assert await system.smi(VICTIM) == before
    assert await system.received(after=position) == []
