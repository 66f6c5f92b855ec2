"""The DSP's state: plain records in durable books, and the few indexes that are derived from them."""

from collections import Counter, defaultdict

from dsp.core.inputs import JournalEntry
from dsp.core.records import (
    AlertStorm,
    AuditRecord,
    Certificates,
    ClockRecord,
    DccCounter,
    Distribution,
    FirmwareFileRecord,
    HeldUplinks,
    HostPosition,
    LookUp,
    Outstanding,
    ParkedMessage,
    ReceiveAddress,
    Schedule,
    ScheduleNumber,
    SequencedRequest,
    SmiChange,
    SmiDevice,
    Stage,
    UserPosition,
)
from ledger.books import Ledger
from smart_metering.administration import CplEntry, Party, Registration
from smart_metering.device_types import DeviceType
from smart_metering.duis.service_responses import InventoryDevice, ReceivedMessage
from smart_metering.identifiers import Eui, RequestId
from smart_metering.pki.serial_numbers import device_named_by, serial_number_of
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole

Product = tuple[str, str, str, str]
"""Device Type, manufacturer, model and firmware version."""

Standing = tuple[DeviceType, SmiStatus | None]
"""Device Type and SMI Status; None: the Device has none."""


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
        self.sequenced_requests = ledger.book(
            "sequenced_requests", SequencedRequest, lambda r: str(r.request_id)
        )
        self.schedules = ledger.book("schedules", Schedule, lambda r: str(r.schedule_id))
        self.schedule_number = ledger.book("schedule_number", ScheduleNumber, lambda _: "last")
        self.alert_storms = ledger.book("alert_storms", AlertStorm, alert_storm_key)
        self.dcc_counters = ledger.book(
            "dcc_counters", DccCounter, lambda r: dcc_counter_key(r.originator, r.device)
        )
        self.firmware_files = ledger.book("firmware_files", FirmwareFileRecord, lambda r: r.sha256)
        self.distributions = ledger.book("distributions", Distribution, distribution_key)
        self.held_uplinks = ledger.book("held_uplinks", HeldUplinks, lambda r: r.device)
        self.seen_alerts = ledger.key_book("seen_alerts")
        self.user_positions = ledger.book("user_positions", UserPosition, lambda r: r.user)
        self.receive_addresses = ledger.book("receive_addresses", ReceiveAddress, lambda r: r.user)
        self.host_positions = ledger.book("host_positions", HostPosition, lambda r: r.host)
        self.clock = ledger.book("clock", ClockRecord, lambda _: "now")
        self.messages = ledger.log("messages", ReceivedMessage, {"user": str, "user_position": int})
        self.parked = ledger.log("parked_messages", ParkedMessage, {"user": str, "user_position": int})
        self.audit_trail = ledger.log(
            "service_audit_trail",
            AuditRecord,
            {"user": str, "device": str, "at": int, "cause": str, "kind": int, "refused": int},
        )
        self.look_ups = ledger.log("look_ups", LookUp, {"user": str, "device": str, "at": int})
        self.smi_changes = ledger.log("smi_changes", SmiChange, {"device": str, "cause": str})
        self.journal = ledger.log("journal", JournalEntry, {"at": int})
        self.han: dict[Eui, list[Eui]] = defaultdict(list)
        self.registered: dict[tuple[str, UserRole], list[Registration]] = defaultdict(list)
        self.supply_points: dict[str, list[Eui]] = defaultdict(list)
        self.outstanding_of: dict[Eui, dict[str, None]] = defaultdict(dict)
        self.followers: dict[str, dict[str, None]] = defaultdict(dict)
        self.schedules_of: dict[Eui, dict[str, None]] = defaultdict(dict)
        self.distributing: dict[Eui, dict[str, None]] = defaultdict(dict)
        self.cpl_entries: dict[Product, str] = {}
        self.foreign_serials: dict[int, Eui] | None = None
        self.hubs_naming: dict[Eui, Eui] = {}  # by the GPF that a hub's pre-notification named
        self.connected_hubs: set[Eui] = (
            set()
        )  # since this start: hosts claim their hubs again after a restart
        self.devices_by_status: Counter[Standing] = Counter()
        self.outstanding_by_stage: Counter[Stage] = Counter()
        self.devices_version = 0  # another one whenever a Device comes or goes
        self.audit_trail_tidied_on = -1  # the day, counted from 1970

    def index(self) -> None:
        """Rebuilds the indexes from the books, after a load."""
        for registration in self.registrations.values():
            self._index_registration(registration)
        for device in self.devices.values():
            self.devices_by_status[_standing(device)] += 1
            self._index_device(device)
        for key, outstanding in self.outstanding.items():
            self.outstanding_by_stage[outstanding.stage] += 1
            self.outstanding_of[outstanding.device][key] = None
            if outstanding.request.preceding_service_request_id is not None:
                self.followers[str(outstanding.request.preceding_service_request_id)][key] = None
        for key, schedule in self.schedules.items():
            self.schedules_of[schedule.device][key] = None
        for key, distribution in self.distributions.items():
            for device_id in distribution.devices:
                self.distributing[device_id][key] = None
        for entry in self.cpl.values():
            self.cpl_entries[product_of(entry)] = entry.entry_id

    def index_serials(self) -> None:
        """From now on Devices are also found by the serial number of a certificate that does not name them."""
        self.foreign_serials = {}
        for certificates in self.certificates.values():
            self._index_serials(certificates)

    def put_certificates(self, certificates: Certificates) -> None:
        """Writes what a hub gave of a Device, and keeps the index true."""
        former = self.certificates.get(certificates.device)
        if former is not None and self.foreign_serials is not None:
            for octets in (former.digital_signing, former.key_agreement):
                self.foreign_serials.pop(serial_number_of(octets), None)
        self.certificates.put(certificates)
        self._index_serials(certificates)

    def put_outstanding(self, outstanding: Outstanding) -> None:
        """Writes a request of the post book and keeps the indexes true."""
        former = self.outstanding.get(str(outstanding.command))
        if former is None or former.stage is not outstanding.stage:
            self.outstanding_by_stage[outstanding.stage] += 1
            if former is not None:
                self.outstanding_by_stage[former.stage] -= 1
        self.outstanding.put(outstanding)
        self.outstanding_of[outstanding.device][str(outstanding.command)] = None
        if outstanding.request.preceding_service_request_id is not None:
            preceding = str(outstanding.request.preceding_service_request_id)
            self.followers[preceding][str(outstanding.command)] = None

    def remove_outstanding(self, outstanding: Outstanding) -> None:
        """Takes a request out of the post book."""
        key = str(outstanding.command)
        self.outstanding_by_stage[self.outstanding[key].stage] -= 1
        self.outstanding.remove(key)
        del self.outstanding_of[outstanding.device][key]
        if not self.outstanding_of[outstanding.device]:
            del self.outstanding_of[outstanding.device]
        if outstanding.request.preceding_service_request_id is not None:
            preceding = str(outstanding.request.preceding_service_request_id)
            del self.followers[preceding][key]
            if not self.followers[preceding]:
                del self.followers[preceding]

    def outstanding_with(self, device: Eui) -> list[Outstanding]:
        """The requests that this Device has yet to answer, oldest first."""
        return [self.outstanding[key] for key in self.outstanding_of.get(device, ())]

    def waiting_for(self, request_id: RequestId) -> list[Outstanding]:
        """The requests that wait for this one in their sequence, oldest first."""
        rows = [self.outstanding[key] for key in self.followers.get(str(request_id), ())]
        return [row for row in rows if row.stage is Stage.WAITING]

    def put_schedule(self, schedule: Schedule) -> None:
        """Writes a schedule and keeps the index true."""
        self.schedules.put(schedule)
        self.schedules_of[schedule.device][str(schedule.schedule_id)] = None

    def remove_schedule(self, schedule: Schedule) -> None:
        """Takes a schedule out of the book."""
        key = str(schedule.schedule_id)
        self.schedules.remove(key)
        del self.schedules_of[schedule.device][key]
        if not self.schedules_of[schedule.device]:
            del self.schedules_of[schedule.device]

    def schedules_with(self, device: Eui) -> list[Schedule]:
        """The schedules that read this Device, oldest first."""
        return [self.schedules[key] for key in self.schedules_of.get(device, ())]

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
        if former is None:
            self.devices_version += 1
        if former is None or _standing(former) != _standing(device):
            self.devices_by_status[_standing(device)] += 1
            if former is not None:
                self.devices_by_status[_standing(former)] -= 1
        if former is not None and _indexed(former) != _indexed(device):
            self._unindex_device(former)
        if former is None or _indexed(former) != _indexed(device):
            self._index_device(device)
        return self.devices.put(device)

    def remove_device(self, device: SmiDevice) -> None:
        """Takes a Device out of the SMI."""
        self.devices_version += 1
        self._unindex_device(device)
        self.devices_by_status[_standing(self.devices[device.device.device_id])] -= 1
        self.devices.remove(device.device.device_id)

    def put_registration(self, registration: Registration) -> None:
        """Writes a registration and keeps the index true."""
        former = self.registrations.get(registration_key(registration))
        if former is not None:
            self.registered[former.mpxn, former.role].remove(former)
        self.registrations.put(registration)
        self._index_registration(registration)

    def _index_serials(self, certificates: Certificates) -> None:
        """Of those serial numbers that do not end with the Device ID: a derived one tells by itself whose it is."""
        if self.foreign_serials is None:
            return
        for octets in (certificates.digital_signing, certificates.key_agreement):
            serial_number = serial_number_of(octets)
            if device_named_by(serial_number) != certificates.device:
                self.foreign_serials[serial_number] = certificates.device

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
        if (named := _gas_proxy_of(device)) is not None:
            self.hubs_naming[named] = device_id

    def _unindex_device(self, device: SmiDevice) -> None:
        device_id = device.device.device_id
        if device.comms_hub is not None:
            self.han[device.comms_hub].remove(device_id)
        for mpxn in _supply_points(device):
            self.supply_points[mpxn].remove(device_id)
        if (named := _gas_proxy_of(device)) is not None and self.hubs_naming.get(named) == device_id:
            del self.hubs_naming[named]


def registration_key(registration: Registration) -> str:
    """A point of supply, a role and a day have one registration."""
    return f"{registration.mpxn}|{registration.role}|{registration.effective_from}"


def dcc_counter_key(originator: Eui, device: Eui) -> str:
    """Each of the DCC's parties counts for each Device."""
    return f"{originator}|{device}"


def alert_storm_key(storm: AlertStorm) -> str:
    """Storms are told apart by who is told, about which Device, of what."""
    return f"{storm.user}|{storm.device}|{storm.alert_code}"


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


def _standing(device: SmiDevice) -> Standing:
    return device.device.device_type, device.device.device_status


def _supply_points(device: SmiDevice) -> list[str]:
    shown = device.device
    return [mpxn for mpxn in (shown.import_mpxn, shown.secondary_import_mpan, shown.export_mpan) if mpxn]


def _gas_proxy_of(device: SmiDevice) -> Eui | None:
    """The Gas Proxy Function that a hub's pre-notification named."""
    return device.associated_device if device.device.device_type is DeviceType.CHF else None


def _indexed(device: SmiDevice) -> tuple[Eui | None, list[str], Eui | None]:
    return device.comms_hub, _supply_points(device), _gas_proxy_of(device)
