"""Records of what happens, as a client that follows it is told: events of both sides, positions, and present states."""

from smart_metering.decisions import Decision
from smart_metering.device_types import DeviceType
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import Record
from smart_metering.smi_statuses import SmiStatus

SMI = "SMI"
"""The kind of an event that is a change of the SMI; all others are messages, by the Service Audit Trail's names."""

FAULT, PRESENCE = "fault", "presence"
"""The kinds of an emulator's events."""

ONLINE = "online"


class DeviceStateInSmi(Record, frozen=True, kw_only=True):
    """A Device as the SMI has it; Type 2 Devices have no status."""

    device_id: Eui
    device_type: DeviceType
    device_status: SmiStatus | None = None
    device_firmware_version: str = ""


class DspEventPosition(Record, frozen=True, kw_only=True):
    """The last change of the SMI, and the last message, that were told."""

    smi_changes: int = 0
    messages: int = 0


class DspEvent(Record, frozen=True, kw_only=True):
    """What happened at the DSP. `position` and the log of its kind (SMI changes, or messages) name it for good.

    `what` is the change, an alert's code, or a message's title; `party` who was told or sent it; `state` the Device as
    the SMI has it when this is told, None once it has not.
    """

    kind: str
    position: int
    at: Instant
    device_id: str = ""
    what: str = ""
    party: str = ""
    cause: str = ""
    decision: Decision | None = None
    state: DeviceStateInSmi | None = None


class DspEventBatch(Record, frozen=True, kw_only=True):
    """Events by time, and the position after them. The version is another one when Devices came or went."""

    events: tuple[DspEvent, ...] = ()
    position: DspEventPosition
    devices_version: int = 0


class DeviceStates(Record, frozen=True, kw_only=True):
    """Some Devices of the SMI, and where to begin to follow what changes."""

    states: tuple[DeviceStateInSmi, ...] = ()
    position: DspEventPosition
    devices_version: int = 0


class EmulatorEventPosition(Record, frozen=True, kw_only=True):
    """The last fate, and the last coming or going of a Device outside, that were told."""

    fates: int = 0
    presence: int = 0


class EmulatorEvent(Record, frozen=True, kw_only=True):
    """Of kind fault: a rule drew the fate `what` for a message. Of kind presence: a Device outside is `what`, online or
    offline."""

    kind: str
    position: int
    at: Instant
    device_id: Eui
    what: str = ""
    rule: str = ""
    direction: str = ""
    reference: str = ""


class EmulatorEventBatch(Record, frozen=True, kw_only=True):
    """Events by time, and the position after them."""

    events: tuple[EmulatorEvent, ...] = ()
    position: EmulatorEventPosition


class PresenceState(Record, frozen=True, kw_only=True):
    """Whether a Device outside is there."""

    device_id: Eui
    online: bool = False


class PresenceBatch(Record, frozen=True, kw_only=True):
    """Some Devices outside, and where to begin to follow who comes and goes."""

    states: tuple[PresenceState, ...] = ()
    position: EmulatorEventPosition
