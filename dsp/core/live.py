"""What happens now, as a caller may know it: its own alerts, and changes of Devices in the SMI. Never a payload."""

from dsp.core.lookers import Looking
from dsp.core.records import AuditRecord, SmiChange, SmiDevice
from dsp.rules.audit_visibility import MessageKind
from dsp.rules.self_service import Panel
from smart_metering.device_alerts import DEVICE_ALERTS
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import Record

CHANGE = "SMI"
ALERTS = frozenset({MessageKind.DCC_ALERT, MessageKind.DEVICE_ALERT})

_ALERT_NAMES = {f"{row.code:04X}": row.name for row in DEVICE_ALERTS}


class LiveEvent(Record, frozen=True, kw_only=True):
    """A line of the stream. `kind` is that of the message, or CHANGE; `status` is the SMI Status after a change."""

    at: Instant
    kind: str
    device: Eui
    device_type: str
    what: str
    status: str = ""


def live_event(
    looking: Looking, record: SmiChange | AuditRecord, device: SmiDevice | None, *, only_own: bool
) -> LiveEvent | None:
    """None: it is not for this caller. `device` is that of the record as the SMI has it now.

    `only_own` leaves out changes of Devices that the caller is not responsible for.
    """
    if isinstance(record, AuditRecord):
        return _alert(looking, record)
    if device is None or looking.device(Panel.INVENTORY, device) is None:
        return None
    if only_own and not looking.is_responsible(device):
        return None
    return LiveEvent(
        at=record.at,
        kind=CHANGE,
        device=record.device,
        device_type=device.device.device_type,
        what=_told(looking, record, device),
        status=device.device.device_status or "",
    )


def _told(looking: Looking, change: SmiChange, device: SmiDevice) -> str:
    """Of a change that another User's request led to: what it was, and how that came only for who may know."""
    what = looking.told(change.what)
    return what if looking.cause(device, change.cause) else what.partition(": ")[0]


def _alert(looking: Looking, record: AuditRecord) -> LiveEvent | None:
    if looking.user is None or record.user != looking.user or record.message_kind not in ALERTS:
        return None
    return LiveEvent(
        at=record.at,
        kind=record.message_kind,
        device=record.device,
        device_type=record.device_type or "",
        what=f"{record.title} {_ALERT_NAMES.get(record.title, '')}".strip(),
    )
