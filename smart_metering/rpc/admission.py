"""Asks, before a call is served, whether its caller may make it."""

import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any, TypeAlias

import grpc
from google.protobuf.message import Message
from grpc import aio

Context = aio.ServicerContext[Message, Message]
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"  # generic for the type checker only
Admit = Callable[[str, Context], None]
"""Takes the path of a method, `/SERVICE/METHOD`, and the call. Raises what the table of refusals knows."""


def admit_all(method: str, context: Context) -> None:
    """For servers that only this process reaches."""


def admitting(handler: Handler, method: str, admit: Admit) -> Handler:
    """The same handler behind the question."""
    for kind, wrap, make in _KINDS:
        behaviour = getattr(handler, kind)
        if behaviour is not None:
            assert inspect.iscoroutinefunction(behaviour) or inspect.isasyncgenfunction(behaviour), method
            return make(
                wrap(behaviour, method, admit), handler.request_deserializer, handler.response_serializer
            )
    raise AssertionError(method)


def _answering(behaviour: Callable[..., Any], method: str, admit: Admit) -> Callable[..., Any]:
    async def answer(asked: object, context: Context) -> object:
        admit(method, context)
        return await behaviour(asked, context)

    return answer


def _streaming(behaviour: Callable[..., Any], method: str, admit: Admit) -> Callable[..., Any]:
    async def stream(asked: object, context: Context) -> AsyncIterator[object]:
        admit(method, context)
        async with aclosing(behaviour(asked, context)) as messages:
            async for message in messages:
                yield message

    return stream


_KINDS: tuple[tuple[str, Callable[..., Callable[..., object]], Callable[..., Handler]], ...] = (
    ("unary_unary", _answering, grpc.unary_unary_rpc_method_handler),
    ("stream_unary", _answering, grpc.stream_unary_rpc_method_handler),
    ("unary_stream", _streaming, grpc.unary_stream_rpc_method_handler),
    ("stream_stream", _streaming, grpc.stream_stream_rpc_method_handler),
)
