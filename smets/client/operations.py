"""A server as those see it who operate it: its health, and what it tells of itself."""

from enum import StrEnum

from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]

from smart_metering.rpc.v1 import operations_pb2 as pb2
from smart_metering.rpc.v1.operations_pb2_grpc import OperationsStub
from smets.client.connection import Connection
from smets.client.conversion import from_message
from smets.client.errors import SmetsError
from smets.client.records import ServerDescription

LOOK_SECONDS = 3.0


class Health(StrEnum):
    """What gRPC health says of a whole server; UNREACHABLE: nobody answers there."""

    SERVING = "SERVING"
    NOT_SERVING = "NOT_SERVING"
    UNREACHABLE = "unreachable"


class Operations:
    """One server, of either side, on a line that is another's to close."""

    def __init__(self, connection: Connection, seconds: float = LOOK_SECONDS) -> None:
        self._connection = connection
        self._seconds = seconds
        self._health = health_pb2_grpc.HealthStub(connection.channel)
        self._stub = OperationsStub(connection.channel)

    async def health(self) -> Health:
        """Whether it serves; whatever else comes back than that it does, or does not, is as good as nobody."""
        try:
            answer = await self._health.Check(health_pb2.HealthCheckRequest(), timeout=self._seconds)
        except aio.AioRpcError:
            return Health.UNREACHABLE
        serves = answer.status == health_pb2.HealthCheckResponse.SERVING
        return Health.SERVING if serves else Health.NOT_SERVING

    async def describe(self) -> ServerDescription:
        """Raises SmetsError."""
        async with self._connection.calling("asking what runs there"):
            answer = await self._stub.Describe(pb2.DescribeRequest(), timeout=self._seconds)
            return from_message(answer, ServerDescription)

    async def describe_if_it_can(self) -> ServerDescription | None:
        """None: nobody answers, or a server that is not of this release."""
        try:
            return await self.describe()
        except SmetsError:
            return None
