"""The DCC User Interface as one User sees it: one method a call, records in and out, a deadline on each."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import TypeVar

from smart_metering.administration import FirmwareFile
from smart_metering.command_variants import Service
from smart_metering.duis.service_requests import ServiceRequest
from smart_metering.duis.service_responses import ReceivedMessage, ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.rpc.v1 import dcc_user_interface_pb2 as pb2
from smart_metering.rpc.v1 import service_request_pb2
from smart_metering.rpc.v1.dcc_user_interface_pb2_grpc import DccUserInterfaceStub
from smets.client.connection import CALL_SECONDS, LONG_CALL_SECONDS, STREAM_SECONDS, Connection, calling_as
from smets.client.conversion import from_message, to_message
from smets.client.errors import OutOfTime, Unreachable
from smets.client.patience import Patience

REQUESTS_TOGETHER = 500
OCTETS_TOGETHER = 4 * 1024 * 1024
CHUNK_OCTETS = 256 * 1024

M = TypeVar("M")


class DccUserInterface:
    """Raises SmetsError where the call fails; a refusal by the SEC's rules is an answer."""

    def __init__(self, connection: Connection, user: Eui) -> None:
        self._stub = DccUserInterfaceStub(connection.channel)
        self._connection = connection
        self._metadata = calling_as(user)

    async def ask(self, service: Service, request: ServiceRequest) -> ServiceResponse:
        """One request to the named service, whether its Command Variant belongs there or not."""
        message = to_message(request, service_request_pb2.ServiceRequest)
        call = {
            Service.TRANSFORM: self._stub.Transform,
            Service.SEND_COMMAND: self._stub.SendCommand,
            Service.NON_DEVICE: self._stub.NonDevice,
        }[service]
        async with self._connection.calling(f"{service} of {request.request_id}"):
            answer = await call(message, timeout=CALL_SECONDS, metadata=self._metadata)
            return from_message(answer, ServiceResponse)

    async def submit(self, requests: Iterable[ServiceRequest]) -> AsyncIterator[ServiceResponse]:
        """The answers, in the order of the requests, over the batched stream; each request to its own service."""
        batches = _batches(requests)
        async with self._connection.calling("Submit"):
            call = self._stub.Submit(_paced(batches), timeout=LONG_CALL_SECONDS, metadata=self._metadata)
            try:
                async for answers in call:
                    for answer in answers.answers:
                        yield from_message(answer, ServiceResponse)
            finally:
                call.cancel()

    def read(self, after: int) -> AsyncIterator[ReceivedMessage]:
        """What stands in the User's stream beyond the position, up to now."""
        return self._receive(pb2.ReceiveRequest(after_position=after, until_now=True), LONG_CALL_SECONDS)

    async def follow(self, after: int, patience_seconds: float) -> AsyncIterator[ReceivedMessage]:
        """What stands beyond the position and all that follows, over as many streams as it takes.

        Raises Unreachable when no stream could be opened again within `patience_seconds`.
        """
        patience = Patience(patience_seconds)
        while True:
            request = pb2.ReceiveRequest(after_position=after)
            patience.begin()
            try:
                async for message in self._receive(request, STREAM_SECONDS):
                    after = message.position
                    yield message
            except OutOfTime:
                pass  # A stream has its deadline like every call: the next one goes on from here.
            except Unreachable:
                if patience.is_over():
                    raise
            await asyncio.sleep(patience.pause_seconds())

    async def upload(self, octets: bytes) -> FirmwareFile:
        """One firmware file; 11.1 and 11.4 then name it by its SHA-256."""
        chunks = (
            pb2.FirmwareChunk(content=octets[start : start + CHUNK_OCTETS])
            for start in range(0, len(octets), CHUNK_OCTETS)
        )
        async with self._connection.calling(f"UploadFirmware of {len(octets)} octets"):
            answer = await self._stub.UploadFirmware(
                _paced(chunks), timeout=LONG_CALL_SECONDS, metadata=self._metadata
            )
            return from_message(answer, FirmwareFile)

    async def _receive(
        self, request: pb2.ReceiveRequest, timeout_seconds: float
    ) -> AsyncIterator[ReceivedMessage]:
        async with self._connection.calling("Receive"):
            call = self._stub.Receive(request, timeout=timeout_seconds, metadata=self._metadata)
            try:
                async for batch in call:
                    for message in batch.messages:
                        yield from_message(message, ReceivedMessage)
            finally:
                call.cancel()


def _batches(requests: Iterable[ServiceRequest]) -> Iterator[pb2.SubmitBatch]:
    together: list[service_request_pb2.ServiceRequest] = []
    octets = 0
    for request in requests:
        message = to_message(request, service_request_pb2.ServiceRequest)
        size = message.ByteSize()
        if together and (len(together) == REQUESTS_TOGETHER or octets + size > OCTETS_TOGETHER):
            yield pb2.SubmitBatch(requests=together)
            together, octets = [], 0
        together.append(message)
        octets += size
    if together:
        yield pb2.SubmitBatch(requests=together)


async def _paced(messages: Iterable[M]) -> AsyncIterator[M]:
    """As the call asks for them: gRPC takes the next message when there is room for it."""
    for message in messages:
        yield message
        await asyncio.sleep(0)  # Answers are read in between.
