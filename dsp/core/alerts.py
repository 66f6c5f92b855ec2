"""Device Alerts: each taken once; passed on to the party it names, or read by the DSP where that is the ACB."""

from dataclasses import dataclass

from dsp.core.conclusions import conclude, learn_from
from dsp.core.dcc_alerts import alert
from dsp.core.device_logs import ask_device_log
from dsp.core.reading import Told
from dsp.core.records import SmiDevice
from dsp.core.service_audit_trail import post
from dsp.core.turn import Turn
from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.device_types import DeviceType
from smart_metering.duis.service_responses import (
    CommsHubAlert,
    DeviceAlert,
    FutureDatedDeviceAlertMessage,
    PpmidAlert,
)
from smart_metering.errors import DecodeError
from smart_metering.gbcs.activate_firmware import (
    ActivationCode,
    decode_future_dated_outcome,
)
from smart_metering.gbcs.firmware_alerts import (
    FirmwareTransferCode,
    PpmidActivationCode,
    decode_firmware_receipt,
    decode_firmware_transfer,
    decode_ppmid_activation,
)
from smart_metering.gbcs.generic_alerts import decode_generic_alert
from smart_metering.gbcs.message import Message
from smart_metering.gbcs.supply_outage_alerts import decode_supply_outage_alert
from smart_metering.gbcs.update_security_credentials import decode_update_security_credentials_alert
from smart_metering.identifiers import RequestId
from smart_metering.use_cases import UseCase

TRANSFER_CODES = {
    FirmwareTransferCode.FILE_TRANSFER_SUCCESS: "FileTransferSuccess",
    FirmwareTransferCode.IMAGE_DISCARDED: "FirmwareImageDiscarded",
    FirmwareTransferCode.HARDWARE_VERSION_MISMATCH: "HardwareVersionMismatch",
    FirmwareTransferCode.FILE_TRANSFER_FAILURE: "FileTransferFailure",
}


def take_alert(turn: Turn, device: SmiDevice, message: Message, octets: bytes) -> None:
    """One genuine alert of a Device."""
    seen = f"{message.originator}|{message.counter}"
    if seen in turn.state.seen_alerts:
        return  # Repeated: the same alert was already taken.
    try:
        _pass_on(turn, device, message, octets)
    except DecodeError as error:
        turn.observe(device.device.device_id, f"an alert whose payload cannot be read: {error}")
        return
    turn.state.seen_alerts.add(seen)


def _pass_on(turn: Turn, device: SmiDevice, message: Message, octets: bytes) -> None:
    match message.message_code:
        case UseCase.CS06_ALERT:
            _outcome(turn, device, message, octets, _activated(message))
        case UseCase.CS02B_ALERT:
            _outcome(turn, device, message, octets, _credentials_replaced(message))
        case UseCase.CRITICAL_ALERT | UseCase.NON_CRITICAL_ALERT:
            _generic_alert(turn, device, message, octets)
        case UseCase.ECS80:
            outage = decode_supply_outage_alert(message.payload, message.counter)
            _device_alert(turn, device, message, octets, outage.alert_code)
        case UseCase.ESME_FIRMWARE_RECEIPT | UseCase.GSME_FIRMWARE_RECEIPT:
            use_case = UseCase(message.message_code)
            receipt = decode_firmware_receipt(use_case, message.payload, message.counter)
            _device_alert(turn, device, message, octets, receipt.alert_code)
        case UseCase.CCS08:
            _comms_hub_alert(turn, device, message)
        case UseCase.CS09:
            _ppmid_alert(turn, device, message)
        case _:
            turn.observe(
                device.device.device_id, f"an alert of use case {message.message_code:04X}: not emulated"
            )


def _device_alert(turn: Turn, device: SmiDevice, message: Message, octets: bytes, code: int) -> None:
    if message.target not in turn.state.parties:
        turn.observe(device.device.device_id, f"an alert for {message.target}, which is no party: dropped")
        return
    response_id = RequestId(message.originator, message.target, message.counter)
    passed_on = DeviceAlert(
        response_id=str(response_id), alert_code=code, response_date_time=turn.now, gbcs_payload=octets
    )
    post(turn, (message.target,), passed_on, device.device.device_id)


def _generic_alert(turn: Turn, device: SmiDevice, message: Message, octets: bytes) -> None:
    """An alert of a code and a time; the hub's word that its Device Log changed is for the DSP itself."""
    gas = device.device.device_type in (DeviceType.GSME, DeviceType.GPF)
    code = decode_generic_alert(gas, message.payload, message.counter).alert_code
    if message.target != turn.acb.eui:
        _device_alert(turn, device, message, octets, code)
    elif code == DeviceAlertCode.CHF_DEVICE_LOG_CHANGED:
        ask_device_log(turn, device)
    else:
        turn.observe(device.device.device_id, f"alert {code:04X} for the ACB: nothing follows from it")


@dataclass(frozen=True, slots=True, kw_only=True)
class _DatedOutcome:
    """How a future-dated Command ended, as its alert tells."""

    srv: str
    alert_code: int
    originator_counter: int
    told: Told


def _activated(message: Message) -> _DatedOutcome:
    outcome = decode_future_dated_outcome(message.payload)
    success = outcome.outcome.code is ActivationCode.SUCCESS
    return _DatedOutcome(
        srv="11.3",
        alert_code=outcome.alert_code,
        originator_counter=outcome.originator_counter,
        told=Told(success=success, version=outcome.outcome.firmware_version),
    )


def _credentials_replaced(message: Message) -> _DatedOutcome:
    alert = decode_update_security_credentials_alert(message.payload)
    return _DatedOutcome(
        srv="6.23",
        alert_code=alert.alert_code,
        originator_counter=alert.outcome.originator_counter,
        told=Told(success=alert.outcome.success),
    )


def _outcome(turn: Turn, device: SmiDevice, message: Message, octets: bytes, outcome: _DatedOutcome) -> None:
    """It teaches as a Response does: the version of a future-dated 11.3 arrives here (D16)."""
    key = RequestId(message.target, message.originator, outcome.originator_counter)
    awaited = turn.state.outstanding.get(str(key))
    if awaited is None or not awaited.octets or awaited.request.service_reference_variant != outcome.srv:
        _device_alert(turn, device, message, octets, outcome.alert_code)  # Nobody waits for it, or no longer.
        if outcome.told.version is not None:
            learn_from(turn, device, outcome.srv, outcome.told)
        return
    turn.cause = str(awaited.request.request_id)
    turn.state.remove_outstanding(awaited)
    body = FutureDatedDeviceAlertMessage(future_dated_alert_code=outcome.alert_code, gbcs_payload=octets)
    conclude(turn, device, awaited, body, outcome.told, verified=True, over=True)


def _comms_hub_alert(turn: Turn, hub: SmiDevice, message: Message) -> None:
    transfer = decode_firmware_transfer(message.payload)
    target = turn.state.devices.get(transfer.target)
    if target is None or target.comms_hub != hub.device.device_id:
        turn.observe(
            hub.device.device_id, f"a firmware transfer to {transfer.target}, not on its HAN: dropped"
        )
        return
    body = CommsHubAlert(
        comms_hub_device_id=hub.device.device_id,
        alert_code=transfer.alert_code,
        time_stamp=transfer.at,
        device_id=transfer.target,
        firmware_version=transfer.version,
        transfer_response_code=TRANSFER_CODES[transfer.code],
    )
    alert(turn, DccAlertCode.N62, target, body)


def _ppmid_alert(turn: Turn, device: SmiDevice, message: Message) -> None:
    activation = decode_ppmid_activation(message.payload)
    success = activation.code is PpmidActivationCode.SUCCESS
    body = PpmidAlert(
        device_id=device.device.device_id,
        device_alert_code=activation.alert_code,
        time_stamp=activation.at,
        firmware_version=activation.version,
        activation_success=success,
    )
    alert(turn, DccAlertCode.N39, device, body)
    learn_from(turn, device, "11.4", Told(success=success, version=activation.version))
