"""What can go wrong between a client and a server, as one small hierarchy; what the SEC foresees is never among it."""

from collections.abc import Iterator
from contextlib import contextmanager

import grpc
from grpc import aio

from smart_metering.wire.errors import WireError


class SmetsError(Exception):
    """Says what was being done, where, and what was expected. All errors of this package are one of these."""


class Unreachable(SmetsError):
    """Nobody answers at the address, or the line broke before the answer came."""


class NotRunning(Unreachable):
    """No system runs where one was looked for; says where that was, and how to start one."""


class OutOfTime(SmetsError, TimeoutError):
    """The answer did not come before the deadline of the call."""


class Refused(SmetsError):
    """The server refuses the call as it is; nothing was done."""


class NotThere(SmetsError):
    """What was named is not there."""


class UnknownCaller(SmetsError):
    """The server does not know the calling User, or does not let it speak for another, or see what it asks for."""


class FailedThere(SmetsError):
    """The server failed; its log says more."""


class BrokenPromise(SmetsError):
    """The server sent what the contract does not allow."""


class NotWhatWasAsked(SmetsError):
    """A Pre-Command is not the command of the Service Request it answers: it is not signed."""


class NoResponse(SmetsError):
    """No Service Response came in the time given."""


class UnknownServiceRequest(SmetsError):
    """No such Service Reference Variant, or one that lacks what it needs."""


class UnknownParty(SmetsError):
    """No party is called so, or more than one; says which there are."""


class Closed(SmetsError):
    """The client was closed, by another thread perhaps, before the answer came."""


STATUSES: dict[grpc.StatusCode, type[SmetsError]] = {
    grpc.StatusCode.UNAVAILABLE: Unreachable,
    grpc.StatusCode.CANCELLED: Unreachable,
    grpc.StatusCode.DEADLINE_EXCEEDED: OutOfTime,
    grpc.StatusCode.INVALID_ARGUMENT: Refused,
    grpc.StatusCode.FAILED_PRECONDITION: Refused,
    grpc.StatusCode.OUT_OF_RANGE: Refused,
    grpc.StatusCode.ALREADY_EXISTS: Refused,
    grpc.StatusCode.ABORTED: Refused,
    grpc.StatusCode.RESOURCE_EXHAUSTED: Refused,
    grpc.StatusCode.NOT_FOUND: NotThere,
    grpc.StatusCode.UNAUTHENTICATED: UnknownCaller,
    grpc.StatusCode.PERMISSION_DENIED: UnknownCaller,
    grpc.StatusCode.UNIMPLEMENTED: FailedThere,
    grpc.StatusCode.INTERNAL: FailedThere,
    grpc.StatusCode.UNKNOWN: FailedThere,
    grpc.StatusCode.DATA_LOSS: FailedThere,
}


@contextmanager
def telling(doing: str, address: str) -> Iterator[None]:
    """Within it, every failure of a call becomes a SmetsError that says what was being done, and where."""
    try:
        yield
    except aio.AioRpcError as error:
        kind = STATUSES.get(error.code(), FailedThere)
        raise kind(f"{doing} ({address}): {_reason(kind, error)}") from None
    except aio.UsageError:
        raise Closed(f"{doing} ({address}): the line was closed") from None
    except WireError as error:
        raise BrokenPromise(f"{doing} ({address}): the answer cannot be read: {error}") from None


def _reason(kind: type[SmetsError], error: aio.AioRpcError) -> str:
    details = error.details() or error.code().name
    if kind is Unreachable:
        return f"nobody answers: {details}"
    if kind is OutOfTime:
        return "no answer before the deadline"
    return details
