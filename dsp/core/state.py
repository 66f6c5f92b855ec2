"""The DSP's state: plain records in durable books, and the few indexes that are derived from them."""

from collections import defaultdict
from enum import StrEnum

from dsp.core.inputs import JournalEntry
from ledger.books import Ledger
from smart_metering.administration import CplEntry, Party, Registration
from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import DeviceType, Generation
from smart_metering.duis.service_requests import ServiceRequest
from smart_metering.duis.service_responses import InventoryDevice, ReceivedMessage
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import Instant
from smart_metering.records import Record
from smart_metering.sm_wan import Uplink
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole

Product = tuple[str, str, str, str]
"""Device Type, manufacturer, model and firmware version."""


class StatusChange(Record, frozen=True, kw_only=True):
    """One line of a Device's status history."""

    at: Instant
    status: SmiStatus | None
    cause: str


class SmiDevice(Record, frozen=True, kw_only=True):
    """A Device in the Smart Metering Inventory: what 8.2 shows, and what the DSP must know beside it."""

    device: InventoryDevice
    comms_hub: Eui | None = None
    associated_device: Eui | None = None
    status_before_suspension: SmiStatus | None = None
    pre_notifying_user: Eui | None = None
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

    HELD = "held until its date"
    SENDING = "sent, or waiting for certificates to be sent"
    DATED = "accepted by the Device for a date"
    LATE = "given up, a late Response still counts"


class Outstanding(Record, frozen=True, kw_only=True):
    """A request that a Device has yet to answer. `command` is the id of the GBCS command: its originator is the User
    where the Device knows the User, else the ACB with the ACB's own counter."""

    command: RequestId
    request: ServiceRequest
    user: Eui
    role: UserRole
    comms_hub: Eui
    stage: Stage
    due: Instant  # what the stage waits for: the date, the next attempt, the outcome, or the end of lateness
    octets: bytes = b""
    attempts: int = 0
    give_up_at: Instant = Instant(0)
    delivered: bool = False

    @property
    def device(self) -> Eui:
        """The Device that is asked."""
        return self.command.target


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


class HostPosition(Record, frozen=True, kw_only=True):
    """The last uplink taken from a host."""

    host: str
    sequence: int


class AcbCounter(Record, frozen=True, kw_only=True):
    """The ACB's last counter towards a Device."""

    device: Eui
    counter: int


class HeldUplinks(Record, frozen=True, kw_only=True):
    """Messages of a Device whose certificates are not known yet."""

    device: Eui
    uplinks: tuple[Uplink, ...]


class ClockRecord(Record, frozen=True, kw_only=True):
    """The DSP's time."""

    now: Instant


class AuditRecord(Record, frozen=True, kw_only=True):
    """One message of the Service Audit Trail, as its User may see it: no payload."""

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


class State:
    """All that the DSP knows. Books are the truth; indexes are rebuilt from them by `index`."""

    def __init__(self) -> None:
        self.ledger = ledger = Ledger()
        self.parties = ledger.book("parties", Party, lambda r: r.eui)
        self.registrations = ledger.book("registrations", Registration, registration_key)
        self.devices = ledger.book("devices", SmiDevice, lambda r: r.device.device_id)
        self.cpl = ledger.book("central_products_list", CplEntry, lambda r: r.entry_id)
        self.certificates = ledger.book("certificates", Certificates, lambda r: r.device)
        self.outstanding = ledger.book("outstanding", Outstanding, lambda r: str(r.command))
        self.used_requests = ledger.key_book("used_requests")
        self.acb_counters = ledger.book("acb_counters", AcbCounter, lambda r: r.device)
        self.firmware_files = ledger.book("firmware_files", FirmwareFileRecord, lambda r: r.sha256)
        self.distributions = ledger.book("distributions", Distribution, distribution_key)
        self.held_uplinks = ledger.book("held_uplinks", HeldUplinks, lambda r: r.device)
        self.seen_alerts = ledger.key_book("seen_alerts")
        self.user_positions = ledger.book("user_positions", UserPosition, lambda r: r.user)
        self.host_positions = ledger.book("host_positions", HostPosition, lambda r: r.host)
        self.clock = ledger.book("clock", ClockRecord, lambda _: "now")
        self.messages = ledger.log("messages", ReceivedMessage, {"user": str, "user_position": int})
        self.audit_trail = ledger.log(
            "service_audit_trail", AuditRecord, {"user": str, "device": str, "at": int}
        )
        self.journal = ledger.log("journal", JournalEntry, {"at": int})
        self.han: dict[Eui, list[Eui]] = defaultdict(list)
        self.registered: dict[tuple[str, UserRole], list[Registration]] = defaultdict(list)
        self.supply_points: dict[str, list[Eui]] = defaultdict(list)
        self.outstanding_of: dict[Eui, dict[str, None]] = defaultdict(dict)
        self.distributing: dict[Eui, dict[str, None]] = defaultdict(dict)
        self.cpl_entries: dict[Product, str] = {}

    def index(self) -> None:
        """Rebuilds the indexes from the books, after a load."""
        for registration in self.registrations.values():
            self._index_registration(registration)
        for device in self.devices.values():
            self._index_device(device)
        for key, outstanding in self.outstanding.items():
            self.outstanding_of[outstanding.device][key] = None
        for key, distribution in self.distributions.items():
            for device_id in distribution.devices:
                self.distributing[device_id][key] = None
        for entry in self.cpl.values():
            self.cpl_entries[product_of(entry)] = entry.entry_id

    def put_outstanding(self, outstanding: Outstanding) -> None:
        """Writes a request of the post book and keeps the index true."""
        self.outstanding.put(outstanding)
        self.outstanding_of[outstanding.device][str(outstanding.command)] = None

    def remove_outstanding(self, outstanding: Outstanding) -> None:
        """Takes a request out of the post book."""
        key = str(outstanding.command)
        self.outstanding.remove(key)
        del self.outstanding_of[outstanding.device][key]
        if not self.outstanding_of[outstanding.device]:
            del self.outstanding_of[outstanding.device]

    def outstanding_with(self, device: Eui) -> list[Outstanding]:
        """The requests that this Device has yet to answer, oldest first."""
        return [self.outstanding[key] for key in self.outstanding_of.get(device, ())]

    def put_distribution(self, distribution: Distribution) -> None:
        """Writes a distribution and keeps the index true."""
        self.distributions.put(distribution)
        for device_id in distribution.devices:
            self.distributing[device_id][distribution_key(distribution)] = None

    def remove_distribution(self, distribution: Distribution) -> None:
        """Takes a distribution out of the book."""
        key = distribution_key(distribution)
        self.distributions.remove(key)
        for device_id in distribution.devices:
            del self.distributing[device_id][key]
            if not self.distributing[device_id]:
                del self.distributing[device_id]

    def put_cpl_entry(self, entry: CplEntry) -> None:
        """Writes an entry of the CPL and keeps the index true."""
        former = self.cpl.get(entry.entry_id)
        if former is not None:
            self.cpl_entries.pop(product_of(former), None)
        self.cpl.put(entry)
        self.cpl_entries[product_of(entry)] = entry.entry_id

    def remove_cpl_entry(self, entry: CplEntry) -> None:
        """Takes an entry off the CPL."""
        self.cpl.remove(entry.entry_id)
        self.cpl_entries.pop(product_of(entry), None)

    def cpl_entry_for(self, device: InventoryDevice, version: str) -> CplEntry | None:
        """The entry that approves this version for such a Device."""
        return self.cpl_entry_of(product_with(device, version))

    def cpl_entry_of(self, product: Product) -> CplEntry | None:
        """The entry of this combination: there is one at most."""
        entry_id = self.cpl_entries.get(product)
        return self.cpl[entry_id] if entry_id is not None else None

    def put_device(self, device: SmiDevice) -> SmiDevice:
        """Writes a Device and keeps the indexes true."""
        former = self.devices.get(device.device.device_id)
        if former is not None and _indexed(former) != _indexed(device):
            self._unindex_device(former)
        if former is None or _indexed(former) != _indexed(device):
            self._index_device(device)
        return self.devices.put(device)

    def put_registration(self, registration: Registration) -> None:
        """Writes a registration and keeps the index true."""
        former = self.registrations.get(registration_key(registration))
        if former is not None:
            self.registered[former.mpxn, former.role].remove(former)
        self.registrations.put(registration)
        self._index_registration(registration)

    def _index_registration(self, registration: Registration) -> None:
        rows = self.registered[registration.mpxn, registration.role]
        rows.append(registration)
        rows.sort(key=lambda row: row.effective_from)

    def _index_device(self, device: SmiDevice) -> None:
        device_id = device.device.device_id
        if device.comms_hub is not None:
            self.han[device.comms_hub].append(device_id)
        for mpxn in _supply_points(device):
            self.supply_points[mpxn].append(device_id)

    def _unindex_device(self, device: SmiDevice) -> None:
        device_id = device.device.device_id
        if device.comms_hub is not None:
            self.han[device.comms_hub].remove(device_id)
        for mpxn in _supply_points(device):
            self.supply_points[mpxn].remove(device_id)


def registration_key(registration: Registration) -> str:
    """A point of supply, a role and a day have one registration."""
    return f"{registration.mpxn}|{registration.role}|{registration.effective_from}"


def distribution_key(distribution: Distribution) -> str:
    """A request has one distribution to each hub."""
    return f"{distribution.request_id}|{distribution.comms_hub}"


def product_of(entry: CplEntry) -> Product:
    """What an entry approves."""
    manufacturer, model = entry.device_manufacturer.upper(), entry.device_model.upper()
    return entry.device_type, manufacturer, model, entry.firmware_version


def product_with(device: InventoryDevice, version: str) -> Product:
    """Such a Device with this version."""
    return device.device_type, device.device_manufacturer.upper(), device.device_model.upper(), version


def _supply_points(device: SmiDevice) -> list[str]:
    shown = device.device
    return [mpxn for mpxn in (shown.import_mpxn, shown.secondary_import_mpan, shown.export_mpan) if mpxn]


def _indexed(device: SmiDevice) -> tuple[Eui | None, list[str]]:
    return device.comms_hub, _supply_points(device)
