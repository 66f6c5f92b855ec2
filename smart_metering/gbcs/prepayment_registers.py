"""Read Instantaneous Prepay Values (SR 4.3) of an ESME: the payloads of ECS19, the answer encrypted.

Layout: Reference Test Data Set 4.5.0 (certain). Which of the six values is which is likely: the first is the balance
that the set reads by SR 4.18, and the others are taken in the order of the Message Mapping Catalogue.
"""

from smart_metering.gbcs.cursor import Cursor
from smart_metering.gbcs.dlms_access import (
    encode_protected_answer,
    encode_protected_read,
    open_protected_answer,
    refuse_other_command,
)
from smart_metering.gbcs.exchange import Exchange
from smart_metering.records import Record


class PrepaymentRegisters(Record, frozen=True, kw_only=True):
    """Amounts in thousandths of a penny (likely), each -2^31 to 2^31-1."""

    emergency_credit_balance: int
    accumulated_debt_register: int
    payment_debt_register: int
    time_debt_register_1: int
    time_debt_register_2: int
    meter_balance: int


_COLLECTION = 1
_ATTRIBUTE = bytes.fromhex("02 05 12 0001 09 06 00005E2C221E 0F 02 12 0000 02 02 16 00 00")

_STRUCTURE_OF_SIX = bytes.fromhex("02 01 02 06")  # a structure in the one attribute
_DOUBLE_LONG = b"\x05"
_DOUBLE_LONG_SIZE = 4


def encode_prepayment_registers_command(exchange: Exchange) -> bytes:
    return encode_protected_read(exchange, _COLLECTION, _ATTRIBUTE)


def decode_prepayment_registers_command(payload: bytes, exchange: Exchange) -> None:
    """The Command says nothing but itself; raises DecodeError on any other payload."""
    refuse_other_command(payload, encode_prepayment_registers_command(exchange), "ECS19 command")


def encode_prepayment_registers_response(
    registers: PrepaymentRegisters, exchange: Exchange, secret: bytes
) -> bytes:
    plaintext = b"".join(
        (
            _STRUCTURE_OF_SIX,
            _encode_double_long(registers.meter_balance),
            _encode_double_long(registers.emergency_credit_balance),
            _encode_double_long(registers.accumulated_debt_register),
            _encode_double_long(registers.payment_debt_register),
            _encode_double_long(registers.time_debt_register_1),
            _encode_double_long(registers.time_debt_register_2),
        )
    )
    return encode_protected_answer(exchange, secret, plaintext)


def decode_prepayment_registers_response(
    payload: bytes, exchange: Exchange, secret: bytes
) -> PrepaymentRegisters:
    """Raises DecodeError also when the Device could not read, and when another secret encrypted."""
    cursor = open_protected_answer(payload, exchange, secret)
    cursor.expect(_STRUCTURE_OF_SIX, "Prepayment Register Collection")
    registers = PrepaymentRegisters(
        meter_balance=_read_double_long(cursor, "Meter Balance"),
        emergency_credit_balance=_read_double_long(cursor, "Emergency Credit Balance"),
        accumulated_debt_register=_read_double_long(cursor, "Accumulated Debt Register"),
        payment_debt_register=_read_double_long(cursor, "Payment Debt Register"),
        time_debt_register_1=_read_double_long(cursor, "Time Debt Register 1"),
        time_debt_register_2=_read_double_long(cursor, "Time Debt Register 2"),
    )
    cursor.finish()
    return registers


def _encode_double_long(value: int) -> bytes:
    return _DOUBLE_LONG + value.to_bytes(_DOUBLE_LONG_SIZE, "big", signed=True)


def _read_double_long(cursor: Cursor, what: str) -> int:
    cursor.expect(_DOUBLE_LONG, f"tag of the {what}")
    return int.from_bytes(cursor.take(_DOUBLE_LONG_SIZE, what), "big", signed=True)
