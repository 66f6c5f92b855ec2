"""Update Security Credentials by TransCoS: CS02b and its alert octet for octet, and nothing else taken."""

from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.errors import DecodeError
from smart_metering.gbcs import der
from smart_metering.gbcs.credential_outcomes import ReplacementOutcome, UpdateOutcome
from smart_metering.gbcs.message import Message
from smart_metering.gbcs.security_credentials import CredentialStatus, CredentialUsage
from smart_metering.gbcs.update_security_credentials import (
    FutureDatedUpdate,
    ReplacementCredentials,
    decode_update_security_credentials_alert,
    decode_update_security_credentials_command,
    decode_update_security_credentials_response,
    encode_update_security_credentials_alert,
    encode_update_security_credentials_command,
    encode_update_security_credentials_response,
)
from smart_metering.identifiers import Eui, eui_from_number
from smart_metering.instants import CANCELLATION, Instant, parse_instant
from smart_metering.records import changed
from tests.smart_metering.gbcs.reference_vectors import read_message
from tests.smart_metering.gbcs.strictness import every_change_is_refused_or_seen, read_or_refuse

OLD_SUPPLIER = Eui("90-B3-D5-1F-30-01-00-00")
NEW_SUPPLIER = Eui("90-B3-D5-1F-30-03-00-00")
EXECUTION_TIME = parse_instant("2030-01-02T00:00:00Z")
LAST_SECOND = parse_instant("9999-12-31T23:59:59Z")


def replacement(usage: CredentialUsage, existing_key_id: str, new_key_id: str) -> ReplacementOutcome:
    return ReplacementOutcome(
        usage=usage,
        existing_party=OLD_SUPPLIER,
        existing_key_id=bytes.fromhex(existing_key_id),
        new_party=NEW_SUPPLIER,
        new_key_id=bytes.fromhex(new_key_id),
    )


REPLACEMENTS = (
    replacement(CredentialUsage.DIGITAL_SIGNING, "44899792D196F4B8", "4A8103ADAC183A89"),
    replacement(CredentialUsage.KEY_AGREEMENT, "405B8C62687D8F70", "483972547DCD7835"),
    replacement(CredentialUsage.KEY_AGREEMENT_TOP_UP, "41FB49221588C570", "43049452FE1FCE0A"),
)
OUTCOME = UpdateOutcome(originator_counter=6001, top_up_floor_sequence_number=0, replacements=REPLACEMENTS)

SMALL = ReplacementCredentials(
    digital_signing=bytes.fromhex("30 01 01"),
    key_agreement=bytes.fromhex("30 01 02"),
    key_agreement_top_up=bytes.fromhex("30 01 03"),
    certification_path=(bytes.fromhex("30 01 04"), bytes.fromhex("30 00")),
    originator_counter=6001,
    top_up_floor_sequence_number=9,
)
COMMANDS = {
    "everything": (
        changed(SMALL, apply_time_based_checks=False, execution_time=EXECUTION_TIME),
        (
            "30 70  30 27 020107 810101 A207 020105 03020780 83021771 A612 3010 020102 020100 3008 3006 020100 020109"
            "  30 2D 300C 300101 3007 020102 03020780 300C 300102 3007 020102 03020308"
            " 300F 300103 300A 020102 03020308 020101"
            "  30 05 300104 3000  180F 32303330303130323030303030305A"
        ),
    ),
    "as little as there can be": (
        changed(
            SMALL,
            key_agreement_top_up=None,
            certification_path=(),
            supplier_floor_sequence_number=None,
            top_up_floor_sequence_number=None,
        ),
        (
            "30 32  30 10 020107 A207 020105 03020780 83021771"
            "  30 1C 300C 300101 3007 020102 03020780 300C 300102 3007 020102 03020308  30 00"
        ),
    ),
    "cancellation": (
        changed(
            SMALL,
            certification_path=(),
            supplier_floor_sequence_number=None,
            top_up_floor_sequence_number=None,
            execution_time=CANCELLATION,
        ),
        (
            "30 54  30 10 020107 A207 020105 03020780 83021771"
            "  30 2D 300C 300101 3007 020102 03020780 300C 300102 3007 020102 03020308"
            " 300F 300103 300A 020102 03020308 020101"
            "  30 00  180F 39393939313233313233353935395A"
        ),
    ),
}
commands = pytest.mark.parametrize(("credentials", "octets"), COMMANDS.values(), ids=COMMANDS)
RESPONSES = {
    "accepted": (None, "30 02 05 00"),
    "nothing done": (
        UpdateOutcome(originator_counter=6001, supplier_floor_sequence_number=None, replacements=()),
        "30 0F 05 00 30 0B 02021771 020107 30 00 30 00",
    ),
    "one credential failed": (
        UpdateOutcome(
            originator_counter=6001,
            replacements=(changed(REPLACEMENTS[0], status=CredentialStatus.NO_TRUST_ANCHOR),),
        ),
        (
            "30 4D 05 00 30 49 02021771 020107 30 08 3006 020102 020100"
            " 30 36 3034 3007 020102 03020780 0A010A 0408 90B3D51F30010000 0408 44899792D196F4B8"
            " 0408 90B3D51F30030000 0408 4A8103ADAC183A89"
        ),
    ),
}
responses = pytest.mark.parametrize(("outcome", "octets"), RESPONSES.values(), ids=RESPONSES)
ALERT = FutureDatedUpdate(
    alert_code=DeviceAlertCode.FUTURE_DATED_COMMAND_SUCCESSFUL,
    execution_time=EXECUTION_TIME,
    outcome=changed(OUTCOME, originator_counter=6002),
)


def read(reference_data: Path, name: str) -> Message:
    folder = reference_data / "rtds" / "6.23_CS02bSupplierByTransCoS"
    return read_message(folder / f"CS02bSupplierByTransCoS_6.23_{name}_GBCS.HEX")


@pytest.mark.parametrize(
    ("name", "counter", "floor", "execution_time"),
    [
        ("IMMEDIATE_SUCCESS", 6001, 0, None),
        ("FUTURE_DATED_SUCCESS", 6002, 0, EXECUTION_TIME),
        ("CANCELLATION_SUCCESS", 6003, None, CANCELLATION),
    ],
)
def test_the_reference_commands_are_read_and_made_again(
    reference_data: Path, name: str, counter: int, floor: int | None, execution_time: Instant | None
) -> None:
    payload = read(reference_data, f"{name}_COMMAND").payload

    credentials = decode_update_security_credentials_command(payload)

    assert credentials.originator_counter == counter
    assert credentials.supplier_floor_sequence_number == floor
    assert credentials.top_up_floor_sequence_number == floor
    assert credentials.apply_time_based_checks
    assert credentials.execution_time == execution_time
    assert encode_update_security_credentials_command(credentials) == payload


def test_the_certificates_of_a_command_are_whole(reference_data: Path) -> None:
    credentials = decode_update_security_credentials_command(
        read(reference_data, "IMMEDIATE_SUCCESS_COMMAND").payload
    )

    assert credentials.key_agreement_top_up is not None
    certificates = [
        x509.load_der_x509_certificate(octets)
        for octets in (
            credentials.digital_signing,
            credentials.key_agreement,
            credentials.key_agreement_top_up,
            *credentials.certification_path,
        )
    ]
    *of_the_supplier, issuing_authority = certificates
    key_ids = [
        certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        for certificate in of_the_supplier
    ]
    assert key_ids == [outcome.new_key_id for outcome in REPLACEMENTS]
    for certificate in of_the_supplier:
        certificate.verify_directly_issued_by(issuing_authority)


def test_the_reference_responses_are_read_and_made_again(reference_data: Path) -> None:
    immediate = read(reference_data, "IMMEDIATE_SUCCESS_RESPONSE").payload
    accepted = [
        read(reference_data, f"{name}_SUCCESS_RESPONSE").payload for name in ("FUTURE_DATED", "CANCELLATION")
    ]

    assert decode_update_security_credentials_response(immediate) == OUTCOME
    assert encode_update_security_credentials_response(OUTCOME) == immediate
    assert accepted == [encode_update_security_credentials_response(None)] * 2


def test_the_reference_alert_is_read_and_made_again(reference_data: Path) -> None:
    payload = read(reference_data, "8F66_FUTURE_DATED_SUCCESS_ALERT").payload

    assert decode_update_security_credentials_alert(payload) == ALERT
    assert encode_update_security_credentials_alert(ALERT) == payload


@commands
def test_a_command_octet_for_octet(credentials: ReplacementCredentials, octets: str) -> None:
    payload = bytes.fromhex(octets)

    assert encode_update_security_credentials_command(credentials).hex() == payload.hex()
    assert decode_update_security_credentials_command(payload) == credentials


@responses
def test_a_response_octet_for_octet(outcome: UpdateOutcome | None, octets: str) -> None:
    payload = bytes.fromhex(octets)

    assert encode_update_security_credentials_response(outcome).hex() == payload.hex()
    assert decode_update_security_credentials_response(payload) == outcome


def test_an_update_succeeds_only_as_a_whole() -> None:
    failed = changed(REPLACEMENTS[2], status=CredentialStatus.BAD_CERTIFICATE)

    assert OUTCOME.success
    assert not changed(OUTCOME, replacements=(*REPLACEMENTS[:2], failed)).success


# --- its own inverse ----------------------------------------------------------------------------------------

counters = st.integers(0, 2**64 - 1)
floors = st.one_of(st.just((None, None)), st.tuples(counters, st.none()), st.tuples(counters, counters))
certificates = st.binary(max_size=300).map(lambda content: der.encode(der.SEQUENCE, content))
instants = st.integers(0, LAST_SECOND // 1000 - 1).map(lambda seconds: Instant(seconds * 1000))
parties = st.integers(0, 2**64 - 1).map(eui_from_number)
key_ids = st.binary(min_size=8, max_size=8)
replacements = st.builds(
    ReplacementOutcome,
    usage=st.sampled_from(CredentialUsage),
    status=st.sampled_from(CredentialStatus),
    existing_party=parties,
    existing_key_id=key_ids,
    new_party=parties,
    new_key_id=key_ids,
)


@given(
    floors=floors,
    credentials=st.builds(
        ReplacementCredentials,
        digital_signing=certificates,
        key_agreement=certificates,
        key_agreement_top_up=st.none() | certificates,
        certification_path=st.lists(certificates, max_size=3).map(tuple),
        originator_counter=counters,
        apply_time_based_checks=st.booleans(),
        execution_time=st.none() | st.just(CANCELLATION) | instants,
    ),
)
def test_any_credentials_come_back(
    floors: tuple[int | None, int | None], credentials: ReplacementCredentials
) -> None:
    credentials = changed(
        credentials, supplier_floor_sequence_number=floors[0], top_up_floor_sequence_number=floors[1]
    )

    payload = encode_update_security_credentials_command(credentials)

    assert decode_update_security_credentials_command(payload) == credentials


@given(counter=counters, floors=floors, replacements=st.lists(replacements, max_size=5).map(tuple))
def test_any_outcome_comes_back(
    counter: int, floors: tuple[int | None, int | None], replacements: tuple[ReplacementOutcome, ...]
) -> None:
    outcome = UpdateOutcome(
        originator_counter=counter,
        supplier_floor_sequence_number=floors[0],
        top_up_floor_sequence_number=floors[1],
        replacements=replacements,
    )
    alert = changed(ALERT, outcome=outcome)

    response = encode_update_security_credentials_response(outcome)

    assert decode_update_security_credentials_response(response) == outcome
    assert decode_update_security_credentials_alert(encode_update_security_credentials_alert(alert)) == alert


# --- strictness ---------------------------------------------------------------------------------------------


@commands
def test_a_changed_command_is_refused_or_seen(credentials: ReplacementCredentials, octets: str) -> None:
    every_change_is_refused_or_seen(
        bytes.fromhex(octets),
        decode_update_security_credentials_command,
        encode_update_security_credentials_command,
    )


@responses
def test_a_changed_response_is_refused_or_seen(outcome: UpdateOutcome | None, octets: str) -> None:
    every_change_is_refused_or_seen(
        bytes.fromhex(octets),
        decode_update_security_credentials_response,
        encode_update_security_credentials_response,
    )


def test_a_changed_alert_is_refused_or_seen() -> None:
    every_change_is_refused_or_seen(
        encode_update_security_credentials_alert(ALERT),
        decode_update_security_credentials_alert,
        encode_update_security_credentials_alert,
    )


@given(payload=st.binary(max_size=80))
def test_any_octets_are_read_or_refused(payload: bytes) -> None:
    read_or_refuse(payload, decode_update_security_credentials_command)
    read_or_refuse(payload, decode_update_security_credentials_response)
    read_or_refuse(payload, decode_update_security_credentials_alert)


def test_the_cancellation_of_a_service_request_is_not_that_of_a_command() -> None:
    payload = bytes.fromhex(COMMANDS["cancellation"][1]).replace(b"99991231235959Z", b"30001231000000Z")

    with pytest.raises(DecodeError, match="octet 69: execution date-time 3000-12-31"):
        decode_update_security_credentials_command(payload)


def test_the_credentials_of_another_role_are_refused() -> None:
    payload = bytes.fromhex(
        COMMANDS["cancellation"][1].replace("020102 03020308 300F", "020103 03020308 300F")
    )

    with pytest.raises(DecodeError, match="cell of KeyAgreement: 02 expected, 03 found"):
        decode_update_security_credentials_command(payload)


def test_a_code_of_another_alert_is_refused() -> None:
    payload = encode_update_security_credentials_alert(ALERT).replace(b"\x00\x8f\x66", b"\x00\x8f\x72")

    with pytest.raises(DecodeError, match="octet 4: alert code 8F72 is not one of CS02B_ALERT"):
        decode_update_security_credentials_alert(payload)


@pytest.mark.parametrize(
    "credentials",
    [
        changed(SMALL, execution_time=LAST_SECOND),
        changed(SMALL, supplier_floor_sequence_number=None),
    ],
)
def test_a_command_that_cannot_be_written_is_our_own_mistake(credentials: ReplacementCredentials) -> None:
    with pytest.raises(AssertionError):
        encode_update_security_credentials_command(credentials)
