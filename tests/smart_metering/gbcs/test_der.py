"""The DER of the payloads: one spelling of every value, all others refused at their offset."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.errors import DecodeError
from smart_metering.gbcs import der
from smart_metering.gbcs.cursor import Cursor

COUNTER_LIMIT = 2**64 - 1


@pytest.mark.parametrize(
    ("length", "octets"),
    [(0, "00"), (127, "7F"), (128, "8180"), (255, "81FF"), (256, "820100"), (65_535, "82FFFF")],
)
def test_a_length_has_the_fewest_octets(length: int, octets: str) -> None:
    encoded = bytes.fromhex(octets)

    assert der.encode_length(length) == encoded
    assert der.read_length(b"\xaa" + encoded, 1) == (length, 1 + len(encoded))


@pytest.mark.parametrize(
    ("octets", "offset"),
    [
        ("", 0),
        ("80", 0),
        ("81", 1),
        ("8100", 0),
        ("817F", 0),
        ("8201", 2),
        ("8200FF", 0),
        ("83010000", 0),
        ("84", 0),
        ("FF", 0),
    ],
)
def test_any_other_length_is_refused(octets: str, offset: int) -> None:
    with pytest.raises(DecodeError) as refusal:
        der.read_length(bytes.fromhex(octets), 0)

    assert refusal.value.offset == offset


@pytest.mark.parametrize(
    ("value", "octets"),
    [
        (0, "020100"),
        (127, "02017F"),
        (128, "02020080"),
        (1000, "020203E8"),
        (0x8F66, "0203008F66"),
        (0x018283262EE1, "0206018283262EE1"),
        (2**63 - 1, "02087FFFFFFFFFFFFFFF"),
        (COUNTER_LIMIT, "020900FFFFFFFFFFFFFFFF"),
    ],
)
def test_an_integer_has_the_fewest_octets_and_room_for_its_sign(value: int, octets: str) -> None:
    encoded = bytes.fromhex(octets)

    assert der.encode_integer(value) == encoded
    assert der.read_integer(Cursor(encoded), COUNTER_LIMIT, "counter") == value


@given(value=st.integers(0, COUNTER_LIMIT))
def test_an_integer_is_its_own_inverse(value: int) -> None:
    assert der.read_integer(Cursor(der.encode_integer(value)), COUNTER_LIMIT, "counter") == value


@pytest.mark.parametrize(
    "octets",
    ["0200", "02020000", "0202007F", "0201FF", "020180", "02090100000000000000000A", "030100", "0202"],
)
def test_any_other_integer_is_refused(octets: str) -> None:
    with pytest.raises(DecodeError):
        der.read_integer(Cursor(bytes.fromhex(octets)), COUNTER_LIMIT, "counter")


def test_an_octet_string_of_another_size_is_refused() -> None:
    assert der.read_octet_string(Cursor(bytes.fromhex("0402ABCD")), 2, "version") == b"\xab\xcd"
    with pytest.raises(DecodeError, match="octet 1: tag and length of the version: 02 expected, 03 found"):
        der.read_octet_string(Cursor(bytes.fromhex("0403ABCDEF")), 2, "version")


@pytest.mark.parametrize("octets", ["3003020100", "3001020100", "3103020100", "308103020100", "30", ""])
def test_a_sequence_holds_exactly_what_follows(octets: str) -> None:
    encoded = bytes.fromhex(octets)
    if octets == "3003020100":
        der.open_sequence(Cursor(encoded), "outcome")
        return
    with pytest.raises(DecodeError):
        der.open_sequence(Cursor(encoded), "outcome")


# --- sequences of the credentials use cases -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "head"), [(0, "3000"), (127, "307F"), (128, "30820080"), (255, "308200FF"), (256, "30820100")]
)
def test_a_sequence_writes_a_length_from_128_on_in_two_octets(size: int, head: str) -> None:
    cursor = Cursor(bytes.fromhex(head) + bytes(size))

    assert der.encode_sequence(bytes(size)) == cursor.octets
    assert der.open_nested(cursor, "sequence") == len(cursor.octets)
    assert cursor.offset == len(bytes.fromhex(head))


@pytest.mark.parametrize(
    ("octets", "offset"),
    [
        ("30", 1),
        ("31 00", 0),
        ("30 01", 1),
        ("30 82", 2),
        ("30 82 00", 3),
        ("30 82 00 80", 1),
    ],
)
def test_any_other_head_of_a_sequence_is_refused(octets: str, offset: int) -> None:
    with pytest.raises(DecodeError) as refusal:
        der.open_nested(Cursor(bytes.fromhex(octets)), "sequence")

    assert refusal.value.offset == offset


@pytest.mark.parametrize(("head", "size"), [("30 81 80", 128), ("30 81 FF", 255), ("30 82 00 7F", 127)])
def test_a_true_length_in_another_spelling_is_refused(head: str, size: int) -> None:
    with pytest.raises(DecodeError, match="octet 1: length"):
        der.open_nested(Cursor(bytes.fromhex(head) + bytes(size)), "sequence")


@pytest.mark.parametrize(("offset", "refused_at"), [(3, 3), (5, 4)])
def test_a_sequence_ends_where_its_last_value_ends(offset: int, refused_at: int) -> None:
    with pytest.raises(DecodeError) as refusal:
        der.close_nested(Cursor(bytes(8), offset), 4, "sequence")

    assert refusal.value.offset == refused_at
    der.close_nested(Cursor(bytes(8), 4), 4, "sequence")
