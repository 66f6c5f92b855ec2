"""A User's own Receive Response Service, as a test wants it: it takes, refuses, is slow or away."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dsp.runtime.http_server import HttpServer
from smart_metering.duis.service_responses import Message
from smart_metering.duis_xml.messages import read_response

PATH = "/smartdcc/duis"
PATIENCE_SECONDS = 20


@dataclass(frozen=True)
class Push:
    """One POST: when it came, on the clock of the event loop, and how it was answered."""

    at: float
    content_type: str
    octets: bytes
    status: int

    @property
    def message(self) -> Message:
        return read_response(self.octets)


@dataclass
class ReceiveResponseService:
    """Answers 204, or what `answers` holds next; while `slow`, only once that is cleared."""

    server: HttpServer
    pushes: list[Push] = field(default_factory=list)
    answers: deque[int] = field(default_factory=deque)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0

    def __post_init__(self) -> None:
        self._news = asyncio.Condition()
        self.open.set()

    @property
    def url(self) -> str:
        return f"http://{self.server.address}{PATH}"

    @property
    def taken(self) -> list[Push]:
        """Those that were answered 2xx."""
        return [push for push in self.pushes if push.status < 300]

    async def until(self, count: int) -> list[Push]:
        """Waits until so many pushes were taken."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._news:
            await self._news.wait_for(lambda: len(self.taken) >= count)
        return self.taken

    async def until_tried(self, count: int) -> list[Push]:
        """Waits until so many pushes were answered, in whatever way."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._news:
            await self._news.wait_for(lambda: len(self.pushes) >= count)
        return self.pushes

    async def until_waiting(self) -> None:
        """Waits until a push has come that is not answered yet."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._news:
            await self._news.wait_for(lambda: self.waiting)

    async def take(self, request: Request) -> Response:
        octets, at = await request.body(), asyncio.get_running_loop().time()
        async with self._news:
            self.waiting += 1
            self._news.notify_all()
        await self.open.wait()
        status = self.answers.popleft() if self.answers else 204
        async with self._news:
            self.waiting -= 1
            self.pushes.append(Push(at, request.headers.get("content-type", ""), octets, status))
            self._news.notify_all()
        return Response(status_code=204) if status == 204 else PlainTextResponse("why not", status)

    async def go_away(self) -> None:
        """From now on connections are refused."""
        await self.server.stop()

    async def come_back(self) -> None:
        """At the same address."""
        self.server = _server(self, self.server.address)
        await self.server.start()


@asynccontextmanager
async def receive_response_service() -> AsyncIterator[ReceiveResponseService]:
    """One that listens."""
    service = ReceiveResponseService(HttpServer("127.0.0.1:0", Starlette()))
    service.server = _server(service, "127.0.0.1:0")
    await service.server.start()
    try:
        yield service
    finally:
        service.open.set()
        await service.server.stop()


def _server(service: ReceiveResponseService, listen: str) -> HttpServer:
    return HttpServer(listen, Starlette(routes=[Route(PATH, service.take, methods=["POST"])]))
