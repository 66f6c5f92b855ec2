"""One channel to one server: who calls, how long a call may take, and what its messages are as records."""

from types import TracebackType
from typing import Self

from grpc import aio

from smart_metering.identifiers import Eui

CALL_SECONDS = 30.0
LONG_CALL_SECONDS = 600.0  # for calls that move the clock or carry a fleet
STREAM_SECONDS = 3_600.0  # a stream that is followed is opened anew after this long

OPTIONS = (
    ("grpc.max_receive_message_length", 16 * 1024 * 1024),
    ("grpc.max_send_message_length", 16 * 1024 * 1024),
    ("grpc.initial_reconnect_backoff_ms", 50),
    ("grpc.min_reconnect_backoff_ms", 50),
    ("grpc.max_reconnect_backoff_ms", 1_000),  # a server that is started again is soon found
    ("grpc.keepalive_time_ms", 30_000),  # a server that is gone is noticed
    ("grpc.keepalive_timeout_ms", 10_000),
)


class Connection:
    """A channel to `address`; opened by the first call, shared by all who are given it, closed by who made it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.channel = aio.insecure_channel(address, options=OPTIONS)

    async def close(self) -> None:
        """Breaks off what is still under way."""
        await self.channel.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def calling_as(user: Eui) -> tuple[tuple[str, str], ...]:
    """The metadata by which a call says who makes it: the development identity, for loopback only."""
    return (("user-id", user),)
