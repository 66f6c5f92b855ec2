"""Read Instantaneous Prepay Values: ECS19 octet for octet, each amount in its place, and nothing else taken."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.errors import DecodeError
from smart_metering.gbcs.dlms_access import encode_protected_answer
from smart_metering.gbcs.encryption import decrypt_attribute
from smart_metering.gbcs.prepayment_registers import (
    PrepaymentRegisters,
    decode_prepayment_registers_command,
    decode_prepayment_registers_response,
    encode_prepayment_registers_command,
    encode_prepayment_registers_response,
)
from tests.smart_metering.gbcs.reference_vectors import (
    SUPPLIER_AND_ESME,
    commanded_by_supplier,
    read_vectors,
)
from tests.smart_metering.gbcs.strictness import every_change_is_refused_or_seen

REGISTERS = PrepaymentRegisters(
    emergency_credit_balance=95_000,
    accumulated_debt_register=187_000,
    payment_debt_register=203_000,
    time_debt_register_1=243_000,
    time_debt_register_2=46_000,
    meter_balance=250_000,
)
PLAINTEXT = bytes.fromhex("0201 0206 05 0003D090 05 00017318 05 0002DA78 05 000318F8 05 0003B538 05 0000B3B0")

amounts = st.integers(-(2**31), 2**31 - 1)


def test_the_plaintext_octet_for_octet() -> None:
    exchange = commanded_by_supplier()

    payload = encode_prepayment_registers_response(REGISTERS, exchange, SUPPLIER_AND_ESME)

    assert payload == encode_protected_answer(exchange, SUPPLIER_AND_ESME, PLAINTEXT)
    assert decrypt_attribute(exchange, SUPPLIER_AND_ESME, payload[-54:-3]) == PLAINTEXT


def test_every_vector_is_read_and_made_again(reference_data: Path) -> None:
    read = {}
    for name, vector in read_vectors(reference_data, "4.3_ECS19").items():
        exchange, payload = vector.exchange, vector.response.payload
        decode_prepayment_registers_command(vector.command.payload, exchange)
        assert encode_prepayment_registers_command(exchange) == vector.command.payload
        read[name] = decode_prepayment_registers_response(payload, exchange, vector.secret)
        assert encode_prepayment_registers_response(read[name], exchange, vector.secret) == payload

    assert read == {"ECS19_4.3_SUCCESS": REGISTERS}


@given(six=st.tuples(*6 * (amounts,)))
def test_any_amounts_come_back(six: tuple[int, ...]) -> None:
    registers = PrepaymentRegisters(
        emergency_credit_balance=six[0],
        accumulated_debt_register=six[1],
        payment_debt_register=six[2],
        time_debt_register_1=six[3],
        time_debt_register_2=six[4],
        meter_balance=six[5],
    )
    exchange = commanded_by_supplier()

    payload = encode_prepayment_registers_response(registers, exchange, SUPPLIER_AND_ESME)

    assert decode_prepayment_registers_response(payload, exchange, SUPPLIER_AND_ESME) == registers


def test_any_other_command_is_refused() -> None:
    exchange = commanded_by_supplier()

    every_change_is_refused_or_seen(
        encode_prepayment_registers_command(exchange),
        lambda octets: decode_prepayment_registers_command(octets, exchange),
        lambda _: encode_prepayment_registers_command(exchange),
    )


def test_any_other_response_is_refused() -> None:
    exchange = commanded_by_supplier()

    every_change_is_refused_or_seen(
        encode_prepayment_registers_response(REGISTERS, exchange, SUPPLIER_AND_ESME),
        lambda octets: decode_prepayment_registers_response(octets, exchange, SUPPLIER_AND_ESME),
        lambda registers: encode_prepayment_registers_response(registers, exchange, SUPPLIER_AND_ESME),
    )


@pytest.mark.parametrize(
    "plaintext",
    [
        PLAINTEXT[:-1],
        PLAINTEXT + b"\x00",
        PLAINTEXT.replace(bytes.fromhex("0206"), bytes.fromhex("0205"), 1),
        PLAINTEXT.replace(bytes.fromhex("05 0003D090"), bytes.fromhex("06 0003D090")),
    ],
)
def test_what_is_encrypted_is_read_strictly(plaintext: bytes) -> None:
    exchange = commanded_by_supplier()
    payload = encode_protected_answer(exchange, SUPPLIER_AND_ESME, plaintext)

    with pytest.raises(DecodeError):
        decode_prepayment_registers_response(payload, exchange, SUPPLIER_AND_ESME)
