"""Firmware versions: eight hex characters in DUIS, four octets in GBCS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.firmware_versions import (
    InvalidFirmwareVersion,
    parse_firmware_version,
    version_from_octets,
    version_octets,
)


@given(st.binary(min_size=4, max_size=4))
def test_a_version_comes_back_from_its_octets_and_its_text(octets: bytes) -> None:
    version = version_from_octets(octets)

    assert version_octets(version) == octets
    assert parse_firmware_version(version.lower()) == version


def test_the_most_significant_octet_is_written_first() -> None:
    assert version_octets(parse_firmware_version("0002012f")) == bytes([0, 2, 1, 0x2F])


@pytest.mark.parametrize("text", ["", "9001", "0002012", "0002012F0", "0002012G", " 002012F", "0002012F\n"])
def test_other_text_is_refused_and_told_what_was_expected(text: str) -> None:
    with pytest.raises(InvalidFirmwareVersion, match="expected 8 hex characters") as refusal:
        parse_firmware_version(text)

    assert repr(text) in str(refusal.value)


@pytest.mark.parametrize("octets", [b"", bytes(3), bytes(5)])
def test_a_version_of_other_than_4_octets_is_refused(octets: bytes) -> None:
    with pytest.raises(InvalidFirmwareVersion, match=f"of {len(octets)} octets .*: expected 4"):
        version_from_octets(octets)
