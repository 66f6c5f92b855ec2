"""What Service Responses carry, element by element in the order of the DUIS 5.4 schema."""

from smart_metering.duis.service_responses import (
    DspInventory,
    DspScheduledMessage,
    DspScheduleId,
    DspSchedules,
    DspSchedulesRead,
    DspUpdateFirmwareWarning,
    FutureDatedDeviceAlertMessage,
    GbcsPayload,
    InventoryDevice,
    LocalCommand,
    PreCommand,
)
from smart_metering.duis_xml.request_shapes import PROPERTY_FILTER
from smart_metering.duis_xml.schedule_shape import SCHEDULE
from smart_metering.duis_xml.shapes import Part, RepeatedPart, Shape, Value
from smart_metering.duis_xml.simple_types import (
    ANY_TEXT,
    BASE64,
    COUNTER_16,
    DAY,
    DEVICE_TYPE,
    ESME_VARIANT,
    EUI,
    EUI_LIST,
    FIRMWARE_VERSION_TEXT,
    MPAN,
    MPXN,
    OUTCOME_CODE,
    SCHEDULE_ID,
    SMI_STATUS,
    UPRN,
    one_of,
    text,
)

MAXIMUM_DEVICES = 17
MAXIMUM_SCHEDULES = 99

_CPL_STATUS = one_of(("Active", "Cancelled", "Expired", "Withdrawn"))
_CSP_REGION = one_of(("North", "Central", "South", "4G North", "4G Central", "4G South", "Unknown", "SMETS1"))
_GBCS_PAYLOAD = Value("GBCSPayload", "gbcs_payload", BASE64)

_DEVICE = Shape(
    InventoryDevice,
    (
        Value("DeviceID", "device_id", EUI),
        Value("DeviceType", "device_type", DEVICE_TYPE),
        Value("DeviceStatus", "device_status", SMI_STATUS, optional=True),
        Value("DeviceManufacturer", "device_manufacturer", text(0, 30)),
        Value("DeviceModel", "device_model", text(0, 30)),
        Value("SMETSCHTSVersion", "smets_chts_version", text(1, 20), optional=True),
        Value("DeviceFirmwareVersion", "device_firmware_version", FIRMWARE_VERSION_TEXT, optional=True),
        Value("DeviceFirmwareVersionStatus", "device_firmware_version_status", _CPL_STATUS, optional=True),
        Value("CPLStatus", "cpl_status", _CPL_STATUS, optional=True),
        Value("DateCommissioned", "date_commissioned", DAY, optional=True),
        Value("ImportMPxN", "import_mpxn", MPXN, optional=True),
        Value("SecondaryImportMPAN", "secondary_import_mpan", MPAN, optional=True),
        Value("ExportMPAN", "export_mpan", MPAN, optional=True),
        Value("ESMEVariant", "esme_variant", ESME_VARIANT, optional=True),
        Value("UPRN", "uprn", UPRN, optional=True),
        Part("PropertyFilter", "property_filter", PROPERTY_FILTER, optional=True),
        Value("CSPRegion", "csp_region", _CSP_REGION, optional=True),
        Value("DeviceGBCSVersion", "device_gbcs_version", ANY_TEXT, optional=True),
        Value("HANVariant", "han_variant", ANY_TEXT, optional=True),
        Value("S1SP", "s1sp", ANY_TEXT, optional=True),
        Value("Connectivity", "connectivity", one_of(("Cellular", "Virtual")), optional=True),
    ),
)
_SCHEDULES = Shape(
    DspSchedules,
    (
        Value("DSPScheduleID", "dsp_schedule_id", SCHEDULE_ID),
        Part("DSPScheduleDetails", "dsp_schedule_details", SCHEDULE),
    ),
)
_WARNING = Shape(
    DspUpdateFirmwareWarning,
    (
        Value("InvalidDeviceIDList", "invalid_device_id_list", EUI_LIST, optional=True),
        Value("NotCommissionedDeviceIDList", "not_commissioned_device_id_list", EUI_LIST, optional=True),
        Value(
            "NotApplicableFirmwareDeviceIDList",
            "not_applicable_firmware_device_id_list",
            EUI_LIST,
            optional=True,
        ),
        Value("OtherRequestInProgressList", "other_request_in_progress_list", EUI_LIST, optional=True),
        Value("InvalidGBCSVersionList", "invalid_gbcs_version_list", EUI_LIST, optional=True),
    ),
)

WARNINGS = {"11.1": "DSPUpdateFirmwareWarning", "11.4": "DSPUpdatePPMIDFirmwareWarning"}
"""The element of a warning, by the SRV that it answers."""

SINGLE_VALUES = {
    GbcsPayload: _GBCS_PAYLOAD,
    DspScheduleId: Value("DSPScheduleID", "dsp_schedule_id", SCHEDULE_ID),
}
"""Answers that are one element with a value."""

PAYLOADS: dict[str, Shape] = {
    "DSPInventory": Shape(DspInventory, (RepeatedPart("Device", "devices", _DEVICE, 1, MAXIMUM_DEVICES),)),
    "DSPSchedulesRead": Shape(
        DspSchedulesRead, (RepeatedPart("DSPSchedules", "dsp_schedules", _SCHEDULES, 1, MAXIMUM_SCHEDULES),)
    ),
    "DSPScheduledMessage": Shape(
        DspScheduledMessage, (_GBCS_PAYLOAD, Value("DSPScheduleID", "dsp_schedule_id", SCHEDULE_ID))
    ),
    "DSPUpdateFirmwareWarning": _WARNING,
    "DSPUpdatePPMIDFirmwareWarning": _WARNING,
    "FutureDatedDeviceAlertMessage": Shape(
        FutureDatedDeviceAlertMessage,
        (
            Value("FutureDatedAlertCode", "future_dated_alert_code", OUTCOME_CODE),
            _GBCS_PAYLOAD,
            Value("InstructionNumber", "instruction_number", COUNTER_16),
            Value("TotalCommandInstructions", "total_command_instructions", COUNTER_16),
        ),
    ),
    "LocalCommand": Shape(LocalCommand, (_GBCS_PAYLOAD,)),
    "PreCommand": Shape(PreCommand, (Value("GBCSVersion", "gbcs_version", ANY_TEXT), _GBCS_PAYLOAD)),
}
"""By the element."""
