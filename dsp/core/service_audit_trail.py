"""The Service Audit Trail: each message a User sent or received, and where its content is kept; and the post.

A record stands in the list of its User and beside the Device that the message is about. An 11.1 or 11.4 is about many
Devices: it stands in its User's list once, and beside each Device for which it was accepted, as does its answer. What
the DCC asks for itself stands in the ACB's list. What is older than anybody may see is let go once a day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dsp.core.alert_admission import admit
from dsp.core.asking import acts_for
from dsp.core.inputs import LookedUp, RequestReceived
from dsp.core.named_devices import device_about
from dsp.core.records import AuditRecord, ListedDevices, LookUp
from dsp.core.registrations import responsible_parties
from dsp.core.turn import Turn
from dsp.rules.audit_visibility import MessageKind, oldest_kept
from dsp.rules.responsibility import UNREGISTERED_ROLES
from smart_metering.command_variants import Service, service_of
from smart_metering.decisions import Decision
from smart_metering.duis.service_requests import ServiceRequest, SignedPreCommand
from smart_metering.duis.service_responses import DccAlert, DeviceAlert, Message, PreCommand, ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS
from smart_metering.records import changed
from smart_metering.service_requests import definition_of
from smart_metering.user_roles import UserRole

KIND_NUMBERS = {kind: number for number, kind in enumerate(MessageKind)}
"""What the log is searched by."""

REFUSING = "E"
"""How the codes begin of a request that went no further."""

_BY_DEVICE = " by Device"


def lists_of(user: Eui) -> tuple[str, str]:
    """Where a User's records stand: its own list, and those that only a search by Device is to find."""
    return user, user + _BY_DEVICE


@dataclass(frozen=True, slots=True)
class Noted:
    """A request in its place, before all that follows from it. It is written once its outcome is known."""

    position: int
    record: AuditRecord


def arrived(turn: Turn, received: RequestReceived, role: UserRole | None) -> Noted:
    """A User's Service Request or Signed Pre-Command, which is the input of this turn."""
    noted = made_here(turn, received, role)
    return Noted(noted.position, changed(noted.record, journaled=turn.state.journal.last_position))


def made_here(turn: Turn, received: RequestReceived, role: UserRole | None, *, schedule_id: int = 0) -> Noted:
    """A request that the DSP made: a run of a schedule, or one for itself."""
    signed = isinstance(received.request.body, SignedPreCommand)
    kind = MessageKind.SIGNED_PRE_COMMAND if signed else MessageKind.SERVICE_REQUEST
    record = changed(_sent(turn, received, role, kind), schedule_id=schedule_id)
    return Noted(turn.state.audit_trail.reserve(), record)


def note_request(
    turn: Turn, noted: Noted, *, refused: bool, by_room: bool = False, why: Decision | None = None
) -> None:
    """What came in, with its outcome: `refused` by access control, or `by_room` after that; or gone further.

    `why` it was refused is said here only where no answer says it: a run of a schedule is answered to nobody.
    """
    record = changed(noted.record, refused=refused, by_room=by_room, decision=why)
    _append(turn, record, position=noted.position)


def note_answer(
    turn: Turn,
    received: RequestReceived,
    answer: ServiceResponse,
    role: UserRole | None,
    listed: tuple[ListedDevices, ...] = (),
) -> None:
    """What the User got back at once: an Acknowledgement, a Pre-Command, or a whole Service Response."""
    _append(turn, changed(_answered(turn, received, answer, role), body=answer.body, listed=listed))


def note_named_devices(
    turn: Turn,
    received: RequestReceived,
    answer: ServiceResponse,
    roles: Mapping[Eui, UserRole | None],
) -> None:
    """Request and answer once more beside each Device that a request which names many was accepted for.

    They have no cause to be found by: what the request led to is told once, with the request itself. The answer's body,
    which is about all of the Devices, is kept once as well.
    """
    request = changed(
        _sent(turn, received, None, MessageKind.SERVICE_REQUEST), journaled=turn.state.journal.last_position
    )
    written = turn.state.audit_trail.last_position  # The answer itself was the last that was noted.
    response = changed(_answered(turn, received, answer, None), answered_as=written)
    for device, role in roles.items():
        known = turn.state.devices[device].device
        for record in (request, response):
            about = changed(
                record,
                device=device,
                device_type=known.device_type,
                device_status=known.device_status,
                user_role=role,
            )
            _append(turn, about, listed=record.user + _BY_DEVICE, found_by="")


def post(
    turn: Turn,
    users: Iterable[Eui],
    message: Message,
    device: Eui,
    *,
    role: UserRole | None = None,
    attempts: int = 0,
    delivered: bool = False,
) -> None:
    """Delivers the message to each user's stream, unless an alert storm holds it back, and notes who received it.

    Of a Service Response, `role` is that in which the User asked; `attempts` and `delivered` tell of the Command's way.
    What the ACB had asked for the DSP itself is noted and goes to no stream.
    """
    recipients = [user for user in dict.fromkeys(users) if admit(turn, user, message, device) is not None]
    kept = turn.deliver([user for user in recipients if user != turn.acb.eui], message)
    for user in recipients:
        record = _received(turn, user, message, device, role)
        delivered_as = kept.get(user, 0)
        _append(turn, changed(record, attempts=attempts, delivered=delivered, delivered_as=delivered_as))


def note_look_up(turn: Turn, looked_up: LookedUp) -> None:
    """Looking into the Service Audit Trail is itself written down."""
    record = LookUp(at=turn.now, looked_up=looked_up)
    turn.state.look_ups.append(record, user=looked_up.user, device=looked_up.device or "", at=turn.now)


def _sent(turn: Turn, received: RequestReceived, role: UserRole | None, kind: MessageKind) -> AuditRecord:
    request = received.request
    return changed(
        _record(turn, received.caller, device_about(request), kind),
        srv=request.service_reference_variant,
        title=title_of_srv(request.service_reference_variant),
        user_role=role,
        request_id=str(request.request_id),
        command_variant=request.command_variant,
        cause=str(request.request_id),
    )


def _answered(
    turn: Turn, received: RequestReceived, answer: ServiceResponse, role: UserRole | None
) -> AuditRecord:
    code = answer.response_code or ""
    return changed(
        _sent(turn, received, role, _kind_of_answer(received.request, answer)),
        command_variant=None,
        response_code=code,
        decision=answer.decision,
        refused=code.startswith(REFUSING),
    )


def _received(turn: Turn, user: Eui, message: Message, device: Eui, role: UserRole | None) -> AuditRecord:
    match message:
        case ServiceResponse():
            srv = message.service_reference_variant
            return changed(
                _record(turn, user, device, MessageKind.SERVICE_RESPONSE),
                srv=srv,
                title=title_of_srv(srv),
                user_role=role or _role_of(turn, user, srv, device),
                request_id=message.request_id,
                response_id=message.response_id,
                response_code=message.response_code or "",
                cause=turn.cause or message.request_id,
                decision=message.decision,
            )
        case DeviceAlert():
            return changed(
                _record(turn, user, device, MessageKind.DEVICE_ALERT),
                title=f"{message.alert_code:04X}",
                response_id=message.response_id,
            )
        case DccAlert():
            return changed(
                _record(turn, user, device, MessageKind.DCC_ALERT),
                title=message.dcc_alert_code,
                decision=message.decision,
            )


def _record(turn: Turn, user: Eui, device: Eui, kind: MessageKind) -> AuditRecord:
    known = turn.state.devices.get(device)
    return AuditRecord(
        at=turn.now,
        device=device,
        device_type=known.device.device_type if known else None,
        device_status=known.device.device_status if known else None,
        message_kind=kind,
        user=user,
        cause=turn.cause,
    )


def _append(
    turn: Turn,
    record: AuditRecord,
    *,
    position: int | None = None,
    listed: str | None = None,
    found_by: str | None = None,
) -> None:
    _tidy(turn)
    trail = turn.state.audit_trail
    trail.fill(
        trail.reserve() if position is None else position,
        record,
        user=record.user if listed is None else listed,
        device=record.device,
        at=record.at,
        cause=record.cause if found_by is None else found_by,
        kind=KIND_NUMBERS[MessageKind(record.message_kind)],
        refused=int(record.refused),
    )


def _tidy(turn: Turn) -> None:
    """On the first record of each day, and after each start."""
    today = turn.now // DAY_MS
    if turn.state.audit_trail_tidied_on != today:
        turn.state.audit_trail_tidied_on = today
        turn.state.audit_trail.forget("at", oldest_kept(turn.now))
        turn.state.look_ups.forget("at", oldest_kept(turn.now))


def _kind_of_answer(request: ServiceRequest, answer: ServiceResponse) -> MessageKind:
    """What is answered whole at once is a Service Response; the rest is acknowledged, and answered later."""
    if isinstance(answer.body, PreCommand):
        return MessageKind.PRE_COMMAND
    if service_of(request.command_variant) is Service.NON_DEVICE:
        return MessageKind.SERVICE_RESPONSE
    return MessageKind.ACKNOWLEDGEMENT


def _role_of(turn: Turn, user: Eui, srv: str, device: Eui) -> UserRole | None:
    """Where nobody says in which role the User asked: the first that may ask this, and that the Device is theirs in."""
    party, definition = turn.state.parties.get(user), definition_of(srv)
    roles = [role for role in party.roles if role in definition.roles] if party and definition else []
    known = turn.state.devices.get(device)
    for role in roles if known else ():
        assert known is not None
        if role in UNREGISTERED_ROLES:
            return role
        if acts_for(turn.state, user, responsible_parties(turn.state, known, (role,), turn.now)):
            return role
    return roles[0] if roles else None


def title_of_srv(srv: str) -> str:
    """The name of a Service Reference Variant; empty for what is none."""
    definition = definition_of(srv)
    return definition.name if definition else ""
