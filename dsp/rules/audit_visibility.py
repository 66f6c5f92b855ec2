"""Who sees what of the Service Audit Trail, and for how long: a row for each viewer and kind of message."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from smart_metering.instants import DAY_MS, Instant
from smart_metering.marks import Mark


class MessageKind(StrEnum):
    """The messages that the Service Audit Trail holds."""

    SERVICE_REQUEST = "ServiceRequest"
    SIGNED_PRE_COMMAND = "SignedPreCommand"
    ACKNOWLEDGEMENT = "Acknowledgement"
    PRE_COMMAND = "PreCommand"
    SERVICE_RESPONSE = "ServiceResponse"
    DEVICE_ALERT = "DeviceAlert"
    DCC_ALERT = "DCCAlert"


class Viewer(StrEnum):
    """What a User is to a record, at the moment of looking."""

    USER_ITSELF = "the User that sent or received it"
    RESPONSIBLE_SUPPLIER = "Responsible Supplier of the Device"
    RESPONSIBLE_NETWORK_OPERATOR = "Responsible Network Operator of the Device"


class Shown(StrEnum):
    """How much of a record is shown. A title is a projection of its own, never a record with blanks."""

    RECORD = "the record, whole"
    TITLE = "its title"


@dataclass(frozen=True, slots=True)
class VisibilityRow:
    """`viewer` is shown so much of the records of this kind."""

    viewer: Viewer
    kind: MessageKind
    shown: Shown
    source: str
    mark: Mark


_REPORT = "modification report on the Service Audit Trail, quoting SEC H8.16(b)"
_SELF, _RECORD = Viewer.USER_ITSELF, Shown.RECORD

BASE_AUDIT_VISIBILITY = (
    # viewer       kind                            shown    source   mark
    VisibilityRow(_SELF, MessageKind.SERVICE_REQUEST,    _RECORD, _REPORT, Mark.CERTAIN),
    VisibilityRow(_SELF, MessageKind.SIGNED_PRE_COMMAND, _RECORD, _REPORT, Mark.CERTAIN),
    VisibilityRow(_SELF, MessageKind.ACKNOWLEDGEMENT,    _RECORD, _REPORT, Mark.CERTAIN),
    VisibilityRow(_SELF, MessageKind.PRE_COMMAND,        _RECORD, _REPORT, Mark.CERTAIN),
    VisibilityRow(_SELF, MessageKind.SERVICE_RESPONSE,   _RECORD, _REPORT, Mark.CERTAIN),
    VisibilityRow(_SELF, MessageKind.DEVICE_ALERT,       _RECORD, _REPORT, Mark.CERTAIN),
    VisibilityRow(_SELF, MessageKind.DCC_ALERT,          _RECORD, _REPORT, Mark.CERTAIN),
)  # fmt: skip

RETENTION_MONTHS = 3  # "a period of no less than three months", SEC H8.16(b)
KEPT_MS = 92 * DAY_MS  # G44: three calendar months are never longer

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def oldest_shown(now: Instant) -> Instant:
    """Three calendar months before `now`, at its time of day; the month's last day where it has no such day."""
    moment = _EPOCH + timedelta(milliseconds=now)
    year, month = divmod(moment.year * 12 + moment.month - 1 - RETENTION_MONTHS, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    then = moment.replace(year=year, month=month + 1, day=day)
    return Instant((then - _EPOCH) // timedelta(milliseconds=1))


def oldest_kept(now: Instant) -> Instant:
    """What is older is shown to nobody any more, and need not be kept."""
    return Instant(now - KEPT_MS)
