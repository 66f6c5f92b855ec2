"""Records of what surrounds the messages: parties, registrations, Devices as loaded, CPL entries, templates, faults."""

from smart_metering.device_types import DeviceType, Generation
from smart_metering.duis.service_responses import DecodedValue, InventoryDevice
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import Record
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole


class Party(Record, frozen=True, kw_only=True):
    """An organisation under one EUI, in one or more User Roles; `suspended` forbids it every request (E3).

    Parties with the same `organisation` are one: what one of them is registered for, each may act for in that role.
    """

    eui: Eui
    name: str = ""
    organisation: str = ""
    roles: tuple[UserRole, ...] = ()
    digital_signing_certificate: bytes = b""
    key_agreement_certificate: bytes = b""
    suspended: bool = False


class Registration(Record, frozen=True, kw_only=True):
    """From `effective_from` on, `party` is registered for the point of supply `mpxn` in `role`."""

    mpxn: str
    role: UserRole
    party: Eui
    effective_from: Instant


class LoadedDevice(Record, frozen=True, kw_only=True):
    """A Device as the administration loads it, in any SMI Status."""

    device: InventoryDevice
    comms_hub: Eui
    associated_device: Eui | None = None
    status_before_suspension: SmiStatus | None = None


class CplEntry(Record, frozen=True, kw_only=True):
    """One approved combination of Device model and firmware version. No variants: any; no hash: not checked."""

    entry_id: str = ""
    device_type: DeviceType
    device_manufacturer: str
    device_model: str
    firmware_version: FirmwareVersion
    manufacturer_image_hash: bytes = b""
    esme_variants: tuple[str, ...] = ()


class DeviceTemplate(Record, frozen=True, kw_only=True):
    """One Device of a premises template. The known parties are EUIs whose certificates the Device holds.

    `awaits_installation`: it is at the premises, but not on the HAN until its hub is told of it. `external`: a Device
    outside the emulator has its place.
    """

    device_type: DeviceType
    device_manufacturer: str
    device_model: str
    firmware_version: FirmwareVersion
    esme_variant: str = ""
    supplier: Eui | None = None
    network_operator: Eui | None = None
    awaits_installation: bool = False
    external: bool = False


class PremisesTemplate(Record, frozen=True, kw_only=True):
    """`count` premises alike: sixteen EUIs to each from `eui_from` on, the CHF first, then as `devices` lists."""

    name: str
    count: int
    eui_from: Eui
    generation: Generation
    devices: tuple[DeviceTemplate, ...]


class FaultRule(Record, frozen=True, kw_only=True):
    """Messages and their fate: the `next` n of each Device, or `one_in` n by the seed. Empty matches anything."""

    name: str
    direction: str = ""
    comms_hub: Eui | None = None
    device: Eui | None = None
    references: tuple[str, ...] = ()
    fate: str
    next: int = 0
    one_in: int = 0
    delay: int = 0


class LoggedEvent(Record, frozen=True, kw_only=True):
    """An entry of a Device's logs: `at` by the Device's own clock, and the event code of GBCS with its name."""

    at: Instant
    code: int
    name: str


class DeviceInside(Record, frozen=True, kw_only=True):
    """What one emulated Device is and holds: its truth, which the SMI may not know.

    `cut_at_activation`: its power goes when it next activates firmware. Its clock reads `clock_ahead` milliseconds more
    than the time is, or less if below 0; by it stand the entries of its `log` and its `activation_due`.
    Where it is `external`, its truth is outside: its firmware and registers are told as its template has them.
    """

    device_id: Eui
    device_type: DeviceType
    generation: Generation
    comms_hub: Eui
    device_manufacturer: str
    device_model: str
    esme_variant: str = ""
    firmware_version: FirmwareVersion
    pending_version: FirmwareVersion | None = None
    pending_hash: bytes = b""
    mirrored_version: FirmwareVersion | None = None
    activation_due: Instant | None = None
    joined: bool = True
    supplier: Eui | None = None
    network_operator: Eui | None = None
    readings: tuple[DecodedValue, ...] = ()
    messages: int = 0
    history: bytes = b""
    external: bool = False
    online: bool = False
    off_since: Instant | None = None
    hub_off_since: Instant | None = None
    cut_at_activation: bool = False
    clock_ahead: int = 0
    log: tuple[LoggedEvent, ...] = ()


class HubDevice(Record, frozen=True, kw_only=True):
    """A Device of a Comms Hub's premises, as far as the hub has to do with it.

    A transfer of firmware to it is whole at `transfer_due`, or rests with so many milliseconds to go.
    """

    device_id: Eui
    device_type: DeviceType
    joined: bool = True
    off_since: Instant | None = None
    messages_kept: int = 0
    transfer_due: Instant | None = None
    transfer_remaining: int | None = None


class HubInside(Record, frozen=True, kw_only=True):
    """A Comms Hub as it is. `attached`: a DSP serves it now. `uplinks_waiting` were sent and are not acknowledged yet;
    `files_wanted` are firmware files, by their SHA-256, that it still waits for."""

    comms_hub: Eui
    attached: bool = False
    off_since: Instant | None = None
    devices: tuple[HubDevice, ...] = ()
    uplinks_waiting: int = 0
    files_wanted: tuple[str, ...] = ()


class HubSummary(Record, frozen=True, kw_only=True):
    """One line about a Comms Hub; `devices_off` have no power of their own."""

    comms_hub: Eui
    attached: bool = False
    off_since: Instant | None = None
    devices: int = 0
    devices_off: int = 0


class Fate(Record, frozen=True, kw_only=True):
    """A fault that was drawn: which rule did what to which message of a Device. `originator` and `counter` are those of
    the Command, or of the alert; a message that cannot be read has none."""

    at: Instant
    device_id: Eui
    direction: str
    rule: str
    fate: str
    reference: str = ""
    originator: Eui | None = None
    counter: int = 0


class DeviceCorrection(Record, frozen=True, kw_only=True):
    """The DCC's own correction of what the SMI says of a Device: the manual way for model and manufacturer."""

    device_id: Eui
    device_manufacturer: str = ""
    device_model: str = ""
    reason: str


class RecoveryChange(Record, frozen=True, kw_only=True):
    """A step of the recovery from a compromise: `event` is Started, CredentialsPlaced or SupplierRestored."""

    device_id: Eui
    event: str
    reason: str


class FirmwareFile(Record, frozen=True, kw_only=True):
    """A firmware file that the DSP holds, named by the SHA-256 of the whole file."""

    sha256: str
    size: int
    firmware_version: FirmwareVersion
    manufacturer_image_hash: bytes


class CplChange(Record, frozen=True, kw_only=True):
    """What a change of the CPL did."""

    entry: CplEntry
    devices_suspended: int = 0
    devices_restored: int = 0


class LoadSummary(Record, frozen=True, kw_only=True):
    """How many records a load took."""

    parties: int = 0
    registrations: int = 0
    devices: int = 0
