"""What was sent to a User, as it is taken: once each, in order, over broken lines and across waiting askers."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Iterable

from smart_metering.duis.service_responses import ReceivedMessage, ServiceResponse
from smets.client.dcc_user_interface import DccUserInterface
from smets.client.errors import NoResponse, SmetsError
from smets.client.patience import PATIENCE_SECONDS

RESPONSES_REMEMBERED = 100_000  # that nobody has asked for yet


class Inbox:
    """One reader's place in a User's stream. `position` is that of the last message taken; begin again from there."""

    def __init__(self, interface: DccUserInterface, position: int = 0) -> None:
        self.position = position
        self._interface = interface

    async def receive(self, patience_seconds: float = PATIENCE_SECONDS) -> AsyncIterator[ReceivedMessage]:
        """Every message beyond the position, for ever. Raises Unreachable when the line stays broken."""
        async for message in self._interface.follow(self.position, patience_seconds):
            self.position = message.position
            yield message

    async def received(self) -> list[ReceivedMessage]:
        """Every message beyond the position, up to now."""
        messages = [message async for message in self._interface.read(self.position)]
        self.position = messages[-1].position if messages else self.position
        return messages


class ResponseDesk:
    """Hands each Service Response to who asks for its request: once, in order, whether it came before or comes later.

    It follows the stream at its own place, `position`, from the first question on, and takes nothing away from any
    Inbox.
    """

    def __init__(self, interface: DccUserInterface, position: int) -> None:
        self.position = position
        self._interface = interface
        self._arrived: dict[str, deque[ServiceResponse]] = {}
        self._asked: dict[str, deque[asyncio.Future[ServiceResponse]]] = defaultdict(deque)
        self._following: asyncio.Task[None] | None = None

    async def response_until_now(self, request_id: str) -> ServiceResponse | None:
        """The next Response to the request, if it stands in the stream by now."""
        return (await self.responses_until_now((request_id,))).get(request_id)

    async def responses_until_now(self, request_ids: Iterable[str]) -> dict[str, ServiceResponse]:
        """The next Response to each of the requests, as far as they stand in the stream by now."""
        async for message in self._interface.read(self.position):
            self._file(message)
        taken = ((request_id, self._take(request_id)) for request_id in request_ids)
        return {request_id: response for request_id, response in taken if response is not None}

    async def await_response(self, request_id: str, timeout_seconds: float) -> ServiceResponse:
        """The next Response to the request. Raises NoResponse, or what ended the stream."""
        response = self._take(request_id)
        if response is not None:
            return response
        if self._following is None or self._following.done():
            self._following = asyncio.create_task(self._follow())
        asked: asyncio.Future[ServiceResponse] = asyncio.get_running_loop().create_future()
        self._asked[request_id].append(asked)
        try:
            return await asyncio.wait_for(asked, timeout_seconds)
        except TimeoutError:
            raise NoResponse(f"no Service Response to {request_id} within {timeout_seconds:g} s") from None
        finally:
            self._forget(request_id, asked)

    async def close(self) -> None:
        """Stops following."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.wait({self._following})

    async def _follow(self) -> None:
        try:
            async for message in self._interface.follow(self.position, PATIENCE_SECONDS):
                self._file(message)
        except SmetsError as error:
            for asked in [asked for waiting in self._asked.values() for asked in waiting if not asked.done()]:
                asked.set_exception(error)

    def _file(self, received: ReceivedMessage) -> None:
        if received.position <= self.position:
            return  # Read twice: once while following, once by a question for what is there now.
        self.position = received.position
        response = received.message
        if not isinstance(response, ServiceResponse):
            return
        for asked in self._asked.get(response.request_id, ()):
            if not asked.done():
                asked.set_result(response)
                return
        self._arrived.setdefault(response.request_id, deque()).append(response)
        if len(self._arrived) > RESPONSES_REMEMBERED:
            del self._arrived[next(iter(self._arrived))]

    def _take(self, request_id: str) -> ServiceResponse | None:
        arrived = self._arrived.get(request_id)
        if arrived is None:
            return None
        response = arrived.popleft()
        if not arrived:
            del self._arrived[request_id]
        return response

    def _forget(self, request_id: str, asked: asyncio.Future[ServiceResponse]) -> None:
        waiting = self._asked[request_id]
        waiting.remove(asked)
        if not waiting:
            del self._asked[request_id]
