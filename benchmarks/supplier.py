"""A supplier's system reduced to what must be measured with it: messages made beforehand, raw stubs, real signatures.

A request counts as done when its Service Response has arrived on the supplier's Receive stream.
"""

import asyncio
import time
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import Self

from benchmarks.neighbourhood import SUPPLIER, SUPPLIER_SIGNS
from smart_metering.command_variants import CommandVariant
from smart_metering.duis.service_requests import ActivateFirmware, Body, ReadFirmwareVersion, ServiceRequest
from smart_metering.gbcs.message import decode, encode
from smart_metering.gbcs.protection import sign
from smart_metering.identifiers import Eui, RequestId
from smart_metering.rpc.v1 import dcc_user_interface_pb2 as pb2
from smart_metering.rpc.v1 import service_request_pb2, service_response_pb2
from smart_metering.rpc.v1.dcc_user_interface_pb2_grpc import DccUserInterfaceStub
from smart_metering.wire.conversion import to_message
from smets.client.connection import Connection, calling_as

REQUESTS_TOGETHER = 100
PATIENCE_SECONDS = 300.0
SUCCESS, ACKNOWLEDGED = "I0", "I99"

Request = service_request_pb2.ServiceRequest


@dataclass(slots=True)
class _Waiting:
    """RequestIDs whose Service Responses are to come."""

    request_ids: set[str]
    done: asyncio.Event


class BenchmarkFailed(RuntimeError):
    """A request was answered otherwise than it has to be: the figures would mean nothing."""


class Supplier:
    """Follows its stream from when it is entered until it is left."""

    def __init__(self, address: str) -> None:
        self._connection = Connection(address)
        self._stub = DccUserInterfaceStub(self._connection.channel)
        self._metadata = calling_as(SUPPLIER.eui)
        self._counters = count(1)
        self._waiting = _Waiting(set(), asyncio.Event())
        self._following: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._following = asyncio.create_task(self._follow())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._following is not None
        self._following.cancel()
        await asyncio.wait({self._following})
        await self._connection.close()

    def reads(self, meters: Iterable[Eui]) -> list[Request]:
        """11.2 to each meter."""
        return [self._request("11.2", CommandVariant.SEND, it, ReadFirmwareVersion()) for it in meters]

    def activations(self, meters: Iterable[Eui], image_hash: bytes) -> list[Request]:
        """11.3 to each meter, to be transformed."""
        body = ActivateFirmware(firmware_hash=image_hash)
        return [self._request("11.3", CommandVariant.TRANSFORM, it, body) for it in meters]

    async def non_device(self, srv: str, target: Eui, body: Body) -> None:
        """A request that the DCC does itself."""
        request = self._request(srv, CommandVariant.NON_DEVICE, target, body)
        answer = await self._stub.NonDevice(request, metadata=self._metadata, timeout=PATIENCE_SECONDS)
        _expect(answer.response_code, SUCCESS, answer.request_id)

    async def upload(self, octets: bytes) -> pb2.FirmwareFile:
        """A firmware file."""
        chunks = iter([pb2.FirmwareChunk(content=octets)])
        return await self._stub.UploadFirmware(chunks, metadata=self._metadata, timeout=PATIENCE_SECONDS)

    async def seconds_of(self, requests: Sequence[Request]) -> float:
        """From the first batch submitted to the last Service Response arrived."""
        began = self._begin(requests)
        async for answers in self._submit(_batches(requests)):
            for answer in answers.answers:
                _expect(answer.response_code, ACKNOWLEDGED, answer.request_id)
        await self._all_arrived()
        return time.perf_counter() - began

    async def seconds_of_signed(self, requests: Sequence[Request]) -> float:
        """The same of Critical requests: Pre-Commands are signed and submitted as they come."""
        began = self._begin(requests)
        signed: asyncio.Queue[pb2.SubmitBatch | None] = asyncio.Queue()

        async def transform() -> None:
            async for answers in self._submit(_batches(requests)):
                signed.put_nowait(pb2.SubmitBatch(requests=[_signed(it) for it in answers.answers]))
            signed.put_nowait(None)

        transforming = asyncio.create_task(transform())
        async for answers in self._submit(_until_none(signed)):
            for answer in answers.answers:
                _expect(answer.response_code, ACKNOWLEDGED, answer.request_id)
        await transforming
        await self._all_arrived()
        return time.perf_counter() - began

    async def latencies(self, requests: Sequence[Request]) -> list[float]:
        """Seconds from each call of SendCommand to the arrival of its Service Response, one after another."""
        latencies = []
        for request in requests:
            began = self._begin([request])
            answer = await self._stub.SendCommand(request, metadata=self._metadata, timeout=PATIENCE_SECONDS)
            _expect(answer.response_code, ACKNOWLEDGED, answer.request_id)
            await self._all_arrived()
            latencies.append(time.perf_counter() - began)
        return latencies

    def _request(self, srv: str, variant: CommandVariant, target: Eui, body: Body) -> Request:
        request = ServiceRequest(
            request_id=RequestId(SUPPLIER.eui, target, next(self._counters)),
            command_variant=variant,
            service_reference_variant=srv,
            body=body,
        )
        return to_message(request, Request)

    def _submit(self, batches: AsyncIterator[pb2.SubmitBatch]) -> AsyncIterable[pb2.SubmitAnswers]:
        return self._stub.Submit(batches, metadata=self._metadata, timeout=PATIENCE_SECONDS)

    def _begin(self, requests: Sequence[Request]) -> float:
        self._waiting = _Waiting({request.request_id for request in requests}, asyncio.Event())
        return time.perf_counter()

    async def _all_arrived(self) -> None:
        """Raises BenchmarkFailed, and TimeoutError when they do not come."""
        assert self._following is not None
        arrived = asyncio.create_task(self._waiting.done.wait())
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await asyncio.wait({arrived, self._following}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            arrived.cancel()
        if self._following.done():
            self._following.result()

    async def _follow(self) -> None:
        async for batch in self._stub.Receive(pb2.ReceiveRequest(), metadata=self._metadata):
            for message in batch.messages:
                response = message.service_response
                if response.request_id in self._waiting.request_ids:
                    _expect(response.response_code, SUCCESS, response.request_id)
                    self._waiting.request_ids.discard(response.request_id)
            if not self._waiting.request_ids:
                self._waiting.done.set()


def _signed(answer: service_response_pb2.ServiceResponse) -> Request:
    """What a supplier's system does between Transform and Send Command, short of checking what it signs."""
    _expect(answer.response_code, SUCCESS, answer.request_id)
    pre_command = decode(answer.pre_command.gbcs_payload)
    octets = encode(sign(pre_command, SUPPLIER_SIGNS))
    return Request(
        request_id=answer.request_id,
        command_variant=CommandVariant.SIGNED_SEND.value,
        service_reference_variant=answer.service_reference_variant,
        signed_pre_command=service_request_pb2.SignedPreCommand(gbcs_payload=octets),
    )


def _expect(found: str, expected: str, request_id: str) -> None:
    if found != expected:
        raise BenchmarkFailed(f"{request_id}: answered {found}, expected {expected}")


async def _batches(requests: Sequence[Request]) -> AsyncIterator[pb2.SubmitBatch]:
    for start in range(0, len(requests), REQUESTS_TOGETHER):
        yield pb2.SubmitBatch(requests=requests[start : start + REQUESTS_TOGETHER])


async def _until_none(queue: asyncio.Queue[pb2.SubmitBatch | None]) -> AsyncIterator[pb2.SubmitBatch]:
    while (batch := await queue.get()) is not None:
        yield batch
