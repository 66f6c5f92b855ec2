"""Which gRPC status each failure of the DSP becomes, beside those that both sides share."""

from typing import NoReturn

import grpc

from dsp.core.effects import Refusal
from dsp.identity.accounts import AccountRefused, NoSuchAccount
from dsp.identity.caller import OperatorNeeded, Unauthenticated
from dsp.identity.passwords import TooMany, WeakPassword
from dsp.runtime.audit_desk import NotForThisUser, UnknownDevice
from dsp.runtime.clock import ClockIsRunning, ClockRefusal
from dsp.runtime.events_desk import UnknownKind
from dsp.runtime.firmware_store import FileTooLargeError
from dsp.runtime.hosts import HostCutOff
from smart_metering.rpc.refusals import InvalidArgument, NotFound, Statuses

FAULTS_SHOWN = 20

STATUSES: Statuses = (
    (Unauthenticated, grpc.StatusCode.UNAUTHENTICATED),
    (OperatorNeeded, grpc.StatusCode.PERMISSION_DENIED),
    (AccountRefused, grpc.StatusCode.INVALID_ARGUMENT),
    (WeakPassword, grpc.StatusCode.INVALID_ARGUMENT),
    (NoSuchAccount, grpc.StatusCode.NOT_FOUND),
    (TooMany, grpc.StatusCode.RESOURCE_EXHAUSTED),
    (UnknownDevice, grpc.StatusCode.NOT_FOUND),
    (NotForThisUser, grpc.StatusCode.PERMISSION_DENIED),
    (FileTooLargeError, grpc.StatusCode.RESOURCE_EXHAUSTED),
    (HostCutOff, grpc.StatusCode.ABORTED),
    (ClockIsRunning, grpc.StatusCode.FAILED_PRECONDITION),
    (ClockRefusal, grpc.StatusCode.INVALID_ARGUMENT),
    (UnknownKind, grpc.StatusCode.INVALID_ARGUMENT),
)


def raise_refusal(refusal: Refusal) -> NoReturn:
    """What the engine refused whole."""
    shown, more = refusal.faults[:FAULTS_SHOWN], len(refusal.faults) - FAULTS_SHOWN
    told = "; ".join((*shown, f"and {more} more") if more > 0 else shown)
    raise (NotFound if refusal.unknown else InvalidArgument)(told)
