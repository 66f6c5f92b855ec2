"""Access control told afterwards: each check by its name, the row that let a request pass it, and the one that refused.

Nothing is judged again. Which check refused follows from the decision that was kept; those before it were passed, and
the rows that let them pass are looked up in the rules as they are in force now.
"""

from collections.abc import Callable
from dataclasses import dataclass

from dsp.core.asking import acts_for
from dsp.core.authorisation import (
    CHECKS,
    LOCAL_DELIVERY_ROLES,
    Check,
    body_belongs_to_reference,
    caller_is_a_user,
    caller_is_responsible,
    date_is_possible,
    device_status_permits,
    device_type_fits,
    local_delivery_is_open,
    originator_is_caller,
    reference_is_in_duis,
    request_id_is_unused,
    role_may_ask,
    service_takes_variant,
    target_exists,
    target_has_a_hub,
    user_status_permits,
    variant_fits_request,
)
from dsp.core.own_checks import ASKED_OF_EVERY_REQUEST, LISTING_DEVICES, own_checks
from dsp.core.records import AuditRecord, SmiDevice
from dsp.core.registrations import responsible_parties
from dsp.core.sequences import sequence_fault
from dsp.core.state import State
from dsp.rules.firmware_device_types import FIRMWARE_SRVS, NOT_IN_DUIS
from dsp.rules.responsibility import UNREGISTERED_ROLES, responsibilities
from dsp.rules.rule_set import RuleSet
from dsp.rules.sequences import SEQUENCE_ROWS, SequenceFault, sequence_row
from dsp.rules.statuses import WHILE_SUSPENDED, exemption, status_row
from smart_metering.command_variants import CommandVariant, service_of
from smart_metering.command_variants import definition_of as command_variant
from smart_metering.decisions import Decision
from smart_metering.device_types import Generation
from smart_metering.identifiers import RequestId
from smart_metering.marks import Mark
from smart_metering.service_requests import ServiceRequestDefinition
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole

GRANTED = "granted"
NOT_ASKED = "not asked"

_ORDER = "order of the checks, choice G14"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it was noted: `device_status` of the record is what its Device had then."""

    record: AuditRecord
    request_id: RequestId
    definition: ServiceRequestDefinition
    rules: RuleSet
    state: State

    @property
    def target(self) -> SmiDevice | None:
        """The Device it was sent to, if the SMI still knows it."""
        return self.state.devices.get(self.request_id.target)

    @property
    def roles(self) -> tuple[UserRole, ...]:
        """The role in which it was let in; where it was in none, those of its User that may ask."""
        if self.record.user_role is not None:
            return (self.record.user_role,)
        party = self.state.parties.get(self.record.user)
        return tuple(role for role in party.roles if role in self.definition.roles) if party else ()


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check: the code and the matter of it, and what lets a request pass."""

    check: Check
    name: str
    passed: Callable[[Asked], Decision]


@dataclass(frozen=True, slots=True)
class RefusalRow:
    """A decision with this code is of `check`; where a code is of several, `source` and `opening` of its row tell."""

    code: str
    check: Check
    source: str = ""
    opening: str = ""


def access_is_granted(asked: Asked) -> Decision:
    """What let the request through: what a Suspended Device takes, or simply every check."""
    if asked.record.device_status is SmiStatus.SUSPENDED and not asked.definition.non_device:
        return _status(asked)
    return _granted("every access check", "choice G14", Mark.CHOICE)


def explain_checks(
    asked: Asked, refusal: Decision | None, made: tuple[Check, ...] = CHECKS
) -> tuple[Decision, ...]:
    """Every check of access control in its order; `made` are those that this request was to pass."""
    refusing = refusing_check(refusal) if refusal is not None else None
    told: list[Decision] = []
    has_refused = False
    for row in CHECK_ROWS:
        if row.check is refusing and row.check in made:
            assert refusal is not None, asked
            has_refused = True
            told.append(_named(row, refusal))
        elif has_refused or row.check not in made:
            told.append(_named(row, _not_asked("")))
        else:
            told.append(_named(row, row.passed(asked)))
    return tuple(told)


def explain_own_checks(asked: Asked, refusal: Decision) -> tuple[Decision, ...]:
    """The same of a request that passed them all and was refused by what serves it, which has checks of its own."""
    refusing, own = refusing_check(refusal), own_checks(asked.definition.srv)
    passed = own[: own.index(refusing)] if refusing in own else ()
    told: list[Decision] = []
    for row in CHECK_ROWS:
        if row.check is refusing:
            told.append(_named(row, refusal))
        elif row.check in own and row.check not in (*passed, *ASKED_OF_EVERY_REQUEST):
            told.append(_named(row, _not_asked(f"left to {asked.definition.srv} itself")))
        else:
            told.append(_named(row, row.passed(asked)))
    return tuple(told)


def no_check_asked() -> tuple[Decision, ...]:
    """The checks of a request that never came to them."""
    return tuple(_named(row, _not_asked("")) for row in CHECK_ROWS)


def refusing_check(refusal: Decision) -> Check | None:
    """The check that made this decision, if one did."""
    for row in REFUSAL_ROWS:
        if (
            row.code == refusal.code
            and row.source in ("", refusal.source)
            and refusal.row.startswith(row.opening)
        ):
            return row.check
    return None


def _named(row: CheckRow, decision: Decision) -> Decision:
    said = f"{row.name}: {decision.row}" if decision.row else row.name
    return Decision(code=decision.code, row=said, source=decision.source, mark=decision.mark)


# --- what lets a request pass


def _srv(asked: Asked) -> Decision:
    srv = asked.definition.srv
    if srv not in FIRMWARE_SRVS:
        return _granted(f"{srv} is in DUIS", "DUIS 5.4 schema", Mark.CERTAIN)
    row = next((row for row in asked.rules.firmware_device_types if row.srv == srv), None)
    return _granted(f"{srv} is in DUIS", row.source, row.mark) if row else _no_longer(f"{srv} in DUIS")


def _originator(asked: Asked) -> Decision:
    return _granted(f"RequestID of {asked.record.user}, the caller", "choice G2", Mark.CHOICE)


def _unused(asked: Asked) -> Decision:
    return _granted("not used before with this Command Variant", "choice G1", Mark.CHOICE)


def _body(asked: Asked) -> Decision:
    what = f"body {asked.definition.body_element}" if asked.definition.body_element else "body of the SRV"
    return _granted(what, "choice G4", Mark.WEAK)


def _service(asked: Asked) -> Decision:
    variant = asked.record.command_variant
    assert variant is not None, asked
    return _granted(f"Command Variant {variant:d} belongs to {service_of(variant)}", "DUIS", Mark.CERTAIN)


def _variant(asked: Asked) -> Decision:
    variant = asked.record.command_variant
    return _granted(f"Command Variant {variant:d} for {asked.definition.srv}", "DUIS", Mark.CERTAIN)


def _user(asked: Asked) -> Decision:
    party = asked.state.parties.get(asked.record.user)
    roles = " ".join(party.roles if party else asked.roles)
    return _granted(f"{asked.record.user} is a User as {roles}", "DUIS", Mark.CERTAIN)


def _role(asked: Asked) -> Decision:
    what = f"{' '.join(asked.roles)} may send {asked.definition.srv}"
    return _granted(what, "DUIS eligibility", Mark.CERTAIN)


def _not_suspended(asked: Asked) -> Decision:
    return _granted("the User is not suspended", "DUIS", Mark.CERTAIN)


def _target(asked: Asked) -> Decision:
    if asked.definition.non_device:
        return _granted(f"sent to the ACB {asked.request_id.target}", "choice G4", Mark.WEAK)
    return _granted(f"{asked.request_id.target} is in the SMI", "DUIS", Mark.CERTAIN)


def _responsible(asked: Asked) -> Decision:
    if asked.definition.non_device:
        return _by_itself(asked, caller_is_responsible)
    kind, role = asked.record.device_type, asked.record.user_role
    if role in UNREGISTERED_ROLES:
        return _granted(f"{role} is asked for no registration", "choice G9", Mark.CHOICE)
    row = next(iter(responsibilities(kind, role)), None) if kind and role else None
    if row is None:
        return _no_longer("responsibility for the Device")
    what = f"{row.role} registered for {row.supply} ({row.device_type})"
    if _is_anothers(asked, row.role):
        return _granted(f"{what}; another of its organisation is that", "choice G25", Mark.CHOICE)
    return _granted(what, row.source, row.mark)


def _is_anothers(asked: Asked, role: UserRole) -> bool:
    """Whether, by the registrations known now, only another party of the User's organisation was responsible."""
    if asked.target is None:
        return False
    user = asked.record.user
    registered = responsible_parties(asked.state, asked.target, (role,), asked.record.at)
    return user not in registered and acts_for(asked.state, user, registered)


def _status(asked: Asked) -> Decision:
    if asked.definition.non_device:
        return _by_itself(asked, device_status_permits)
    status, srv = asked.record.device_status, asked.definition.srv
    if status is SmiStatus.SUSPENDED:
        return _suspended(asked)
    row = status_row(srv)
    if status not in row.statuses:
        return _no_longer(f"{srv} for a Device that is {status or 'without status'}")
    what = f"{srv} for a Device that is {status}" + (f", by the row of {row.srv}" if row.srv != srv else "")
    return _granted(what, row.source, row.mark)


def _suspended(asked: Asked) -> Decision:
    if asked.definition.critical:
        return _granted("a Critical request, for a Suspended Device", WHILE_SUSPENDED, Mark.CERTAIN)
    kind, variant = asked.record.device_type, asked.record.command_variant
    assert kind is not None, asked
    assert variant is not None, asked
    generations = [asked.target.generation] if asked.target else list(Generation)
    for generation in generations:
        row = exemption(asked.rules.exemptions, asked.definition, variant, generation, kind)
        if row is not None:
            return _granted(f"a Suspended Device takes {row.srv}", row.source, row.mark)
    return _no_longer(f"{asked.definition.srv} for a Suspended Device")


def _device_type(asked: Asked) -> Decision:
    if asked.definition.non_device:
        return _by_itself(asked, device_type_fits)
    kind, srv = asked.record.device_type, asked.definition.srv
    what = f"{srv} for {kind}"
    if srv not in FIRMWARE_SRVS:
        return _granted(what, "use cases of the SRV", Mark.LIKELY)
    rows = asked.rules.firmware_device_types
    row = next((row for row in rows if row.srv == srv and kind in row.device_types), None)
    return _granted(what, row.source, row.mark) if row else _no_longer(what)


def _hub(asked: Asked) -> Decision:
    if asked.definition.non_device:
        return _by_itself(asked, target_has_a_hub)
    if asked.record.command_variant is CommandVariant.TRANSFORM:
        return _granted("a Pre-Command needs none", "DUIS; choice G39", Mark.CHOICE)
    return _granted("it is on a HAN", "DUIS; choice G39", Mark.CHOICE)


def _local(asked: Asked) -> Decision:
    variant = asked.record.command_variant
    assert variant is not None, asked
    if not command_variant(variant).local:
        return _not_asked("no local delivery")
    return _granted(
        f"local delivery is for {' '.join(sorted(LOCAL_DELIVERY_ROLES))}", "choice G29", Mark.CHOICE
    )


def _sequence(asked: Asked) -> Decision:
    row = sequence_row(SequenceFault.UNKNOWN)
    return _granted("it follows no request, or one that it can follow", row.source, row.mark)


def _date(asked: Asked) -> Decision:
    return _granted("no date, or one that lies ahead and not too far", "choice G7", Mark.WEAK)


def _by_itself(asked: Asked, check: Check) -> Decision:
    """A non-device request is asked nothing of a target; what serves it may ask the same of the Device it names."""
    srv = asked.definition.srv
    if srv in LISTING_DEVICES:
        return _not_asked("of the request; each listed Device is asked by itself")
    if check not in own_checks(asked.definition.srv):
        return _not_asked("a non-device request")
    return _granted(f"by {srv} itself", _ORDER, Mark.CHOICE)


def _granted(row: str, source: str, mark: Mark) -> Decision:
    return Decision(code=GRANTED, row=row, source=source, mark=mark)


def _not_asked(why: str) -> Decision:
    return Decision(code=NOT_ASKED, row=why, source=_ORDER, mark=Mark.CHOICE)


def _no_longer(what: str) -> Decision:
    """A row let it pass then that is not among the rules of now: the DSP was started again with others."""
    return _granted(f"{what}, by a row that is no longer there", "the rules in force then", Mark.UNKNOWN)


CHECK_ROWS = (
    # check                          name                                    what lets a request pass
    CheckRow(reference_is_in_duis,      "E100 SRV",                           _srv),
    CheckRow(originator_is_caller,      "E1 originator of the RequestID",     _originator),
    CheckRow(request_id_is_unused,      "E40 RequestID",                      _unused),
    CheckRow(body_belongs_to_reference, "E100 Service Reference and body",    _body),
    CheckRow(service_takes_variant,     "E13 service",                        _service),
    CheckRow(variant_fits_request,      "E12 Command Variant",                _variant),
    CheckRow(caller_is_a_user,          "E1 User",                            _user),
    CheckRow(role_may_ask,              "E2 User Role",                       _role),
    CheckRow(user_status_permits,       "E3 status of the User",              _not_suspended),
    CheckRow(target_exists,             "E19 target",                         _target),
    CheckRow(caller_is_responsible,     "E4 responsibility",                  _responsible),
    CheckRow(device_status_permits,     "E5 SMI Status",                      _status),
    CheckRow(device_type_fits,          "E11 Device Type",                    _device_type),
    CheckRow(target_has_a_hub,          "E20 hub",                            _hub),
    CheckRow(local_delivery_is_open,    "E17 local delivery",                 _local),
    CheckRow(sequence_fault,            "E31, E41 to E43 sequence",           _sequence),
    CheckRow(date_is_possible,          "E100 date of execution",             _date),
)  # fmt: skip
"""In the order of CHECKS."""

REFUSAL_ROWS = (
    #          code    check                       source       opening of the row
    RefusalRow("E100", reference_is_in_duis,       NOT_IN_DUIS),
    RefusalRow("E1",   originator_is_caller,       "choice G2"),
    RefusalRow("E40",  request_id_is_unused),
    RefusalRow("E100", body_belongs_to_reference,  "choice G4", "ServiceReference "),
    RefusalRow("E100", body_belongs_to_reference,  "choice G4", "body "),
    RefusalRow("E13",  service_takes_variant),
    RefusalRow("E12",  variant_fits_request),
    RefusalRow("E1",   caller_is_a_user,           "DUIS"),
    RefusalRow("E2",   role_may_ask),
    RefusalRow("E3",   user_status_permits),
    RefusalRow("E19",  target_exists),
    RefusalRow("E100", target_exists,              "choice G4", "target "),
    RefusalRow("E4",   caller_is_responsible),
    RefusalRow("E5",   device_status_permits),
    RefusalRow("E11",  device_type_fits),
    RefusalRow("E20",  target_has_a_hub,           "DUIS; choice G39"),
    RefusalRow("E17",  local_delivery_is_open),
    *(RefusalRow(row.code, sequence_fault) for row in SEQUENCE_ROWS),
    RefusalRow("E100", date_is_possible,           "choice G7"),
)  # fmt: skip
