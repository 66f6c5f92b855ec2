"""Read Active Import Profile Data of gas: GCS17 octet for octet, encrypted, or refused in clear."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.errors import DecodeError
from smart_metering.gbcs.encryption import encrypt_attribute
from smart_metering.gbcs.exchange import Exchange
from smart_metering.gbcs.gas_profile import (
    GasProfile,
    GasProfilePeriod,
    GasProfileRefusal,
    decode_gas_profile_command,
    decode_gas_profile_response,
    encode_gas_profile_command,
    encode_gas_profile_response,
    gas_profile_period,
)
from smart_metering.gbcs.gbz import encode_encrypted_component
from smart_metering.identifiers import Eui
from smart_metering.instants import HOUR_MS, Instant, parse_instant
from tests.smart_metering.gbcs.reference_vectors import read_vectors
from tests.smart_metering.gbcs.strictness import every_change_is_refused_or_seen, neighbours, read_or_refuse

SECRET = bytes(range(32))
EXCHANGE = Exchange(
    originator=Eui("90-B3-D5-1F-30-01-00-00"),
    device=Eui("00-DB-12-34-56-78-90-A1"),
    counter=1002,
    recipient=Eui("90-B3-D5-1F-30-01-00-00"),
    recipient_counter=1002,
)
START = parse_instant("2014-12-30T00:00:00Z")
COMMAND = bytes.fromhex("0109 01 01 0702 000C 01 00 08 0000 80A7341C 00 6100")
PERIOD = GasProfilePeriod(start=START, samples=97)
CONTENT = "0000 80A7341C 00 0807 0300  010000 FFFFFF E80300"
PROFILE = GasProfile(start=START, samples=(1, None, 1000))
REFUSALS = [
    (GasProfileRefusal.NOT_FOUND, "0109 01 01 0702 0005 08 00 0B 08 8B"),
    (GasProfileRefusal.HARDWARE_FAILURE, "0109 01 01 0702 0005 08 00 0B 08 C0"),
]

starts = st.integers(946_684_800, 946_684_800 + 2**32 - 2).map(lambda seconds: Instant(seconds * 1000))
counts = st.integers(0, 2**16 - 1)
samples = st.lists(st.none() | st.integers(0, 2**24 - 2), max_size=100).map(tuple)


def encrypted(content: bytes) -> bytes:
    """A Response of any content that is properly encrypted."""
    attribute = encrypt_attribute(EXCHANGE, SECRET, content)
    return encode_encrypted_component(0x0702, bytes.fromhex("19 00 07"), attribute)


def test_the_reference_messages_are_read_and_made_again(reference_data: Path) -> None:
    (vector,) = read_vectors(reference_data, "4.8.1_GCS17").values()
    command, response, exchange = vector.command.payload, vector.response.payload, vector.exchange

    profile = decode_gas_profile_response(response, exchange, vector.secret)

    assert decode_gas_profile_command(command, exchange) == PERIOD
    assert encode_gas_profile_command(PERIOD, exchange) == command
    assert isinstance(profile, GasProfile)
    assert (profile.start, len(profile.samples), profile.samples[0]) == (START, 97, 0x48BE4A)
    assert encode_gas_profile_response(profile, exchange, vector.secret) == response


def test_a_response_octet_for_octet() -> None:
    payload = encrypted(bytes.fromhex(CONTENT))

    assert encode_gas_profile_response(PROFILE, EXCHANGE, SECRET) == payload
    assert decode_gas_profile_response(payload, EXCHANGE, SECRET) == PROFILE


@pytest.mark.parametrize(("refusal", "octets"), REFUSALS)
def test_a_refusal_octet_for_octet(refusal: GasProfileRefusal, octets: str) -> None:
    payload = bytes.fromhex(octets)

    assert encode_gas_profile_response(refusal, EXCHANGE, SECRET) == payload
    assert decode_gas_profile_response(payload, EXCHANGE, SECRET) is refusal


def test_each_sample_has_its_time() -> None:
    assert PROFILE.entries == (
        (START, 1),
        (parse_instant("2014-12-30T00:30:00Z"), None),
        (parse_instant("2014-12-30T01:00:00Z"), 1000),
    )


@pytest.mark.parametrize(("hours", "count"), [(48, 97), (0, 1), (0.4, 1), (0.5, 2), (-1, 0)])
def test_both_ends_of_a_period_count(hours: float, count: int) -> None:
    period = gas_profile_period(START, Instant(START + int(hours * HOUR_MS)))

    assert period == GasProfilePeriod(start=START, samples=count)


@given(period=st.builds(GasProfilePeriod, start=starts, samples=counts))
def test_any_period_comes_back(period: GasProfilePeriod) -> None:
    assert decode_gas_profile_command(encode_gas_profile_command(period, EXCHANGE), EXCHANGE) == period


@given(profile=st.builds(GasProfile, start=starts, samples=samples))
def test_any_profile_comes_back(profile: GasProfile) -> None:
    payload = encode_gas_profile_response(profile, EXCHANGE, SECRET)

    assert decode_gas_profile_response(payload, EXCHANGE, SECRET) == profile


def test_a_changed_command_is_refused_or_seen() -> None:
    every_change_is_refused_or_seen(
        COMMAND,
        lambda octets: decode_gas_profile_command(octets, EXCHANGE),
        lambda period: encode_gas_profile_command(period, EXCHANGE),
    )


def test_every_change_of_a_response_is_refused() -> None:
    for other in neighbours(encode_gas_profile_response(PROFILE, EXCHANGE, SECRET)):
        with pytest.raises(DecodeError):
            decode_gas_profile_response(other, EXCHANGE, SECRET)


def test_a_change_before_encryption_is_refused_or_seen() -> None:
    for other in neighbours(bytes.fromhex(CONTENT)):
        payload = encrypted(other)
        read = read_or_refuse(payload, lambda octets: decode_gas_profile_response(octets, EXCHANGE, SECRET))
        if read is not None:
            assert read[0] != PROFILE
            assert encode_gas_profile_response(read[0], EXCHANGE, SECRET) == payload


@pytest.mark.parametrize(("refusal", "octets"), REFUSALS)
def test_a_changed_refusal_is_refused_or_seen(refusal: GasProfileRefusal, octets: str) -> None:
    every_change_is_refused_or_seen(
        bytes.fromhex(octets),
        lambda octets: decode_gas_profile_response(octets, EXCHANGE, SECRET),
        lambda read: encode_gas_profile_response(read, EXCHANGE, SECRET),
    )


@given(payload=st.binary(max_size=70))
def test_any_octets_are_read_or_refused(payload: bytes) -> None:
    read_or_refuse(payload, lambda octets: decode_gas_profile_command(octets, EXCHANGE))
    read_or_refuse(payload, lambda octets: decode_gas_profile_response(octets, EXCHANGE, SECRET))


def test_the_mark_of_a_missing_sample_is_no_consumption() -> None:
    with pytest.raises(AssertionError):
        encode_gas_profile_response(GasProfile(start=START, samples=(0xFFFFFF,)), EXCHANGE, SECRET)
