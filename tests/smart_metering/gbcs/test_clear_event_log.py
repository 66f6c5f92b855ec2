"""Clear Event Log: ECS15a octet for octet, done and failed, and nothing else taken."""

from pathlib import Path

import pytest

from smart_metering.errors import DecodeError
from smart_metering.gbcs.clear_event_log import (
    decode_clear_event_log_command,
    decode_clear_event_log_response,
    encode_clear_event_log_command,
    encode_clear_event_log_response,
)
from tests.smart_metering.gbcs.reference_vectors import commanded_by_supplier, read_vectors
from tests.smart_metering.gbcs.strictness import every_change_is_refused_or_seen

COMMAND = bytes.fromhex("D9 200003E8 00 01 03 0007 0000636200FF 01 01 0F 00")
RESPONSES = [
    (True, "DA 200003E8 00 00 01 00 01 03 00"),
    (False, "DA 200003E8 00 00 01 00 01 03 01"),
]
responses = pytest.mark.parametrize(("success", "octets"), RESPONSES)


def test_a_command_octet_for_octet() -> None:
    exchange = commanded_by_supplier()

    assert encode_clear_event_log_command(exchange) == COMMAND
    decode_clear_event_log_command(COMMAND, exchange)


@responses
def test_a_response_octet_for_octet(success: bool, octets: str) -> None:
    exchange, payload = commanded_by_supplier(), bytes.fromhex(octets)

    assert encode_clear_event_log_response(success, exchange) == payload
    assert decode_clear_event_log_response(payload, exchange) is success


def test_every_vector_is_read_and_made_again(reference_data: Path) -> None:
    read = {}
    for name, vector in read_vectors(reference_data, "3.3_ECS15a").items():
        decode_clear_event_log_command(vector.command.payload, vector.exchange)
        assert encode_clear_event_log_command(vector.exchange) == vector.command.payload
        read[name] = decode_clear_event_log_response(vector.response.payload, vector.exchange)
        assert encode_clear_event_log_response(read[name], vector.exchange) == vector.response.payload

    assert read == {"ECS15a_3.3_SUCCESS": True}


def test_any_other_command_is_refused() -> None:
    exchange = commanded_by_supplier()

    every_change_is_refused_or_seen(
        COMMAND,
        lambda octets: decode_clear_event_log_command(octets, exchange),
        lambda _: encode_clear_event_log_command(exchange),
    )


@responses
def test_a_changed_response_is_refused_or_says_the_opposite(success: bool, octets: str) -> None:
    exchange = commanded_by_supplier()

    every_change_is_refused_or_seen(
        bytes.fromhex(octets),
        lambda other: decode_clear_event_log_response(other, exchange),
        lambda cleared: encode_clear_event_log_response(cleared, exchange),
    )


def test_a_response_to_another_command_is_refused() -> None:
    payload = encode_clear_event_log_response(True, commanded_by_supplier(1000))

    with pytest.raises(DecodeError, match="octet 4: ECS15a response: E9 expected, E8 found"):
        decode_clear_event_log_response(payload, commanded_by_supplier(1001))
