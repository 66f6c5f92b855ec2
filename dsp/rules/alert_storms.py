"""Alert storms as rows: which alerts may be held back when too many equal ones come about one Device."""

from dataclasses import dataclass

from smart_metering.duis.service_responses import (
    CommsHubAlert,
    DccAlert,
    DeviceAlert,
    FirmwareVersionMismatch,
    Message,
    PpmidAlert,
)
from smart_metering.marks import Mark


@dataclass(frozen=True, slots=True)
class HeldBackRow:
    """Alerts of this kind, a Device Alert or the body of a DCC Alert, may be held back."""

    kind: type
    source: str
    mark: Mark


_DEVICE = "DUIS 5.4 schema, ThrottledAlertCount; choice G54"

HELD_BACK_ROWS = (
    # What a Device says may repeat itself; what the DCC says of a status, a schedule or a request is said once.
    #           kind                     source    mark
    HeldBackRow(DeviceAlert,             _DEVICE,  Mark.LIKELY),
    HeldBackRow(CommsHubAlert,           _DEVICE,  Mark.CHOICE),
    HeldBackRow(FirmwareVersionMismatch, _DEVICE,  Mark.CHOICE),
    HeldBackRow(PpmidAlert,              _DEVICE,  Mark.CHOICE),
)  # fmt: skip

_KINDS = frozenset(row.kind for row in HELD_BACK_ROWS)


def may_be_held_back(message: Message) -> bool:
    """Whether equal alerts may be counted and held back; a Service Response never is."""
    kind = type(message.body) if isinstance(message, DccAlert) else type(message)
    return kind in _KINDS
