"""Messages to a User as lines for people: answers, Responses, alerts, and what each says."""

from dsp.core.learning import LEARNED, NOT_LEARNED
from smart_metering.duis.service_responses import (
    CommandFailure,
    CommsHubAlert,
    CspFirmwareDeliveryStatus,
    DccAlert,
    DccAlertBody,
    DeviceAlert,
    DeviceStatusChangeEvent,
    DspInventory,
    DspUpdateFirmwareWarning,
    FirmwareVersionMismatch,
    NotEmulated,
    PpmidAlert,
    ServiceResponse,
)
from smart_metering.instants import format_instant
from smets.client.outcomes import outcome_of
from smets.client.user import CheckedResponse
from smets.client.verification import Verified

Part = str | tuple[str, str]

VERDICTS = {LEARNED: "the SMI learned", NOT_LEARNED: "the SMI did not learn"}


def answer_line(answer: ServiceResponse) -> tuple[Part, Part, Part]:
    """When, the code, and why: `2021-11-04T00:00:00.000Z  E5 (because ...)`."""
    at = f"{format_instant(answer.response_date_time)}  "
    return at, _code(answer), f"{said_by(answer)}{because(answer)}"


def response_line(checked: CheckedResponse) -> list[Part]:
    """An answer line, and who vouches for it."""
    return [*answer_line(checked.response), vouched(checked.verified)]


def vouched(verified: Verified) -> str:
    """`; MAC of ... verified`, or nothing where there is nothing to verify."""
    return "" if verified.what == "no message of a Device" else f"; {verified.what}"


def because(message: ServiceResponse | DccAlert) -> str:
    """The row that decided, its source and its mark; a granted request needs no words."""
    decision = message.decision
    if decision is None or decision.code == "granted":
        return ""
    verdict = f"{VERDICTS[decision.code]}: " if decision.code in VERDICTS else ""
    return f" (because: {verdict}{decision.row}; {decision.source}, {decision.mark})"


def said_by(message: ServiceResponse | DeviceAlert | DccAlert) -> str:
    """What it says beside its code, in words."""
    if isinstance(message, DccAlert):
        return _body(message.body)
    outcome = outcome_of(message)
    if outcome is not None:
        return f"  {outcome.text}"
    if isinstance(message, DeviceAlert):
        return ""
    match message.body:
        case NotEmulated(service_reference_variant=srv):
            return f"  SRV {srv} passed every check, but is not emulated yet"
        case DspInventory(devices=devices):
            return f"  {len(devices)} Devices"
        case DspUpdateFirmwareWarning() as warning:
            return f"  {_left_out(warning)}"
        case _:
            return ""


def _code(answer: ServiceResponse) -> Part:
    code = answer.response_code or "not emulated"
    return code, "red" if code.startswith("E") else "green"


def _left_out(warning: DspUpdateFirmwareWarning) -> str:
    rows = (
        ("invalid", warning.invalid_device_id_list),
        ("not commissioned", warning.not_commissioned_device_id_list),
        ("firmware not applicable", warning.not_applicable_firmware_device_id_list),
        ("other request in progress", warning.other_request_in_progress_list),
        ("GBCS version too old", warning.invalid_gbcs_version_list),
    )
    return "left out: " + "; ".join(f"{why} {' '.join(devices)}" for why, devices in rows if devices)


def _body(body: DccAlertBody) -> str:
    match body:
        case DeviceStatusChangeEvent():
            return f"  {body.device_status_change} {body.device_id}"
        case FirmwareVersionMismatch():
            return (
                f"  {body.device_type} {body.device_id}: the SMI has {body.firmware_version_smi}, "
                f"it runs {body.firmware_version_device}"
            )
        case CspFirmwareDeliveryStatus():
            return (
                f"  {body.comms_hub_transfer_status}: firmware {body.firmware_version} for "
                f"{body.target_device_id} at its hub"
            )
        case CommsHubAlert():
            return f"  {body.transfer_response_code}: firmware {body.firmware_version} to {body.device_id}"
        case PpmidAlert():
            how = "activated" if body.activation_success else "did not activate; it runs"
            return f"  PPMID {body.device_id} {how} firmware {body.firmware_version}"
        case CommandFailure():
            return f"  {body.command_request_id} to {body.device_id}"
