"""Records of what only clients see: the SMI's view of a Device, the Service Audit Trail, explain, the push, clock."""

from smart_metering.decisions import Decision
from smart_metering.device_types import DeviceType
from smart_metering.duis.service_requests import ServiceRequest
from smart_metering.duis.service_responses import DccAlert, DeviceAlert, InventoryDevice, ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import Record
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole


class StatusHistoryEntry(Record, frozen=True, kw_only=True):
    """One change of a Device's SMI Status. Type 2 Devices have none. `request_id`: the caller's own that led to it."""

    at: Instant
    status: SmiStatus | None = None
    cause: str = ""
    request_id: str = ""


class SmiDevice(Record, frozen=True, kw_only=True):
    """A Device as the SMI knows it."""

    device: InventoryDevice
    comms_hub: Eui | None = None
    associated_device: Eui | None = None
    status_before_suspension: SmiStatus | None = None
    status_history: tuple[StatusHistoryEntry, ...] = ()


class AuditRecord(Record, frozen=True, kw_only=True):
    """One record of the caller's Service Audit Trail, with the message itself as `content`, and the octets of that.

    A `command_variant` of 0: it has none; a `schedule_id` of 0: it is of no DSP schedule. Without `content`: the DSP
    made the request, as a run of a schedule.
    """

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
    execution_date_time: Instant | None = None
    schedule_id: int = 0
    size: int = 0
    content: ServiceRequest | ServiceResponse | DeviceAlert | DccAlert | None = None


class TitleRecord(Record, frozen=True, kw_only=True):
    """The title of a message that another User exchanged with a Device of the caller's; `originator_role` is that of
    the User who asked, `response_code` empty unless the DSP is switched to show it."""

    record: int
    at: Instant
    device_id: Eui
    device_type: DeviceType | None = None
    message_kind: str
    service_reference_variant: str = ""
    title: str = ""
    originator_role: UserRole | None = None
    response_code: str = ""


class BusyDevice(Record, frozen=True, kw_only=True):
    """How many messages with a title a Device had, and how many of them were not the caller's own."""

    device_id: Eui
    device_type: DeviceType | None = None
    titles: int
    by_others: int = 0


class LookUp(Record, frozen=True, kw_only=True):
    """Who looked into the Service Audit Trail, when, and for what: from `since` up to `until`, None: to the end."""

    record: int
    at: Instant
    user: Eui
    what: str
    device_id: Eui | None = None
    since: Instant = Instant(0)
    until: Instant | None = None
    refused: bool = False


class ClockState(Record, frozen=True, kw_only=True):
    """The time and its rate: 0 stepped, 1 real, n times as fast; and how many hosts follow it.

    `event`: run_to_next_event came to one. `drift`: of time that runs, emulated milliseconds by which it is ahead of
    the machine's own time, or behind it.
    """

    now: Instant
    rate: float = 0.0
    hosts: int = 0
    event: bool = False
    drift: int = 0


class LaunchSummary(Record, frozen=True, kw_only=True):
    """What was launched."""

    premises: int = 0
    devices: int = 0


class Trace(Record, frozen=True, kw_only=True):
    """The hash over the histories of all Devices, and how many messages they are of."""

    hash: bytes
    devices: int = 0
    messages: int = 0


class Hop(Record, frozen=True, kw_only=True):
    """What happened to a request, or because of it, at one place. `party` sent it or was told; `decision` is the row
    that decided. `checks` are those of access control in their order: granted, the code that refused, or not asked."""

    at: Instant
    place: str
    what: str
    party: str = ""
    device_id: str = ""
    decision: Decision | None = None
    checks: tuple[Decision, ...] = ()


class Explanation(Record, frozen=True, kw_only=True):
    """What the DSP tells of one request, in the order of time; without an SRV: the request is older than it keeps."""

    request_id: str
    service_reference_variant: str = ""
    device_id: str = ""
    hops: tuple[Hop, ...] = ()


class AttachedHost(Record, frozen=True, kw_only=True):
    """An emulator on the SM WAN, and how many hubs it serves."""

    name: str
    comms_hubs: int = 0


class Figure(Record, frozen=True, kw_only=True):
    """What a server counts."""

    name: str
    value: float = 0.0


class ServerDescription(Record, frozen=True, kw_only=True):
    """What a server tells of itself; `server` is `DSP` or `emulator`, `started_at` real time, `now` emulated time.

    `code` and `contract` are digests: two processes with the same were started from the same code, or speak the same
    contract. `host` and `attached` are an emulator's, `modifications` and `hosts` the DSP's.
    """

    server: str
    version: str = ""
    code: str = ""
    contract: str = ""
    pid: int = 0
    started_at: Instant = Instant(0)
    now: Instant = Instant(0)
    rate: float = 0.0
    metrics: str = ""
    host: str = ""
    attached: bool = False
    modifications: tuple[str, ...] = ()
    hosts: tuple[AttachedHost, ...] = ()
    figures: tuple[Figure, ...] = ()


class ReceiveResponseState(Record, frozen=True, kw_only=True):
    """How far the push to a User has come, as positions of its stream; without a URL nothing is pushed.

    Up to `pushed` every message was taken or parked; what is between that and `last_position` waits. `last_failure`:
    why the last attempt failed; empty: it did not.
    """

    url: str = ""
    pushed: int = 0
    last_position: int = 0
    parked: int = 0
    last_failure: str = ""

    @property
    def waiting(self) -> int:
        """How many messages are to be pushed yet."""
        return max(0, self.last_position - self.pushed) if self.url else 0


class ParkedMessage(Record, frozen=True, kw_only=True):
    """A message that was not pushed, and will not be: `why`, and the beginning of what the client answered.

    An `http_status` of 0: it was not sent. `xml` is empty if DUIS cannot say it.
    """

    position: int
    at: Instant
    why: str
    http_status: int = 0
    answer: str = ""
    xml: bytes = b""
