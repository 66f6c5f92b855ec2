"""Service Requests as records: a header and one body, named as DUIS 5.4 names its elements."""

from smart_metering.command_variants import CommandVariant
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import Instant
from smart_metering.records import Record

MAXIMUM_DEVICE_IDS = 50_000  # DUIS 5.4: DeviceIDList holds 1,199,999 characters, 50,000 EUIs and their commas


class UpdateFirmware(Record, frozen=True, kw_only=True):
    """SR 11.1. `firmware_file` names an uploaded file by its SHA-256, instead of carrying it in `firmware_image`."""

    firmware_image: bytes = b""
    firmware_file: str = ""
    firmware_version: FirmwareVersion
    device_id_list: tuple[Eui, ...]


class UpdatePpmidFirmware(Record, frozen=True, kw_only=True):
    """SR 11.4, in the shape of 11.1."""

    firmware_image: bytes = b""
    firmware_file: str = ""
    firmware_version: FirmwareVersion
    device_id_list: tuple[Eui, ...]


class ReadFirmwareVersion(Record, frozen=True, kw_only=True):
    """SR 11.2."""

    execution_date_time: Instant | None = None


class ActivateFirmware(Record, frozen=True, kw_only=True):
    """SR 11.3, Command Variant 4. `firmware_hash` is the SHA-256 of the Manufacturer Image (32 octets)."""

    execution_date_time: Instant | None = None
    firmware_hash: bytes


class DeviceDetails(Record, frozen=True, kw_only=True):
    """UpdateDeviceDetails of SR 8.4: what is given replaces what the SMI has; texts arrive unjudged."""

    device_manufacturer: str = ""
    device_model: str = ""
    smets_chts_version: str = ""
    firmware_version: str = ""
    esme_variant: str = ""


class UpdateInventory(Record, frozen=True, kw_only=True):
    """SR 8.4, as far as its choice UpdateDeviceDetails; the other four choices are not emulated yet."""

    device_id: Eui
    update_device_details: DeviceDetails


class SignedPreCommand(Record, frozen=True, kw_only=True):
    """Command Variants 5, 6 and 7 of any Critical request."""

    execution_date_time: Instant | None = None
    gbcs_payload: bytes


class PropertyFilter(Record, frozen=True, kw_only=True):
    """A post code and an address within it."""

    post_code: str = ""
    address_identifier: str = ""


class ReadInventory(Record, frozen=True, kw_only=True):
    """SR 8.2: exactly one of the four ways to search."""

    uprn: str = ""
    device_id: Eui | None = None
    mpxn: str = ""
    property_filter: PropertyFilter | None = None


class DevicePrenotification(Record, frozen=True, kw_only=True):
    """SR 12.2. Texts arrive unjudged: what is wrong in them is answered, not raised."""

    device_id: Eui
    device_manufacturer: str
    device_model: str
    device_type: str
    smets_chts_version: str = ""
    firmware_version: str = ""
    esme_variant: str = ""
    associated_gpf_device_id: Eui | None = None


class UninterpretedBody(Record, frozen=True, kw_only=True):
    """The body of a Service Request that is not emulated yet: carried, not read."""

    element: str = ""
    content: bytes = b""


Body = (
    UpdateFirmware
    | UpdatePpmidFirmware
    | ReadFirmwareVersion
    | ActivateFirmware
    | UpdateInventory
    | SignedPreCommand
    | ReadInventory
    | DevicePrenotification
    | UninterpretedBody
)


class ServiceRequest(Record, frozen=True, kw_only=True):
    """What a User sends. An empty `service_reference` stands for the one that the variant belongs to."""

    request_id: RequestId
    command_variant: CommandVariant
    service_reference: str = ""
    service_reference_variant: str
    body: Body
