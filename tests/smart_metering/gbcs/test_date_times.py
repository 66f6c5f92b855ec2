"""The three ways to write an Instant: the vectors' own values, their own inverse, nothing else taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.errors import DecodeError
from smart_metering.gbcs.date_times import (
    decode_dlms_date_time,
    decode_gbz_time,
    decode_generalized_time,
    encode_dlms_date_time,
    encode_gbz_time,
    encode_generalized_time,
)
from smart_metering.instants import Instant, parse_instant

NEW_YEAR_2015 = parse_instant("2015-01-01T00:00:00Z")
LAST_SECOND = parse_instant("9999-12-31T23:59:59Z")
INVALID_GBZ_TIME = 0xFFFFFFFF
YEAR_2000 = parse_instant("2000-01-01T00:00:00Z")


def test_the_date_times_of_the_vectors() -> None:
    assert encode_dlms_date_time(NEW_YEAR_2015) == bytes.fromhex("07DF0101FF000000008000FF")
    assert encode_gbz_time(NEW_YEAR_2015) == bytes.fromhex("1C374A80")
    assert encode_generalized_time(NEW_YEAR_2015) == b"20150101000000Z"


def test_what_is_finer_than_the_form_is_dropped() -> None:
    instant = parse_instant("2025-11-21T02:03:04.567Z")

    assert decode_dlms_date_time(encode_dlms_date_time(instant)) == parse_instant("2025-11-21T02:03:04.560Z")
    assert decode_generalized_time(encode_generalized_time(instant)) == parse_instant("2025-11-21T02:03:04Z")
    assert decode_gbz_time(encode_gbz_time(instant)) == parse_instant("2025-11-21T02:03:04Z")


@given(hundredths=st.integers(parse_instant("0001-01-01T00:00:00Z") // 10, LAST_SECOND // 10))
def test_a_dlms_date_time_is_its_own_inverse(hundredths: int) -> None:
    instant = Instant(hundredths * 10)

    assert decode_dlms_date_time(encode_dlms_date_time(instant)) == instant


@given(seconds=st.integers(parse_instant("0001-01-01T00:00:00Z") // 1000, LAST_SECOND // 1000))
def test_a_generalized_time_is_its_own_inverse(seconds: int) -> None:
    instant = Instant(seconds * 1000)

    assert decode_generalized_time(encode_generalized_time(instant)) == instant


@given(seconds=st.integers(0, INVALID_GBZ_TIME - 1))
def test_a_gbz_time_is_its_own_inverse(seconds: int) -> None:
    octets = seconds.to_bytes(4, "big")

    assert encode_gbz_time(decode_gbz_time(octets)) == octets
    assert decode_gbz_time(octets) == YEAR_2000 + seconds * 1000


@pytest.mark.parametrize(
    "octets",
    [
        "07DF0101FF000000008000",
        "07DF0101FF000000008000FF00",
        "07DF010104000000008000FF",
        "07DF0101FF000000000000FF",
        "07DF0101FF00000000800000",
        "07DF0001FF000000008000FF",
        "07DF0D01FF000000008000FF",
        "07DF021DFF000000008000FF",
        "07DF0101FF180000008000FF",
        "07DF0101FF003C00008000FF",
        "07DF0101FF00003C008000FF",
        "07DF0101FF000000648000FF",
        "07DF0101FF000000FF8000FF",
        "00000101FF000000008000FF",
        "FFFF0101FF000000008000FF",
    ],
)
def test_another_dlms_date_time_is_refused(octets: str) -> None:
    with pytest.raises(DecodeError) as refusal:
        decode_dlms_date_time(bytes.fromhex(octets), 9)

    assert refusal.value.offset == 9


@pytest.mark.parametrize(
    "octets",
    [
        b"20150101000000",
        b"201501010000Z",
        b"20150101000000z",
        b"20150101000000ZZ",
        b"2015010100000 Z",
        b"+2150101000000Z",
        b"20151301000000Z",
        b"20150229000000Z",
        b"20150101240000Z",
        b"20150101000060Z",
        b"00000101000000Z",
    ],
)
def test_another_generalized_time_is_refused(octets: bytes) -> None:
    with pytest.raises(DecodeError) as refusal:
        decode_generalized_time(octets, 9)

    assert refusal.value.offset == 9


@pytest.mark.parametrize("octets", ["1C374A", "1C374A8000", "FFFFFFFF"])
def test_another_gbz_time_is_refused(octets: str) -> None:
    with pytest.raises(DecodeError) as refusal:
        decode_gbz_time(bytes.fromhex(octets), 9)

    assert refusal.value.offset == 9


@pytest.mark.parametrize(
    "instant", [YEAR_2000 - 1000, YEAR_2000 + INVALID_GBZ_TIME * 1000], ids=["before 2000", "after 2136"]
)
def test_gbz_has_no_octets_for_other_years(instant: int) -> None:
    with pytest.raises(AssertionError):
        encode_gbz_time(Instant(instant))
