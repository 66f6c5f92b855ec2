"""Read Instantaneous Import Registers: ECS17b octet for octet, for one element and for two, and nothing else taken."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.errors import DecodeError
from smart_metering.gbcs.dlms_access import encode_protected_answer
from smart_metering.gbcs.import_registers import (
    ElectricityRegisters,
    decode_electricity_registers_command,
    decode_electricity_registers_response,
    encode_electricity_registers_command,
    encode_electricity_registers_response,
)
from tests.smart_metering.gbcs.reference_vectors import (
    SUPPLIER_AND_ESME,
    asked_for_supplier,
    commanded_by_supplier,
    read_vectors,
)
from tests.smart_metering.gbcs.strictness import every_change_is_refused_or_seen

COMMAND = bytes.fromhex(
    "D9 200003E8 00 01 03 001E 00002B0208FF 01 01"
    "0202 0101 0205 12 0001 0906 00005E2C220A 0F 02 12 0000 0202 16 00 00"
    "0101 0202 16 02 0205 0909 04 00000000000003E8 0908 90B3D51F30010000 0908 00DB1234567890A0 0900"
    "0202 16 02 0202 0901 02 0900"
)
RESPONSE = bytes.fromhex(
    "DA 200003E8 00 00 01"
    "0202 0101 0202 16 02 0205 0909 04 00000000000003E8 0908 00DB1234567890A0 0908 90B3D51F30010000 0900"
    "0202 16 02 0202 0901 02 0900"
    "09 2B 3100000000 E3035372DDD0648ADEDB866DFF001F09450DEBD034C36C6101DC 1D3CB50D35311B344436F883"
    "01 03 00"
)
SINGLE = ElectricityRegisters(active_import_wh=10, reactive_import_varh=10)
TWIN = ElectricityRegisters(active_import_wh=10, reactive_import_varh=10, secondary_active_import_wh=10)

values = st.integers(0, 2**32 - 1)


def test_a_read_octet_for_octet() -> None:
    exchange = commanded_by_supplier()

    assert encode_electricity_registers_command(exchange) == COMMAND
    assert encode_electricity_registers_response(SINGLE, exchange, SUPPLIER_AND_ESME) == RESPONSE
    assert decode_electricity_registers_response(RESPONSE, exchange, SUPPLIER_AND_ESME) == SINGLE


def test_every_vector_is_read_and_made_again(reference_data: Path) -> None:
    read = {}
    for name, vector in read_vectors(reference_data, "4.1.1_ECS17b").items():
        exchange, payload = vector.exchange, vector.response.payload
        decode_electricity_registers_command(vector.command.payload, exchange)
        assert encode_electricity_registers_command(exchange) == vector.command.payload
        read[name] = decode_electricity_registers_response(payload, exchange, vector.secret)
        assert encode_electricity_registers_response(read[name], exchange, vector.secret) == payload

    assert read == {"ECS17b_4.1.1_SINGLE_SUCCESS": SINGLE, "ECS17b_4.1.1_TWIN_SUCCESS": TWIN}


def test_for_an_unknown_party_the_command_names_it_and_the_answer_the_broker() -> None:
    exchange = asked_for_supplier()

    command = encode_electricity_registers_command(exchange)
    response = encode_electricity_registers_response(SINGLE, exchange, SUPPLIER_AND_ESME)

    counter = "0909 04 0000000000000516"
    assert bytes.fromhex(counter + "0908 90B3D51F30010000 0908 00DB1234567890A0") in command
    assert bytes.fromhex(counter + "0908 00DB1234567890A0 0908 90B3D51F30000002") in response


@given(active=values, reactive=values, secondary=st.none() | values)
def test_any_registers_come_back(active: int, reactive: int, secondary: int | None) -> None:
    registers = ElectricityRegisters(
        active_import_wh=active, reactive_import_varh=reactive, secondary_active_import_wh=secondary
    )
    exchange = commanded_by_supplier()

    payload = encode_electricity_registers_response(registers, exchange, SUPPLIER_AND_ESME)

    assert decode_electricity_registers_response(payload, exchange, SUPPLIER_AND_ESME) == registers


def test_any_other_command_is_refused() -> None:
    exchange = commanded_by_supplier()

    every_change_is_refused_or_seen(
        COMMAND,
        lambda octets: decode_electricity_registers_command(octets, exchange),
        lambda _: encode_electricity_registers_command(exchange),
    )


def test_any_other_response_is_refused() -> None:
    exchange = commanded_by_supplier()

    every_change_is_refused_or_seen(
        RESPONSE,
        lambda octets: decode_electricity_registers_response(octets, exchange, SUPPLIER_AND_ESME),
        lambda registers: encode_electricity_registers_response(registers, exchange, SUPPLIER_AND_ESME),
    )


@pytest.mark.parametrize(
    ("plaintext", "refusal"),
    [
        ("0201 0204 06 0000000A 0202 0F00 161F 06 0000000A 0202 0F00 1620", "octet 83: scaler and unit"),
        ("0201 0204 06 0000000A 0202 0F00 161E 05 0000000A 0202 0F00 1620", "octet 84: tag"),
        ("0201 0204 06 0000000A 0202 0F00 161E 06 0000000A 0202 0F00 1620 06", "1 octets after"),
        ("0201 0205 06 0000000A 0202 0F00 161E 06 0000000A 0202 0F00 1620", "the octets end"),
        ("0201 0203 06 0000000A", "octet 72: Import Register Collection"),
    ],
)
def test_what_is_encrypted_is_read_strictly(plaintext: str, refusal: str) -> None:
    exchange = commanded_by_supplier()
    payload = encode_protected_answer(exchange, SUPPLIER_AND_ESME, bytes.fromhex(plaintext))

    with pytest.raises(DecodeError, match=refusal):
        decode_electricity_registers_response(payload, exchange, SUPPLIER_AND_ESME)


def test_a_device_that_could_not_read_is_refused() -> None:
    payload = bytes.fromhex("DA 200003E8 00 00 01 00 01 03 01")

    with pytest.raises(DecodeError, match="protection of the attribute"):
        decode_electricity_registers_response(payload, commanded_by_supplier(), SUPPLIER_AND_ESME)
