"""The part of DER that GBCS payloads use, read strictly; its length octets serve the message wrapper too.

A length, a tag or an INTEGER that DER would write shorter is refused: every value has one spelling.
"""

from smart_metering.errors import DecodeError
from smart_metering.gbcs.cursor import Cursor
from smart_metering.gbcs.date_times import (
    GENERALIZED_TIME_SIZE,
    decode_generalized_time,
    encode_generalized_time,
)
from smart_metering.instants import Instant

INTEGER = 0x02
OCTET_STRING = 0x04
ENUMERATED = 0x0A
GENERALIZED_TIME = 0x18
SEQUENCE = 0x30

NULL = b"\x05\x00"

_LENGTHS_WRITTEN_WIDE = range(0x80, 0x100)
_ONE_OCTET_LENGTHS = tuple(bytes((length,)) for length in range(0x80))


def encode_length(length: int) -> bytes:
    """1 octet up to 127, `81 xx` up to 255, `82 xx xx` up to 65535."""
    if length < 0x80:
        return _ONE_OCTET_LENGTHS[length]
    if length < 0x100:
        return bytes((0x81, length))
    assert length < 0x10000, f"no GBCS message holds {length} octets"
    return bytes((0x82, length >> 8, length & 0xFF))


def read_length(octets: bytes, offset: int) -> tuple[int, int]:
    """The length that stands at `offset`, and the offset after it."""
    try:
        first = octets[offset]
        if first < 0x80:
            return first, offset + 1
        if first == 0x81:
            length, after, smallest = octets[offset + 1], offset + 2, 0x80
        elif first == 0x82:
            length, after, smallest = octets[offset + 1] << 8 | octets[offset + 2], offset + 3, 0x100
        else:
            raise DecodeError(offset, f"{first:02X} begins no length of at most 65535")
    except IndexError:
        raise DecodeError(len(octets), "the octets end inside a length") from None
    if length < smallest:
        raise DecodeError(offset, f"length {length} is not written in the fewest octets")
    return length, after


def encode(tag: int, content: bytes) -> bytes:
    """One value of `tag`."""
    return bytes((tag,)) + encode_length(len(content)) + content


def encode_sequence(content: bytes) -> bytes:
    """A SEQUENCE as the credentials use cases write it: from 128 on its length has two octets, `82 00 80`.

    DER proper has `81 80`; the Reference Test Data Set 4.5.0 has this, in every payload of CS02a and CS02b.
    """
    if len(content) not in _LENGTHS_WRITTEN_WIDE:
        return encode(SEQUENCE, content)
    return bytes((SEQUENCE, 0x82)) + len(content).to_bytes(2, "big") + content


def encode_integer(value: int, tag: int = INTEGER) -> bytes:
    """INTEGER, or one under another tag, of a number that is not negative."""
    return encode(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def encode_time(instant: Instant) -> bytes:
    """GeneralizedTime in whole seconds."""
    return encode(GENERALIZED_TIME, encode_generalized_time(instant))


def read_value(cursor: Cursor, tag: int, what: str) -> bytes:
    """The content of one value of `tag`."""
    cursor.expect(bytes((tag,)), f"tag of the {what}")
    length, cursor.offset = read_length(cursor.octets, cursor.offset)
    return cursor.take(length, what)


def read_octet_string(cursor: Cursor, size: int, what: str) -> bytes:
    """An OCTET STRING of exactly `size` octets."""
    cursor.expect(bytes((OCTET_STRING, size)), f"tag and length of the {what}")
    return cursor.take(size, what)


def read_integer(cursor: Cursor, largest: int, what: str, tag: int = INTEGER) -> int:
    """An INTEGER, or one under another tag, from 0 to `largest`."""
    start = cursor.offset
    content = read_value(cursor, tag, what)
    value = int.from_bytes(content, "big", signed=True)
    if len(content) != value.bit_length() // 8 + 1 or not 0 <= value <= largest:
        raise DecodeError(start, f"{what}: no shortest INTEGER from 0 to {largest}: {content.hex().upper()}")
    return value


def read_time(cursor: Cursor, what: str) -> Instant:
    """A GeneralizedTime."""
    cursor.expect(bytes((GENERALIZED_TIME, GENERALIZED_TIME_SIZE)), f"tag and length of the {what}")
    start = cursor.offset
    return decode_generalized_time(cursor.take(GENERALIZED_TIME_SIZE, what), start)


def open_sequence(cursor: Cursor, what: str) -> None:
    """Pass over the head of a SEQUENCE that holds all that follows."""
    cursor.expect(bytes((SEQUENCE,)), f"tag of the {what}")
    start = cursor.offset
    length, cursor.offset = read_length(cursor.octets, start)
    if cursor.offset + length != len(cursor.octets):
        following = len(cursor.octets) - cursor.offset
        raise DecodeError(start, f"{what}: length {length}, but {following} octets follow")


def stands_next(cursor: Cursor, tag: int) -> bool:
    """Whether the value at the cursor has this tag."""
    return cursor.octets[cursor.offset : cursor.offset + 1] == bytes((tag,))


def open_nested(cursor: Cursor, what: str, tag: int = SEQUENCE) -> int:
    """Pass over the head of a SEQUENCE that encode_sequence wrote; the offset at which it ends."""
    cursor.expect(bytes((tag,)), f"tag of the {what}")
    start = cursor.offset
    length, cursor.offset = _read_length_of_sequence(cursor.octets, start)
    if cursor.offset + length > len(cursor.octets):
        raise DecodeError(
            start, f"{what}: length {length}, but {len(cursor.octets) - cursor.offset} octets follow"
        )
    return cursor.offset + length


def close_nested(cursor: Cursor, end: int, what: str) -> None:
    """Refuse a SEQUENCE whose last value does not end where the SEQUENCE does."""
    if cursor.offset != end:
        raise DecodeError(
            min(cursor.offset, end), f"the {what} ends at {end}, its content at {cursor.offset}"
        )


def _read_length_of_sequence(octets: bytes, offset: int) -> tuple[int, int]:
    if octets[offset : offset + 2] != b"\x82\x00":
        length, after = read_length(octets, offset)
        if length in _LENGTHS_WRITTEN_WIDE:
            raise DecodeError(offset, f"length {length} of a SEQUENCE is not written in two octets")
        return length, after
    if offset + 2 >= len(octets):
        raise DecodeError(len(octets), "the octets end inside a length")
    length = octets[offset + 2]
    if length not in _LENGTHS_WRITTEN_WIDE:
        raise DecodeError(offset, f"length {length} is not written in the fewest octets")
    return length, offset + 3
