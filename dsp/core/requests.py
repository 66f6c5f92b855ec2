"""The desk for Service Requests: asks access control, then hands the request to the room that serves it."""

from collections.abc import Callable
from dataclasses import dataclass

from dsp.core import firmware_distribution, inventory, outstanding
from dsp.core.asking import Asking, role_of, used_key
from dsp.core.authorisation import CHECKS, authorise, granted, impossible_date
from dsp.core.device_details import amend
from dsp.core.inputs import RequestReceived
from dsp.core.service_audit_trail import note_answer, note_request
from dsp.core.transform import DEFAULT_GBCS_VERSION, pre_command, use_case_of
from dsp.core.turn import Turn
from smart_metering.command_variants import CommandVariant
from smart_metering.decisions import Decision
from smart_metering.duis.service_requests import (
    ActivateFirmware,
    DevicePrenotification,
    ReadFirmwareVersion,
    ReadInventory,
    ServiceRequest,
    SignedPreCommand,
    UpdateFirmware,
    UpdateInventory,
    UpdatePpmidFirmware,
)
from smart_metering.duis.service_responses import NotEmulated, PreCommand, ResponseBody, ServiceResponse
from smart_metering.errors import DecodeError
from smart_metering.gbcs.activate_firmware import decode_activate_firmware_command
from smart_metering.gbcs.message import CraFlag, Message, decode, encode
from smart_metering.gbcs.protection import signature_is_valid
from smart_metering.instants import CANCELLATION, Instant
from smart_metering.marks import Mark
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.service_requests import ServiceRequestDefinition, definition_of
from smart_metering.user_roles import UserRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a room says of a request that passed every check. Without a code: it is not emulated yet."""

    code: ResponseCode | None
    body: ResponseBody | None = None
    decision: Decision | None = None


Room = Callable[[Turn, Asking], Outcome]


def receive(turn: Turn, received: RequestReceived) -> None:
    """One Service Request, from the door to its answer."""
    request = received.request
    definition = definition_of(request.service_reference_variant)
    if definition is None:
        what = f"ServiceReferenceVariant {request.service_reference_variant!r} is none of the 129"
        note_request(turn, received, None)
        _answer(turn, received, _refusal(ResponseCode.E100, what, "choice G4"), None)
        return
    received = changed(received, request=changed(request, service_reference=definition.service_reference))
    asking = _asking(turn, received, definition)
    refusal = authorise(_as_sent(asking, request), CHECKS)
    role = role_of(asking)
    note_request(turn, received, role)
    if refusal is not None:
        _answer(turn, received, Outcome(code=ResponseCode(refusal.code), decision=refusal), role)
        return
    turn.state.used_requests.add(used_key(received))
    outcome = _room(asking)(turn, asking)
    _answer(turn, received, outcome, role)


def _asking(turn: Turn, received: RequestReceived, definition: ServiceRequestDefinition) -> Asking:
    return Asking(
        state=turn.state,
        rules=turn.rules,
        received=received,
        definition=definition,
        acb=turn.acb.eui,
        now=turn.now,
        at=_execution(received.request, turn.now),
    )


def _as_sent(asking: Asking, request: ServiceRequest) -> Asking:
    """The checks see the Service Reference as the User wrote it."""
    sent = changed(asking.received, request=request)
    return Asking(
        state=asking.state,
        rules=asking.rules,
        received=sent,
        definition=asking.definition,
        acb=asking.acb,
        now=asking.now,
        at=asking.at,
    )


def _execution(request: ServiceRequest, now: Instant) -> Instant:
    """When the request is to be executed: what a Signed Pre-Command says inside counts, not what stands beside it."""
    dated = getattr(request.body, "execution_date_time", None)
    if isinstance(request.body, SignedPreCommand):
        dated = _signed_date(request.body)
    return dated if dated is not None and now <= dated < CANCELLATION else now


def _signed_date(body: SignedPreCommand) -> Instant | None:
    try:
        return decode_activate_firmware_command(decode(body.gbcs_payload).payload).execution_time
    except DecodeError:
        return None  # Of another use case, or unreadable: the room that serves it says so.


def _room(asking: Asking) -> Room:
    return ROOMS.get((type(asking.received.request.body), asking.variant), _not_emulated)


def _not_emulated(turn: Turn, asking: Asking) -> Outcome:
    srv = asking.definition.srv
    return Outcome(code=None, body=NotEmulated(service_reference_variant=srv), decision=granted(asking))


def _transform(turn: Turn, asking: Asking) -> Outcome:
    """11.3, Command Variant 4: the Pre-Command to sign."""
    body = asking.received.request.body
    assert isinstance(body, ActivateFirmware)
    if len(body.firmware_hash) != 32:
        what = f"FirmwareHash of {len(body.firmware_hash)} octets, expected 32"
        return _refusal(ResponseCode.E100, what, "choice G4")
    octets = encode(pre_command(asking.received.request, body))
    target = asking.target
    assert target is not None
    version = target.device.device_gbcs_version or DEFAULT_GBCS_VERSION
    return Outcome(
        code=ResponseCode.I0,
        body=PreCommand(gbcs_version=version, gbcs_payload=octets),
        decision=granted(asking),
    )


def _send_read(turn: Turn, asking: Asking) -> Outcome:
    """11.2: sent now, held until its date, or the held ones cancelled."""
    request, target, role = asking.received.request, asking.target, role_of(asking)
    assert isinstance(request.body, ReadFirmwareVersion)
    assert target is not None
    assert role is not None
    dated = request.body.execution_date_time
    if dated == CANCELLATION:
        outstanding.cancel_held(
            turn, asking.received.caller, request.request_id.target, asking.definition.srv
        )
        return Outcome(code=ResponseCode.I0, decision=granted(asking))
    use_case = use_case_of(asking.definition.srv, target.device.device_type)
    assert use_case is not None, asking
    outstanding.accept(turn, asking, target, role, use_case, dated)
    return Outcome(code=ResponseCode.I99, decision=granted(asking))


def _send_signed(turn: Turn, asking: Asking) -> Outcome:
    """Command Variant 5: a Signed Pre-Command goes to the Device as it is, with the DSP's MAC."""
    request, target, role = asking.received.request, asking.target, role_of(asking)
    assert isinstance(request.body, SignedPreCommand)
    assert target is not None
    assert role is not None
    use_case = use_case_of(asking.definition.srv, target.device.device_type)
    if use_case is None:
        return _not_emulated(turn, asking)
    try:
        message = decode(request.body.gbcs_payload)
        command = decode_activate_firmware_command(message.payload)
    except DecodeError as error:
        return _refusal(ResponseCode.E100, f"GBCSPayload, {error}", "choice G4")
    if what := _mismatch(message, request, use_case):
        return _refusal(ResponseCode.E100, what, "choice G4")
    if command.originator_counter != message.counter:
        return _refusal(
            ResponseCode.E100, "the counter in the payload is another than the header's", "choice G4"
        )
    dated, beside = command.execution_time, request.body.execution_date_time
    if beside is not None and beside != dated:
        return _refusal(
            ResponseCode.E100, "ExecutionDateTime is another than the date that was signed", "choice G4"
        )
    if dated is not None and dated != CANCELLATION and (refusal := impossible_date(asking, dated)):
        return Outcome(code=ResponseCode(refusal.code), decision=refusal)
    if not _signed_by(turn, message):
        return _refusal(
            ResponseCode.E48, "the signature does not verify with the User's certificate", "choice G3"
        )
    outstanding.accept(turn, asking, target, role, use_case, None)
    return Outcome(code=ResponseCode.I99, decision=granted(asking))


def _mismatch(message: Message, request: ServiceRequest, use_case: int) -> str:
    """What of the Signed Pre-Command is not of this request; empty if nothing."""
    sent = request.request_id
    for name, found, expected in (
        ("CRA flag", message.cra, CraFlag.COMMAND),
        ("message code", f"{message.message_code:04X}", f"{use_case:04X}"),
        ("originator", message.originator, sent.originator),
        ("target", message.target, sent.target),
        ("originator counter", message.counter, sent.counter),
        ("MAC", "there" if message.mac else "absent", "absent"),
    ):
        if found != expected:
            return f"{name} {found} in the GBCSPayload, expected {expected}"
    return "" if message.signature else "the GBCSPayload is not signed"


def _signed_by(turn: Turn, message: Message) -> bool:
    party = turn.state.parties.get(message.originator)
    if party is None or not party.digital_signing_certificate:
        return False
    key = turn.secrets.signing_key(party.eui, party.digital_signing_certificate)
    return signature_is_valid(message, key)


def _read_inventory(turn: Turn, asking: Asking) -> Outcome:
    body = asking.received.request.body
    assert isinstance(body, ReadInventory)
    if sum(map(bool, (body.uprn, body.device_id, body.mpxn, body.property_filter))) != 1:
        return _refusal(
            ResponseCode.E100, "expected exactly one of UPRN, DeviceID, MPxN, PropertyFilter", "choice G4"
        )
    found = inventory.read_inventory(turn.state, body)
    if found is not None:
        return Outcome(code=ResponseCode.I0, body=found, decision=granted(asking))
    if body.device_id is not None:
        return _refusal(ResponseCode.E19, f"{body.device_id} is not in the SMI", "DUIS")
    return _refusal(ResponseCode.E080201, "no Device matches the search", "choice Q18")


def _prenotify(turn: Turn, asking: Asking) -> Outcome:
    body = asking.received.request.body
    assert isinstance(body, DevicePrenotification)
    fault = inventory.prenotification_fault(turn, body)
    if fault is not None:
        return _refusal(fault, PRENOTIFICATION_FAULTS[fault], "choice Q18")
    inventory.prenotify(turn, asking.received.caller, body)
    return Outcome(code=turn.rules.switches.non_device_empty_answer, decision=granted(asking))


def _update_inventory(turn: Turn, asking: Asking) -> Outcome:
    body = asking.received.request.body
    assert isinstance(body, UpdateInventory)
    decision = amend(turn, asking, body)
    amended = decision.code == ResponseCode.I0
    code = turn.rules.switches.non_device_empty_answer if amended else ResponseCode(decision.code)
    return Outcome(code=code, decision=decision)


def _update_firmware(turn: Turn, asking: Asking) -> Outcome:
    code, body, decision = firmware_distribution.update_firmware(turn, asking)
    return Outcome(code=code, body=body, decision=decision)


PRENOTIFICATION_FAULTS = {
    ResponseCode.E120201: "the Device is in the SMI already",
    ResponseCode.E120203: "DeviceType is none of DUIS",
    ResponseCode.E120204: "an ESME has an ESMEVariant of DUIS, any other Device none",
}

ROOMS: dict[tuple[type, CommandVariant], Room] = {
    (ActivateFirmware, CommandVariant.TRANSFORM): _transform,
    (ReadFirmwareVersion, CommandVariant.SEND): _send_read,
    (SignedPreCommand, CommandVariant.SIGNED_SEND): _send_signed,
    (ReadInventory, CommandVariant.NON_DEVICE): _read_inventory,
    (DevicePrenotification, CommandVariant.NON_DEVICE): _prenotify,
    (UpdateInventory, CommandVariant.NON_DEVICE): _update_inventory,
    (UpdateFirmware, CommandVariant.NON_DEVICE): _update_firmware,
    (UpdatePpmidFirmware, CommandVariant.NON_DEVICE): _update_firmware,
}


def _refusal(code: ResponseCode, row: str, source: str) -> Outcome:
    mark = Mark.CERTAIN if source == "DUIS" else Mark.CHOICE
    return Outcome(code=code, decision=Decision(code=code, row=row, source=source, mark=mark))


def _answer(turn: Turn, received: RequestReceived, outcome: Outcome, role: UserRole | None) -> None:
    request = received.request
    answer = ServiceResponse(
        request_id=str(request.request_id),
        response_code=outcome.code,
        response_date_time=turn.now,
        service_reference=request.service_reference,
        service_reference_variant=request.service_reference_variant,
        body=outcome.body,
        decision=outcome.decision,
    )
    note_answer(turn, received, answer, role)
    turn.answer(answer)
