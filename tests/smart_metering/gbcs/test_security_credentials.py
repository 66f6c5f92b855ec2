"""Retrieve Device Security Credentials: CS02a octet for octet, and nothing else taken."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.errors import DecodeError
from smart_metering.gbcs.security_credentials import (
    Credential,
    CredentialStatus,
    CredentialUsage,
    RemotePartyCredentials,
    RemotePartyRole,
    decode_security_credentials_command,
    decode_security_credentials_response,
    encode_security_credentials_command,
    encode_security_credentials_response,
)
from smart_metering.identifiers import Eui, eui_from_number
from tests.smart_metering.gbcs.reference_vectors import read_vectors
from tests.smart_metering.gbcs.strictness import every_change_is_refused_or_seen, read_or_refuse

SUPPLIER = Eui("90-B3-D5-1F-30-01-00-00")
NETWORK_OPERATOR = Eui("90-B3-D5-1F-30-02-00-00")
ACB = Eui("90-B3-D5-1F-30-00-00-02")
ROLES = (RemotePartyRole.SUPPLIER, RemotePartyRole.NETWORK_OPERATOR)


def credential(usage: CredentialUsage, party: Eui, key_id: str) -> Credential:
    return Credential(usage=usage, party=party, key_id=bytes.fromhex(key_id))


PARTIES = (
    RemotePartyCredentials(
        role=RemotePartyRole.SUPPLIER,
        credentials=(
            credential(CredentialUsage.DIGITAL_SIGNING, SUPPLIER, "44899792D196F4B8"),
            credential(CredentialUsage.KEY_AGREEMENT, SUPPLIER, "405B8C62687D8F70"),
            credential(CredentialUsage.KEY_AGREEMENT_TOP_UP, SUPPLIER, "41FB49221588C570"),
        ),
    ),
    RemotePartyCredentials(
        role=RemotePartyRole.NETWORK_OPERATOR,
        floor_sequence_number=1,
        credentials=(
            credential(CredentialUsage.DIGITAL_SIGNING, NETWORK_OPERATOR, "48CF97FA9F827FB5"),
            credential(CredentialUsage.KEY_AGREEMENT, NETWORK_OPERATOR, "4BC9D38D1CB49F2A"),
        ),
    ),
)
RESPONSES: list[tuple[tuple[RemotePartyCredentials, ...], str]] = [
    ((), "30 00"),
    (
        (
            RemotePartyCredentials(
                role=RemotePartyRole.ACCESS_CONTROL_BROKER,
                credentials=(credential(CredentialUsage.KEY_AGREEMENT, ACB, "4A9CE02C39AB910B"),),
            ),
            RemotePartyCredentials(
                role=RemotePartyRole.NETWORK_OPERATOR, status=CredentialStatus.TRUST_ANCHOR_NOT_FOUND
            ),
        ),
        (
            "30 2F  30 25 020104 0A0100 020100 30 1A 30 18 03020308 0408 90B3D51F30000002 0408 4A9CE02C39AB910B"
            "  30 06 020103 0A0119"
        ),
    ),
]
responses = pytest.mark.parametrize(("parties", "octets"), RESPONSES)

credentials = st.builds(
    Credential,
    usage=st.sampled_from(CredentialUsage),
    party=st.integers(0, 2**64 - 1).map(eui_from_number),
    key_id=st.binary(min_size=8, max_size=8),
)
held = st.builds(
    RemotePartyCredentials,
    role=st.sampled_from(RemotePartyRole),
    floor_sequence_number=st.integers(0, 2**64 - 1),
    credentials=st.lists(credentials, max_size=10).map(tuple),
)
missing = st.builds(
    RemotePartyCredentials,
    role=st.sampled_from(RemotePartyRole),
    status=st.sampled_from([status for status in CredentialStatus if status]),
)


def test_the_reference_messages_are_read_and_made_again(reference_data: Path) -> None:
    (vector,) = read_vectors(reference_data, "6.24.1_CS02aMAC").values()

    assert decode_security_credentials_command(vector.command.payload) == ROLES
    assert encode_security_credentials_command(ROLES) == vector.command.payload
    assert decode_security_credentials_response(vector.response.payload) == PARTIES
    assert encode_security_credentials_response(PARTIES) == vector.response.payload


def test_a_command_octet_for_octet() -> None:
    payload = bytes.fromhex("30 11 30 07 020104 03020308 30 06 020102 020103")

    assert encode_security_credentials_command(ROLES) == payload
    assert decode_security_credentials_command(payload) == ROLES


@responses
def test_a_response_octet_for_octet(parties: tuple[RemotePartyCredentials, ...], octets: str) -> None:
    payload = bytes.fromhex(octets)

    assert encode_security_credentials_response(parties) == payload
    assert decode_security_credentials_response(payload) == parties


@given(roles=st.lists(st.sampled_from(RemotePartyRole), max_size=100).map(tuple))
def test_any_roles_come_back(roles: tuple[RemotePartyRole, ...]) -> None:
    assert decode_security_credentials_command(encode_security_credentials_command(roles)) == roles


@given(parties=st.lists(held | missing, max_size=8).map(tuple))
def test_any_credentials_come_back(parties: tuple[RemotePartyCredentials, ...]) -> None:
    assert decode_security_credentials_response(encode_security_credentials_response(parties)) == parties


def test_a_changed_command_is_refused_or_seen() -> None:
    every_change_is_refused_or_seen(
        encode_security_credentials_command(ROLES),
        decode_security_credentials_command,
        encode_security_credentials_command,
    )


@pytest.mark.parametrize("parties", [*(row[0] for row in RESPONSES), PARTIES])
def test_a_changed_response_is_refused_or_seen(parties: tuple[RemotePartyCredentials, ...]) -> None:
    every_change_is_refused_or_seen(
        encode_security_credentials_response(parties),
        decode_security_credentials_response,
        encode_security_credentials_response,
    )


@pytest.mark.parametrize(
    ("octets", "offset", "what"),
    [
        ("30 08 30 06 020108 0A0119", 4, "8 is no remote party role"),
        ("30 08 30 06 020102 0A0101", 7, "1 is no status of a credential"),
        ("30 26 30 24 020102 0A0100 020100 30 19 30 17 03020240", 17, "no known key usage"),
        ("30 08 30 07 020102 0A0119", 3, "remote party: length 7, but 6 octets follow"),
        ("30 09 30 07 020102 0A0119 00", 10, "the remote party ends at 11, its content at 10"),
    ],
)
def test_a_response_is_refused_where_it_is_wrong(octets: str, offset: int, what: str) -> None:
    with pytest.raises(DecodeError) as refusal:
        decode_security_credentials_response(bytes.fromhex(octets + "00" * 40)[: 2 + int(octets[3:5], 16)])

    assert (refusal.value.offset, refusal.value.what) == (offset, what)


@given(payload=st.binary(max_size=60))
def test_any_octets_are_read_or_refused(payload: bytes) -> None:
    read_or_refuse(payload, decode_security_credentials_command)
    read_or_refuse(payload, decode_security_credentials_response)


def test_a_counter_where_no_credential_was_found_is_our_own_mistake() -> None:
    party = RemotePartyCredentials(
        role=RemotePartyRole.SUPPLIER, status=CredentialStatus.OTHER, floor_sequence_number=1
    )

    with pytest.raises(AssertionError):
        encode_security_credentials_response((party,))
