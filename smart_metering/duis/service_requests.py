"""Service Requests as records: a header and one body, named as DUIS 5.4 names its elements; here those on firmware."""

from smart_metering.command_variants import CommandVariant
from smart_metering.duis.device_requests import DeviceRequestBody
from smart_metering.duis.inventory_requests import InventoryRequestBody
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


class SignedPreCommand(Record, frozen=True, kw_only=True):
    """Command Variants 5, 6 and 7 of any Critical request."""

    execution_date_time: Instant | None = None
    gbcs_payload: bytes


class UninterpretedBody(Record, frozen=True, kw_only=True):
    """The body of a Service Request that is not emulated yet: carried, not read."""

    element: str = ""
    content: bytes = b""


FirmwareRequestBody = UpdateFirmware | UpdatePpmidFirmware | ReadFirmwareVersion | ActivateFirmware

Body = FirmwareRequestBody | DeviceRequestBody | InventoryRequestBody | SignedPreCommand | UninterpretedBody


class ServiceRequest(Record, frozen=True, kw_only=True):
    """What a User sends. An empty `service_reference` stands for the one that the variant belongs to.

    A request of a sequence names the one before it; the first says that it is the first.
    """

    request_id: RequestId
    first_in_sequence: bool = False
    preceding_service_request_id: RequestId | None = None
    command_variant: CommandVariant
    service_reference: str = ""
    service_reference_variant: str
    body: Body
