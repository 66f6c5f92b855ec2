"""One channel to one server: who calls, how long a call may take, and what its messages are as records."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from copy import copy
from dataclasses import dataclass
from types import TracebackType
from typing import Self, cast

import grpc
from grpc import aio

from smart_metering.identifiers import Eui
from smart_metering.rpc.access import Access, open_channel
from smart_metering.rpc.in_process import InProcessChannel
from smets.client.errors import telling

CALL_SECONDS = 30.0
LONG_CALL_SECONDS = 600.0  # for calls that move the clock or carry a fleet
RECONNECT_SECONDS = 2.0  # given to a line that was broken, before a call on it
STREAM_SECONDS = 3_600.0  # a stream that is followed is opened anew after this long

OPTIONS = (
    ("grpc.max_receive_message_length", 16 * 1024 * 1024),
    ("grpc.max_send_message_length", 16 * 1024 * 1024),
    (
        "grpc.use_local_subchannel_pool",
        1,
    ),  # a new connection tries for itself, whatever befell another before
    ("grpc.initial_reconnect_backoff_ms", 50),
    ("grpc.min_reconnect_backoff_ms", 50),
    ("grpc.max_reconnect_backoff_ms", 1_000),  # a server that is started again is soon found
    ("grpc.keepalive_time_ms", 30_000),  # a server that is gone is noticed
    ("grpc.keepalive_timeout_ms", 10_000),
)

_BROKEN = frozenset({grpc.ChannelConnectivity.TRANSIENT_FAILURE, grpc.ChannelConnectivity.CONNECTING})


@dataclass(frozen=True, slots=True)
class Protected:
    """`HOST:PORT` over TLS."""

    address: str
    access: Access


Address = str | Protected | InProcessChannel
"""`HOST:PORT`, on loopback or over TLS, or a channel within this process."""


class Connection:
    """A channel to `address`; opened by the first call, closed by who made it. Made where an event loop runs."""

    def __init__(self, address: Address) -> None:
        if isinstance(address, InProcessChannel):
            self.address, self.channel = "this process", cast("aio.Channel", address)
        else:
            where, access = (address, None) if isinstance(address, str) else (address.address, address.access)
            self.address, self.channel = where, open_channel(where, OPTIONS, access)
        self._is_lent = isinstance(address, InProcessChannel)  # it is closed by who keeps its doors

    def lent(self) -> "Connection":
        """The same line for somebody else, who may close it without harm. Needs no event loop."""
        other = copy(self)
        other._is_lent = True
        return other

    @asynccontextmanager
    async def calling(self, doing: str) -> AsyncIterator[None]:
        """For one call: what fails within becomes a SmetsError that says what was being done.

        After a broken line the server gets a moment to be there again, so that its restart need not be felt.
        """
        if self.channel.get_state() in _BROKEN:
            with suppress(TimeoutError):  # The call itself will say that nobody answers.
                await asyncio.wait_for(self.channel.channel_ready(), RECONNECT_SECONDS)
        with telling(doing, self.address):
            yield

    async def close(self) -> None:
        """Breaks off what is still under way, unless the line is another's."""
        if not self._is_lent:
            await self.channel.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def connected(to: Address | Connection) -> Connection:
    """A new line to an address, or a lent one where there is a line already."""
    return to.lent() if isinstance(to, Connection) else Connection(to)


def calling_as(user: Eui) -> tuple[tuple[str, str], ...]:
    """The metadata by which a call says for whom it is made. Alone it counts on loopback only; beside a token or a
    client certificate it must agree with them."""
    return (("user-id", user),)
