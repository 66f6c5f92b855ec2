"""Serves one ASGI application on one address, in the event loop of the DSP, which keeps its signals to itself.

Over TLS the application finds the certificate that a client showed where the TLS extension of ASGI has it:
`scope["extensions"]["tls"]["client_cert_chain"]`.
"""

import asyncio
import socket
import ssl

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from operations.tls import TlsFiles
from smart_metering.rpc.listening import CannotListen, refuse_unprotected

HIGHEST_PORT = 65_535
CONNECTIONS_AT_ONCE = 1_000
KEEP_ALIVE_SECONDS = 30
SILENT_SECONDS = 5.0  # a connection on which nothing is asked makes room for another


class HttpServer:
    """`listen` is HOST:PORT, with port 0 a free one. Without TLS it listens on loopback only."""

    def __init__(self, listen: str, application: ASGIApp, tls: TlsFiles | None = None) -> None:
        """Raises ProtectionError."""
        self._listen = listen
        self._is_over_tls = tls is not None
        context = tls.context(ask_clients=True) if tls is not None else None
        self._server = uvicorn.Server(
            uvicorn.Config(
                application,
                http=_Protocol,
                ssl_context_factory=(lambda *_: context) if context is not None else None,
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
        refuse_unprotected(self._listen, over_tls=self._is_over_tls)
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


class _Protocol(H11Protocol):
    """Tells the application which certificate the client showed; waits for the first word as for the next ones."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as its base has it
        super().connection_made(transport)
        self.timeout_keep_alive_task = self.loop.call_later(SILENT_SECONDS, self.timeout_keep_alive_handler)
        connection: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
        if connection is not None:
            self.app = _told(self.app, connection.getpeercert(binary_form=True))


def _told(application: ASGIApp, certificate: bytes | None) -> ASGIApp:
    chain = [ssl.DER_cert_to_PEM_cert(certificate)] if certificate is not None else []

    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        extensions = {**scope.get("extensions", {}), "tls": {"client_cert_chain": chain}}
        await application({**scope, "extensions": extensions}, receive, send)

    return told
