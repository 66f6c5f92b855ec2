"""The Receive Response Service of each User, as a service: where the DSP pushes, how far it is, and what is parked."""

from collections.abc import AsyncIterator

import httpx
from google.protobuf.message import Message
from grpc import aio

from dsp.core.effects import Refusal
from dsp.core.inputs import ReceiveAddressSet
from dsp.core.records import ReceiveAddress
from dsp.rpc.callers import Callers
from dsp.rpc.refusals import raise_refusal
from dsp.runtime.engine_room import EngineRoom
from dsp.runtime.push import Push
from dsp.runtime.records_desk import RecordsDesk
from smart_metering.identifiers import Eui
from smart_metering.rpc.refusals import InvalidArgument
from smart_metering.rpc.v1 import receive_response_pb2 as pb2
from smart_metering.rpc.v1.receive_response_pb2_grpc import ReceiveResponseServicer

LONGEST_URL = 2_000
HIGHEST_PORT = 65_535
PARKED_TOGETHER = 20
LAST_POSITION = 2**63 - 2  # what the store can count to

Context = aio.ServicerContext[Message, Message]


class ReceiveResponse(ReceiveResponseServicer):
    """Reads, submits, renders."""

    def __init__(self, runtime: EngineRoom, records: RecordsDesk, callers: Callers, push: Push) -> None:
        self._runtime = runtime
        self._records = records
        self._callers = callers
        self._push = push

    async def SetAddress(
        self, request: pb2.ReceiveResponseAddress, context: Context
    ) -> pb2.ReceiveResponseState:
        caller = self._callers.caller(context)
        _check_url(request.url)
        event = ReceiveAddressSet(user=caller, url=request.url, from_now=request.from_now)
        reply = await self._runtime.submit(event)
        if isinstance(reply, Refusal):
            raise_refusal(reply)
        assert isinstance(reply, ReceiveAddress), reply
        self._push.address_changed(caller)
        return self._state_of(caller)

    async def GetState(
        self, request: pb2.GetReceiveResponseStateRequest, context: Context
    ) -> pb2.ReceiveResponseState:
        caller = self._callers.caller(context)
        await self._runtime.flush()
        return self._state_of(caller)

    async def ListParked(
        self, request: pb2.ListParkedRequest, context: Context
    ) -> AsyncIterator[pb2.ParkedMessage]:
        caller = self._callers.caller(context)
        await self._runtime.flush()
        position = min(request.after_position, LAST_POSITION)
        while found := await self._records.read_parked(caller, position, PARKED_TOGETHER):
            for record, message in found:
                yield pb2.ParkedMessage(
                    position=record.position,
                    at=record.at,
                    why=record.why,
                    http_status=record.http_status,
                    answer=record.answer,
                    xml=self._push.octets_of(message),
                )
            position = found[-1][0].position

    def _state_of(self, user: Eui) -> pb2.ReceiveResponseState:
        state = self._runtime.engine.state
        last, address = state.user_positions.get(user), state.receive_addresses.get(user)
        told = pb2.ReceiveResponseState(last_position=last.position if last else 0)
        if address is not None:
            told.url, told.pushed, told.parked = address.url, address.pushed, address.parked
            told.last_failure = self._push.last_failure(user)
        return told


def _check_url(url: str) -> None:
    """As who pushes will read it. Raises InvalidArgument."""
    if not url:
        return
    expected = "expected http://HOST:PORT/PATH, or https"
    if len(url) > LONGEST_URL:
        raise InvalidArgument(f"url: {len(url)} characters, expected at most {LONGEST_URL}")
    try:
        parts = httpx.URL(url)
        is_one = parts.scheme in ("http", "https") and bool(parts.host) and (parts.port or 80) <= HIGHEST_PORT
    except (httpx.InvalidURL, UnicodeError) as error:
        raise InvalidArgument(f"url: {url!r}: {error}; {expected}") from None
    if not is_one or not url.isascii() or not url.isprintable():
        raise InvalidArgument(f"url: {url!r}, {expected}")
