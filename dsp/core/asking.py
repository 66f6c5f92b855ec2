"""A request as access control sees it: who asks what of which Device, when, and in which role."""

from collections.abc import Iterable
from dataclasses import dataclass

from dsp.core.inputs import RequestReceived
from dsp.core.named_devices import first_named
from dsp.core.records import SmiDevice
from dsp.core.registrations import SUPPLIER_ROLES, registered_party, responsible_parties
from dsp.core.state import State
from dsp.rules.responsibility import UNREGISTERED_ROLES
from dsp.rules.rule_set import RuleSet
from smart_metering.administration import Party
from smart_metering.command_variants import CommandVariant
from smart_metering.duis.device_requests import UpdateHanDeviceLog
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
    """The caller's first eligible role that is responsible for the Device that the request is about.

    A non-device request is let in without one: then it is the first eligible role.
    """
    named = asking.target
    if asking.definition.non_device:
        named = asking.state.devices.get(first_named(asking.received.request))
    role = role_for(asking, named) if named is not None else None
    if role is None and asking.roles and (asking.definition.non_device or named is None):
        return asking.roles[0]
    return role


def role_for(asking: Asking, device: SmiDevice) -> UserRole | None:
    """The caller's first eligible role in which the Device is its."""
    return next((role for role in asking.roles if holds(asking, device, role)), None)


def holds(asking: Asking, device: SmiDevice, role: UserRole) -> bool:
    """Whether the caller, in `role`, is responsible for the Device when the request is to be executed."""
    if role in UNREGISTERED_ROLES or _installs(asking, role):
        return True
    return acts_for(
        asking.state, asking.received.caller, responsible_parties(asking.state, device, (role,), asking.at)
    )


def is_their_supplier(asking: Asking, device: SmiDevice) -> bool:
    """Whether the caller is a Responsible Supplier of the Device: import or gas."""
    return any(holds(asking, device, role) for role in asking.roles if role in SUPPLIER_ROLES)


def _installs(asking: Asking, role: UserRole) -> bool:
    """8.11 Add: whoever is registered for the point of supply that it names may put its meter on any hub's log."""
    body = asking.received.request.body
    if not isinstance(body, UpdateHanDeviceLog) or body.add_device_to_chf_whitelist is None:
        return False
    mpxn = body.add_device_to_chf_whitelist.import_mpxn
    party = registered_party(asking.state, mpxn, role, asking.at)
    return party is not None and acts_for(asking.state, asking.received.caller, [party])


def acts_for(state: State, caller: Eui, parties: Iterable[Eui]) -> bool:
    """Whether the caller is one of the parties, or of the same organisation as one of them (choice G25)."""
    parties = list(parties)
    if caller in parties or not parties:
        return caller in parties
    own = state.parties.get(caller)
    if own is None or not own.organisation:
        return False
    return any(
        (party := state.parties.get(eui)) is not None and party.organisation == own.organisation
        for eui in parties
    )


def used_key(received: RequestReceived) -> str:
    """The key under which a used RequestID is remembered."""
    return f"{received.request.request_id}|{received.request.command_variant:d}"
