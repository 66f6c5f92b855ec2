"""The post book: requests on their way to a Device, their attempts, and what is said when no answer comes."""

from dsp.core.asking import Asking
from dsp.core.dcc_commands import next_dcc_command
from dsp.core.records import Outstanding, SmiDevice, Stage
from dsp.core.registrations import supplier_on_device
from dsp.core.sequences import released, waits_for
from dsp.core.service_audit_trail import post
from dsp.core.timetable import Due
from dsp.core.transform import command_of, use_case_of
from dsp.core.turn import Turn
from dsp.rules.known_parties import is_known
from smart_metering.decisions import Decision
from smart_metering.duis.service_requests import ServiceRequest, SignedPreCommand
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.gbcs.message import decode, encode
from smart_metering.gbcs.protection import add_mac, sign
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import Instant
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.sm_wan import CertificatesWanted, Downlink, Gbcs
from smart_metering.use_cases import UseCase
from smart_metering.user_roles import SUPPLIERS, UserRole


def accept(
    turn: Turn,
    asking: Asking,
    device: SmiDevice,
    role: UserRole,
    use_case: UseCase,
    held_until: Instant | None,
    *,
    schedule_id: int = 0,
) -> Outstanding:
    """Writes the request into the book and sends it; or holds it until its date, or until the one before it is done."""
    outstanding = _entry(turn, asking, device, role, use_case, schedule_id)
    if waits_for(turn.state, asking.received.request) is not None:
        due = Instant(turn.now + turn.rules.times.furthest_future_date_ms)
        outstanding = changed(outstanding, stage=Stage.WAITING, due=due)
        put(turn, outstanding)
    elif held_until is not None:
        outstanding = changed(outstanding, stage=Stage.HELD, due=held_until)
        put(turn, outstanding)
    else:
        begin(turn, outstanding)
    return outstanding


def give_out(turn: Turn, asking: Asking, device: SmiDevice, role: UserRole, use_case: UseCase) -> Outstanding:
    """A Command for local delivery, whole; its Response may be returned for a while. Needs the certificates."""
    certificates = turn.state.certificates[device.device.device_id]
    due = Instant(turn.now + turn.rules.times.local_delivery_ms)
    outstanding = _entry(turn, asking, device, role, use_case, 0)
    secret = turn.secrets.with_device(outstanding.device, certificates.key_agreement)
    octets = _octets(turn, outstanding, secret)
    outstanding = changed(outstanding, stage=Stage.LOCAL, due=due, octets=octets)
    put(turn, outstanding)
    return outstanding


def ask_for_certificates(turn: Turn, device: SmiDevice) -> None:
    """Asks the hub for a Device's certificates; the answer is an uplink like any other."""
    assert device.comms_hub is not None, device
    device_id = device.device.device_id
    turn.send(
        Downlink(
            frame=f"certificates|{device_id}|{turn.now}",
            comms_hub=device.comms_hub,
            device=device_id,
            at=turn.now,
            content=CertificatesWanted(),
        )
    )


def begin(turn: Turn, outstanding: Outstanding) -> None:
    """The first attempt; the time to answer runs from here."""
    turn.cause = str(outstanding.request.request_id)
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
    put(turn, outstanding)
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


def dated(turn: Turn, outstanding: Outstanding, execution: Instant) -> None:
    """The Device has accepted it for a date: its outcome is awaited then."""
    due = Instant(execution + turn.rules.times.future_dated_outcome_ms)
    put(turn, changed(outstanding, stage=Stage.DATED, due=due))


def cancel_held(turn: Turn, user: Eui, device: Eui, srv: str) -> None:
    """Takes the User's held requests of this SRV to this Device out of the book; who waits for one waits in vain."""
    for outstanding in _of(turn, user, device, srv, Stage.HELD):
        turn.state.remove_outstanding(outstanding)
        released(turn, outstanding.request.request_id, succeeded=False)


def forget_dated(turn: Turn, former_to: Outstanding) -> None:
    """A later dated command, or a cancellation, replaces what the Device had stored of this kind for this User."""
    srv = former_to.request.service_reference_variant
    for outstanding in _of(turn, former_to.user, former_to.device, srv, Stage.DATED):
        if outstanding.command != former_to.command:
            turn.state.remove_outstanding(outstanding)
            released(turn, outstanding.request.request_id, succeeded=False)


def _of(turn: Turn, user: Eui, device: Eui, srv: str, stage: Stage) -> list[Outstanding]:
    return [
        row
        for row in turn.state.outstanding_with(device)
        if row.stage is stage and row.user == user and row.request.service_reference_variant == srv
    ]


def push(turn: Turn, outstanding: Outstanding, code: ResponseCode, decision: Decision) -> None:
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
    post(
        turn,
        (outstanding.user,),
        response,
        outstanding.device,
        role=outstanding.role,
        attempts=outstanding.attempts,
        delivered=outstanding.delivered,
    )


def put(turn: Turn, outstanding: Outstanding) -> None:
    """Writes it into the book and onto the timetable."""
    turn.state.put_outstanding(outstanding)
    turn.timetable.put(outstanding.due, outstanding.device, Due.OUTSTANDING, str(outstanding.command))


def _entry(
    turn: Turn, asking: Asking, device: SmiDevice, role: UserRole, use_case: UseCase, schedule_id: int
) -> Outstanding:
    assert device.comms_hub is not None, device
    request = asking.received.request
    return Outstanding(
        command=_command_id(turn, request, device, role, use_case),
        request=request,
        user=asking.received.caller,
        role=role,
        comms_hub=device.comms_hub,
        stage=Stage.SENDING,
        due=turn.now,
        schedule_id=schedule_id,
    )


def _octets(turn: Turn, outstanding: Outstanding, secret: bytes) -> bytes:
    """The whole Command: as the User signed it, or made and signed by the DCC; with the ACB's MAC."""
    body = outstanding.request.body
    if isinstance(body, SignedPreCommand):
        return encode(add_mac(decode(body.gbcs_payload), secret))
    kind = turn.state.devices[outstanding.device].device.device_type
    use_case = use_case_of(outstanding.request.service_reference_variant, kind, body)
    assert use_case is not None, outstanding
    message = command_of(turn.state, outstanding, use_case, turn.acb.eui)
    if use_case is UseCase.CS02B:
        message = sign(message, turn.change_of_supplier.digital_signing)
    return encode(add_mac(message, secret))


def _command_id(
    turn: Turn, request: ServiceRequest, device: SmiDevice, role: UserRole, use_case: UseCase
) -> RequestId:
    """Whose Command it is: the User's where the Device knows the User, else a party's of the DCC."""
    if use_case is UseCase.CS02B:
        return next_dcc_command(turn, turn.change_of_supplier.eui, device.device.device_id)
    user = request.request_id.originator
    holder = role in SUPPLIERS and supplier_on_device(turn.state, device)
    signed = isinstance(request.body, SignedPreCommand)
    known = is_known(device.device.device_type, role, use_case) and (not holder or holder == user)
    if signed or (known and use_case is not UseCase.CS02A and user != turn.acb.eui):
        return request.request_id
    return next_dcc_command(turn, turn.acb.eui, device.device.device_id)
