"""What Devices answer about the credentials that they hold (6.24.1), and about those they were to replace (6.23)."""

from smart_metering.gbcs.credential_outcomes import UpdateOutcome
from smart_metering.gbcs.message import Message
from smart_metering.gbcs.security_credentials import (
    Credential,
    CredentialStatus,
    RemotePartyRole,
    decode_security_credentials_response,
)
from smart_metering.gbcs.update_security_credentials import (
    decode_update_security_credentials_alert,
    decode_update_security_credentials_response,
)
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant, format_instant
from smart_metering.records import Record


class RoleCredentials(Record, frozen=True, kw_only=True):
    """What is held for one role, named as DUIS names it; `floor` is the lowest counter that is taken from its party."""

    role: str
    status: str
    floor: int
    credentials: tuple[Credential, ...]


class HeldCredentials(Record, frozen=True, kw_only=True):
    """The roles in the order in which they were asked for."""

    roles: tuple[RoleCredentials, ...]

    @property
    def text(self) -> str:
        """`Supplier 90-B3-... from counter 0; Recovery trustAnchorNotFound`."""
        return "; ".join(map(_role_text, self.roles)) or "no credentials"


class Replacement(Record, frozen=True, kw_only=True):
    """One credential: whose it was, whose it is, and whether it could be replaced."""

    usage: str
    status: str
    existing_party: Eui
    new_party: Eui


class ReplacedCredentials(Record, frozen=True, kw_only=True):
    """`replacements` is None where the Command was accepted for its date, or cancelled the one that waited; `at` is the
    date of a Command that was kept until now."""

    success: bool
    replacements: tuple[Replacement, ...] | None
    at: Instant | None = None

    @property
    def text(self) -> str:
        """`credentials replaced: DigitalSigning KeyAgreement are now of 90-B3-...`."""
        if self.replacements is None:
            return "accepted, for its date or as a cancellation"
        before = "" if self.at is None else f"at {format_instant(self.at)}: "
        failed = [row for row in self.replacements if row.status != _NAMES[CredentialStatus.SUCCESS]]
        if failed:
            return f"{before}not replaced: {', '.join(f'{row.usage} {row.status}' for row in failed)}"
        usages = " ".join(row.usage for row in self.replacements)
        parties = ", ".join(dict.fromkeys(row.new_party for row in self.replacements))
        return f"{before}credentials replaced: {usages} are now of {parties}"


_ROLES = {
    RemotePartyRole.ROOT: "Root",
    RemotePartyRole.RECOVERY: "Recovery",
    RemotePartyRole.SUPPLIER: "Supplier",
    RemotePartyRole.NETWORK_OPERATOR: "NetworkOperator",
    RemotePartyRole.ACCESS_CONTROL_BROKER: "ACB",
    RemotePartyRole.TRANSITIONAL_COS: "TransCoS",
}
"""The names of DUIS 5.4; of roles that it does not ask for, those of GBCS."""


def _camel(name: str) -> str:
    first, *others = name.lower().split("_")
    return first + "".join(map(str.capitalize, others))


_NAMES = {status: _camel(status.name) for status in CredentialStatus}
"""MMC 5.4 spells a status so: trustAnchorNotFound."""


def held_credentials(message: Message) -> HeldCredentials:
    """Of a Response to CS02a. Raises DecodeError."""
    parties = decode_security_credentials_response(message.payload)
    return HeldCredentials(
        roles=tuple(
            RoleCredentials(
                role=_ROLES.get(party.role, _camel(party.role.name)),
                status=_NAMES[party.status],
                floor=party.floor_sequence_number,
                credentials=party.credentials,
            )
            for party in parties
        )
    )


def replaced_credentials(message: Message) -> ReplacedCredentials:
    """Of a Response to CS02b. Raises DecodeError."""
    outcome = decode_update_security_credentials_response(message.payload)
    if outcome is None:
        return ReplacedCredentials(success=True, replacements=None)
    return _replaced(outcome, None)


def replaced_at_date(message: Message) -> ReplacedCredentials:
    """Of the alert that tells what became of a dated CS02b. Raises DecodeError."""
    alert = decode_update_security_credentials_alert(message.payload)
    return _replaced(alert.outcome, alert.execution_time)


def _replaced(outcome: UpdateOutcome, at: Instant | None) -> ReplacedCredentials:
    replacements = tuple(
        Replacement(
            usage=row.usage,
            status=_NAMES[row.status],
            existing_party=row.existing_party,
            new_party=row.new_party,
        )
        for row in outcome.replacements
    )
    return ReplacedCredentials(success=outcome.success, replacements=replacements, at=at)


def _role_text(role: RoleCredentials) -> str:
    if not role.credentials:
        return f"{role.role} {role.status}"
    parties = ", ".join(dict.fromkeys(credential.party for credential in role.credentials))
    return f"{role.role} {parties} from counter {role.floor}"
