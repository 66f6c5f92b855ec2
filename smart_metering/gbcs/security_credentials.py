"""Retrieve Device Security Credentials (SR 6.24.1): the DER payloads of CS02a, authenticated by the ACB's MAC.

A Device keeps a credential for each remote party role and usage; it answers with who holds it and the key's
identifier, not with the certificate. Layouts: Reference Test Data Set 4.5.0 (certain), but for the key usage of
certificate signing (likely). `RemotePartyRole` and `CredentialStatus` have the numbers of GBCS; those that no vector
holds are likely.
"""

from enum import IntEnum, StrEnum

from smart_metering.errors import DecodeError
from smart_metering.gbcs import der
from smart_metering.gbcs.cursor import Cursor
from smart_metering.identifiers import Eui, eui_from_octets, eui_octets
from smart_metering.records import Record

LARGEST_COUNTER = 2**64 - 1

KEY_ID_SIZE = 8
_EUI_SIZE = 8
_LARGEST_ENUMERATED = 0x7F


class RemotePartyRole(IntEnum):
    """For whom a Device keeps credentials."""

    ROOT = 0
    RECOVERY = 1
    SUPPLIER = 2
    NETWORK_OPERATOR = 3
    ACCESS_CONTROL_BROKER = 4
    TRANSITIONAL_COS = 5
    WAN_PROVIDER = 6
    ISSUING_AUTHORITY = 7
    OTHER = 127


class CredentialUsage(StrEnum):
    """What a credential is for, as MMC 5.4 names it."""

    DIGITAL_SIGNING = "DigitalSigning"
    KEY_AGREEMENT = "KeyAgreement"
    KEY_AGREEMENT_TOP_UP = "KeyAgreementTopUp"
    KEY_CERT_SIGN = "KeyCertSign"


class CredentialStatus(IntEnum):
    """What became of reading or replacing a credential; the numbers are those of RFC 5934."""

    SUCCESS = 0
    BAD_CERTIFICATE = 5
    NO_TRUST_ANCHOR = 10
    INSUFFICIENT_MEMORY = 17
    TRUST_ANCHOR_NOT_FOUND = 25
    RESOURCES_BUSY = 30
    OTHER = 127


# A BIT STRING of the key usage; the cell usage pre-payment top-up follows, that of management is the default.
_USAGE_OCTETS = {
    CredentialUsage.DIGITAL_SIGNING: bytes.fromhex("03 02 0780"),
    CredentialUsage.KEY_AGREEMENT_TOP_UP: bytes.fromhex("03 02 0308  02 01 01"),
    CredentialUsage.KEY_AGREEMENT: bytes.fromhex("03 02 0308"),
    CredentialUsage.KEY_CERT_SIGN: bytes.fromhex("03 02 0204"),
}

_ROLES = frozenset(RemotePartyRole)
_STATUSES = frozenset(CredentialStatus)

_AUTHORISING_CELL = der.encode(
    der.SEQUENCE,
    der.encode_integer(RemotePartyRole.ACCESS_CONTROL_BROKER) + _USAGE_OCTETS[CredentialUsage.KEY_AGREEMENT],
)


class Credential(Record, frozen=True, kw_only=True):
    """The holder of a key and the key's identifier (8 octets, those of the certificate)."""

    usage: CredentialUsage
    party: Eui
    key_id: bytes


class RemotePartyCredentials(Record, frozen=True, kw_only=True):
    """What a Device keeps for one role; no counter and no credentials when the status is not success."""

    role: RemotePartyRole
    status: CredentialStatus = CredentialStatus.SUCCESS
    floor_sequence_number: int = 0
    credentials: tuple[Credential, ...] = ()


def encode_security_credentials_command(roles: tuple[RemotePartyRole, ...]) -> bytes:
    """Asks for the credentials of these roles, in this order."""
    content = b"".join(map(der.encode_integer, roles))
    return der.encode_sequence(_AUTHORISING_CELL + der.encode_sequence(content))


def decode_security_credentials_command(payload: bytes) -> tuple[RemotePartyRole, ...]:
    cursor = Cursor(payload)
    end = der.open_nested(cursor, "CS02a command")
    cursor.expect(_AUTHORISING_CELL, "authorising remote party")
    roles = []
    end_of_roles = der.open_nested(cursor, "roles")
    while cursor.offset < end_of_roles:
        roles.append(read_role(cursor))
    der.close_nested(cursor, end_of_roles, "list of roles")
    der.close_nested(cursor, end, "CS02a command")
    cursor.finish()
    return tuple(roles)


def encode_security_credentials_response(parties: tuple[RemotePartyCredentials, ...]) -> bytes:
    return der.encode_sequence(b"".join(map(_encode_party, parties)))


def decode_security_credentials_response(payload: bytes) -> tuple[RemotePartyCredentials, ...]:
    cursor = Cursor(payload)
    end = der.open_nested(cursor, "CS02a response")
    parties = []
    while cursor.offset < end:
        parties.append(_read_party(cursor))
    der.close_nested(cursor, end, "CS02a response")
    cursor.finish()
    return tuple(parties)


def read_role(cursor: Cursor) -> RemotePartyRole:
    start = cursor.offset
    number = der.read_integer(cursor, _LARGEST_ENUMERATED, "remote party role")
    if number not in _ROLES:
        raise DecodeError(start, f"{number} is no remote party role")
    return RemotePartyRole(number)


def encode_usage(usage: CredentialUsage) -> bytes:
    """Key usage and cell usage, one behind the other."""
    return _USAGE_OCTETS[usage]


def read_usage(cursor: Cursor) -> CredentialUsage:
    for usage, octets in _USAGE_OCTETS.items():  # the longer of two that begin alike stands first
        if cursor.octets.startswith(octets, cursor.offset):
            cursor.offset += len(octets)
            return usage
    raise DecodeError(cursor.offset, "no known key usage")


def encode_cell(role: RemotePartyRole, usage: CredentialUsage) -> bytes:
    """The place where a Device keeps one credential."""
    return der.encode_sequence(der.encode_integer(role) + encode_usage(usage))


def encode_status(status: CredentialStatus) -> bytes:
    return der.encode_integer(status, der.ENUMERATED)


def read_status(cursor: Cursor) -> CredentialStatus:
    start = cursor.offset
    number = der.read_integer(cursor, _LARGEST_ENUMERATED, "status of a credential", der.ENUMERATED)
    if number not in _STATUSES:
        raise DecodeError(start, f"{number} is no status of a credential")
    return CredentialStatus(number)


def encode_holder(party: Eui, key_id: bytes) -> bytes:
    """Who holds a key, and its identifier."""
    assert len(key_id) == KEY_ID_SIZE, key_id.hex()
    return der.encode(der.OCTET_STRING, eui_octets(party)) + der.encode(der.OCTET_STRING, key_id)


def read_holder(cursor: Cursor) -> tuple[Eui, bytes]:
    party = eui_from_octets(der.read_octet_string(cursor, _EUI_SIZE, "remote party"))
    return party, der.read_octet_string(cursor, KEY_ID_SIZE, "subject key identifier")


def _encode_party(party: RemotePartyCredentials) -> bytes:
    content = der.encode_integer(party.role) + encode_status(party.status)
    if party.status is CredentialStatus.SUCCESS:
        content += der.encode_integer(party.floor_sequence_number)
        content += der.encode_sequence(b"".join(map(_encode_credential, party.credentials)))
    else:
        assert not party.credentials, party
        assert not party.floor_sequence_number, party
    return der.encode_sequence(content)


def _read_party(cursor: Cursor) -> RemotePartyCredentials:
    end = der.open_nested(cursor, "remote party")
    role = read_role(cursor)
    status = read_status(cursor)
    floor_sequence_number = 0
    credentials = []
    if status is CredentialStatus.SUCCESS:
        floor_sequence_number = der.read_integer(cursor, LARGEST_COUNTER, "floor sequence number")
        end_of_credentials = der.open_nested(cursor, "credentials")
        while cursor.offset < end_of_credentials:
            credentials.append(_read_credential(cursor))
        der.close_nested(cursor, end_of_credentials, "list of credentials")
    der.close_nested(cursor, end, "remote party")
    return RemotePartyCredentials(
        role=role,
        status=status,
        floor_sequence_number=floor_sequence_number,
        credentials=tuple(credentials),
    )


def _encode_credential(credential: Credential) -> bytes:
    return der.encode_sequence(
        encode_usage(credential.usage) + encode_holder(credential.party, credential.key_id)
    )


def _read_credential(cursor: Cursor) -> Credential:
    end = der.open_nested(cursor, "credential")
    usage = read_usage(cursor)
    party, key_id = read_holder(cursor)
    der.close_nested(cursor, end, "credential")
    return Credential(usage=usage, party=party, key_id=key_id)
