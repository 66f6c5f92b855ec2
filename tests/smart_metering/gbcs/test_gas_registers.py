"""Read Instantaneous Import Registers of gas: GCS13a octet for octet, encrypted for its recipient only."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.errors import DecodeError
from smart_metering.gbcs.encryption import encrypt_attribute
from smart_metering.gbcs.exchange import Exchange
from smart_metering.gbcs.gas_registers import (
    GasRegister,
    decode_gas_register_command,
    decode_gas_register_response,
    encode_gas_register_command,
    encode_gas_register_response,
)
from smart_metering.gbcs.gbz import encode_encrypted_component
from smart_metering.identifiers import Eui
from tests.smart_metering.gbcs.reference_vectors import read_vectors
from tests.smart_metering.gbcs.strictness import neighbours, read_or_refuse

SECRET = bytes(range(32))
EXCHANGE = Exchange(
    originator=Eui("90-B3-D5-1F-30-01-00-00"),
    device=Eui("00-DB-12-34-56-78-90-A1"),
    counter=1000,
    recipient=Eui("90-B3-D5-1F-30-01-00-00"),
    recipient_counter=1000,
)
COMMAND = bytes.fromhex("0109 01 01 0702 000B 00 00 00 0203 0103 0003 0000")
REGISTER = GasRegister(consumption=12_345)
CONTENT = "0203 00 22 E80300  0103 00 22 010000  0003 00 30 01  0000 00 25 393000000000"


def encrypted(content: str) -> bytes:
    """A Response of any content that is properly encrypted."""
    attribute = encrypt_attribute(EXCHANGE, SECRET, bytes.fromhex(content))
    return encode_encrypted_component(0x0702, bytes.fromhex("18 00 01"), attribute)


def test_the_reference_messages_are_read_and_made_again(reference_data: Path) -> None:
    vectors = read_vectors(reference_data, "4.1.1_GCS13a")

    assert len(vectors) == 3
    for vector in vectors.values():
        command, response = vector.command.payload, vector.response.payload
        register = decode_gas_register_response(response, vector.exchange, vector.secret)
        decode_gas_register_command(command, vector.exchange)
        assert encode_gas_register_command(vector.exchange) == command
        assert register == REGISTER
        assert register.cubic_metres == Decimal("12.345")
        assert encode_gas_register_response(register, vector.exchange, vector.secret) == response


def test_a_response_octet_for_octet() -> None:
    assert encode_gas_register_response(REGISTER, EXCHANGE, SECRET) == encrypted(CONTENT)
    assert decode_gas_register_response(encrypted(CONTENT), EXCHANGE, SECRET) == REGISTER


def test_an_attribute_that_could_not_be_read_has_a_status_in_place_of_its_value() -> None:
    payload = encrypted("0203 C0  0103 00 22 010000  0003 00 30 01  0000 00 25 393000000000")
    register = GasRegister(consumption=12_345, divisor=None)

    assert decode_gas_register_response(payload, EXCHANGE, SECRET) == register
    assert encode_gas_register_response(register, EXCHANGE, SECRET) == payload


@pytest.mark.parametrize(
    "register",
    [
        GasRegister(consumption=None),
        GasRegister(consumption=1, multiplier=None),
        GasRegister(consumption=1, divisor=None),
        GasRegister(consumption=1, divisor=0),
        GasRegister(consumption=1, unit=None),
        GasRegister(consumption=1, unit=0),
    ],
)
def test_without_all_its_parts_there_is_no_volume(register: GasRegister) -> None:
    assert register.cubic_metres is None


@given(
    register=st.builds(
        GasRegister,
        consumption=st.none() | st.integers(0, 2**48 - 1),
        multiplier=st.none() | st.integers(0, 2**24 - 1),
        divisor=st.none() | st.integers(0, 2**24 - 1),
        unit=st.none() | st.integers(0, 255),
    )
)
def test_any_register_comes_back(register: GasRegister) -> None:
    payload = encode_gas_register_response(register, EXCHANGE, SECRET)

    assert decode_gas_register_response(payload, EXCHANGE, SECRET) == register


def test_any_other_command_is_refused() -> None:
    decode_gas_register_command(COMMAND, EXCHANGE)
    for other in neighbours(COMMAND):
        with pytest.raises(DecodeError):
            decode_gas_register_command(other, EXCHANGE)


def test_every_change_of_a_response_is_refused() -> None:
    payload = encode_gas_register_response(REGISTER, EXCHANGE, SECRET)

    for other in neighbours(payload):
        with pytest.raises(DecodeError):
            decode_gas_register_response(other, EXCHANGE, SECRET)


def test_a_change_before_encryption_is_refused_or_seen() -> None:
    for other in neighbours(bytes.fromhex(CONTENT)):
        payload = encrypted(other.hex())
        read = read_or_refuse(payload, lambda octets: decode_gas_register_response(octets, EXCHANGE, SECRET))
        if read is not None:
            assert read[0] != REGISTER
            assert encode_gas_register_response(read[0], EXCHANGE, SECRET) == payload


def test_the_secret_of_another_is_of_no_use() -> None:
    payload = encode_gas_register_response(REGISTER, EXCHANGE, SECRET)

    with pytest.raises(DecodeError, match="tag"):
        decode_gas_register_response(payload, EXCHANGE, SECRET[::-1])


@given(payload=st.binary(max_size=70))
def test_any_octets_are_read_or_refused(payload: bytes) -> None:
    read_or_refuse(payload, lambda octets: decode_gas_register_response(octets, EXCHANGE, SECRET))
