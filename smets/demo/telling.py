"""Messages to a User in the words of the demo."""

from smart_metering.decisions import Decision
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.duis.service_responses import (
    CspFirmwareDeliveryStatus,
    DccAlert,
    DeviceAlert,
    DeviceStatusChangeEvent,
    DspInventory,
    DspUpdateFirmwareWarning,
    FirmwareVersionMismatch,
    Message,
    NotEmulated,
    PreCommand,
    ResponseBody,
    ServiceResponse,
    Smets1ResponseMessage,
)
from smart_metering.response_codes import ResponseCode
from smart_metering.response_codes import definition_of as response_code_definition
from smart_metering.service_requests import definition_of
from smets.client.checked import CheckedResponse
from smets.counting import counted


def title(srv: str) -> str:
    """`SR 11.3 Activate Firmware`."""
    definition = definition_of(srv)
    return f"SR {srv} {definition.name}" if definition else f"SR {srv}"


def because(decision: Decision | None) -> str:
    """The verdict, the row, its source and its mark."""
    if decision is None:
        return ""
    return f"{decision.code}: {decision.row} ({decision.source}, mark {decision.mark})"


def answer_text(answer: ServiceResponse) -> str:
    """An Acknowledgement, or the answer to a non-device request."""
    if isinstance(answer.body, NotEmulated):
        return "every access check passes; the Service Request itself is not emulated yet"
    return f"{_code(answer.response_code)}{_body(answer.body)}"


def response_text(checked: CheckedResponse) -> str:
    """A Service Response, what it says about firmware, and who vouches for it."""
    response = checked.response
    said = f"Service Response to {response.service_reference_variant}: {_code(response.response_code)}"
    if checked.outcome is not None:
        said += f"; {checked.outcome.text}"
    if checked.verified.holds is not None:
        said += f" [{checked.verified.what}]"
    return said


def alert_text(alert: DeviceAlert | DccAlert) -> str:
    """A Device Alert or a DCC Alert."""
    if isinstance(alert, DeviceAlert):
        name = DeviceAlertCode(alert.alert_code).name.lower().replace("_", " ")
        return f"Device Alert {alert.alert_code:04X}: {name}"
    match alert.body:
        case DeviceStatusChangeEvent() as body:
            about = f"{body.device_status_change} {body.device_id}"
        case FirmwareVersionMismatch() as body:
            about = (
                f"{body.device_type} {body.device_id}: the SMI says {body.firmware_version_smi}, "
                f"the GPF shows {body.firmware_version_device}"
            )
        case CspFirmwareDeliveryStatus() as body:
            about = f"firmware {body.firmware_version} at the Comms Hub: {body.comms_hub_transfer_status}"
        case body:
            about = type(body).__name__
    return f"DCC Alert {alert.dcc_alert_code}: {about}"


def code_of(message: Message) -> str:
    """`E21`, `N29`, `8F72`; `NotEmulated` where there is no code."""
    match message:
        case ServiceResponse():
            return message.response_code or "NotEmulated"
        case DccAlert():
            return message.dcc_alert_code
        case DeviceAlert():
            return f"{message.alert_code:04X}"


def _code(code: ResponseCode | None) -> str:
    return f"{code} {response_code_definition(code).meaning}" if code is not None else "NotEmulated"


def _body(body: ResponseBody | None) -> str:
    match body:
        case PreCommand():
            return f", a Pre-Command of {len(body.gbcs_payload)} octets"
        case DspInventory():
            return f", {counted(len(body.devices), 'Device')}"
        case Smets1ResponseMessage(utrn=utrn) if utrn:
            return f", UTRN {utrn}"
        case DspUpdateFirmwareWarning():
            return ", some Devices left out"
        case _:
            return ""
