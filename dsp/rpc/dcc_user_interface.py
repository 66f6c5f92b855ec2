"""The DCC User Interface: Service Requests in, one at a time or in batches, and each User's stream out."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass

from google.protobuf.message import Message
from grpc import aio

from dsp.core.effects import Refusal
from dsp.core.inputs import RequestReceived
from dsp.rpc.callers import Callers
from dsp.rpc.refusals import raise_refusal
from dsp.rpc.unreadable_requests import unreadable
from dsp.runtime.engine_room import EngineRoom, Taken
from dsp.runtime.figures import Figures
from dsp.runtime.firmware_intake import FirmwareIntake
from dsp.runtime.telling import Telling
from smart_metering.command_variants import Service, service_of
from smart_metering.duis.service_requests import ServiceRequest
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.rpc.refusals import InvalidArgument
from smart_metering.rpc.v1 import dcc_user_interface_pb2 as pb2
from smart_metering.rpc.v1 import service_request_pb2, service_response_pb2
from smart_metering.rpc.v1.dcc_user_interface_pb2_grpc import DccUserInterfaceServicer
from smart_metering.wire.conversion import from_message, to_message
from smart_metering.wire.errors import WireError

REQUESTS_TOGETHER = 10_000
REQUESTS_AT_A_TIME = 256  # between two turns of the event loop
BATCHES_AHEAD = 4  # of one Submit: taken, and not yet answered
CHUNK = 1024 * 1024
LAST_POSITION = 2**63 - 2  # what the store can count to

Context = aio.ServicerContext[Message, Message]


class DccUserInterface(DccUserInterfaceServicer):
    """Reads, submits, renders."""

    def __init__(
        self, runtime: EngineRoom, intake: FirmwareIntake, callers: Callers, figures: Figures
    ) -> None:
        self._runtime = runtime
        self._intake = intake
        self._callers = callers
        self._figures = figures
        self._telling = Telling()

    async def Transform(
        self, request: service_request_pb2.ServiceRequest, context: Context
    ) -> service_response_pb2.ServiceResponse:
        return await self._ask(Service.TRANSFORM, request, context)

    async def SendCommand(
        self, request: service_request_pb2.ServiceRequest, context: Context
    ) -> service_response_pb2.ServiceResponse:
        return await self._ask(Service.SEND_COMMAND, request, context)

    async def NonDevice(
        self, request: service_request_pb2.ServiceRequest, context: Context
    ) -> service_response_pb2.ServiceResponse:
        return await self._ask(Service.NON_DEVICE, request, context)

    async def Submit(
        self, request_iterator: AsyncIterator[pb2.SubmitBatch], context: Context
    ) -> AsyncGenerator[pb2.SubmitAnswers, None]:
        caller = self._callers.caller(context)
        room = asyncio.Semaphore(BATCHES_AHEAD)
        batches: asyncio.Queue[_Batch | None] = asyncio.Queue()

        async def take() -> None:
            async for batch in request_iterator:
                await room.acquire()
                batches.put_nowait(await self._take(caller, batch))

        taking = asyncio.create_task(take())
        taking.add_done_callback(lambda _: batches.put_nowait(None))
        try:
            while (batch := await batches.get()) is not None:
                yield pb2.SubmitAnswers(answers=await batch.answers())
                room.release()
            taking.result()
        finally:
            taking.cancel()

    async def Receive(
        self, request: pb2.ReceiveRequest, context: Context
    ) -> AsyncGenerator[pb2.ReceivedBatch, None]:
        user = self._callers.caller(context)
        until = None
        if request.until_now:
            last = self._runtime.engine.state.user_positions.get(user)
            until = last.position if last else 0
            await self._runtime.flush()
        after = min(request.after_position, LAST_POSITION)
        async for messages in self._runtime.streams.receive(user, after, until):
            yield pb2.ReceivedBatch(messages=[to_message(it, pb2.ReceivedMessage) for it in messages])

    async def UploadFirmware(
        self, request_iterator: AsyncIterator[pb2.FirmwareChunk], context: Context
    ) -> pb2.FirmwareFile:
        self._callers.caller(context)
        with self._intake.receive() as incoming:
            async for chunk in request_iterator:
                if len(chunk.content) > CHUNK:
                    raise InvalidArgument(f"content: {len(chunk.content)} octets, expected at most {CHUNK}")
                incoming.add(chunk.content)
            kept = await self._intake.keep(incoming)
        if isinstance(kept, Refusal):
            raise_refusal(kept)
        return to_message(kept, pb2.FirmwareFile)

    async def _ask(
        self, service: Service, message: service_request_pb2.ServiceRequest, context: Context
    ) -> service_response_pb2.ServiceResponse:
        caller = self._callers.caller(context)
        request = await self._read(message)
        if isinstance(request, ServiceRequest):
            event = RequestReceived(service=service, caller=caller, request=request)
            request = _answer(await self._runtime.submit(event))
        return to_message(request, service_response_pb2.ServiceResponse)

    async def _take(self, caller: Eui, batch: pb2.SubmitBatch) -> "_Batch":
        if len(batch.requests) > REQUESTS_TOGETHER:
            found = len(batch.requests)
            raise InvalidArgument(f"requests: {found} in one batch, expected at most {REQUESTS_TOGETHER}")
        parts = []
        for start in range(0, len(batch.requests), REQUESTS_AT_A_TIME):
            parts.append(await self._take_part(caller, batch.requests[start : start + REQUESTS_AT_A_TIME]))
            await asyncio.sleep(0)
        return _Batch(parts)

    async def _take_part(
        self, caller: Eui, messages: Sequence[service_request_pb2.ServiceRequest]
    ) -> "_Part":
        read = [await self._read(message) for message in messages]
        events = [
            RequestReceived(service=service_of(it.command_variant), caller=caller, request=it)
            for it in read
            if isinstance(it, ServiceRequest)
        ]
        return _Part(read, await self._runtime.take_many(events))

    async def _read(self, message: service_request_pb2.ServiceRequest) -> ServiceRequest | ServiceResponse:
        """The request as the engine takes it; or, if it cannot be read, its answer."""
        try:
            return await self._intake.take_out_image(from_message(message, ServiceRequest))
        except WireError as error:
            answer = unreadable(message, error, self._runtime.clock.now())
            self._figures.request(answer)
            self._telling.answer(answer)
            return answer


@dataclass(frozen=True, slots=True)
class _Part:
    """Some requests that were taken, or the answers of those that could not be read."""

    read: Sequence[ServiceRequest | ServiceResponse]
    taken: Taken

    async def answers(self) -> list[service_response_pb2.ServiceResponse]:
        """In the order of the requests, once they are durable."""
        replies = iter(await self.taken.kept())
        return [
            to_message(
                it if isinstance(it, ServiceResponse) else _answer(next(replies)),
                service_response_pb2.ServiceResponse,
            )
            for it in self.read
        ]


@dataclass(frozen=True, slots=True)
class _Batch:
    """A batch in parts, between which others get their turn."""

    parts: Sequence[_Part]

    async def answers(self) -> list[service_response_pb2.ServiceResponse]:
        """In the order of the requests, once all are durable."""
        answers = []
        for part in self.parts:
            answers += await part.answers()
            await asyncio.sleep(0)
        return answers


def _answer(reply: object) -> ServiceResponse:
    assert isinstance(reply, ServiceResponse), reply
    return reply
