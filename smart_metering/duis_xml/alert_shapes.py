"""The bodies of DCC Alerts, element by element in the order of the DUIS 5.4 schema: those that the DSP raises."""

from dataclasses import dataclass

from smart_metering.duis.service_responses import (
    AssociatedType1Device,
    ChangeOfSupplier,
    CommandFailure,
    CommsHubAlert,
    CspFirmwareDeliveryStatus,
    DeviceChangeOfSupplier,
    DeviceStatusChangeEvent,
    DspScheduleRemoval,
    FirmwareUpgradeRequested,
    FirmwareVersionMismatch,
    MeterMpxns,
    PpmidAlert,
    UpdateHanDeviceLogResult,
)
from smart_metering.duis_xml.faults import UnwritableError
from smart_metering.duis_xml.names import Element
from smart_metering.duis_xml.shapes import (
    Choice,
    Cursor,
    Holder,
    Part,
    Particle,
    RepeatedPart,
    Shape,
    Value,
    Values,
    append,
    read_fields,
)
from smart_metering.duis_xml.simple_types import (
    ALERT_CODE,
    DEVICE_TYPE,
    ESME_VARIANT,
    EUI,
    EUI_LIST,
    FIRMWARE_VERSION,
    FIRMWARE_VERSION_TEXT,
    INSTANT,
    MPAN,
    MPXN,
    REQUEST_ID_TEXT,
    SCHEDULE_ID,
    SimpleType,
    one_of,
)
from smart_metering.records import Record

MAXIMUM_ASSOCIATED_DEVICES = 7

_DEVICE = Value("DeviceID", "device_id", EUI)
_TYPE = Value("DeviceType", "device_type", DEVICE_TYPE)
_VERSION = Value("FirmwareVersion", "firmware_version", FIRMWARE_VERSION)

_MPXNS = Shape(
    MeterMpxns,
    (
        Value("ImportMPxN", "import_mpxn", MPXN),
        Value("SecondaryImportMPAN", "secondary_import_mpan", MPAN, optional=True),
        Value("ExportMPAN", "export_mpan", MPAN, optional=True),
    ),
)
_ASSOCIATED = Shape(AssociatedType1Device, (_DEVICE, _TYPE))

_STATUS_CHANGES: dict[str, tuple[Particle, ...]] = {
    "MeterIdentity": (
        Part("MeterMPxNs", "meter_mpxns", _MPXNS),
        Value("ESMEVariant", "esme_variant", ESME_VARIANT, optional=True),
    ),
    "MeterDecommissioningOrWithdrawal": (
        Part("MeterDecommissionOrWithdrawal", "meter_mpxns", _MPXNS),
        RepeatedPart(
            "AssociatedType1Device", "associated_type1_devices", _ASSOCIATED, 0, MAXIMUM_ASSOCIATED_DEVICES
        ),
    ),
    "DeviceRemovedFromInventory": (),
    "CHFDecommissioning": (),
    "DeviceSuspended": (),
    "DeviceRestored": (),
    "RecoveryComplete": (),
}
_OF_METERS = ("meter_mpxns", "esme_variant", "associated_type1_devices")


@dataclass(frozen=True, slots=True)
class _StatusChange:
    """One element, called what the record's `device_status_change` says."""

    element: str = "DeviceStatusChange"

    def read(self, cursor: Cursor) -> Values:
        within = Cursor(cursor.expect(self.element))
        name = within.expect_one_of(tuple(_STATUS_CHANGES))
        values = read_fields(within.expect(name), _STATUS_CHANGES[name])
        within.finish()
        return {"device_status_change": name, **values}

    def write(self, parent: Element, record: Record) -> None:
        assert isinstance(record, DeviceStatusChangeEvent), record
        name = record.device_status_change
        particles = _STATUS_CHANGES.get(name)
        if particles is None:
            raise UnwritableError(f"DeviceStatusChange: {name!r}")
        written = {getattr(particle, "field", "") for particle in particles}
        if lost := [field for field in _OF_METERS if getattr(record, field) and field not in written]:
            raise UnwritableError(f"DeviceStatusChange/{name}: it has no {lost[0]}")
        node = append(append(parent, self.element), name)
        for particle in particles:
            particle.write(node, record)

    def is_given(self, record: Record) -> bool:
        return True


def _activation_result() -> SimpleType:
    """A claim, spelled as two results."""
    spelled = {True: "ActivationSuccess", False: "ActivationFailure"}
    results = one_of(spelled.values())
    return SimpleType(lambda value: results.read(value) == spelled[True], lambda claim: spelled[bool(claim)])


ALERTS: dict[str, Shape] = {
    "DeviceStatusChangeEvent": Shape(DeviceStatusChangeEvent, (_DEVICE, _StatusChange())),
    "DSPScheduleRemoval": Shape(
        DspScheduleRemoval, (_DEVICE, Value("DSPScheduleID", "dsp_schedule_id", SCHEDULE_ID))
    ),
    "CommandFailure": Shape(
        CommandFailure,
        (
            Value("CommandRequestID", "command_request_id", REQUEST_ID_TEXT),
            Value("DSPScheduleID", "dsp_schedule_id", SCHEDULE_ID, optional=True),
            _DEVICE,
        ),
    ),
    "UpdateHANDeviceLogResult": Shape(
        UpdateHanDeviceLogResult,
        (
            Value(
                "UpdateHANDeviceLogServiceRequestID",
                "update_han_device_log_service_request_id",
                REQUEST_ID_TEXT,
            ),
        ),
    ),
    "ChangeOfSupplier": Shape(
        ChangeOfSupplier,
        (
            Choice(
                (
                    Value(
                        "ChangeOfSupplierServiceRequestID",
                        "change_of_supplier_service_request_id",
                        REQUEST_ID_TEXT,
                    ),
                    Part(
                        "DeviceChangeOfSupplier",
                        "device_change_of_supplier",
                        Shape(DeviceChangeOfSupplier, (_DEVICE, _TYPE, Part("MPxNs", "mpxns", _MPXNS))),
                    ),
                )
            ),
        ),
    ),
    "PPMIDAlert": Shape(
        PpmidAlert,
        (
            _DEVICE,
            Value("DeviceAlertCode", "device_alert_code", ALERT_CODE),
            Value("Timestamp", "time_stamp", INSTANT),
            Holder(
                "PPMIDFirmwareUpgradeAlert",
                (_VERSION, Value("ActivateImageResultCode", "activation_success", _activation_result())),
            ),
        ),
    ),
    "FirmwareVersionMismatch": Shape(
        FirmwareVersionMismatch,
        (
            _DEVICE,
            _TYPE,
            Value("FirmwareVersionSMI", "firmware_version_smi", FIRMWARE_VERSION_TEXT),
            Value("FirmwareVersionDevice", "firmware_version_device", FIRMWARE_VERSION),
        ),
    ),
    "FirmwareUpgradeRequested": Shape(
        FirmwareUpgradeRequested, (_TYPE, _VERSION, Value("DeviceList", "device_list", EUI_LIST))
    ),
    "CSPFirmwareDeliveryStatus": Shape(
        CspFirmwareDeliveryStatus,
        (
            Value("UpdateFirmwareRequestID", "update_firmware_request_id", REQUEST_ID_TEXT),
            Value("CommsHubDeviceID", "comms_hub_device_id", EUI),
            Value("TargetDeviceID", "target_device_id", EUI),
            _VERSION,
            Value("TimeStamp", "time_stamp", INSTANT),
            Value("CommsHubTransferStatus", "comms_hub_transfer_status", one_of(("Success", "Failure"))),
        ),
    ),
    "CommsHubAlert": Shape(
        CommsHubAlert,
        (
            Value("CommsHubDeviceID", "comms_hub_device_id", EUI),
            Value("AlertCode", "alert_code", ALERT_CODE),
            Value("TimeStamp", "time_stamp", INSTANT),
            Holder(
                "FirmwareTransferAlert",
                (
                    Value("OtherDeviceID", "device_id", EUI),
                    _VERSION,
                    Value(
                        "TransferResponseCode",
                        "transfer_response_code",
                        one_of(
                            (
                                "FileTransferSuccess",
                                "FirmwareImageDiscarded",
                                "HardwareVersionMismatch",
                                "FileTransferFailure",
                            )
                        ),
                    ),
                ),
            ),
        ),
    ),
}
"""By the element."""
