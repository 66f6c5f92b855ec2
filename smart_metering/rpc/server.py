"""Serves gRPC services on one address, with health and reflection, and keeps serving when its listener dies.

A request whose `:path` is not UTF-8 leaves a grpc.aio server deaf (grpcio 1.85): its listener closes and it takes no
call any more, while the streams it has go on. A supervisor knocks now and then; when nobody opens, it binds another
server to the same port and ends the deaf one, and clients and hosts reconnect as after any broken line.
"""

import asyncio
from collections.abc import Callable, Sequence

import structlog
from grpc import aio
from grpc_health.v1 import health, health_pb2_grpc  # type: ignore[import-untyped]
from grpc_reflection.v1alpha import reflection  # type: ignore[import-untyped]

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


class CannotListen(OSError):
    """The address cannot be bound."""


class Server:
    """`services` maps each full name to what adds that service to a gRPC server; `refusals` stands before them all."""

    def __init__(self, listen: str, services: dict[str, Register], refusals: Refusals) -> None:
        self._listen = listen
        self._services = services
        self._refusals = refusals
        self._server: aio.Server | None = None
        self._supervising: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        """Where it listens: with the port that was found if port 0 was asked for."""
        return self._listen

    async def start(self) -> None:
        """Returns once it listens. Raises CannotListen."""
        self._server = await self._bind()
        self._supervising = asyncio.create_task(self._supervise(self._server))

    async def stop(self, grace_seconds: float) -> None:
        """Takes no more calls, lets those in hand end, and breaks off what has not ended in time."""
        if self._supervising is not None:
            self._supervising.cancel()
        if self._server is not None:
            await self._server.stop(grace_seconds)

    async def _bind(self) -> aio.Server:
        server = aio.server(
            options=OPTIONS, interceptors=(self._refusals,), maximum_concurrent_rpcs=CALLS_AT_ONCE
        )
        for register in self._services.values():
            register(server)
        health_pb2_grpc.add_HealthServicer_to_server(health.aio.HealthServicer(), server)
        names = (*self._services, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, server)
        try:
            port = server.add_insecure_port(self._listen)
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
