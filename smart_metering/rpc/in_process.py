"""A gRPC channel without a wire: calls go straight to the servicers of this process and this event loop.

Messages are handed over as they are, neither serialised nor copied: whoever gets one only reads it. Deadlines are kept,
statuses are as over a wire, and a stream that is cancelled ends at its servicer too.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from typing import Any, NoReturn, TypeAlias

import grpc
from grpc import aio

from smart_metering.rpc.refusals import Refusals

Metadata = tuple[tuple[str, str], ...]
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"  # generic for the type checker only
Register = Callable[[aio.Server], None]


class InProcessServer:
    """Collects what `services` add to a gRPC server; `refusals` stands before every call."""

    def __init__(self, services: Mapping[str, Register], refusals: Refusals) -> None:
        self._handlers: list[grpc.GenericRpcHandler] = []
        self._refusals = refusals
        for register in services.values():
            register(self)  # type: ignore[arg-type]  # a server as far as a service is added to it

    def add_generic_rpc_handlers(self, handlers: Iterable[grpc.GenericRpcHandler]) -> None:
        """What the generated code of a service calls."""
        self._handlers += handlers

    def add_registered_method_handlers(self, service: str, handlers: Mapping[str, Handler]) -> None:
        """The same once more, for servers that look methods up in advance."""

    async def find(self, method: str) -> Handler:
        """The handler of a method, by its full path."""
        details = _Details(method)

        async def look_up(asked: grpc.HandlerCallDetails) -> "Handler | None":
            found = (handlers.service(asked) for handlers in self._handlers)
            return next((handler for handler in found if handler is not None), None)

        handler = await self._refusals.intercept_service(look_up, details)
        if handler is None:
            raise _error(grpc.StatusCode.UNIMPLEMENTED, f"there is no method {method}")
        return handler


class InProcessChannel:
    """What stubs need of a channel."""

    def __init__(self, server: InProcessServer) -> None:
        self._server = server
        self._calls: set[_StreamCall] = set()

    def unary_unary(self, method: str, *_: object, **__: object) -> Callable[..., Awaitable[Any]]:
        return self._answered(method, "unary_unary")

    def stream_unary(self, method: str, *_: object, **__: object) -> Callable[..., Awaitable[Any]]:
        return self._answered(method, "stream_unary")

    def unary_stream(self, method: str, *_: object, **__: object) -> Callable[..., "_StreamCall"]:
        return self._streamed(method, "unary_stream")

    def stream_stream(self, method: str, *_: object, **__: object) -> Callable[..., "_StreamCall"]:
        return self._streamed(method, "stream_stream")

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:
        """There is no line that could break."""
        return grpc.ChannelConnectivity.READY

    async def channel_ready(self) -> None:
        """It always is."""

    async def close(self, grace: float | None = None) -> None:
        """Ends what still streams."""
        for call in tuple(self._calls):
            call.cancel()

    def _answered(self, method: str, kind: str) -> Callable[..., Awaitable[Any]]:
        async def call(asked: object, *, timeout: float | None = None, metadata: Metadata = ()) -> object:  # noqa: ASYNC109 - the name that stubs use
            handler = await self._server.find(method)
            answering = getattr(handler, kind)(asked, _Context(metadata))
            try:
                return await asyncio.wait_for(answering, timeout)
            except TimeoutError:
                raise _error(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded") from None

        return call

    def _streamed(self, method: str, kind: str) -> Callable[..., "_StreamCall"]:
        def call(asked: object, *, timeout: float | None = None, metadata: Metadata = ()) -> "_StreamCall":
            stream = _StreamCall(self._open(method, kind, asked, metadata), timeout)
            self._calls.add(stream)
            stream.ended = self._calls.discard
            return stream

        return call

    async def _open(
        self, method: str, kind: str, asked: object, metadata: Metadata
    ) -> AsyncGenerator[Any, None]:
        handler = await self._server.find(method)
        async for message in getattr(handler, kind)(asked, _Context(metadata)):
            yield message


class _StreamCall:
    """A stream of answers: iterate over it, or cancel it."""

    def __init__(self, messages: AsyncGenerator[Any, None], timeout: float | None) -> None:
        loop = asyncio.get_running_loop()
        self._messages = messages
        self._ends_at = loop.time() + timeout if timeout is not None else None
        self._next: asyncio.Task[Any] | None = None
        self._closing: asyncio.Task[None] | None = None
        self._is_cancelled = False
        self.ended: Callable[[_StreamCall], None] = lambda _: None

    def __aiter__(self) -> "_StreamCall":
        return self

    async def __anext__(self) -> object:
        if self._is_cancelled:
            raise _error(grpc.StatusCode.CANCELLED, "Locally cancelled by application!")
        self._next = asyncio.ensure_future(self._messages.__anext__())
        try:
            async with asyncio.timeout_at(self._ends_at):
                return await self._next
        except StopAsyncIteration:
            self.ended(self)
            raise
        except TimeoutError:
            self.cancel()
            raise _error(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded") from None
        except asyncio.CancelledError:
            if self._is_cancelled:
                raise _error(grpc.StatusCode.CANCELLED, "Locally cancelled by application!") from None
            raise

    def cancel(self) -> bool:
        """Its servicer is told by the end of its generator."""
        if not self._is_cancelled:
            self._is_cancelled = True
            if self._next is not None and not self._next.done():
                self._next.cancel()
            else:
                self._closing = asyncio.ensure_future(self._messages.aclose())
            self.ended(self)
        return True


class _Context:
    """What servicers ask of a call."""

    def __init__(self, metadata: Metadata) -> None:
        self._metadata = metadata

    def invocation_metadata(self) -> Metadata:
        return self._metadata

    def auth_context(self) -> Mapping[str, Iterable[bytes]]:
        """Nobody proves here who is calling."""
        return {}

    async def abort(
        self, code: grpc.StatusCode, details: str = "", trailing_metadata: object = ()
    ) -> NoReturn:
        raise _error(code, details)


class _Details(grpc.HandlerCallDetails):
    def __init__(self, method: str) -> None:
        self.method = method
        self.invocation_metadata = ()


def _error(code: grpc.StatusCode, details: str) -> aio.AioRpcError:
    return aio.AioRpcError(code, aio.Metadata(), aio.Metadata(), details=details)
