"""Retrieve Device Security Credentials (SR 6.24.1): whose keys a Device holds, by CS02a."""

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from device_emulator.devices import decoded_content
from device_emulator.devices.profile import Answer, Handled, Hearing
from device_emulator.devices.surroundings import HeldCredentials, KnownParty
from smart_metering.gbcs.security_credentials import (
    Credential,
    CredentialStatus,
    CredentialUsage,
    RemotePartyCredentials,
    RemotePartyRole,
    decode_security_credentials_command,
    encode_security_credentials_response,
)
from smart_metering.pki.certificates import key_identifier

_PLACES = {
    RemotePartyRole.SUPPLIER: KnownParty.SUPPLIER,
    RemotePartyRole.NETWORK_OPERATOR: KnownParty.NETWORK_OPERATOR,
    RemotePartyRole.ACCESS_CONTROL_BROKER: KnownParty.ACB,
    RemotePartyRole.TRANSITIONAL_COS: KnownParty.CHANGE_OF_SUPPLIER,
}
"""No Device here holds credentials for root or recovery (choice G63)."""


def read_credentials(hearing: Hearing) -> Handled:
    """Raises DecodeError if the payload cannot be read. Roles are told in the order in which they were asked."""
    roles = decode_security_credentials_command(hearing.command.payload)
    parties = tuple(_of_role(hearing, role) for role in roles)
    answer = Answer(
        payload=lambda: encode_security_credentials_response(parties),
        content=lambda: decoded_content.of_credentials(parties),
    )
    return Handled(state=hearing.state, answer=hearing.answer(answer))


def _of_role(hearing: Hearing, role: RemotePartyRole) -> RemotePartyCredentials:
    held = hearing.around.held(_PLACES[role]) if role in _PLACES else None
    if held is None:
        return RemotePartyCredentials(role=role, status=CredentialStatus.TRUST_ANCHOR_NOT_FOUND)
    return RemotePartyCredentials(
        role=role, floor_sequence_number=held.floor, credentials=tuple(_credentials(held))
    )


def _credentials(held: HeldCredentials) -> list[Credential]:
    keys = keys_of(held)
    return [
        Credential(usage=usage, party=held.party, key_id=key_identifier(key)) for usage, key in keys.items()
    ]


def keys_of(held: HeldCredentials) -> dict[CredentialUsage, EllipticCurvePublicKey]:
    """The keys in a place, by usage; only some suppliers have one for top-ups."""
    keys = {
        CredentialUsage.DIGITAL_SIGNING: held.digital_signing,
        CredentialUsage.KEY_AGREEMENT: held.key_agreement,
    }
    if held.key_agreement_top_up is not None:
        keys[CredentialUsage.KEY_AGREEMENT_TOP_UP] = held.key_agreement_top_up
    return keys
