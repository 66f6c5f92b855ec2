"""What a User receives: Acknowledgements and Service Responses (one shape), Device Alerts and DCC Alerts."""

from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.decisions import Decision
from smart_metering.device_types import DeviceType
from smart_metering.duis.inventory_requests import DspSchedule, PropertyFilter
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import Record
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus


class GbcsPayload(Record, frozen=True, kw_only=True):
    """A Device's Response, as it came."""

    gbcs_payload: bytes


class PreCommand(Record, frozen=True, kw_only=True):
    """What Transform answers: the User checks it, signs it and sends it back as a Signed Pre-Command."""

    gbcs_version: str
    gbcs_payload: bytes


class InventoryDevice(Record, frozen=True, kw_only=True):
    """A Device as 8.2 shows it; DUIS's order of elements."""

    device_id: Eui
    device_type: DeviceType
    device_status: SmiStatus | None = None
    device_manufacturer: str = ""
    device_model: str = ""
    smets_chts_version: str = ""
    device_firmware_version: str = ""
    device_firmware_version_status: str = ""
    cpl_status: str = ""
    date_commissioned: Instant | None = None
    import_mpxn: str = ""
    secondary_import_mpan: str = ""
    export_mpan: str = ""
    esme_variant: str = ""
    uprn: str = ""
    property_filter: PropertyFilter | None = None
    csp_region: str = ""
    device_gbcs_version: str = ""
    han_variant: str = ""
    s1sp: str = ""
    connectivity: str = ""


class DspInventory(Record, frozen=True, kw_only=True):
    """The answer to 8.2."""

    devices: tuple[InventoryDevice, ...]


class DspUpdateFirmwareWarning(Record, frozen=True, kw_only=True):
    """Which Devices of an 11.1 or 11.4 were left out, and why; the others proceed."""

    invalid_device_id_list: tuple[str, ...] = ()
    not_commissioned_device_id_list: tuple[Eui, ...] = ()
    not_applicable_firmware_device_id_list: tuple[Eui, ...] = ()
    other_request_in_progress_list: tuple[Eui, ...] = ()
    invalid_gbcs_version_list: tuple[Eui, ...] = ()


class FutureDatedDeviceAlertMessage(Record, frozen=True, kw_only=True):
    """The outcome of a Device-future-dated command: 0x8F66 carried out, 0x8F67 not."""

    future_dated_alert_code: int
    gbcs_payload: bytes
    instruction_number: int = 1
    total_command_instructions: int = 1


class DecodedValue(Record, frozen=True, kw_only=True):
    """One element of a decoded answer, named as the Message Mapping Catalogue names it."""

    name: str
    value: str


class Smets1ResponseMessage(Record, frozen=True, kw_only=True):
    """The S1SP's decoded answer. A one-step Device gives no version in answer to 11.3; `utrn` is that of a top-up to
    be entered by hand."""

    success: bool
    activate_image_response_code: str = ""
    firmware_version: FirmwareVersion | None = None
    utrn: str = ""
    content: tuple[DecodedValue, ...] = ()


class LocalCommand(Record, frozen=True, kw_only=True):
    """A Command for local delivery: whole, with its MAC."""

    gbcs_payload: bytes


class DspScheduleId(Record, frozen=True, kw_only=True):
    """The answer to 5.1."""

    dsp_schedule_id: int


class DspSchedules(Record, frozen=True, kw_only=True):
    """One schedule and its id."""

    dsp_schedule_id: int
    dsp_schedule_details: DspSchedule


class DspSchedulesRead(Record, frozen=True, kw_only=True):
    """The answer to 5.2: 1 to 99 schedules."""

    dsp_schedules: tuple[DspSchedules, ...]


class DspScheduledMessage(Record, frozen=True, kw_only=True):
    """A Device's Response to one run of a schedule."""

    gbcs_payload: bytes
    dsp_schedule_id: int


class NotEmulated(Record, frozen=True, kw_only=True):
    """The request passed every check, but this emulator does not emulate it yet. Not a SEC outcome."""

    service_reference_variant: str


ResponseBody = (
    GbcsPayload
    | PreCommand
    | DspInventory
    | DspUpdateFirmwareWarning
    | FutureDatedDeviceAlertMessage
    | Smets1ResponseMessage
    | LocalCommand
    | DspScheduleId
    | DspSchedulesRead
    | DspScheduledMessage
    | NotEmulated
)


class ServiceResponse(Record, frozen=True, kw_only=True):
    """An Acknowledgement or a Service Response. Without a code only where `body` says NotEmulated."""

    request_id: str
    response_id: str = ""
    response_code: ResponseCode | None = None
    response_date_time: Instant
    service_reference: str = ""
    service_reference_variant: str = ""
    body: ResponseBody | None = None
    decision: Decision | None = None


class DeviceAlert(Record, frozen=True, kw_only=True):
    """A Device's alert, passed on to the party it names. After a storm of the same alert, `throttled_alert_count` says
    how many were held back, and `throttled_alert_sequence_id` which storm it was."""

    response_id: str
    alert_code: int
    response_date_time: Instant
    gbcs_payload: bytes
    throttled_alert_sequence_id: int | None = None
    throttled_alert_count: int | None = None


class MeterMpxns(Record, frozen=True, kw_only=True):
    """The points of supply of a meter."""

    import_mpxn: str = ""
    secondary_import_mpan: str = ""
    export_mpan: str = ""


class AssociatedType1Device(Record, frozen=True, kw_only=True):
    """A Device that left the service with its meter."""

    device_id: Eui
    device_type: DeviceType


class DeviceStatusChangeEvent(Record, frozen=True, kw_only=True):
    """`device_status_change` is the name of DUIS's element: DeviceSuspended, DeviceRestored, MeterIdentity ...; what
    follows is given with those of a meter."""

    device_id: Eui
    device_status_change: str
    meter_mpxns: MeterMpxns | None = None
    esme_variant: str = ""
    associated_type1_devices: tuple[AssociatedType1Device, ...] = ()


class FirmwareVersionMismatch(Record, frozen=True, kw_only=True):
    """N52."""

    device_id: Eui
    device_type: DeviceType
    firmware_version_smi: str
    firmware_version_device: FirmwareVersion


class CspFirmwareDeliveryStatus(Record, frozen=True, kw_only=True):
    """N60 and N61."""

    update_firmware_request_id: str
    comms_hub_device_id: Eui
    target_device_id: Eui
    firmware_version: FirmwareVersion
    time_stamp: Instant
    comms_hub_transfer_status: str


class CommsHubAlert(Record, frozen=True, kw_only=True):
    """N62, from the hub's CCS08."""

    comms_hub_device_id: Eui
    alert_code: int
    time_stamp: Instant
    device_id: Eui
    firmware_version: FirmwareVersion
    transfer_response_code: str


class PpmidAlert(Record, frozen=True, kw_only=True):
    """N39, from the PPMID's CS09."""

    device_id: Eui
    device_alert_code: int
    time_stamp: Instant
    firmware_version: FirmwareVersion
    activation_success: bool


class CommandFailure(Record, frozen=True, kw_only=True):
    """A command that the DSP could not bring to its end; `dsp_schedule_id` is that of the schedule it is of."""

    command_request_id: str
    dsp_schedule_id: int | None = None
    device_id: Eui


class DspScheduleRemoval(Record, frozen=True, kw_only=True):
    """A schedule that the DSP removed by itself."""

    device_id: Eui
    dsp_schedule_id: int


class UpdateHanDeviceLogResult(Record, frozen=True, kw_only=True):
    """N24 and N25: what became of an 8.11."""

    update_han_device_log_service_request_id: str


class DeviceChangeOfSupplier(Record, frozen=True, kw_only=True):
    """A Device that has a new supplier's credentials."""

    device_id: Eui
    device_type: DeviceType
    mpxns: MeterMpxns


class ChangeOfSupplier(Record, frozen=True, kw_only=True):
    """N26: the 6.23 that failed; N27: the Device that has changed hands."""

    change_of_supplier_service_request_id: str = ""
    device_change_of_supplier: DeviceChangeOfSupplier | None = None


class FirmwareUpgradeRequested(Record, frozen=True, kw_only=True):
    """N59: another supplier has asked for firmware for Devices that both are responsible for."""

    device_type: DeviceType
    firmware_version: FirmwareVersion
    device_list: tuple[Eui, ...]


DccAlertBody = (
    DeviceStatusChangeEvent
    | FirmwareVersionMismatch
    | CspFirmwareDeliveryStatus
    | CommsHubAlert
    | PpmidAlert
    | CommandFailure
    | DspScheduleRemoval
    | UpdateHanDeviceLogResult
    | ChangeOfSupplier
    | FirmwareUpgradeRequested
)


class DccAlert(Record, frozen=True, kw_only=True):
    """An alert of the DCC's own."""

    dcc_alert_code: DccAlertCode
    response_date_time: Instant
    body: DccAlertBody
    throttled_alert_sequence_id: int | None = None
    throttled_alert_count: int | None = None
    decision: Decision | None = None


Message = ServiceResponse | DeviceAlert | DccAlert


class ReceivedMessage(Record, frozen=True, kw_only=True):
    """One message to a User, at its position in that User's stream."""

    position: int
    message: Message
