"""A request as access control sees it: who asks what of which Device, when, and in which role."""

from dataclasses import dataclass

from dsp.core.inputs import RequestReceived
from dsp.core.registrations import responsible_parties
from dsp.core.state import SmiDevice, State
from dsp.rules.responsibility import UNREGISTERED_ROLES
from dsp.rules.rule_set import RuleSet
from smart_metering.administration import Party
from smart_metering.command_variants import CommandVariant
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.service_requests import ServiceRequestDefinition
from smart_metering.user_roles import UserRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One request as the checks see it. `at` is when it is to be executed."""

    state: State
    rules: RuleSet
    received: RequestReceived
    definition: ServiceRequestDefinition
    acb: Eui
    now: Instant
    at: Instant

    @property
    def variant(self) -> CommandVariant:
        """Its Command Variant."""
        return self.received.request.command_variant

    @property
    def party(self) -> Party | None:
        """The caller, if it is a User."""
        return self.state.parties.get(self.received.caller)

    @property
    def target(self) -> SmiDevice | None:
        """The Device it is sent to, if the SMI knows it."""
        return self.state.devices.get(self.received.request.request_id.target)

    @property
    def roles(self) -> tuple[UserRole, ...]:
        """The caller's roles that may send this Service Reference Variant."""
        party = self.party
        return tuple(role for role in party.roles if role in self.definition.roles) if party else ()


def role_of(asking: Asking) -> UserRole | None:
    """The caller's first eligible role that is responsible for the target; without a target, the first eligible."""
    if asking.definition.non_device or asking.target is None:
        return asking.roles[0] if asking.roles else None
    return next((role for role in asking.roles if holds(asking, asking.target, role)), None)


def holds(asking: Asking, device: SmiDevice, role: UserRole) -> bool:
    """Whether the caller, in `role`, is responsible for the Device when the request is to be executed."""
    if role in UNREGISTERED_ROLES:
        return True
    return asking.received.caller in responsible_parties(asking.state, device, (role,), asking.at)


def used_key(received: RequestReceived) -> str:
    """The key under which a used RequestID is remembered."""
    return f"{received.request.request_id}|{received.request.command_variant:d}"
