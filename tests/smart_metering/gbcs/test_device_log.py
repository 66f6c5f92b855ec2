"""Read Device Log: CS07 octet for octet, and nothing else taken."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.device_types import TYPE_1, DeviceType
from smart_metering.errors import DecodeError
from smart_metering.gbcs.device_log import (
    DeviceLogEntry,
    decode_device_log_command,
    decode_device_log_response,
    encode_device_log_command,
    encode_device_log_response,
)
from smart_metering.identifiers import Eui, eui_from_number
from tests.smart_metering.gbcs.reference_vectors import read_vectors
from tests.smart_metering.gbcs.strictness import every_change_is_refused_or_seen, neighbours, read_or_refuse

LOG = (
    DeviceLogEntry(device=Eui("01-02-03-04-05-06-07-08"), device_type=DeviceType.GPF),
    DeviceLogEntry(device=Eui("00-DB-12-34-56-78-90-99"), device_type=DeviceType.GPF),
    DeviceLogEntry(device=Eui("00-DB-12-34-56-78-90-97"), device_type=DeviceType.PPMID),
)
RESPONSES: list[tuple[tuple[DeviceLogEntry, ...] | None, str]] = [
    (None, "30 03 02 01 01"),
    ((), "30 05 02 01 00 30 00"),
    (LOG[2:], "30 14 02 01 00 30 0F 30 0D 04 08 00DB123456789097 02 01 05"),
]
responses = pytest.mark.parametrize(("log", "octets"), RESPONSES)


def test_the_reference_messages_are_read_and_made_again(reference_data: Path) -> None:
    (vector,) = read_vectors(reference_data, "8.9_CS07").values()

    decode_device_log_command(vector.command.payload)
    assert encode_device_log_command() == vector.command.payload
    assert decode_device_log_response(vector.response.payload) == LOG
    assert encode_device_log_response(LOG) == vector.response.payload


@responses
def test_a_response_octet_for_octet(log: tuple[DeviceLogEntry, ...] | None, octets: str) -> None:
    payload = bytes.fromhex(octets)

    assert encode_device_log_response(log) == payload
    assert decode_device_log_response(payload) == log


@given(
    log=st.lists(
        st.builds(
            DeviceLogEntry,
            device=st.integers(0, 2**64 - 1).map(eui_from_number),
            device_type=st.sampled_from(sorted(TYPE_1)),
        ),
        max_size=40,
    ).map(tuple)
)
def test_any_log_comes_back(log: tuple[DeviceLogEntry, ...]) -> None:
    assert decode_device_log_response(encode_device_log_response(log)) == log


def test_any_other_command_is_refused() -> None:
    for other in neighbours(encode_device_log_command()):
        with pytest.raises(DecodeError):
            decode_device_log_command(other)


@responses
def test_a_changed_response_is_refused_or_seen(log: tuple[DeviceLogEntry, ...] | None, octets: str) -> None:
    every_change_is_refused_or_seen(
        bytes.fromhex(octets), decode_device_log_response, encode_device_log_response
    )


@given(payload=st.binary(max_size=40))
def test_any_octets_are_read_or_refused(payload: bytes) -> None:
    read_or_refuse(payload, decode_device_log_response)


def test_an_entry_that_is_longer_than_its_fields_is_refused() -> None:
    payload = bytes.fromhex("30 16 02 01 00 30 11 30 0F 04 08 00DB123456789097 02 01 05 05 00")

    with pytest.raises(DecodeError, match="octet 7: Device Log entry of 15 octets"):
        decode_device_log_response(payload)
