"""The post book: requests on their way to a Device, their attempts, and what is said when no answer comes."""

from dsp.core.asking import Asking
from dsp.core.authorisation import AT_EXECUTION, authorise
from dsp.core.inputs import RequestReceived
from dsp.core.service_audit_trail import post
from dsp.core.state import AcbCounter, Outstanding, SmiDevice, Stage
from dsp.core.timetable import Due
from dsp.core.transform import read_command
from dsp.core.turn import Turn
from dsp.rules.known_parties import is_known
from smart_metering.command_variants import Service
from smart_metering.decisions import Decision
from smart_metering.duis.service_requests import ServiceRequest, SignedPreCommand
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.gbcs.message import decode, encode
from smart_metering.gbcs.protection import add_mac
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import Instant
from smart_metering.marks import Mark
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.service_requests import definition_of
from smart_metering.sm_wan import CertificatesWanted, Downlink, Gbcs
from smart_metering.use_cases import UseCase
from smart_metering.user_roles import UserRole


def accept(
    turn: Turn,
    asking: Asking,
    device: SmiDevice,
    role: UserRole,
    use_case: UseCase,
    held_until: Instant | None,
) -> None:
    """Writes the request into the book and sends it, or holds it until its date."""
    assert device.comms_hub is not None, device
    request = asking.received.request
    outstanding = Outstanding(
        command=_command_id(turn, request, device, role, use_case),
        request=request,
        user=asking.received.caller,
        role=role,
        comms_hub=device.comms_hub,
        stage=Stage.SENDING if held_until is None else Stage.HELD,
        due=turn.now if held_until is None else held_until,
    )
    if held_until is None:
        begin(turn, outstanding)
    else:
        _put(turn, outstanding)


def begin(turn: Turn, outstanding: Outstanding) -> None:
    """The first attempt; the time to answer runs from here."""
    give_up_at = Instant(turn.now + turn.rules.times.response_timeout_ms)
    attempt(turn, changed(outstanding, stage=Stage.SENDING, give_up_at=give_up_at))


def attempt(turn: Turn, outstanding: Outstanding) -> None:
    """One attempt: the same octets each time, or a question for the certificates they need."""
    certificates = turn.state.certificates.get(outstanding.device)
    if certificates is not None and not outstanding.octets:
        secret = turn.secrets.with_device(outstanding.device, certificates.key_agreement)
        outstanding = changed(outstanding, octets=_octets(turn, outstanding, secret))
    next_at = Instant(turn.now + turn.rules.times.attempt_interval_ms)
    last = outstanding.attempts + 1 >= turn.rules.times.attempts
    due = outstanding.give_up_at if last else min(next_at, outstanding.give_up_at)
    outstanding = changed(outstanding, attempts=outstanding.attempts + 1, due=due)
    _put(turn, outstanding)
    content = Gbcs(gbcs=outstanding.octets) if outstanding.octets else CertificatesWanted()
    turn.send(
        Downlink(
            frame=str(outstanding.command),
            comms_hub=outstanding.comms_hub,
            device=outstanding.device,
            at=turn.now,
            content=content,
        )
    )


def certificates_arrived(turn: Turn, device: Eui) -> None:
    """Everything that waited for them is sent now, in the order of the book."""
    waiting = [
        row for row in turn.state.outstanding_with(device) if row.stage is Stage.SENDING and not row.octets
    ]
    for outstanding in waiting:
        attempt(turn, changed(outstanding, attempts=outstanding.attempts - 1))


def receipt(turn: Turn, device: Eui, frame: str, delivered: bool) -> None:
    """The hub's word on this Device: only that a command reached it matters, for it tells E21 from E20."""
    outstanding = turn.state.outstanding.get(frame)
    if outstanding is None or outstanding.device != device:
        return  # Answered by now, or sent to another Device, of which this hub knows nothing.
    if delivered and outstanding.octets and not outstanding.delivered:
        turn.state.put_outstanding(changed(outstanding, delivered=True))


def expire(turn: Turn, key: str, due: Instant) -> None:
    """What the book says for `key` at its time, if it is still due then."""
    outstanding = turn.state.outstanding.get(key)
    if outstanding is None or outstanding.due != due:
        return
    match outstanding.stage:
        case Stage.HELD:
            _execute(turn, outstanding)
        case Stage.SENDING if turn.now < outstanding.give_up_at:
            attempt(turn, outstanding)
        case Stage.SENDING:
            _give_up(turn, outstanding)
        case Stage.DATED:
            _refuse(
                turn,
                outstanding,
                ResponseCode.E30,
                "no outcome of the future-dated command",
                "DUIS; time of choice G17",
                Mark.CHOICE,
            )
            _late(turn, outstanding)
        case Stage.LATE:
            turn.state.remove_outstanding(outstanding)


def dated(turn: Turn, outstanding: Outstanding, execution: Instant) -> None:
    """The Device has accepted it for a date: its outcome is awaited then."""
    due = Instant(execution + turn.rules.times.future_dated_outcome_ms)
    _put(turn, changed(outstanding, stage=Stage.DATED, due=due))


def cancel_held(turn: Turn, user: Eui, device: Eui, srv: str) -> int:
    """Takes the User's held requests of this SRV to this Device out of the book; how many there were."""
    held = _of(turn, user, device, srv, Stage.HELD)
    for outstanding in held:
        turn.state.remove_outstanding(outstanding)
    return len(held)


def forget_dated(turn: Turn, former_to: Outstanding) -> None:
    """A later dated command, or a cancellation, replaces what the Device had stored for this User."""
    for outstanding in _of(turn, former_to.user, former_to.device, "11.3", Stage.DATED):
        if outstanding.command != former_to.command:
            turn.state.remove_outstanding(outstanding)


def _of(turn: Turn, user: Eui, device: Eui, srv: str, stage: Stage) -> list[Outstanding]:
    return [
        row
        for row in turn.state.outstanding_with(device)
        if row.stage is stage and row.user == user and row.request.service_reference_variant == srv
    ]


def _execute(turn: Turn, outstanding: Outstanding) -> None:
    """A held request comes to its date: the checks are made again, as of now."""
    definition = definition_of(outstanding.request.service_reference_variant)
    assert definition is not None, outstanding
    received = RequestReceived(
        service=Service.SEND_COMMAND, caller=outstanding.user, request=outstanding.request
    )
    asking = Asking(
        state=turn.state,
        rules=turn.rules,
        received=received,
        definition=definition,
        acb=turn.acb.eui,
        now=turn.now,
        at=turn.now,
    )
    refusal = authorise(asking, AT_EXECUTION)
    if refusal is None:
        begin(turn, outstanding)
        return
    turn.state.remove_outstanding(outstanding)
    _push(turn, outstanding, ResponseCode(refusal.code), refusal)


def _give_up(turn: Turn, outstanding: Outstanding) -> None:
    if outstanding.delivered:
        _refuse(
            turn,
            outstanding,
            ResponseCode.E21,
            "delivered, no Response in time",
            "DUIS; times of choice Q19",
            Mark.CHOICE,
        )
    else:
        _refuse(
            turn,
            outstanding,
            ResponseCode.E20,
            "never delivered to the Device",
            "DUIS; times of choice Q19",
            Mark.CHOICE,
        )
    _late(turn, outstanding)


def _late(turn: Turn, outstanding: Outstanding) -> None:
    due = Instant(turn.now + turn.rules.times.late_response_ms)
    _put(turn, changed(outstanding, stage=Stage.LATE, due=due))


def _refuse(
    turn: Turn, outstanding: Outstanding, code: ResponseCode, row: str, source: str, mark: Mark
) -> None:
    _push(turn, outstanding, code, Decision(code=code, row=row, source=source, mark=mark))


def _push(turn: Turn, outstanding: Outstanding, code: ResponseCode, decision: Decision) -> None:
    """A Service Response without payload and ResponseID: no Device answered."""
    request = outstanding.request
    response = ServiceResponse(
        request_id=str(request.request_id),
        response_code=code,
        response_date_time=turn.now,
        service_reference=request.service_reference,
        service_reference_variant=request.service_reference_variant,
        decision=decision,
    )
    post(turn, (outstanding.user,), response, outstanding.device)


def _put(turn: Turn, outstanding: Outstanding) -> None:
    turn.state.put_outstanding(outstanding)
    turn.timetable.put(outstanding.due, outstanding.device, Due.OUTSTANDING, str(outstanding.command))


def _octets(turn: Turn, outstanding: Outstanding, secret: bytes) -> bytes:
    body = outstanding.request.body
    if isinstance(body, SignedPreCommand):
        message = decode(body.gbcs_payload)
    else:
        message = read_command(outstanding, turn.state.devices[outstanding.device], turn.acb.eui)
    return encode(add_mac(message, secret))


def _command_id(
    turn: Turn, request: ServiceRequest, device: SmiDevice, role: UserRole, use_case: UseCase
) -> RequestId:
    if is_known(device.device.device_type, role, use_case):
        return request.request_id
    former = turn.state.acb_counters.get(device.device.device_id)
    counter = max(former.counter + 1 if former else 1, turn.now)
    turn.state.acb_counters.put(AcbCounter(device=device.device.device_id, counter=counter))
    return RequestId(turn.acb.eui, device.device.device_id, counter)
