"""Everything that can reach the engine. Each is a record, so the journal keeps it and a replay can give it again."""

from enum import StrEnum

from dsp.rules.choices import Switches, Times
from smart_metering.administration import (
    CplEntry,
    DeviceCorrection,
    LoadedDevice,
    Party,
    RecoveryChange,
    Registration,
)
from smart_metering.command_variants import Service
from smart_metering.duis.service_requests import ServiceRequest
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import Record
from smart_metering.sm_wan import Uplink


class EngineStarted(Record, frozen=True, kw_only=True):
    """The DSP begins, or goes on, under these rules and in these names. No answer."""

    acb: Eui
    change_of_supplier: Eui
    modifications: tuple[str, ...]
    switches: Switches
    times: Times


class RequestReceived(Record, frozen=True, kw_only=True):
    """`caller` sent `request` to a service of the DCC User Interface. Answered with a ServiceResponse."""

    service: Service
    caller: Eui
    request: ServiceRequest


class FirmwareUploaded(Record, frozen=True, kw_only=True):
    """A file stands in the firmware store under `sha256`. Answered with a FirmwareFile or a Refusal.

    The journal leaves out `octets`: the firmware store has them.
    """

    sha256: str
    octets: bytes = b""


class UplinkReceived(Record, frozen=True, kw_only=True):
    """A frame from a hub, by the host that serves it. No answer."""

    host: str
    uplink: Uplink


class HubsClaimed(Record, frozen=True, kw_only=True):
    """`host` now serves these hubs. No answer."""

    host: str
    comms_hubs: tuple[Eui, ...]


class AdministrationLoaded(Record, frozen=True, kw_only=True):
    """Parties, registrations and Devices to take whole or refuse whole. Answered with a LoadSummary or a Refusal."""

    parties: tuple[Party, ...] = ()
    registrations: tuple[Registration, ...] = ()
    devices: tuple[LoadedDevice, ...] = ()


class CplEntryAdded(Record, frozen=True, kw_only=True):
    """Answered with a CplChange or a Refusal."""

    entry: CplEntry


class CplEntryRemoved(Record, frozen=True, kw_only=True):
    """Answered with a CplChange or a Refusal."""

    entry_id: str


class DeviceCorrected(Record, frozen=True, kw_only=True):
    """The DCC corrects what the SMI says of a Device. Answered with an InventoryDevice or a Refusal."""

    correction: DeviceCorrection


class RecoveryChanged(Record, frozen=True, kw_only=True):
    """A step of a Device's recovery. Answered with an InventoryDevice or a Refusal."""

    change: RecoveryChange


class ReceiveAddressSet(Record, frozen=True, kw_only=True):
    """`user` wants its messages pushed to `url`; empty: no longer. `from_now`: not those that stand in its stream
    already. Answered with a ReceiveAddress or a Refusal."""

    user: Eui
    url: str
    from_now: bool = False


class MessagePushed(Record, frozen=True, kw_only=True):
    """The message at `position` was taken by the User's server, or passed over. No answer."""

    user: Eui
    position: int


class MessageParked(Record, frozen=True, kw_only=True):
    """The message at `position` cannot be pushed. No answer."""

    user: Eui
    position: int
    why: str
    http_status: int = 0
    answer: str = ""


class LookUpKind(StrEnum):
    """What of the Service Audit Trail a User looked up."""

    OWN_RECORDS = "own records"
    TITLES = "titles"
    BUSIEST_DEVICES = "busiest Devices"


class LookedUp(Record, frozen=True, kw_only=True):
    """`user` looked something up from `since` up to `to` (None: to the end), or was refused. No answer."""

    user: Eui
    what: LookUpKind
    device: Eui | None = None
    since: Instant = Instant(0)
    to: Instant | None = None
    refused: bool = False


class TimePassed(Record, frozen=True, kw_only=True):
    """The journal's mark that `expire` was called. Never given to `receive`."""


Delivery = ReceiveAddressSet | MessagePushed | MessageParked
"""What becomes of the messages that a User has pushed."""

Administrative = AdministrationLoaded | CplEntryAdded | CplEntryRemoved | DeviceCorrected | RecoveryChanged
"""What the DCC's own people do."""

Input = (
    EngineStarted
    | RequestReceived
    | FirmwareUploaded
    | UplinkReceived
    | HubsClaimed
    | LookedUp
    | TimePassed
    | Delivery
    | Administrative
)


class JournalEntry(Record, frozen=True, kw_only=True):
    """One input and when it came."""

    at: Instant
    input: Input
