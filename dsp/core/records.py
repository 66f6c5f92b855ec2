"""The records that the DSP keeps: plain data, each in a book or log of its own."""

from enum import StrEnum

from dsp.core.inputs import LookedUp
from smart_metering.command_variants import CommandVariant
from smart_metering.decisions import Decision
from smart_metering.device_types import DeviceType, Generation
from smart_metering.duis.inventory_requests import DspSchedule
from smart_metering.duis.service_requests import ServiceRequest
from smart_metering.duis.service_responses import InventoryDevice, Message, ResponseBody
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import Instant
from smart_metering.records import Record
from smart_metering.sm_wan import Uplink
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole


class StatusChange(Record, frozen=True, kw_only=True):
    """One line of a Device's status history. `request_id` is that of the Service Request that led to it, if one did."""

    at: Instant
    status: SmiStatus | None
    cause: str
    request_id: str = ""


class SmiDevice(Record, frozen=True, kw_only=True):
    """A Device in the Smart Metering Inventory: what 8.2 shows, and what the DSP must know beside it.

    `supplier_credentials` is the supplier whose credentials the Device holds; None: that of its registration. A Device
    that stays Pending is forgotten at `forgotten_at`.
    """

    device: InventoryDevice
    comms_hub: Eui | None = None
    associated_device: Eui | None = None
    status_before_suspension: SmiStatus | None = None
    pre_notifying_user: Eui | None = None
    supplier_credentials: Eui | None = None
    forgotten_at: Instant | None = None
    history: tuple[StatusChange, ...] = ()

    @property
    def generation(self) -> Generation:
        """SMETS1 if it has an S1SP or its CSPRegion says so; no version string decides it."""
        smets1 = self.device.s1sp or self.device.csp_region == "SMETS1"
        return Generation.SMETS1 if smets1 else Generation.SMETS2


class Certificates(Record, frozen=True, kw_only=True):
    """A Device's two certificates (DER), as its hub gave them."""

    device: Eui
    digital_signing: bytes
    key_agreement: bytes


class Stage(StrEnum):
    """Where a request on its way to a Device stands."""

    WAITING = "waits for the request before it in its sequence"
    HELD = "held until its date"
    SENDING = "sent, or waiting for certificates to be sent"
    DATED = "accepted by the Device for a date"
    LATE = "given up, a late Response still counts"
    LOCAL = "given out for local delivery, its Response may be returned"


class Outstanding(Record, frozen=True, kw_only=True):
    """A request that a Device has yet to answer. `command` is the id of the GBCS command: its originator is the User
    where the Device knows the User, else the ACB with the ACB's own counter. What the DSP asks itself, it asks in no
    `role`."""

    command: RequestId
    request: ServiceRequest
    user: Eui
    role: UserRole | None
    comms_hub: Eui
    stage: Stage
    due: Instant  # what the stage waits for: the date, the next attempt, the outcome, or the end of lateness
    octets: bytes = b""
    attempts: int = 0
    give_up_at: Instant = Instant(0)
    delivered: bool = False
    schedule_id: int = 0  # of the schedule that it is a run of

    @property
    def device(self) -> Eui:
        """The Device that is asked."""
        return self.command.target


class SequencedRequest(Record, frozen=True, kw_only=True):
    """A request of a sequence that was accepted. `ended_at` is None while it is under way."""

    request_id: RequestId
    ended_at: Instant | None = None
    succeeded: bool = False


class Schedule(Record, frozen=True, kw_only=True):
    """A read that the DSP sends by itself for `user`, next at `due`."""

    schedule_id: int
    user: Eui
    role: UserRole
    details: DspSchedule
    due: Instant

    @property
    def device(self) -> Eui:
        """The Device that is read."""
        return self.details.device_id


class ScheduleNumber(Record, frozen=True, kw_only=True):
    """The last DSPScheduleID that was given out."""

    last: int


class AlertStorm(Record, frozen=True, kw_only=True):
    """Equal alerts about one Device to one User since `since`: `delivered` went out, `held_back` wait for `due`.

    `sequence_id` is the number of the storm, once there is one; `last` the newest alert that was held back.
    """

    user: Eui
    device: Eui
    alert_code: str
    since: Instant
    due: Instant
    delivered: int = 0
    held_back: int = 0
    sequence_id: int = 0
    last: Message | None = None


class FirmwareFileRecord(Record, frozen=True, kw_only=True):
    """What the DSP read in the header of a firmware file; the octets are in the firmware store."""

    sha256: str
    size: int
    version: FirmwareVersion
    manufacturer_image_hash: bytes


class Distribution(Record, frozen=True, kw_only=True):
    """A firmware file on its way to one hub, for some Devices of its HAN."""

    request_id: RequestId
    srv: str
    comms_hub: Eui
    devices: tuple[Eui, ...]
    firmware_file: str
    version: FirmwareVersion
    due: Instant
    give_up_at: Instant
    sent: bool = False


class UserPosition(Record, frozen=True, kw_only=True):
    """The last position in a User's stream."""

    user: Eui
    position: int


class ReceiveAddress(Record, frozen=True, kw_only=True):
    """Where a User has its messages pushed; empty: nowhere, any more.

    Up to position `pushed` of its stream every message was taken, passed over or parked; what was sent before `since`
    is passed over. `parked` counts those that are parked.
    """

    user: Eui
    url: str
    since: Instant
    pushed: int = 0
    parked: int = 0


class ParkedMessage(Record, frozen=True, kw_only=True):
    """The message at `position` of a User's stream was not pushed and will not be: `why`, and what the User's server
    answered, if it did."""

    user: Eui
    position: int
    at: Instant
    why: str
    http_status: int = 0
    answer: str = ""


class HostPosition(Record, frozen=True, kw_only=True):
    """The last uplink taken from a host."""

    host: str
    sequence: int


class DccCounter(Record, frozen=True, kw_only=True):
    """The last counter of the DCC's own party towards a Device."""

    originator: Eui
    device: Eui
    counter: int


class HeldUplinks(Record, frozen=True, kw_only=True):
    """Messages of a Device whose certificates are not known yet."""

    device: Eui
    uplinks: tuple[Uplink, ...]


class ClockRecord(Record, frozen=True, kw_only=True):
    """The DSP's time."""

    now: Instant


class ListedDevices(Record, frozen=True, kw_only=True):
    """Devices listed by one request on which one row decided: how many, and the `first` few of them."""

    decision: Decision
    count: int
    first: tuple[Eui, ...]


class AuditRecord(Record, frozen=True, kw_only=True):
    """One message of the Service Audit Trail, where its content is kept, and what explains it.

    `journaled` is the position in the journal of the request that was sent, `delivered_as` that of the message in the
    log of messages, `body` what was answered at once, `answered_as` the record that has it: they are for who sent or
    received it. The rest no User is shown: `cause` is the RequestID that led to the message. Of a request,
    `device_status` is what its Device had then, `refused` that it was answered with a code that refuses, `by_room`
    that it had passed access control before; of what came last, `attempts` and `delivered` tell of its way. `listed`
    is what became of each Device of an 11.1.
    """

    at: Instant
    device: Eui
    device_type: DeviceType | None
    message_kind: str
    srv: str = ""
    title: str = ""
    user: Eui
    user_role: UserRole | None = None
    request_id: str = ""
    response_id: str = ""
    command_variant: CommandVariant | None = None
    response_code: str = ""
    schedule_id: int = 0
    journaled: int = 0
    delivered_as: int = 0
    answered_as: int = 0
    body: ResponseBody | None = None
    cause: str = ""
    decision: Decision | None = None
    device_status: SmiStatus | None = None
    refused: bool = False
    by_room: bool = False
    attempts: int = 0
    delivered: bool = False
    listed: tuple[ListedDevices, ...] = ()


class LookUp(Record, frozen=True, kw_only=True):
    """Somebody looked into the Service Audit Trail."""

    at: Instant
    looked_up: LookedUp


class SmiChange(Record, frozen=True, kw_only=True):
    """Something changed in the SMI: for a history that also tells what was not a status."""

    at: Instant
    device: Eui
    what: str
    cause: str = ""
    decision: Decision | None = None
