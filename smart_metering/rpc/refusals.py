"""Failures as gRPC statuses: each side brings its own table, one interceptor applies it.

What the SEC foresees is an answer and never comes here. A failure of ours is logged in full, and its text kept back.
"""

import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import NoReturn, TypeAlias, TypeVar

import grpc
import structlog
from grpc import aio

from smart_metering.wire.errors import WireError

DETAILS_SHOWN = 2_000  # they travel in trailers, which have room for 8 KiB
ID_SHOWN = 100

_log = structlog.get_logger()

Q = TypeVar("Q")
A = TypeVar("A")
Context = aio.ServicerContext[Q, A]
Handler: TypeAlias = "grpc.RpcMethodHandler[Q, A]"  # generic for the type checker only
Continuation: TypeAlias = "Callable[[grpc.HandlerCallDetails], Awaitable[Handler[Q, A] | None]]"
Statuses = tuple[tuple[type[Exception], grpc.StatusCode], ...]


class InvalidArgument(ValueError):
    """The caller asked for what cannot be; the text says what was expected."""


class NotFound(LookupError):
    """The caller named what is not there."""


class PermissionDenied(Exception):
    """The caller spoke for another."""


STATUSES: Statuses = (
    (WireError, grpc.StatusCode.INVALID_ARGUMENT),
    (InvalidArgument, grpc.StatusCode.INVALID_ARGUMENT),
    (NotFound, grpc.StatusCode.NOT_FOUND),
    (PermissionDenied, grpc.StatusCode.PERMISSION_DENIED),
)


class Refusals(aio.ServerInterceptor):
    """Stands before every handler that is a coroutine or an async generator.

    `statuses` are asked after those that both sides share; the first that fits counts. `server` is what the caller is
    told failed. `log` says whether refusals are logged: where the caller is of this process, it knows.
    """

    def __init__(self, statuses: Statuses, server: str, *, log: bool = True) -> None:
        self._statuses = (*STATUSES, *statuses)
        self._server = server
        self._logs = log

    async def intercept_service(
        self, continuation: "Continuation[Q, A]", handler_call_details: grpc.HandlerCallDetails
    ) -> "Handler[Q, A] | None":
        """The handler that serves the call, if there is one, with its errors made statuses."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        for kind, wrap, make in KINDS:
            behaviour = getattr(handler, kind)
            if inspect.iscoroutinefunction(behaviour) or inspect.isasyncgenfunction(behaviour):
                wrapped = wrap(self, behaviour, handler_call_details.method)
                return make(wrapped, handler.request_deserializer, handler.response_serializer)
        return handler

    async def refuse(self, context: Context[Q, A], method: str, asked: object, error: Exception) -> NoReturn:
        """Ends the call with the status of the error. The log tells the RequestID of what was asked, if it has one."""
        request_id = getattr(asked, "request_id", "")
        log = _log.bind(method=method, **({"request_id": request_id[:ID_SHOWN]} if request_id else {}))
        for kind, status in self._statuses:
            if isinstance(error, kind):
                if self._logs:
                    log.info("call refused", status=status.name, why=str(error)[:DETAILS_SHOWN])
                details = str(error).encode("ascii", "backslashreplace").decode()
                await context.abort(status, details[:DETAILS_SHOWN])
        log.error("call failed", exc_info=error)
        await context.abort(grpc.StatusCode.INTERNAL, f"a fault of the {self._server}; its log says more")


def _answering(
    refusals: Refusals, behaviour: Callable[..., Awaitable[A]], method: str
) -> Callable[..., Awaitable[A]]:
    async def answer(asked: object, context: Context[Q, A]) -> A:
        try:
            return await behaviour(asked, context)
        except aio.AbortError:
            raise
        except Exception as error:  # noqa: BLE001 - the door: whatever it is becomes a status
            await refusals.refuse(context, method, asked, error)

    return answer


def _streaming(
    refusals: Refusals, behaviour: Callable[..., AsyncGenerator[A, None]], method: str
) -> Callable[..., AsyncIterator[A]]:
    if not inspect.isasyncgenfunction(behaviour):
        return behaviour  # it writes to the context itself: the health service does

    async def stream(asked: object, context: Context[Q, A]) -> AsyncIterator[A]:
        try:
            async with aclosing(behaviour(asked, context)) as messages:
                async for message in messages:
                    yield message
        except aio.AbortError:
            raise
        except Exception as error:  # noqa: BLE001 - the door: whatever it is becomes a status
            await refusals.refuse(context, method, asked, error)

    return stream


KINDS: tuple[tuple[str, Callable[..., Callable[..., object]], Callable[..., "Handler[Q, A]"]], ...] = (
    ("unary_unary", _answering, grpc.unary_unary_rpc_method_handler),
    ("stream_unary", _answering, grpc.stream_unary_rpc_method_handler),
    ("unary_stream", _streaming, grpc.unary_stream_rpc_method_handler),
    ("stream_stream", _streaming, grpc.stream_stream_rpc_method_handler),
)
