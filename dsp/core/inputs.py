"""Everything that can reach the engine. Each is a record, so the journal keeps it and a replay can give it again."""

from smart_metering.administration import CplEntry, LoadedDevice, Party, Registration
from smart_metering.command_variants import Service
from smart_metering.duis.service_requests import ServiceRequest
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import Record
from smart_metering.sm_wan import Uplink


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


class TimePassed(Record, frozen=True, kw_only=True):
    """The journal's mark that `expire` was called. Never given to `receive`."""


Input = (
    RequestReceived
    | FirmwareUploaded
    | UplinkReceived
    | HubsClaimed
    | AdministrationLoaded
    | CplEntryAdded
    | CplEntryRemoved
    | TimePassed
)


class JournalEntry(Record, frozen=True, kw_only=True):
    """One input and when it came."""

    at: Instant
    input: Input
