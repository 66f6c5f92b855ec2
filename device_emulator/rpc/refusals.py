"""Which gRPC status each failure of the emulator becomes, beside those that both sides share."""

import grpc

from device_emulator.core.engineer import CannotBeDone
from device_emulator.core.fleet import InvalidLaunch
from device_emulator.faults.link import InvalidFaultRule
from device_emulator.rpc.admission import OperatorNeeded
from device_emulator.rpc.handlings import InvalidHandling
from device_emulator.runtime.host import HubsRefused
from smart_metering.identifiers import InvalidIdentifier
from smart_metering.rpc.refusals import Statuses

STATUSES: Statuses = (
    (OperatorNeeded, grpc.StatusCode.UNAUTHENTICATED),
    (InvalidIdentifier, grpc.StatusCode.INVALID_ARGUMENT),
    (InvalidLaunch, grpc.StatusCode.INVALID_ARGUMENT),
    (InvalidFaultRule, grpc.StatusCode.INVALID_ARGUMENT),
    (CannotBeDone, grpc.StatusCode.FAILED_PRECONDITION),
    (InvalidHandling, grpc.StatusCode.INVALID_ARGUMENT),
    (HubsRefused, grpc.StatusCode.FAILED_PRECONDITION),
)
