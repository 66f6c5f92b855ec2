"""How stories tell the messages that Users get."""

from dsp.core.learning import LEARNED, NOT_LEARNED
from dsp.core.reading import told_by
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.duis.service_responses import (
    CspFirmwareDeliveryStatus,
    DccAlert,
    DeviceAlert,
    DspScheduledMessage,
    DspScheduleId,
    FirmwareVersionMismatch,
    FutureDatedDeviceAlertMessage,
    GbcsPayload,
    LocalCommand,
    Message,
    NotEmulated,
    ResponseBody,
    ServiceResponse,
    Smets1ResponseMessage,
)
from smart_metering.gbcs.activate_firmware import (
    ActivationOutcome,
    decode_activate_firmware_response,
    decode_future_dated_outcome,
)
from smart_metering.gbcs.message import decode
from smart_metering.gbcs.read_firmware_version import decode_read_response
from smart_metering.use_cases import UseCase
from tests.support.story_words import short_version

FIRMWARE_READS = frozenset({UseCase.ECS52, UseCase.GCS38, UseCase.CS08})


def described(message: Message, *, answer: bool = False) -> str:
    """One line of what a message says. An `answer` comes at once; any other Service Response is a Response."""
    match message:
        case ServiceResponse(body=NotEmulated()):
            return "NotEmulated: every access check passed"
        case ServiceResponse():
            code = message.response_code
            body = _body(message.body, message.service_reference_variant)
            return f"{'' if answer else 'response '}{code}{body}{_because(message)}"
        case DeviceAlert():
            name = DeviceAlertCode(message.alert_code).name.lower().replace("_", " ")
            return f"Device Alert {message.alert_code:04X} {name}{_storm(message)}"
        case DccAlert():
            return f"DCC Alert {message.dcc_alert_code} {_alert(message)}{_storm(message)}"


def _because(message: ServiceResponse) -> str:
    decision = message.decision
    if decision is None or message.response_code == "I99":
        return ""
    verdict = f"{decision.code}: " if decision.code in (LEARNED, NOT_LEARNED) else ""
    return f" ({verdict}{decision.row})"


def _body(body: ResponseBody | None, srv: str) -> str:
    match body:
        case GbcsPayload(gbcs_payload=octets):
            return f": {_gbcs(octets)}"
        case LocalCommand(gbcs_payload=octets):
            return f": Command {UseCase(decode(octets).message_code).name} for local delivery"
        case DspScheduleId():
            return f": schedule {body.dsp_schedule_id}"
        case DspScheduledMessage():
            return f": of schedule {body.dsp_schedule_id}, {_gbcs(body.gbcs_payload)}"
        case Smets1ResponseMessage(utrn=utrn) if utrn:
            return f": SMETS1 UTRN {utrn}"
        case Smets1ResponseMessage():
            code = body.activate_image_response_code or "failure"
            version = f", {short_version(body.firmware_version)}" if srv in ("11.2", "11.3") else ""
            return f": SMETS1 {'success' if body.success else code}{version}"
        case FutureDatedDeviceAlertMessage():
            return f": {body.future_dated_alert_code:04X}{_dated(body.gbcs_payload)}"
        case _:
            return ""


def _dated(octets: bytes) -> str:
    message = decode(octets)
    if message.message_code != UseCase.CS06_ALERT:
        return ""
    return f" {_outcome(decode_future_dated_outcome(message.payload).outcome)}"


def _gbcs(octets: bytes) -> str:
    message = decode(octets)
    use_case = UseCase(message.message_code)
    if use_case is UseCase.CS06:
        outcome = decode_activate_firmware_response(message.payload)
        return _outcome(outcome) if outcome else "accepted for its date"
    if use_case in FIRMWARE_READS:
        return f"runs {short_version(decode_read_response(use_case, message.payload))}"
    told = told_by(message)
    if told.success is None:
        return use_case.name
    return f"{use_case.name} {'accepted for its date' if told.accepted else 'done' if told.success else 'failed'}"


def _outcome(outcome: ActivationOutcome) -> str:
    return f"{outcome.code.name.lower().replace('_', ' ')}, runs {short_version(outcome.firmware_version)}"


def _alert(message: DccAlert) -> str:
    match message.body:
        case FirmwareVersionMismatch() as body:
            smi, device = (
                short_version(body.firmware_version_smi),
                short_version(body.firmware_version_device),
            )
            return f"SMI {smi}, Device {device}"
        case CspFirmwareDeliveryStatus() as body:
            return f"{body.comms_hub_transfer_status} {short_version(body.firmware_version)}"
        case body:
            named = getattr(body, "device_status_change", "") or getattr(body, "transfer_response_code", "")
            if hasattr(body, "activation_success"):
                named = f"activation success {body.activation_success}"
            return named or type(body).__name__


def _storm(message: DeviceAlert | DccAlert) -> str:
    if message.throttled_alert_count is None:
        return ""
    return f" ({message.throttled_alert_count} held back, storm {message.throttled_alert_sequence_id})"
