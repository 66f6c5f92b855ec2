"""Service Requests about the inventory, the Communications Hub and schedules, as records; names of DUIS 5.4."""

from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import Record


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


class DecommissionDevice(Record, frozen=True, kw_only=True):
    """SR 8.3."""

    device_id: Eui


class DeviceDetails(Record, frozen=True, kw_only=True):
    """UpdateDeviceDetails of SR 8.4: what is given replaces what the SMI has; texts arrive unjudged."""

    device_manufacturer: str = ""
    device_model: str = ""
    smets_chts_version: str = ""
    firmware_version: str = ""
    esme_variant: str = ""


class UpdateMpxn(Record, frozen=True, kw_only=True):
    """UpdateMPxN of SR 8.4: exactly one point of supply."""

    import_mpxn: str = ""
    secondary_import_mpan: str = ""
    export_mpan: str = ""


class UpdateInventory(Record, frozen=True, kw_only=True):
    """SR 8.4: exactly one of five choices; two are SMI Statuses as texts, which arrive unjudged."""

    device_id: Eui
    update_device_status_except_ch: str = ""
    update_device_status_ch: str = ""
    update_device_details: DeviceDetails | None = None
    delete_device: bool = False
    update_mpxn: UpdateMpxn | None = None


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


class ReturnLocalCommandResponse(Record, frozen=True, kw_only=True):
    """SR 8.13: what a Device answered to the Command of `original_request_id`, which was delivered locally."""

    original_request_id: str = ""
    device_gbcs_response: bytes


class ChfInstallSuccessSmWan(Record, frozen=True, kw_only=True):
    """SR 8.14.1: a Communications Hub was installed and has the SM WAN."""

    device_id: Eui
    chf_install_type: str = ""
    install_date_time: Instant | None = None
    user_ref_id: str = ""
    mpxn: str = ""
    gis_data: str = ""
    aerial_install: bool = False
    chf_location: str = ""
    additional_information: str = ""


class ChfInstallSuccessNoSmWan(Record, frozen=True, kw_only=True):
    """SR 8.14.2: a Communications Hub was installed, without the SM WAN."""

    device_id: Eui
    chf_install_type: str = ""
    install_date_time: Instant | None = None
    user_ref_id: str = ""
    mpxn: str = ""
    gis_data: str = ""
    aerial_install: bool = False
    chf_location: str = ""
    premise_type: str = ""
    metal_obstruction_check: bool = False
    connectivity_obstruction_check: bool = False
    shared_obstruction_check: bool = False
    additional_information: str = ""


class ChfFaultReturn(Record, frozen=True, kw_only=True):
    """SR 8.14.3: a Communications Hub is returned with a fault."""

    device_id: Eui
    chf_fault_return_type: str = ""
    user_ref_date_time: Instant | None = None
    user_ref_id: str = ""
    other_device_id: Eui | None = None
    incident_reference: str = ""
    chf_connection_method: str = ""
    chf_fault_reason: str = ""
    additional_information: str = ""


class ChfNoFaultReturn(Record, frozen=True, kw_only=True):
    """SR 8.14.4: a Communications Hub is returned without a fault."""

    device_id: Eui
    chf_no_fault_return_type: str = ""
    user_ref_date_time: Instant | None = None
    user_ref_id: str = ""
    incident_reference: str = ""
    additional_information: str = ""


class ReadLogPeriodOffset(Record, frozen=True, kw_only=True):
    """The period that a scheduled read asks for: days from the day of the run (0 to -400), milliseconds of the day."""

    start_date_offset: int
    start_time: int = 0
    end_date_offset: int
    end_time: int = 0


class DspSchedule(Record, frozen=True, kw_only=True):
    """SR 5.1, and a schedule as 5.2 shows it: a read that the DSP sends by itself. Texts arrive unjudged.

    Dates are midnights of UTC; `schedule_execution_start_time` is in milliseconds after midnight.
    """

    schedule_frequency: str
    schedule_start_date: Instant
    schedule_end_date: Instant | None = None
    schedule_execution_start_time: int = 0
    ka_public_security_credential: bytes = b""
    dsp_scheduled_service_reference: str = ""
    dsp_scheduled_service_reference_variant: str
    device_id: Eui
    read_log_period_offset: ReadLogPeriodOffset | None = None


class ReadSchedule(Record, frozen=True, kw_only=True):
    """SR 5.2: one schedule by its id, or those of a Device."""

    dsp_schedule_id: int = 0
    device_id: Eui | None = None


class DeleteSchedule(Record, frozen=True, kw_only=True):
    """SR 5.3: one schedule by its id, or those of a Device."""

    dsp_schedule_id: int = 0
    device_id: Eui | None = None


InventoryRequestBody = (
    ReadInventory
    | DecommissionDevice
    | UpdateInventory
    | DevicePrenotification
    | ReturnLocalCommandResponse
    | ChfInstallSuccessSmWan
    | ChfInstallSuccessNoSmWan
    | ChfFaultReturn
    | ChfNoFaultReturn
    | DspSchedule
    | ReadSchedule
    | DeleteSchedule
)
