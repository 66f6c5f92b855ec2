"""Messages to a User as lines for people: answers, Responses, alerts, and what each says."""

from dsp.core.learning import LEARNED, NOT_LEARNED
from smart_metering.duis.service_responses import (
    DccAlert,
    DeviceAlert,
    DspInventory,
    DspScheduledMessage,
    DspScheduleId,
    DspSchedules,
    DspSchedulesRead,
    DspUpdateFirmwareWarning,
    FutureDatedDeviceAlertMessage,
    GbcsPayload,
    LocalCommand,
    NotEmulated,
    PreCommand,
    ResponseBody,
    ServiceResponse,
    Smets1ResponseMessage,
)
from smart_metering.instants import Instant, format_instant
from smart_metering.response_codes import definition_of
from smets.client.checked import CheckedResponse
from smets.client.dcc_alert_texts import dcc_alert_text
from smets.client.outcomes import Outcome, outcome_of
from smets.client.verification import Verified
from smets.counting import counted

Part = str | tuple[str, str]

VERDICTS = {LEARNED: "the SMI learned", NOT_LEARNED: "the SMI did not learn"}


def answer_line(answer: ServiceResponse, outcome: Outcome | None = None) -> tuple[Part, Part, Part]:
    """When, the code and its meaning, and why. `outcome` is what its User reads in it."""
    at = f"{format_instant(answer.response_date_time)}  "
    return at, _code(answer), f"{said_by(answer, outcome)}{because(answer)}"


def response_line(checked: CheckedResponse) -> list[Part]:
    """An answer line, and who vouches for it."""
    return [*answer_line(checked.response, checked.outcome), vouched(checked.verified)]


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


def said_by(message: ServiceResponse | DeviceAlert | DccAlert, outcome: Outcome | None = None) -> str:
    """What it says beside its code, in words; `outcome` is what its User reads in it, else what anybody can read."""
    match message:
        case DccAlert():
            return f"  {dcc_alert_text(message.body)}{_held_back(message)}"
        case DeviceAlert():
            told = outcome or outcome_of(message)
            return f"{f'  {told.text}' if told else ''}{_held_back(message)}"
        case ServiceResponse():
            told = outcome or outcome_of(message)
            words = _of_body(message.body, told.text if told else "")
            return f"  {words}" if words else ""


def _held_back(alert: DeviceAlert | DccAlert) -> str:
    """After a storm: which it was, and how many alerts like this one the DSP held back."""
    if alert.throttled_alert_count is None:
        return ""
    return f" (storm {alert.throttled_alert_sequence_id}: {alert.throttled_alert_count} held back)"


def _of_body(body: ResponseBody | None, told: str) -> str:
    """`told` is what a Device says in it."""
    match body:
        case None | GbcsPayload() | FutureDatedDeviceAlertMessage() | Smets1ResponseMessage():
            return told
        case DspScheduledMessage(dsp_schedule_id=schedule_id):
            return f"schedule {schedule_id}: {told}"
        case PreCommand(gbcs_payload=octets):
            return f"a Pre-Command of {len(octets)} octets"
        case LocalCommand(gbcs_payload=octets):
            return f"a Command of {len(octets)} octets for local delivery"
        case DspInventory(devices=devices):
            return counted(len(devices), "Device")
        case DspUpdateFirmwareWarning() as warning:
            return _left_out(warning)
        case DspScheduleId(dsp_schedule_id=schedule_id):
            return f"schedule {schedule_id}"
        case DspSchedulesRead(dsp_schedules=schedules):
            return "; ".join(map(_schedule, schedules))
        case NotEmulated(service_reference_variant=srv):
            return f"SRV {srv} passed every check, but is not emulated yet"


def _schedule(row: DspSchedules) -> str:
    details = row.dsp_schedule_details
    first = format_instant(Instant(details.schedule_start_date + details.schedule_execution_start_time))
    return (
        f"schedule {row.dsp_schedule_id}: {details.dsp_scheduled_service_reference_variant} to "
        f"{details.device_id}, {details.schedule_frequency} from {first}"
    )


def _code(answer: ServiceResponse) -> Part:
    """With what it means, where that is known: `E5 SMI Status of the Device is incompatible`."""
    code = answer.response_code
    if code is None:
        return "not emulated", "green"
    return f"{code} {definition_of(code).meaning}".rstrip(), "red" if code.startswith("E") else "green"


def _left_out(warning: DspUpdateFirmwareWarning) -> str:
    rows = (
        ("invalid", warning.invalid_device_id_list),
        ("not commissioned", warning.not_commissioned_device_id_list),
        ("firmware not applicable", warning.not_applicable_firmware_device_id_list),
        ("other request in progress", warning.other_request_in_progress_list),
        ("GBCS version too old", warning.invalid_gbcs_version_list),
    )
    return "left out: " + "; ".join(f"{why} {' '.join(devices)}" for why, devices in rows if devices)
