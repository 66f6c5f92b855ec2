"""Serves fleet control, health and reflection on one address."""

from grpc import aio
from grpc_health.v1 import health, health_pb2_grpc  # type: ignore[import-untyped]
from grpc_reflection.v1alpha import reflection  # type: ignore[import-untyped]

from device_emulator.rpc.emulator_control import EmulatorControl
from device_emulator.runtime.host import Host
from smart_metering.rpc.v1 import emulator_control_pb2
from smart_metering.rpc.v1.emulator_control_pb2_grpc import add_EmulatorControlServicer_to_server

MESSAGE_LIMIT = 16 * 1024 * 1024
CALLS_AT_ONCE = 1_000

OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.max_receive_message_length", MESSAGE_LIMIT),
    ("grpc.max_send_message_length", MESSAGE_LIMIT),
    ("grpc.so_reuseport", 0),  # a second emulator on our port is an error, not a rival
)


class CannotListen(OSError):
    """The address cannot be bound."""


class Server:
    """Listens from `start` to `stop`."""

    def __init__(self, host: Host, listen: str) -> None:
        self._host = host
        self._listen = listen
        self._server: aio.Server | None = None

    @property
    def address(self) -> str:
        """Where it listens: with the port that was found if port 0 was asked for."""
        return self._listen

    async def start(self) -> None:
        """Returns once it listens. Raises CannotListen."""
        server = aio.server(options=OPTIONS, maximum_concurrent_rpcs=CALLS_AT_ONCE)
        add_EmulatorControlServicer_to_server(EmulatorControl(self._host), server)
        health_pb2_grpc.add_HealthServicer_to_server(health.aio.HealthServicer(), server)
        service = emulator_control_pb2.DESCRIPTOR.services_by_name["EmulatorControl"].full_name
        reflection.enable_server_reflection((service, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
        try:
            port = server.add_insecure_port(self._listen)
        except RuntimeError as error:
            raise CannotListen(f"cannot listen on {self._listen}: {error}") from None
        await server.start()
        self._listen = f"{self._listen.rpartition(':')[0]}:{port}"
        self._server = server

    async def stop(self, grace_seconds: float) -> None:
        """Takes no more calls, and breaks off what has not ended in time."""
        if self._server is not None:
            await self._server.stop(grace_seconds)
