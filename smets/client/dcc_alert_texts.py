"""What a DCC Alert says, in words."""

from smart_metering.duis.service_responses import (
    ChangeOfSupplier,
    CommandFailure,
    CommsHubAlert,
    CspFirmwareDeliveryStatus,
    DccAlertBody,
    DeviceStatusChangeEvent,
    DspScheduleRemoval,
    FirmwareUpgradeRequested,
    FirmwareVersionMismatch,
    MeterMpxns,
    PpmidAlert,
    UpdateHanDeviceLogResult,
)

AboutFirmware = (
    FirmwareVersionMismatch
    | CspFirmwareDeliveryStatus
    | CommsHubAlert
    | PpmidAlert
    | FirmwareUpgradeRequested
)


def dcc_alert_text(body: DccAlertBody) -> str:
    """One line, whatever the alert's code is."""
    match body:
        case DeviceStatusChangeEvent():
            return _status_change(body)
        case CommandFailure():
            of = "" if body.dsp_schedule_id is None else f", of schedule {body.dsp_schedule_id}"
            return f"{body.command_request_id} to {body.device_id}{of}"
        case DspScheduleRemoval():
            return f"schedule {body.dsp_schedule_id} of {body.device_id} is removed"
        case UpdateHanDeviceLogResult():
            return f"8.11 {body.update_han_device_log_service_request_id}"
        case ChangeOfSupplier():
            return _change_of_supplier(body)
        case (
            FirmwareVersionMismatch()
            | CspFirmwareDeliveryStatus()
            | CommsHubAlert()
            | PpmidAlert()
            | FirmwareUpgradeRequested()
        ):
            return _about_firmware(body)


def _about_firmware(body: AboutFirmware) -> str:
    match body:
        case FirmwareVersionMismatch():
            return (
                f"{body.device_type} {body.device_id}: the SMI has {body.firmware_version_smi}, "
                f"it runs {body.firmware_version_device}"
            )
        case CspFirmwareDeliveryStatus():
            return (
                f"{body.comms_hub_transfer_status}: firmware {body.firmware_version} for "
                f"{body.target_device_id} at its hub"
            )
        case CommsHubAlert():
            return f"{body.transfer_response_code}: firmware {body.firmware_version} to {body.device_id}"
        case PpmidAlert():
            how = "activated" if body.activation_success else "did not activate; it runs"
            return f"PPMID {body.device_id} {how} firmware {body.firmware_version}"
        case FirmwareUpgradeRequested():
            devices = " ".join(body.device_list)
            return f"firmware {body.firmware_version} is asked for, for {body.device_type} {devices}"


def _status_change(body: DeviceStatusChangeEvent) -> str:
    words = [f"{body.device_status_change} {body.device_id}"]
    words += [f"variant {body.esme_variant}"] if body.esme_variant else []
    words += _points(body.meter_mpxns)
    words += [f"with {row.device_type} {row.device_id}" for row in body.associated_type1_devices]
    return ", ".join(words)


def _change_of_supplier(body: ChangeOfSupplier) -> str:
    """Of a 6.23 that failed its RequestID, of one that succeeded the Device."""
    changed = body.device_change_of_supplier
    if changed is None:
        return f"6.23 {body.change_of_supplier_service_request_id} came to nothing"
    whose = f"{changed.device_type} {changed.device_id} has another supplier's credentials"
    return ", ".join([whose, *_points(changed.mpxns)])


def _points(mpxns: MeterMpxns | None) -> list[str]:
    if mpxns is None:
        return []
    rows = (
        ("MPxN", mpxns.import_mpxn),
        ("secondary MPAN", mpxns.secondary_import_mpan),
        ("export MPAN", mpxns.export_mpan),
    )
    return [f"{name} {number}" for name, number in rows if number]
