"""Titles: what a User may know of messages that are not its own. A projection made field by field, from nothing."""

from dsp.core.asking import acts_for
from dsp.core.records import AuditRecord, SmiDevice
from dsp.core.registrations import SUPPLIER_ROLES, responsible_parties
from dsp.core.state import State
from dsp.rules.audit_visibility import MessageKind, Shown, Viewer, VisibilityRow
from dsp.rules.choices import Switches
from dsp.rules.rule_set import RuleSet
from smart_metering.device_types import DeviceType
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import Record
from smart_metering.service_requests import definition_of
from smart_metering.user_roles import NETWORK_OPERATORS, UserRole

VIEWER_ROLES: dict[Viewer, tuple[UserRole, ...]] = {
    Viewer.RESPONSIBLE_SUPPLIER: SUPPLIER_ROLES,
    Viewer.RESPONSIBLE_NETWORK_OPERATOR: tuple(role for role in UserRole if role in NETWORK_OPERATORS),
}
"""In which roles a User is such a viewer, where it is responsible for the Device in one of them."""


class TitleRecord(Record, frozen=True, kw_only=True):
    """One message by its title. It names no User and no request: a RequestID holds the EUI of who sent it.

    `originator_role` is that of the User who asked; `response_code` is empty unless a switch shows it.
    """

    record: int
    at: Instant
    device: Eui
    device_type: DeviceType | None
    message_kind: MessageKind
    srv: str
    title: str
    originator_role: UserRole | None
    response_code: str = ""


def title_of(number: int, record: AuditRecord, switches: Switches) -> TitleRecord:
    """The title of a record. What a User wrote as an SRV and is none stays its own."""
    definition = definition_of(record.srv)
    return TitleRecord(
        record=number,
        at=record.at,
        device=record.device,
        device_type=record.device_type,
        message_kind=MessageKind(record.message_kind),
        srv=definition.srv if definition else "",
        title=definition.name if definition else "",
        originator_role=record.user_role,
        response_code=record.response_code if switches.audit_titles_show_response_code else "",
    )


def kinds_of_own_records(rules: RuleSet) -> frozenset[MessageKind]:
    """The kinds of message that a User sees of its own."""
    return frozenset(
        row.kind
        for row in rules.audit_visibility
        if row.viewer is Viewer.USER_ITSELF and row.shown is Shown.RECORD
    )


def show_titles(rules: RuleSet) -> bool:
    """Whether anybody sees titles at all under these rules."""
    return any(row.shown is Shown.TITLE for row in rules.audit_visibility)


def kinds_of_titles(
    state: State, rules: RuleSet, user: Eui, device: SmiDevice, now: Instant
) -> frozenset[MessageKind]:
    """The kinds of others' messages about the Device whose titles `user` may see, by what it is to the Device now."""
    return frozenset(row.kind for row in rows_of_titles(state, rules, user, device, now))


def rows_of_titles(
    state: State, rules: RuleSet, user: Eui, device: SmiDevice, now: Instant
) -> tuple[VisibilityRow, ...]:
    """The rows by which `user` sees titles of others' messages about the Device now."""
    party = state.parties.get(user)
    roles = party.roles if party is not None else ()

    is_one = {
        viewer
        for viewer, able in VIEWER_ROLES.items()
        for role in able
        if role in roles and acts_for(state, user, responsible_parties(state, device, (role,), now))
    }
    return tuple(row for row in rules.audit_visibility if row.shown is Shown.TITLE and row.viewer in is_one)
