"""The rooms for requests to a Device: Transform, Send Command, and Commands that are delivered locally."""

from dsp.core import outstanding
from dsp.core.asking import Asking, role_of
from dsp.core.authorisation import impossible_date
from dsp.core.outcomes import Outcome, refused
from dsp.core.reading import check_signed, date_of
from dsp.core.records import SmiDevice
from dsp.core.request_forms import fault_of
from dsp.core.transform import DEFAULT_GBCS_VERSION, pre_command, use_case_of
from dsp.core.turn import Turn
from smart_metering.command_variants import definition_of
from smart_metering.device_types import Generation
from smart_metering.duis.device_requests import TopUpDevice
from smart_metering.duis.service_requests import ServiceRequest, SignedPreCommand
from smart_metering.duis.service_responses import LocalCommand, NotEmulated, PreCommand, Smets1ResponseMessage
from smart_metering.errors import DecodeError
from smart_metering.gbcs.message import CraFlag, Message, decode, encode
from smart_metering.gbcs.protection import signature_is_valid
from smart_metering.instants import CANCELLATION, Instant
from smart_metering.response_codes import ResponseCode
from smart_metering.use_cases import UseCase
from smart_metering.user_roles import UserRole


def transform(turn: Turn, asking: Asking) -> Outcome:
    """Command Variant 4: the Pre-Command to sign."""
    request, target = asking.received.request, _target(asking)
    use_case = use_case_of(asking.definition.srv, target.device.device_type)
    if use_case is None:
        return not_emulated(turn, asking)
    if fault := fault_of(asking, target):
        return fault
    octets = encode(pre_command(turn.state, request, use_case))
    version = target.device.device_gbcs_version or DEFAULT_GBCS_VERSION
    return Outcome(code=ResponseCode.I0, body=PreCommand(gbcs_version=version, gbcs_payload=octets))


def send(turn: Turn, asking: Asking) -> Outcome:
    """Command Variants 1, 2 and 3: sent now, held until its date, given out for local delivery, or cancelled."""
    request, target = asking.received.request, _target(asking)
    use_case = use_case_of(asking.definition.srv, target.device.device_type, request.body)
    if use_case is None:
        return not_emulated(turn, asking)
    if fault := fault_of(asking, target):
        return fault
    if definition_of(asking.variant).local and _is_smets1_top_up(target, request):
        return _utrn(turn, asking, target, use_case)
    dated = getattr(request.body, "execution_date_time", None)
    if dated == CANCELLATION:
        outstanding.cancel_held(
            turn, asking.received.caller, request.request_id.target, asking.definition.srv
        )
        if use_case is not UseCase.CS02B:  # The Device may hold a 6.23 itself: it is told as well.
            return Outcome(code=ResponseCode.I0)
    return _dispatch(turn, asking, target, use_case, _held_until(turn, use_case, dated))


def send_signed(turn: Turn, asking: Asking) -> Outcome:
    """Command Variants 5, 6 and 7: a Signed Pre-Command goes on as it is, with the DSP's MAC."""
    request, target = asking.received.request, _target(asking)
    assert isinstance(request.body, SignedPreCommand)
    use_case = use_case_of(asking.definition.srv, target.device.device_type)
    if use_case is None:
        return not_emulated(turn, asking)
    try:
        message = decode(request.body.gbcs_payload)
        if what := _mismatch(message, request, use_case):
            return refused(ResponseCode.E100, what, "choice G4")
        counter, dated = check_signed(message), date_of(message)
    except DecodeError as error:
        return refused(ResponseCode.E100, f"GBCSPayload, {error}", "choice G4")
    if counter is not None and counter != message.counter:
        what = "the counter in the payload is another than the header's"
        return refused(ResponseCode.E100, what, "choice G4")
    if request.body.execution_date_time not in (None, dated):
        what = "ExecutionDateTime is another than the date that was signed"
        return refused(ResponseCode.E100, what, "choice G4")
    if dated is not None and (refusal := impossible_date(asking, dated)):
        return Outcome(code=ResponseCode(refusal.code), decision=refusal)
    if not _signed_by(turn, message):
        what = "the signature does not verify with the User's certificate"
        return refused(ResponseCode.E48, what, "choice G3")
    return _dispatch(turn, asking, target, use_case, None)


def not_emulated(turn: Turn, asking: Asking) -> Outcome:
    """Every check let it pass, but nothing more is known here of this request."""
    return Outcome(code=None, body=NotEmulated(service_reference_variant=asking.definition.srv))


def _dispatch(
    turn: Turn, asking: Asking, target: SmiDevice, use_case: UseCase, held_until: Instant | None
) -> Outcome:
    """Over the SM WAN, into the User's hands, or both."""
    way, role = definition_of(asking.variant), _role(asking)
    if not way.local:
        outstanding.accept(turn, asking, target, role, use_case, held_until)
        return Outcome(code=ResponseCode.I99)
    if target.device.device_id not in turn.state.certificates:
        outstanding.ask_for_certificates(turn, target)
        what = "the DSP has not got the Device's certificates yet and has asked for them: send it again"
        return refused(ResponseCode.E20, what, "choice G26")
    if way.sent:
        given = outstanding.accept(turn, asking, target, role, use_case, None)
        octets = turn.state.outstanding[str(given.command)].octets
        return Outcome(code=ResponseCode.I99, body=LocalCommand(gbcs_payload=octets))
    local = outstanding.give_out(turn, asking, target, role, use_case)
    return Outcome(code=ResponseCode.I0, body=LocalCommand(gbcs_payload=local.octets))


def _held_until(turn: Turn, use_case: UseCase, dated: Instant | None) -> Instant | None:
    """The DSP holds a dated request; one that the Device is to keep as well leaves a while before its date."""
    if dated is None or use_case is not UseCase.CS02B:
        return dated
    leaves = Instant(dated - turn.rules.times.change_of_supplier_lead_ms)
    return leaves if turn.now < leaves and dated != CANCELLATION else None


def _is_smets1_top_up(target: SmiDevice, request: ServiceRequest) -> bool:
    return target.generation is Generation.SMETS1 and isinstance(request.body, TopUpDevice)


def _utrn(turn: Turn, asking: Asking, target: SmiDevice, use_case: UseCase) -> Outcome:
    """SMETS1: no Command is delivered locally; what the consumer enters at the meter is the UTRN."""
    request = asking.received.request
    assert isinstance(request.body, TopUpDevice)
    code = ResponseCode.I0
    if definition_of(asking.variant).sent:
        outstanding.accept(turn, asking, target, _role(asking), use_case, None)
        code = ResponseCode.I99
    return Outcome(code=code, body=Smets1ResponseMessage(success=True, utrn=request.body.utrn))


def _mismatch(message: Message, request: ServiceRequest, use_case: UseCase) -> str:
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


def _target(asking: Asking) -> SmiDevice:
    assert asking.target is not None, asking
    return asking.target


def _role(asking: Asking) -> UserRole:
    role = role_of(asking)
    assert role is not None, asking
    return role
