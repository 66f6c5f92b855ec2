"""Which gRPC status each kind of failure becomes."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TypeVar

import grpc
import structlog
from google.protobuf.message import Message
from grpc import aio

from device_emulator.core.fleet import InvalidLaunch
from device_emulator.faults.link import InvalidFaultRule
from device_emulator.runtime.host import HubsRefused
from smart_metering.identifiers import InvalidIdentifier
from smart_metering.wire.errors import WireError

DETAILS_SHOWN = 2_000  # they travel in trailers, which have room for 8 KiB

_log = structlog.get_logger()

S = TypeVar("S")
Q = TypeVar("Q", bound=Message)
A = TypeVar("A", bound=Message)
Context = aio.ServicerContext[Message, Message]
Method = Callable[[S, Q, Context], Awaitable[A]]


class NotFound(LookupError):
    """The caller named what is not there."""


STATUSES: tuple[tuple[type[Exception], grpc.StatusCode], ...] = (
    # the first that fits
    (WireError, grpc.StatusCode.INVALID_ARGUMENT),
    (InvalidIdentifier, grpc.StatusCode.INVALID_ARGUMENT),
    (InvalidLaunch, grpc.StatusCode.INVALID_ARGUMENT),
    (InvalidFaultRule, grpc.StatusCode.INVALID_ARGUMENT),
    (NotFound, grpc.StatusCode.NOT_FOUND),
    (HubsRefused, grpc.StatusCode.FAILED_PRECONDITION),
)


def refusing(method: Method[S, Q, A]) -> Callable[[S, Q, Context], Awaitable[A]]:
    """The method, with its errors made statuses. Ours are logged in full, and their text kept to ourselves."""

    @wraps(method)
    async def answer(servicer: S, request: Q, context: Context) -> A:
        try:
            return await method(servicer, request, context)
        except aio.AbortError:
            raise
        except Exception as error:
            for kind, status in STATUSES:
                if isinstance(error, kind):
                    _log.info("call refused", status=status.name, why=str(error)[:DETAILS_SHOWN])
                    details = str(error).encode("ascii", "backslashreplace").decode()
                    await context.abort(status, details[:DETAILS_SHOWN])
            _log.error("call failed", exc_info=error)
            await context.abort(grpc.StatusCode.INTERNAL, "a fault of the emulator; its log says more")
            raise

    return answer
