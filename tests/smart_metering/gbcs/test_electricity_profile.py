"""Read Active Import Profile Data: ECS22b octet for octet, for one element and for two, and nothing else taken."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.errors import DecodeError
from smart_metering.gbcs.dlms_access import encode_protected_answer
from smart_metering.gbcs.electricity_profile import (
    MOST_ENTRIES,
    ElectricityProfileEntry,
    ProfilePeriod,
    decode_electricity_profile_command,
    decode_electricity_profile_response,
    encode_electricity_profile_command,
    encode_electricity_profile_response,
)
from smart_metering.gbcs.message import CraFlag, Message, decode, encode
from smart_metering.instants import MINUTE_MS, Instant, parse_instant
from smart_metering.use_cases import UseCase
from tests.smart_metering.gbcs.reference_vectors import (
    ESME,
    SUPPLIER,
    SUPPLIER_AND_ESME,
    commanded_by_supplier,
    read_vectors,
)
from tests.smart_metering.gbcs.strictness import every_change_is_refused_or_seen

MIDNIGHT = parse_instant("2014-12-31T00:00:00Z")
PERIOD = ProfilePeriod(start=MIDNIGHT, end=parse_instant("2015-01-01T00:00:00Z"))
COMMAND = bytes.fromhex(
    "D9 200003E8 00 01 03 001E 00002B0207FF 01 01"
    "0202 0101 0205 12 0007 0906 0000630100FF 0F 02 12 0000"
    "0202 16 01 0202 090C 07DE0C1FFF000000008000FF 090C 07DF0101FF000000008000FF"
    "0101 0202 16 02 0205 0909 04 00000000000003E8 0908 90B3D51F30010000 0908 00DB1234567890A0 0900"
    "0202 16 02 0202 0901 02 0900"
)


def half_hour(number: int, value: int, secondary: int | None = None) -> ElectricityProfileEntry:
    return ElectricityProfileEntry(
        at=Instant(MIDNIGHT + number * 30 * MINUTE_MS),
        active_import_wh=value,
        secondary_active_import_wh=secondary,
    )


PROFILES = [
    ((), "0201 13 0202 06 06 00"),
    ((half_hour(0, 95), half_hour(1, 243)), "0201 13 0202 06 06 10 1C35F900 0000005F 1C360008 000000F3"),
    ((half_hour(0, 95, 203),), "0201 13 0203 06 06 06 0C 1C35F900 0000005F 000000CB"),
]
profiles = pytest.mark.parametrize(("entries", "plaintext"), PROFILES)

values = st.integers(0, 2**32 - 1)
seconds = st.integers(946_684_800, 946_684_800 + 2**32 - 2)  # 2000-01-01 to the last that GBCS can write


def test_a_command_octet_for_octet() -> None:
    exchange = commanded_by_supplier()

    assert encode_electricity_profile_command(PERIOD, exchange) == COMMAND
    assert decode_electricity_profile_command(COMMAND, exchange) == PERIOD


@profiles
def test_a_plaintext_octet_for_octet(entries: tuple[ElectricityProfileEntry, ...], plaintext: str) -> None:
    exchange = commanded_by_supplier()

    payload = encode_electricity_profile_response(entries, exchange, SUPPLIER_AND_ESME)

    assert payload == encode_protected_answer(exchange, SUPPLIER_AND_ESME, bytes.fromhex(plaintext))
    assert decode_electricity_profile_response(payload, exchange, SUPPLIER_AND_ESME) == entries


@pytest.mark.parametrize("elements", ["SINGLE", "TWIN"])
def test_every_vector_is_read_and_made_again(reference_data: Path, elements: str) -> None:
    vector = read_vectors(reference_data, "4.8.1_ECS22b")[f"ECS22b_4.8.1_{elements}_SUCCESS"]
    exchange, payload = vector.exchange, vector.response.payload

    period = decode_electricity_profile_command(vector.command.payload, exchange)
    entries = decode_electricity_profile_response(payload, exchange, vector.secret)

    assert encode_electricity_profile_command(period, exchange) == vector.command.payload
    assert encode_electricity_profile_response(entries, exchange, vector.secret) == payload
    assert period == PERIOD
    assert [entry.at for entry in entries] == [half_hour(number, 0).at for number in range(49)]
    assert all((entry.secondary_active_import_wh is None) == (elements == "SINGLE") for entry in entries)


@given(numbers=st.lists(st.tuples(seconds, values, values), max_size=60), twin=st.booleans())
def test_any_profile_comes_back(numbers: list[tuple[int, int, int]], twin: bool) -> None:
    entries = tuple(
        ElectricityProfileEntry(
            at=Instant(at * 1000),
            active_import_wh=value,
            secondary_active_import_wh=secondary if twin else None,
        )
        for at, value, secondary in numbers
    )
    exchange = commanded_by_supplier()

    payload = encode_electricity_profile_response(entries, exchange, SUPPLIER_AND_ESME)

    assert decode_electricity_profile_response(payload, exchange, SUPPLIER_AND_ESME) == entries


def test_the_longest_profile_fits_into_one_message() -> None:
    entries = tuple(half_hour(number, 2**32 - 1, 2**32 - 1) for number in range(MOST_ENTRIES))
    message = Message(
        cra=CraFlag.RESPONSE,
        counter=1000,
        originator=ESME,
        target=SUPPLIER,
        message_code=UseCase.ECS22B,
        payload=encode_electricity_profile_response(entries, commanded_by_supplier(), SUPPLIER_AND_ESME),
        supplementary_party=SUPPLIER,
        supplementary_counter=1,
        supplementary_originator_counter=2,
        signature=b"",
        mac=bytes(12),
    )

    assert decode(encode(message)) == message


def test_a_changed_command_is_refused_or_says_something_else() -> None:
    exchange = commanded_by_supplier()

    every_change_is_refused_or_seen(
        COMMAND,
        lambda octets: decode_electricity_profile_command(octets, exchange),
        lambda period: encode_electricity_profile_command(period, exchange),
    )


def test_any_other_response_is_refused() -> None:
    exchange = commanded_by_supplier()

    every_change_is_refused_or_seen(
        encode_electricity_profile_response((half_hour(0, 95, 203),), exchange, SUPPLIER_AND_ESME),
        lambda octets: decode_electricity_profile_response(octets, exchange, SUPPLIER_AND_ESME),
        lambda entries: encode_electricity_profile_response(entries, exchange, SUPPLIER_AND_ESME),
    )


@pytest.mark.parametrize(
    "plaintext",
    [
        "0201 13 0203 06 06 06 00",
        "0201 13 0202 06 06 08 1C35F900 0000005F 00",
        "0201 13 0202 06 06 0C 1C35F900 0000005F 1C360008",
        "0201 13 0202 06 06 81 08 1C35F900 0000005F",
        "0201 13 0202 06 06 08 FFFFFFFF 0000005F",
        "0201 13 0202 06 05 08 1C35F900 0000005F",
    ],
)
def test_what_is_encrypted_is_read_strictly(plaintext: str) -> None:
    exchange = commanded_by_supplier()
    payload = encode_protected_answer(exchange, SUPPLIER_AND_ESME, bytes.fromhex(plaintext))

    with pytest.raises(DecodeError):
        decode_electricity_profile_response(payload, exchange, SUPPLIER_AND_ESME)
