"""Records of what only clients see: the SMI's view of a Device, the Service Audit Trail, the clock, a run's trace."""

from smart_metering.device_types import DeviceType
from smart_metering.duis.service_responses import InventoryDevice
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import Record
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole


class StatusHistoryEntry(Record, frozen=True, kw_only=True):
    """One change of a Device's SMI Status. Type 2 Devices have none."""

    at: Instant
    status: SmiStatus | None = None
    cause: str = ""


class SmiDevice(Record, frozen=True, kw_only=True):
    """A Device as the SMI knows it."""

    device: InventoryDevice
    comms_hub: Eui | None = None
    associated_device: Eui | None = None
    status_before_suspension: SmiStatus | None = None
    status_history: tuple[StatusHistoryEntry, ...] = ()


class AuditRecord(Record, frozen=True, kw_only=True):
    """One record of the caller's Service Audit Trail. A `command_variant` of 0: it has none."""

    record: int
    at: Instant
    device_id: str = ""
    device_type: DeviceType | None = None
    message_kind: str
    service_reference_variant: str = ""
    title: str = ""
    user: str = ""
    user_role: UserRole | None = None
    request_id: str = ""
    response_id: str = ""
    command_variant: int = 0
    response_code: str = ""


class ClockState(Record, frozen=True, kw_only=True):
    """The time and its rate: 0 stepped, 1 real, n times as fast; and how many hosts follow it.

    `event`: run_to_next_event came to one.
    """

    now: Instant
    rate: float = 0.0
    hosts: int = 0
    event: bool = False


class LaunchSummary(Record, frozen=True, kw_only=True):
    """What was launched."""

    premises: int = 0
    devices: int = 0


class Trace(Record, frozen=True, kw_only=True):
    """The hash over the histories of all Devices, and how many messages they are of."""

    hash: bytes
    devices: int = 0
    messages: int = 0
