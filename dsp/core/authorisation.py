"""Access control: the ordered checks of a Service Request; the first one that refuses decides.

Only the meanings of the codes are certain; the order is a choice of this project. Checks that look at the target are
made for requests to a Device; 11.1 and 11.4 make their own per listed Device, with the same two functions.
"""

from collections.abc import Callable

from dsp.core.asking import Asking, role_of, used_key
from dsp.core.records import SmiDevice
from dsp.core.sequences import sequence_fault
from dsp.rules.firmware_device_types import NOT_IN_DUIS, NOT_SERVED, device_types_of, is_in_duis
from dsp.rules.statuses import WHILE_SUSPENDED, exemption, status_row, suspended_row
from smart_metering.command_variants import CommandVariant, service_of
from smart_metering.command_variants import definition_of as command_variant
from smart_metering.decisions import Decision
from smart_metering.duis.body_elements import body_element_of
from smart_metering.duis.service_requests import SignedPreCommand, UninterpretedBody
from smart_metering.instants import CANCELLATION, Instant
from smart_metering.marks import Mark
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole

Check = Callable[[Asking], Decision | None]


def authorise(asking: Asking, checks: tuple[Check, ...]) -> Decision | None:
    """The decision of the first check that refuses, or None: access is granted."""
    for check in checks:
        decision = check(asking)
        if decision is not None:
            return decision
    return None


def reference_is_in_duis(asking: Asking) -> Decision | None:
    """E100: a Service Reference Variant that a modification brings does not exist before it."""
    srv = asking.definition.srv
    if is_in_duis(asking.rules.firmware_device_types, srv):
        return None
    what = f"ServiceReferenceVariant {srv} is not in DUIS before SECMP0007"
    return _refused(ResponseCode.E100, what, NOT_IN_DUIS, Mark.CHOICE)


def originator_is_caller(asking: Asking) -> Decision | None:
    """E1: nobody sends under another's RequestID."""
    originator = asking.received.request.request_id.originator
    if originator == asking.received.caller:
        return None
    return _refused(
        ResponseCode.E1,
        f"RequestID of {originator}, caller {asking.received.caller}",
        "choice G2",
        Mark.CHOICE,
    )


def request_id_is_unused(asking: Asking) -> Decision | None:
    """E40: a RequestID is used once per originator and Command Variant, and never by two commands at once."""
    request = asking.received.request
    sends = asking.variant is not CommandVariant.TRANSFORM
    under_way = sends and str(request.request_id) in asking.state.outstanding
    if used_key(asking.received) not in asking.state.used_requests and not under_way:
        return None
    return _refused(
        ResponseCode.E40, "RequestID was used before with this Command Variant", "choice G1", Mark.CHOICE
    )


def body_belongs_to_reference(asking: Asking) -> Decision | None:
    """E100: the Service Reference and the body are those of the Service Reference Variant."""
    request, definition = asking.received.request, asking.definition
    if request.service_reference not in ("", definition.service_reference):
        what = f"ServiceReference {request.service_reference}, expected {definition.service_reference}"
        return _refused(ResponseCode.E100, what, "choice G4", Mark.WEAK)
    element = body_element_of(request.body)
    if element is None or element == definition.body_element:
        return None
    return _refused(
        ResponseCode.E100, f"body {element}, expected {definition.body_element}", "choice G4", Mark.WEAK
    )


def service_takes_variant(asking: Asking) -> Decision | None:
    """E13: each Command Variant has its service."""
    expected = service_of(asking.variant)
    if expected is asking.received.service:
        return None
    what = f"Command Variant {asking.variant:d} belongs to {expected}, not {asking.received.service}"
    return _refused(ResponseCode.E13, what, "DUIS", Mark.CERTAIN)


def variant_fits_request(asking: Asking) -> Decision | None:
    """E12: each Service Request has its Command Variants; a Signed Pre-Command comes in its own."""
    signed = isinstance(asking.received.request.body, SignedPreCommand)
    signed_variant = asking.variant in (
        CommandVariant.SIGNED_SEND,
        CommandVariant.SIGNED_LOCAL,
        CommandVariant.SIGNED_SEND_AND_LOCAL,
    )
    uninterpreted = isinstance(asking.received.request.body, UninterpretedBody)
    if asking.variant in asking.definition.command_variants and (signed == signed_variant or uninterpreted):
        return None
    known = " ".join(f"{variant:d}" for variant in sorted(asking.definition.command_variants))
    what = f"{asking.definition.srv} takes Command Variant {known}, not {asking.variant:d}"
    if asking.variant in asking.definition.command_variants:
        carried = "a" if signed_variant else "no"
        what = f"Command Variant {asking.variant:d} carries {carried} Signed Pre-Command"
    return _refused(ResponseCode.E12, what, "DUIS", Mark.CERTAIN)


def caller_is_a_user(asking: Asking) -> Decision | None:
    """E1: the caller is a User in at least one role."""
    party = asking.party
    if party is not None and party.roles:
        return None
    return _refused(ResponseCode.E1, f"{asking.received.caller} is no User in any role", "DUIS", Mark.CERTAIN)


def role_may_ask(asking: Asking) -> Decision | None:
    """E2: a role of the caller is eligible for this Service Reference Variant."""
    if asking.roles:
        return None
    eligible = " ".join(role for role in UserRole if role in asking.definition.roles) or "nobody"
    return _refused(
        ResponseCode.E2, f"{asking.definition.srv} is for {eligible}", "DUIS eligibility", Mark.CERTAIN
    )


def user_status_permits(asking: Asking) -> Decision | None:
    """E3: a suspended User sends nothing."""
    party = asking.party
    if party is None or not party.suspended:
        return None
    return _refused(ResponseCode.E3, "the User is suspended", "DUIS", Mark.CERTAIN)


def target_exists(asking: Asking) -> Decision | None:
    """E19: the SMI knows the Device; a non-device request is sent to the ACB."""
    target = asking.received.request.request_id.target
    if asking.definition.non_device:
        if target == asking.acb:
            return None
        return _refused(
            ResponseCode.E100,
            f"target {target} of a non-device request, expected the ACB {asking.acb}",
            "choice G4",
            Mark.WEAK,
        )
    if asking.target is not None:
        return None
    return _refused(ResponseCode.E19, f"{target} is not in the SMI", "DUIS", Mark.CERTAIN)


def caller_is_responsible(asking: Asking) -> Decision | None:
    """E4: a role of the caller is responsible for the Device at the date and time of execution."""
    if asking.definition.non_device or role_of(asking) is not None:
        return None
    return _refused(
        ResponseCode.E4,
        f"not responsible for it as {' or '.join(asking.roles)}",
        "User Roles of the SEC",
        Mark.LIKELY,
    )


def device_status_permits(asking: Asking) -> Decision | None:
    """E5: the Device's SMI Status takes this request."""
    if asking.definition.non_device or asking.target is None:
        return None
    return status_permits(asking, asking.target)


def status_permits(asking: Asking, device: SmiDevice) -> Decision | None:
    """E5 for one Device: Suspended asks the exemptions, every other status its row."""
    status, definition = device.device.device_status, asking.definition
    if status is SmiStatus.SUSPENDED:
        return _suspended_permits(asking, device)
    row = status_row(definition.srv)
    if status in row.statuses:
        return None
    return _refused(
        ResponseCode.E5,
        f"{definition.srv} for a Device that is {status or 'without status'}",
        row.source,
        row.mark,
    )


def device_type_fits(asking: Asking) -> Decision | None:
    """E11: the Device Type has this Service Request, as of the modifications in force."""
    definition, target = asking.definition, asking.target
    if definition.non_device or target is None:
        return None
    kind = target.device.device_type
    if kind in device_types_of(asking.rules.firmware_device_types, definition):
        return None
    source = NOT_SERVED if kind in definition.device_types else "use cases of the SRV"
    return _refused(ResponseCode.E11, f"{definition.srv} for {kind}", source, Mark.LIKELY)


def target_has_a_hub(asking: Asking) -> Decision | None:
    """E20: what stands on no HAN cannot be reached; a Pre-Command can be made all the same."""
    target = asking.target
    if asking.definition.non_device or target is None or target.comms_hub is not None:
        return None
    if asking.variant is CommandVariant.TRANSFORM:
        return None
    return _refused(ResponseCode.E20, "the SMI has it on no HAN", "DUIS; choice G39", Mark.CHOICE)


def local_delivery_is_open(asking: Asking) -> Decision | None:
    """E17: only a supplier of the Device delivers Commands locally."""
    if not command_variant(asking.variant).local or role_of(asking) in LOCAL_DELIVERY_ROLES:
        return None
    what = f"local delivery is for {' '.join(sorted(LOCAL_DELIVERY_ROLES))}"
    return _refused(ResponseCode.E17, what, "choice G29", Mark.CHOICE)


def date_is_possible(asking: Asking) -> Decision | None:
    """E100: an execution date lies ahead, by 30 days at most, or is the date that cancels; never of local delivery."""
    dated = getattr(asking.received.request.body, "execution_date_time", None)
    return None if dated is None else impossible_date(asking, dated)


def impossible_date(asking: Asking, dated: Instant) -> Decision | None:
    """E100 for one date; a Command for local delivery has none."""
    if command_variant(asking.variant).local:
        what = "ExecutionDateTime of a Command for local delivery"
        return _refused(ResponseCode.E100, what, "choice G7", Mark.WEAK)
    if dated == CANCELLATION:
        return None
    if asking.now <= dated <= asking.now + asking.rules.times.furthest_future_date_ms:
        return None
    return _refused(
        ResponseCode.E100,
        "ExecutionDateTime in the past or further ahead than allowed",
        "choice G7",
        Mark.WEAK,
    )


CHECKS: tuple[Check, ...] = (
    reference_is_in_duis,
    originator_is_caller,
    request_id_is_unused,
    body_belongs_to_reference,
    service_takes_variant,
    variant_fits_request,
    caller_is_a_user,
    role_may_ask,
    user_status_permits,
    target_exists,
    caller_is_responsible,
    device_status_permits,
    device_type_fits,
    target_has_a_hub,
    local_delivery_is_open,
    sequence_fault,
    date_is_possible,
)


LOCAL_DELIVERY_ROLES = frozenset({UserRole.IS, UserRole.GS})

AT_EXECUTION: tuple[Check, ...] = (
    caller_is_a_user,
    role_may_ask,
    user_status_permits,
    target_exists,
    caller_is_responsible,
    device_status_permits,
    device_type_fits,
    target_has_a_hub,
)


def granted(asking: Asking) -> Decision:
    """What let the request through: the exemption of a Suspended Device, or simply every check."""
    target = asking.target
    if (
        target is None
        or asking.definition.non_device
        or target.device.device_status is not SmiStatus.SUSPENDED
    ):
        return _granted("every access check", "choice G14", Mark.CHOICE)
    return let_in_by(asking, target)


def let_in_by(asking: Asking, device: SmiDevice) -> Decision:
    """The row by which this Device's SMI Status takes the request; it does."""
    status, definition = device.device.device_status, asking.definition
    if status is not SmiStatus.SUSPENDED:
        row = status_row(definition.srv)
        return _granted(f"{definition.srv} for a Device that is {status}", row.source, row.mark)
    if definition.critical:
        return _granted("a Critical request", WHILE_SUSPENDED, Mark.CERTAIN)
    generation, kind = device.generation, device.device.device_type
    exempted = exemption(asking.rules.exemptions, definition, asking.variant, generation, kind)
    assert exempted is not None, asking
    return _granted(f"a Suspended Device takes {exempted.srv}", exempted.source, exempted.mark)


def _suspended_permits(asking: Asking, device: SmiDevice) -> Decision | None:
    if asking.definition.critical:
        return None
    generation, kind = device.generation, device.device.device_type
    if exemption(asking.rules.exemptions, asking.definition, asking.variant, generation, kind) is not None:
        return None
    what = f"{asking.definition.srv} for a Suspended {generation} {kind}"
    row = suspended_row(asking.definition.srv, kind)
    return _refused(ResponseCode.E5, what, row.source, row.mark)


def _refused(code: ResponseCode, row: str, source: str, mark: Mark) -> Decision:
    return Decision(code=code, row=row, source=source, mark=mark)


def _granted(row: str, source: str, mark: Mark) -> Decision:
    return Decision(code="granted", row=row, source=source, mark=mark)
