"""Serves gRPC services on one address, with health and reflection, and keeps serving when its listener dies.

It may listen before there is anything to serve: its health then says NOT_SERVING, and every other call is answered
UNAVAILABLE, until its doors are opened. Its health says NOT_SERVING again from the moment it is to stop.

A request whose `:path` is not UTF-8 leaves a grpc.aio server deaf (grpcio 1.85): its listener closes and it takes no
call any more, while the streams it has go on. A supervisor knocks now and then; when nobody opens, it binds another
server to the same port and ends the deaf one, and clients and hosts reconnect as after any broken line.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NoReturn

import grpc
import structlog
from google.protobuf.message import Message
from grpc import aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc  # type: ignore[import-untyped]
from grpc_reflection.v1alpha import reflection, reflection_pb2_grpc  # type: ignore[import-untyped]

from smart_metering.rpc.admission import Admit, Handler, admit_all, admitting
from smart_metering.rpc.listening import CannotListen, refuse_unprotected
from smart_metering.rpc.refusals import Refusals

MESSAGE_LIMIT = 16 * 1024 * 1024
METADATA_LIMIT = 16 * 1024
STREAMS_PER_CONNECTION = 1_000
CALLS_AT_ONCE = 10_000
KNOCK_EVERY_SECONDS = 0.25

OPTIONS: Sequence[tuple[str, int]] = (
    ("grpc.max_receive_message_length", MESSAGE_LIMIT),
    ("grpc.max_send_message_length", MESSAGE_LIMIT),
    ("grpc.max_metadata_size", METADATA_LIMIT),
    ("grpc.absolute_max_metadata_size", METADATA_LIMIT),
    ("grpc.max_concurrent_streams", STREAMS_PER_CONNECTION),
    ("grpc.keepalive_time_ms", 30_000),  # a peer that is gone is noticed
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 5_000),  # and may look for us as often as this
    ("grpc.so_reuseport", 0),  # a second server on our port is an error, not a rival
)

_log = structlog.get_logger()

Register = Callable[[aio.Server], None]
Context = aio.ServicerContext[Message, Message]

_SERVING = health_pb2.HealthCheckResponse.SERVING
_NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


def server_credentials(certificate: bytes, key: bytes, client_ca: bytes | None) -> grpc.ServerCredentials:
    """TLS, all in PEM. With a `client_ca` every client must show a certificate of one of these issuers."""
    return grpc.ssl_server_credentials([(key, certificate)], client_ca, client_ca is not None)


class Server:
    """`services` maps each full name to what adds that service to a gRPC server; `refusals` stands before them all.

    Without `credentials` it listens on loopback only.
    """

    def __init__(
        self,
        listen: str,
        services: Mapping[str, Register],
        refusals: Refusals,
        credentials: grpc.ServerCredentials | None = None,
    ) -> None:
        self._listen = listen
        self._credentials = credentials
        self._services = services
        self._refusals = refusals
        self._doors = _Doors()
        self._health = (
            health.aio.HealthServicer()
        )  # one for all listeners: watchers of a deaf one are told as well
        self._server: aio.Server | None = None
        self._supervising: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        """Where it listens: with the port that was found if port 0 was asked for."""
        return self._listen

    async def start(self) -> None:
        """Returns once it serves. Raises CannotListen."""
        await self.listen()
        await self.open(self._services)

    async def listen(self) -> None:
        """Returns once it listens, with its doors still shut. Raises CannotListen."""
        refuse_unprotected(self._listen, over_tls=self._credentials is not None)
        await self._health.set(health.OVERALL_HEALTH, _NOT_SERVING)
        self._server = await self._bind()
        self._supervising = asyncio.create_task(self._supervise(self._server))

    async def open(self, services: Mapping[str, Register], admit: Admit = admit_all) -> None:
        """From now on it serves these, each call after `admit` let it in, and says so. Health it tells to anybody."""
        self._doors.open(services, admit)
        for name in (*services, health.OVERALL_HEALTH):
            await self._health.set(name, _SERVING)

    async def drain(self, seconds: float) -> None:
        """Says that it will soon not serve any more, and serves on for so long."""
        await self._health.enter_graceful_shutdown()
        await asyncio.sleep(seconds)

    async def stop(self, grace_seconds: float) -> None:
        """Takes no more calls, lets those in hand end, and breaks off what has not ended in time."""
        await self._health.enter_graceful_shutdown()
        if self._supervising is not None:
            self._supervising.cancel()
        if self._server is not None:
            await self._server.stop(grace_seconds)

    async def _bind(self) -> aio.Server:
        server = aio.server(
            options=OPTIONS, interceptors=(self._refusals,), maximum_concurrent_rpcs=CALLS_AT_ONCE
        )
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        server.add_generic_rpc_handlers((self._doors,))
        try:
            port = (
                server.add_insecure_port(self._listen)
                if self._credentials is None
                else server.add_secure_port(self._listen, self._credentials)
            )
        except RuntimeError as error:
            raise CannotListen(f"cannot listen on {self._listen}: {error}") from None
        await server.start()
        self._listen = f"{self._listen.rpartition(':')[0]}:{port}"
        return server

    async def _supervise(self, server: aio.Server) -> None:
        while True:
            await asyncio.sleep(KNOCK_EVERY_SECONDS)
            if await self._is_deaf():
                try:
                    self._server = await self._bind()
                except CannotListen as error:
                    _log.error("the listener died and cannot be replaced yet", why=str(error))
                    continue
                _log.warning("the listener died and was replaced", address=self._listen)
                await server.stop(None)
                server = self._server

    async def _is_deaf(self) -> bool:
        host, _, port = self._listen.rpartition(":")
        host = {"0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(host, host.strip("[]"))
        try:
            _, line = await asyncio.open_connection(host, int(port))
        except ConnectionRefusedError:
            return True
        except OSError:
            return False  # Whatever it is, another listener would not help.
        line.close()
        return False


class _Doors(grpc.GenericRpcHandler):
    """Finds who serves a method. It is asked with each call, so what it knows may come after the listener."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}
        self._admit: Admit = admit_all
        self.are_open = False

    def open(self, services: Mapping[str, Register], admit: Admit) -> None:
        self._admit = admit
        for register in services.values():
            register(self)  # type: ignore[arg-type]  # a server as far as a service is added to it
        names = (*services, health.SERVICE_NAME, reflection.SERVICE_NAME)
        servicer = reflection.aio.ReflectionServicer(names)
        reflection_pb2_grpc.add_ServerReflectionServicer_to_server(servicer, self)
        self.are_open = True

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "Handler | None":
        """None: gRPC answers that there is no such method."""
        if not self.are_open:
            return _SHUT
        return self._handlers.get(handler_call_details.method)

    def add_registered_method_handlers(self, service: str, handlers: Mapping[str, "Handler"]) -> None:
        """What the generated code of a service calls."""
        for name, handler in handlers.items():
            method = f"/{service}/{name}"
            self._handlers[method] = admitting(handler, method, self._admit)

    def add_generic_rpc_handlers(self, handlers: Iterable[grpc.GenericRpcHandler]) -> None:
        """The same once more, for servers that look methods up by asking."""


async def _refuse(_: object, context: Context) -> NoReturn:
    await context.abort(grpc.StatusCode.UNAVAILABLE, "not ready: the server still reads its state")


_SHUT: "Handler" = grpc.stream_stream_rpc_method_handler(_refuse)
