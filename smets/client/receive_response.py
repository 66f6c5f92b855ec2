"""The Receive Response Service of one User: where the DSP pushes, how far it is, and what it has parked."""

from collections.abc import AsyncIterator

from smart_metering.identifiers import Eui
from smart_metering.rpc.v1 import receive_response_pb2 as pb2
from smart_metering.rpc.v1.receive_response_pb2_grpc import ReceiveResponseStub
from smets.client.connection import CALL_SECONDS, LONG_CALL_SECONDS, Connection, calling_as
from smets.client.conversion import from_message
from smets.client.records import ParkedMessage, ReceiveResponseState


class ReceiveResponse:
    """What one User may set and ask, on a line that is shared with whoever closes it. Raises SmetsError."""

    def __init__(self, connection: Connection, user: Eui) -> None:
        self._connection = connection
        self._stub = ReceiveResponseStub(self._connection.channel)
        self._user = user
        self._metadata = calling_as(user)

    async def set_address(self, url: str, *, from_now: bool = False) -> ReceiveResponseState:
        """What was not pushed yet and is younger than two days follows, or `from_now` only what comes. Empty: none.

        Raises Refused for a URL that is not of http or https.
        """
        request = pb2.ReceiveResponseAddress(url=url, from_now=from_now)
        async with self._connection.calling(f"setting the Receive Response address of {self._user}"):
            answer = await self._stub.SetAddress(request, timeout=CALL_SECONDS, metadata=self._metadata)
            return from_message(answer, ReceiveResponseState)

    async def state(self) -> ReceiveResponseState:
        """How far the push has come."""
        request = pb2.GetReceiveResponseStateRequest()
        async with self._connection.calling(f"asking how far the push to {self._user} is"):
            answer = await self._stub.GetState(request, timeout=CALL_SECONDS, metadata=self._metadata)
            return from_message(answer, ReceiveResponseState)

    async def parked(self, after: int = 0) -> AsyncIterator[ParkedMessage]:
        """What was not pushed, and will not be, beyond a position of the stream, in its order."""
        request = pb2.ListParkedRequest(after_position=after)
        async with self._connection.calling(f"listing what is parked of {self._user}"):
            call = self._stub.ListParked(request, timeout=LONG_CALL_SECONDS, metadata=self._metadata)
            try:
                async for row in call:
                    yield from_message(row, ParkedMessage)
            finally:
                call.cancel()
