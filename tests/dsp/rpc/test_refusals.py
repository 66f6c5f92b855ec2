"""Which status a failure behind a door becomes, and what the caller is told of it."""

from collections.abc import AsyncIterator

import grpc
import pytest
from google.protobuf.message import Message
from grpc import aio

from dsp.identity.caller import Unauthenticated
from dsp.rpc.refusals import STATUSES
from dsp.runtime.clock import ClockIsRunning, ClockRefusal
from dsp.runtime.firmware_store import FileTooLargeError
from smart_metering.rpc.refusals import InvalidArgument, NotFound, PermissionDenied, Refusals
from smart_metering.rpc.v1 import dcc_user_interface_pb2 as pb2
from smart_metering.rpc.v1.dcc_user_interface_pb2_grpc import (
    DccUserInterfaceServicer,
    DccUserInterfaceStub,
    add_DccUserInterfaceServicer_to_server,
)
from smart_metering.rpc.v1.service_request_pb2 import ServiceRequest
from smart_metering.rpc.v1.service_response_pb2 import ServiceResponse
from smart_metering.wire.errors import WireError

Context = aio.ServicerContext[Message, Message]

EXPECTED = (
    (WireError.at("device_id", "expected an EUI"), grpc.StatusCode.INVALID_ARGUMENT),
    (InvalidArgument("why"), grpc.StatusCode.INVALID_ARGUMENT),
    (NotFound("why"), grpc.StatusCode.NOT_FOUND),
    (Unauthenticated("why"), grpc.StatusCode.UNAUTHENTICATED),
    (PermissionDenied("why"), grpc.StatusCode.PERMISSION_DENIED),
    (FileTooLargeError("why"), grpc.StatusCode.RESOURCE_EXHAUSTED),
    (ClockIsRunning("why"), grpc.StatusCode.FAILED_PRECONDITION),
    (ClockRefusal("why"), grpc.StatusCode.INVALID_ARGUMENT),
)


class Failing(DccUserInterfaceServicer):
    """Fails in each of the four manners of call, as it is told, once it has heard the caller out.

    A grpc.aio client that is still writing when its call ends may see INTERNAL of its own making instead.
    """

    def __init__(self) -> None:
        self.error: Exception = AssertionError()

    async def Transform(self, request: ServiceRequest, context: Context) -> ServiceResponse:
        raise self.error

    async def SendCommand(self, request: ServiceRequest, context: Context) -> ServiceResponse:
        raise self.error

    async def NonDevice(self, request: ServiceRequest, context: Context) -> ServiceResponse:
        raise self.error

    async def Submit(
        self, request_iterator: AsyncIterator[pb2.SubmitBatch], context: Context
    ) -> AsyncIterator[pb2.SubmitAnswers]:
        assert [batch async for batch in request_iterator]
        yield pb2.SubmitAnswers()
        raise self.error

    async def Receive(
        self, request: pb2.ReceiveRequest, context: Context
    ) -> AsyncIterator[pb2.ReceivedBatch]:
        yield pb2.ReceivedBatch()
        raise self.error

    async def UploadFirmware(
        self, request_iterator: AsyncIterator[pb2.FirmwareChunk], context: Context
    ) -> pb2.FirmwareFile:
        assert [chunk async for chunk in request_iterator]
        raise self.error


@pytest.fixture
async def failing() -> AsyncIterator[tuple[Failing, aio.Channel]]:
    servicer = Failing()
    server = aio.server(interceptors=(Refusals(STATUSES, "DSP"),))
    add_DccUserInterfaceServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield servicer, channel
    await server.stop(None)


async def failures(channel: aio.Channel) -> list[tuple[grpc.StatusCode, str]]:
    """The status and details of each manner of call."""
    stub = DccUserInterfaceStub(channel)
    receiving = stub.Receive(pb2.ReceiveRequest())
    submitting = stub.Submit(iter([pb2.SubmitBatch()]))
    calls = (
        stub.Transform(ServiceRequest()),
        stub.UploadFirmware(iter([pb2.FirmwareChunk()])),
        receiving,
        submitting,
    )
    assert await receiving.read() == pb2.ReceivedBatch()
    assert await submitting.read() == pb2.SubmitAnswers()
    return [(await call.code(), await call.details() or "") for call in calls]


@pytest.mark.parametrize(("error", "status"), EXPECTED, ids=lambda it: getattr(it, "name", type(it).__name__))
async def test_what_a_caller_did_wrong_is_told_with_its_status(
    failing: tuple[Failing, aio.Channel], error: Exception, status: grpc.StatusCode
) -> None:
    handler, channel = failing
    handler.error = error

    assert await failures(channel) == [(status, str(error))] * 4


async def test_a_broken_promise_of_ours_is_told_without_its_text(
    failing: tuple[Failing, aio.Channel],
) -> None:
    handler, channel = failing
    handler.error = AssertionError("a secret of ours")

    assert {(status, "secret" in details) for status, details in await failures(channel)} == {
        (grpc.StatusCode.INTERNAL, False)
    }


async def test_a_long_text_still_fits_in_the_trailers(failing: tuple[Failing, aio.Channel]) -> None:
    handler, channel = failing
    handler.error = InvalidArgument("\N{SNOWMAN}" * 100_000)

    for status, details in await failures(channel):
        assert status is grpc.StatusCode.INVALID_ARGUMENT
        assert len(details) == 2_000
