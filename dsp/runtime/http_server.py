"""Serves one ASGI application on one address, in the event loop of the DSP, which keeps its signals to itself."""

import asyncio
import socket

import uvicorn
from starlette.types import ASGIApp

from smart_metering.rpc.server import CannotListen

HIGHEST_PORT = 65_535
CONNECTIONS_AT_ONCE = 1_000
KEEP_ALIVE_SECONDS = 30


class HttpServer:
    """`listen` is HOST:PORT, with port 0 a free one."""

    def __init__(self, listen: str, application: ASGIApp) -> None:
        self._listen = listen
        self._server = uvicorn.Server(
            uvicorn.Config(
                application,
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="error",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                limit_concurrency=CONNECTIONS_AT_ONCE,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=1,
            )
        )
        self._listener: socket.socket | None = None
        self._ticking: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        """Where it listens: with the port that was found if port 0 was asked for."""
        return self._listen

    async def start(self) -> None:
        """Returns once it listens. Raises CannotListen."""
        self._listener = self._bind()
        config = self._server.config
        config.load()
        self._server.lifespan = config.lifespan_class(config)
        await self._server.startup(sockets=[self._listener])
        self._ticking = asyncio.create_task(self._server.main_loop())

    async def stop(self) -> None:
        """Takes no more requests, and lets those in hand end, for a second."""
        if self._ticking is None or self._listener is None:
            return
        self._server.should_exit = True
        await self._ticking
        await self._server.shutdown(sockets=[self._listener])

    def _bind(self) -> socket.socket:
        host, colon, port = self._listen.rpartition(":")
        if not colon or not port.isdecimal() or int(port) > HIGHEST_PORT:
            raise CannotListen(f"cannot listen on {self._listen!r}: expected HOST:PORT")
        family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
        try:
            listener = socket.create_server((host.strip("[]"), int(port)), family=family, backlog=1_024)
            # What is accepted inherits it: an answer in two parts would wait for the client's acknowledgement, 40 ms.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            raise CannotListen(f"cannot listen on {self._listen}: {error}") from None
        self._listen = f"{host}:{listener.getsockname()[1]}"
        return listener
