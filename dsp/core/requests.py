"""The desk for Service Requests: asks access control, then hands the request to the room that serves it."""

from dataclasses import replace
from typing import TypeVar

from dsp.core import (
    decommissioning,
    device_requests,
    firmware_distribution,
    inventory,
    local_commands,
    prenotification,
    schedules,
    sequences,
)
from dsp.core.asking import Asking, role_for, role_of, used_key
from dsp.core.authorisation import CHECKS, authorise, granted
from dsp.core.execution_dates import execution_date_of
from dsp.core.inputs import RequestReceived
from dsp.core.outcomes import Outcome, Room, refused
from dsp.core.service_audit_trail import Noted, arrived, note_answer, note_named_devices, note_request
from dsp.core.turn import Turn
from dsp.core.update_inventory import update_inventory
from smart_metering.command_variants import CRITICAL_VARIANTS, NON_CRITICAL_VARIANTS, CommandVariant
from smart_metering.duis import inventory_requests as duis
from smart_metering.duis.service_requests import (
    ServiceRequest,
    UninterpretedBody,
    UpdateFirmware,
    UpdatePpmidFirmware,
)
from smart_metering.duis.service_responses import ServiceResponse
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
        outcome = refused(ResponseCode.E100, what, "choice G4")
        _answer(turn, received, arrived(turn, received, None), outcome, None)
        return
    received = changed(received, request=changed(request, service_reference=definition.service_reference))
    asking = _asking(turn, received, definition)
    refusal = authorise(_as_sent(asking, request), CHECKS)
    role = role_of(asking)
    noted = arrived(turn, received, role)
    if refusal is not None:
        outcome = Outcome(code=ResponseCode(refusal.code), decision=refusal)
        _answer(turn, received, noted, outcome, role)
        return
    grant = granted(asking)  # What a room changes must not change why the request was let in.
    outcome = _room(asking)(turn, asking)
    if not outcome.refuses:
        turn.state.used_requests.add(used_key(received))
    if outcome.decision is None:
        outcome = replace(outcome, decision=grant)
    sequences.answered(turn, received.request, outcome.code)
    answer = _answer(turn, received, noted, outcome, role, by_room=outcome.refuses)
    if outcome.accepted:
        roles = {device.device.device_id: role_for(asking, device) for device in outcome.accepted}
        note_named_devices(turn, received, answer, roles)


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
    """When the request is to be executed."""
    dated = execution_date_of(request)
    return dated if dated is not None and now <= dated < CANCELLATION else now


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
    return prenotification.prenotify(turn, asking, _body(asking, duis.DevicePrenotification))


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


def _body(asking: Asking, kind: type[B]) -> B:
    body = asking.received.request.body
    assert isinstance(body, kind), asking
    return body


NON_DEVICE_ROOMS: dict[type, Room] = {
    UpdateFirmware: firmware_distribution.update_firmware,
    UpdatePpmidFirmware: firmware_distribution.update_firmware,
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


def _answer(
    turn: Turn,
    received: RequestReceived,
    noted: Noted,
    outcome: Outcome,
    role: UserRole | None,
    *,
    by_room: bool = False,
) -> ServiceResponse:
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
    note_request(turn, noted, refused=outcome.refuses, by_room=by_room)
    note_answer(turn, received, answer, role, outcome.listed)
    turn.answer(answer)
    return answer
