"""The components of GBZ payloads: their lengths are true, and what is in the clear is told from what is not."""

import pytest

from smart_metering.errors import DecodeError
from smart_metering.gbcs import gbz

CLUSTER = 0x0705
HEADER = bytes.fromhex("19 00 07")


def test_a_component_octet_for_octet() -> None:
    payload = bytes.fromhex("0109 01 01 0705 0002 AABB")

    cursor = gbz.open_component(payload, CLUSTER)

    assert gbz.encode_component(CLUSTER, b"\xaa\xbb") == payload
    assert cursor.take(2, "content") == b"\xaa\xbb"


def test_an_encrypted_component_octet_for_octet() -> None:
    payload = bytes.fromhex("0109 01 03 0705 0009 0000 190007 0002 AABB")

    cursor = gbz.open_encrypted_component(payload, CLUSTER, HEADER)

    assert gbz.encode_encrypted_component(CLUSTER, HEADER, b"\xaa\xbb") == payload
    assert cursor.take(2, "content") == b"\xaa\xbb"


@pytest.mark.parametrize(
    ("octets", "offset"),
    [
        ("0109 01 01 0705 0003 AABB", 6),
        ("0109 01 01 0705 0001 AABB", 6),
        ("0109 01 01 0705 00", 7),
        ("0109 01 01 0702 0002 AABB", 5),
        ("0109 01 03 0705 0002 AABB", 3),
    ],
)
def test_a_component_is_refused_where_it_is_wrong(octets: str, offset: int) -> None:
    with pytest.raises(DecodeError) as refusal:
        gbz.open_component(bytes.fromhex(octets), CLUSTER)

    assert refusal.value.offset == offset


@pytest.mark.parametrize(
    ("octets", "offset"),
    [
        ("0109 01 03 0705 0008 0000 190007 0002 AABB", 6),
        ("0109 01 03 0705 0009 0000 190007 0003 AABB", 13),
        ("0109 01 03 0705 0009 0001 190007 0002 AABB", 9),
        ("0109 01 03 0705 0009 0000 190008 0002 AABB", 12),
        ("0109 01 01 0705 0009 0000 190007 0002 AABB", 3),
    ],
)
def test_an_encrypted_component_is_refused_where_it_is_wrong(octets: str, offset: int) -> None:
    with pytest.raises(DecodeError) as refusal:
        gbz.open_encrypted_component(bytes.fromhex(octets), CLUSTER, HEADER)

    assert refusal.value.offset == offset
