"""The doors of Users: who is calling, what cannot be read, batches in order, and streams that miss nothing."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest
from grpc import aio

from smart_metering.command_variants import CommandVariant
from smart_metering.duis.inventory_requests import ReadInventory
from smart_metering.duis.service_requests import UpdateFirmware
from smart_metering.duis.service_responses import DspInventory, GbcsPayload, ServiceResponse
from smart_metering.marks import Mark
from smart_metering.ota.image import MAXIMUM_FIRMWARE_FILE_OCTETS, file_digest
from smart_metering.ota.image import encode as encode_firmware_file
from smart_metering.response_codes import ResponseCode
from smart_metering.rpc.v1 import dcc_user_interface_pb2 as pb2
from smart_metering.rpc.v1 import self_service_interface_pb2, service_request_pb2
from smart_metering.wire.conversion import from_message
from tests.dsp.rpc.loopback import Dcc, HandHeldHost, as_user, running
from tests.support.dsp_premises import ESME, STRANGER, SUPPLIER, V2, firmware_file
from tests.support.hand_made_device import ACB

FIRMWARE = encode_firmware_file(firmware_file(V2))


def chunks(*contents: bytes) -> AsyncIterator[pb2.FirmwareChunk]:
    async def upload() -> AsyncIterator[pb2.FirmwareChunk]:
        for content in contents:
            yield pb2.FirmwareChunk(content=content)

    return upload()


# --- who is calling


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ((), "expected one metadata entry 'user-id'"),
        (as_user("me"), "expected 8 octets in hex"),
        (as_user(STRANGER), f"{STRANGER} is no party that is loaded"),
        (as_user(SUPPLIER) + as_user(SUPPLIER), "found 2"),
    ],
)
async def test_a_caller_that_nobody_knows_is_refused_and_told_what_was_expected(
    dcc: Dcc, metadata: tuple[tuple[str, str], ...], expected: str
) -> None:
    with pytest.raises(aio.AioRpcError) as refused:
        await dcc.users.SendCommand(dcc.read_version(), metadata=metadata)

    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert expected in (refused.value.details() or "")


async def test_every_door_of_users_asks_who_is_calling(dcc: Dcc) -> None:
    calls = (
        dcc.users.Transform(dcc.read_version()),
        dcc.users.NonDevice(dcc.read_version()),
        dcc.users.UploadFirmware(),
        dcc.ssi.ReadDevice(self_service_interface_pb2.ReadDeviceRequest(device_id=ESME)),
        dcc.ssi.ListDevices(self_service_interface_pb2.ListDevicesRequest()),
        dcc.ssi.QueryServiceAuditTrail(self_service_interface_pb2.ServiceAuditTrailQuery()),
    )

    for call in calls:
        with pytest.raises(aio.AioRpcError) as refused:
            await call
        assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_a_user_id_may_be_written_in_lower_case(dcc: Dcc) -> None:
    answer = await dcc.users.SendCommand(dcc.read_version(), metadata=as_user(SUPPLIER.lower()))

    assert answer.response_code == "I99"


# --- what is sent


async def test_a_request_is_answered_by_its_service(dcc: Dcc) -> None:
    acknowledged = await dcc.send(dcc.read_version())
    misdirected = await dcc.non_device(dcc.read_version())
    inventory = await dcc.non_device(
        dcc.request("8.2", ReadInventory(device_id=ESME), target=ACB, variant=CommandVariant.NON_DEVICE)
    )

    assert acknowledged.response_code is ResponseCode.I99
    assert misdirected.response_code is ResponseCode.E13
    assert isinstance(inventory.body, DspInventory)


async def test_a_request_that_cannot_be_read_is_answered_e100_with_every_fault(dcc: Dcc) -> None:
    request = service_request_pb2.ServiceRequest(
        request_id="nonsense", command_variant=1, service_reference_variant="11.2"
    )

    answer = await dcc.send(request)

    assert answer.response_code is ResponseCode.E100
    assert answer.request_id == "nonsense"
    assert answer.decision is not None
    assert answer.decision.mark is Mark.WEAK
    assert "request_id: " in answer.decision.row
    assert "body: expected one of update_firmware" in answer.decision.row


async def test_a_batch_is_answered_in_its_order(dcc: Dcc) -> None:
    unreadable = service_request_pb2.ServiceRequest(request_id="x")
    first = pb2.SubmitBatch(requests=[dcc.read_version(ESME), unreadable, dcc.read_version(ESME)])
    second = pb2.SubmitBatch(requests=[dcc.request("8.2", ReadInventory(device_id=ESME), target=ACB)])
    empty = pb2.SubmitBatch()

    answers = [
        [answer.response_code for answer in batch.answers]
        async for batch in dcc.users.Submit(iter([first, empty, second]), metadata=as_user(SUPPLIER))
    ]

    assert answers == [["I99", "E100", "I99"], [], ["E12"]]


async def test_a_batch_larger_than_agreed_ends_the_stream_and_no_other(dcc: Dcc) -> None:
    too_large = pb2.SubmitBatch(requests=[service_request_pb2.ServiceRequest()] * 10_001)
    good = pb2.SubmitBatch(requests=[dcc.read_version()])

    call = dcc.users.Submit(metadata=as_user(SUPPLIER))
    await call.write(good)
    await call.write(too_large)
    answered = await call.read()

    assert isinstance(answered, pb2.SubmitAnswers)
    assert [answer.response_code for answer in answered.answers] == ["I99"]
    assert await call.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "at most 10000" in (await call.details() or "")
    assert (await dcc.send(dcc.read_version())).response_code is ResponseCode.I99


async def test_a_client_may_wait_for_each_answer_before_its_next_batch(dcc: Dcc) -> None:
    call = dcc.users.Submit(metadata=as_user(SUPPLIER))

    for _ in range(3):
        await call.write(pb2.SubmitBatch(requests=[dcc.read_version()]))
        batch = await asyncio.wait_for(call.read(), 5)
        assert isinstance(batch, pb2.SubmitAnswers)
        assert [answer.response_code for answer in batch.answers] == ["I99"]
    await call.done_writing()

    assert await call.code() is grpc.StatusCode.OK


# --- what comes back


async def test_a_stream_goes_on_from_the_position_that_a_client_last_took(dcc: Dcc) -> None:
    host = HandHeldHost(dcc)
    await host.attach()
    for _ in range(3):
        await dcc.send(dcc.read_version())
    await dcc.advance(10_000)

    whole = await dcc.received()
    rest = await dcc.received(after=2)

    assert [received.position for received in whole] == [1, 2, 3]
    assert rest == whole[2:]
    assert await dcc.received(after=99) == []


async def test_a_waiting_client_is_given_what_arrives(dcc: Dcc) -> None:
    host = HandHeldHost(dcc)
    await host.attach()
    call = dcc.users.Receive(pb2.ReceiveRequest(), metadata=as_user(SUPPLIER))
    await dcc.send(dcc.read_version())
    await dcc.advance(10_000)

    batch = await asyncio.wait_for(call.read(), 5)
    call.cancel()
    assert isinstance(batch, pb2.ReceivedBatch)
    response = from_message(batch.messages[0].service_response, ServiceResponse)

    assert response.response_code is ResponseCode.I0
    assert isinstance(response.body, GbcsPayload)


async def test_what_was_said_survives_the_dsp(tmp_path: Path) -> None:
    async with running(tmp_path) as dcc:
        await dcc.load_premises()
        await dcc.send(dcc.read_version())
        await dcc.advance(31_000)
        before, now = await dcc.received(), dcc.dsp.runtime.clock.now()

    async with running(tmp_path) as dcc:
        assert dcc.dsp.runtime.clock.now() == now
        assert await dcc.received() == before
        assert [message.response_code for message in await dcc.inbox()] == ["E20"]  # type: ignore[union-attr]


# --- firmware


async def test_an_uploaded_file_may_be_named_by_its_hash(dcc: Dcc) -> None:
    uploaded = await dcc.users.UploadFirmware(
        chunks(FIRMWARE[:10], FIRMWARE[10:]), metadata=as_user(SUPPLIER)
    )
    body = UpdateFirmware(firmware_file=uploaded.sha256, firmware_version=V2, device_id_list=(ESME,))
    answer = await dcc.non_device(dcc.request("11.1", body, target=ACB, variant=CommandVariant.NON_DEVICE))

    assert (uploaded.sha256, uploaded.size) == (file_digest(FIRMWARE), len(FIRMWARE))
    assert answer.response_code is ResponseCode.I0


async def test_an_image_may_come_within_the_request(dcc: Dcc) -> None:
    body = UpdateFirmware(firmware_image=FIRMWARE, firmware_version=V2, device_id_list=(ESME,))

    answer = await dcc.non_device(dcc.request("11.1", body, target=ACB, variant=CommandVariant.NON_DEVICE))

    assert answer.response_code is ResponseCode.I0


@pytest.mark.parametrize("image", [b"no firmware", bytes(MAXIMUM_FIRMWARE_FILE_OCTETS + 1)])
async def test_an_image_that_is_no_firmware_is_a_code_of_the_request(dcc: Dcc, image: bytes) -> None:
    body = UpdateFirmware(firmware_image=image, firmware_version=V2, device_id_list=(ESME,))

    answer = await dcc.non_device(dcc.request("11.1", body, target=ACB, variant=CommandVariant.NON_DEVICE))

    assert str(answer.response_code).startswith("E1101")


async def test_an_upload_that_never_ends_is_cut_off(dcc: Dcc, tmp_path: Path) -> None:
    async def endless() -> AsyncIterator[pb2.FirmwareChunk]:
        for _ in range(10):
            yield pb2.FirmwareChunk(content=bytes(1024 * 1024))
        await asyncio.Event().wait()

    with pytest.raises(aio.AioRpcError) as refused:
        await dcc.users.UploadFirmware(endless(), metadata=as_user(SUPPLIER))

    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert list((tmp_path / "state" / "firmware").iterdir()) == []


@pytest.mark.parametrize("contents", [(), (b"no firmware",)])
async def test_what_is_no_firmware_file_is_refused_and_not_kept(
    dcc: Dcc, tmp_path: Path, contents: tuple[bytes, ...]
) -> None:
    with pytest.raises(aio.AioRpcError) as refused:
        await dcc.users.UploadFirmware(chunks(*contents), metadata=as_user(SUPPLIER))

    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert list((tmp_path / "state" / "firmware").iterdir()) == []


async def test_a_chunk_larger_than_agreed_is_refused(dcc: Dcc) -> None:
    call = dcc.users.UploadFirmware(metadata=as_user(SUPPLIER))

    await call.write(pb2.FirmwareChunk(content=bytes(1024 * 1024 + 1)))

    assert await call.code() is grpc.StatusCode.INVALID_ARGUMENT
