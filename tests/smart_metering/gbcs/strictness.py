"""What strictness means for a codec, as proofs that several tests share."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from smart_metering.errors import DecodeError

Record = TypeVar("Record")


def read_or_refuse(octets: bytes, decode: Callable[[bytes], Record]) -> tuple[Record] | None:
    """What was read, in a tuple, or None when it was refused at an offset within the octets or at their end."""
    refused_at = 0
    read = None
    try:
        read = (decode(octets),)
    except DecodeError as refusal:
        refused_at = refusal.offset
    assert 0 <= refused_at <= len(octets)
    return read


def neighbours(octets: bytes) -> Iterator[bytes]:
    """Every truncation, two extensions, and every octet changed in every way."""
    yield from (octets[:size] for size in range(len(octets)))
    yield octets + b"\x00"
    yield octets + octets
    for offset, octet in enumerate(octets):
        for other in range(0x100):
            if other != octet:
                yield octets[:offset] + bytes((other,)) + octets[offset + 1 :]


def every_change_is_refused_or_seen(
    octets: bytes, decode: Callable[[bytes], Record], encode: Callable[[Record], bytes]
) -> None:
    """No neighbour reads as the same record, and what is read is written back octet for octet."""
    record = decode(octets)
    for other in neighbours(octets):
        read = read_or_refuse(other, decode)
        if read is not None:
            assert read[0] != record
            assert encode(read[0]) == other
