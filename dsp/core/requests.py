"""The desk for Service Requests: asks access control, then hands the request to the room that serves it."""

from typing import TypeVar

from dsp.core import (
    decommissioning,
    device_requests,
    firmware_distribution,
    installation,
    inventory,
    local_commands,
    schedules,
    sequences,
)
from dsp.core.asking import Asking, role_of, used_key
from dsp.core.authorisation import CHECKS, authorise, granted
from dsp.core.inputs import RequestReceived
from dsp.core.outcomes import Outcome, Room, refused
from dsp.core.reading import date_of
from dsp.core.service_audit_trail import note_answer, note_request
from dsp.core.turn import Turn
from dsp.core.update_inventory import update_inventory
from smart_metering.command_variants import CRITICAL_VARIANTS, NON_CRITICAL_VARIANTS, CommandVariant
from smart_metering.duis import inventory_requests as duis
from smart_metering.duis.service_requests import (
    ServiceRequest,
    SignedPreCommand,
    UninterpretedBody,
    UpdateFirmware,
    UpdatePpmidFirmware,
)
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.errors import DecodeError
from smart_metering.gbcs.message import decode
from smart_metering.instants import CANCELLATION, Instant
from smart_metering.marks import Mark
from smart_metering.records import Record, changed
from smart_metering.response_codes import ResponseCode
from smart_metering.service_requests import ServiceRequestDefinition, definition_of
from smart_metering.user_roles import UserRole

B = TypeVar("B", bound=Record)


def receive(turn: Turn, received: RequestReceived) -> None:
    """One Service Request, from the door to its answer."""
    request = received.request
    turn.cause = str(request.request_id)
    definition = definition_of(request.service_reference_variant)
    if definition is None:
        what = f"ServiceReferenceVariant {request.service_reference_variant!r} is none of the 129"
        note_request(turn, received, None, refused=True)
        _answer(turn, received, refused(ResponseCode.E100, what, "choice G4"), None)
        return
    received = changed(received, request=changed(request, service_reference=definition.service_reference))
    asking = _asking(turn, received, definition)
    refusal = authorise(_as_sent(asking, request), CHECKS)
    role = role_of(asking)
    note_request(turn, received, role, refused=refusal is not None)
    if refusal is not None:
        _answer(turn, received, Outcome(code=ResponseCode(refusal.code), decision=refusal), role)
        return
    grant = granted(asking)  # What a room changes must not change why the request was let in.
    outcome = _room(asking)(turn, asking)
    if outcome.code is None or not outcome.code.startswith("E"):
        turn.state.used_requests.add(used_key(received))
    if outcome.decision is None:
        outcome = Outcome(code=outcome.code, body=outcome.body, decision=grant)
    sequences.answered(turn, received.request, outcome.code)
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
        return date_of(decode(body.gbcs_payload))
    except DecodeError:
        return None  # Unreadable: the room that serves it says so.


def _room(asking: Asking) -> Room:
    body, variant = asking.received.request.body, asking.variant
    if isinstance(body, UninterpretedBody):
        return device_requests.not_emulated
    if variant is CommandVariant.NON_DEVICE:
        return NON_DEVICE_ROOMS[type(body)]
    return DEVICE_ROOMS[variant]


def _read_inventory(turn: Turn, asking: Asking) -> Outcome:
    body = _body(asking, duis.ReadInventory)
    if sum(map(bool, (body.uprn, body.device_id, body.mpxn, body.property_filter))) != 1:
        what = "expected exactly one of UPRN, DeviceID, MPxN, PropertyFilter"
        return refused(ResponseCode.E100, what, "choice G4")
    found = inventory.read_inventory(turn.state, body)
    if found is not None:
        return Outcome(code=ResponseCode.I0, body=found)
    if body.device_id is not None:
        return refused(ResponseCode.E19, f"{body.device_id} is not in the SMI", "DUIS", Mark.CERTAIN)
    return refused(ResponseCode.E080201, "no Device matches the search", "choice Q18")


def _prenotify(turn: Turn, asking: Asking) -> Outcome:
    return installation.prenotify(turn, asking, _body(asking, duis.DevicePrenotification))


def _update_inventory(turn: Turn, asking: Asking) -> Outcome:
    return update_inventory(turn, asking, _body(asking, duis.UpdateInventory))


def _decommission(turn: Turn, asking: Asking) -> Outcome:
    return decommissioning.decommission(turn, asking, _body(asking, duis.DecommissionDevice))


def _update_hub(turn: Turn, asking: Asking) -> Outcome:
    body = asking.received.request.body
    assert isinstance(body, decommissioning.HubUpdate), asking
    return decommissioning.update_hub(turn, asking, body)


def _return_local_response(turn: Turn, asking: Asking) -> Outcome:
    return local_commands.take(turn, asking, _body(asking, duis.ReturnLocalCommandResponse))


def _update_firmware(turn: Turn, asking: Asking) -> Outcome:
    code, body, decision = firmware_distribution.update_firmware(turn, asking)
    return Outcome(code=code, body=body, decision=decision)


def _body(asking: Asking, kind: type[B]) -> B:
    body = asking.received.request.body
    assert isinstance(body, kind), asking
    return body


NON_DEVICE_ROOMS: dict[type, Room] = {
    UpdateFirmware: _update_firmware,
    UpdatePpmidFirmware: _update_firmware,
    duis.ReadInventory: _read_inventory,
    duis.DevicePrenotification: _prenotify,
    duis.UpdateInventory: _update_inventory,
    duis.DecommissionDevice: _decommission,
    duis.ReturnLocalCommandResponse: _return_local_response,
    duis.ChfInstallSuccessSmWan: _update_hub,
    duis.ChfInstallSuccessNoSmWan: _update_hub,
    duis.ChfFaultReturn: _update_hub,
    duis.ChfNoFaultReturn: _update_hub,
    duis.DspSchedule: schedules.create,
    duis.ReadSchedule: schedules.read,
    duis.DeleteSchedule: schedules.delete,
}

DEVICE_ROOMS: dict[CommandVariant, Room] = {
    **dict.fromkeys(NON_CRITICAL_VARIANTS, device_requests.send),
    **dict.fromkeys(CRITICAL_VARIANTS, device_requests.send_signed),
    CommandVariant.TRANSFORM: device_requests.transform,
}


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
