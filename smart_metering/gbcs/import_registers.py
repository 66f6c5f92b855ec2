"""Read Instantaneous Import Registers (SR 4.1.1) of an ESME: the payloads of ECS17b, the answer encrypted.

Layout: Reference Test Data Set 4.5.0, for one element and for two (certain). Fields are named after those of the
Message Mapping Catalogue; the units are constants of the payload.
"""

from smart_metering.gbcs.cursor import Cursor
from smart_metering.gbcs.dlms_access import (
    encode_double_long_unsigned,
    encode_protected_answer,
    encode_protected_read,
    open_protected_answer,
    read_double_long_unsigned,
    refuse_other_command,
)
from smart_metering.gbcs.exchange import Exchange
from smart_metering.records import Record


class ElectricityRegisters(Record, frozen=True, kw_only=True):
    """Totals since manufacture, each 0 to 2^32-1; only a twin element ESME has a secondary register."""

    active_import_wh: int
    reactive_import_varh: int
    secondary_active_import_wh: int | None = None


_COLLECTION = 8
_ATTRIBUTE = bytes.fromhex("02 05 12 0001 09 06 00005E2C220A 0F 02 12 0000 02 02 16 00 00")

_SINGLE_ELEMENT = bytes.fromhex("02 01 02 04")  # a structure in the one attribute
_TWIN_ELEMENT = bytes.fromhex("02 01 02 05")
_WATT_HOURS = bytes.fromhex("02 02 0F 00 16 1E")  # scaler 0, unit 30
_VAR_HOURS = bytes.fromhex("02 02 0F 00 16 20")  # scaler 0, unit 32


def encode_electricity_registers_command(exchange: Exchange) -> bytes:
    return encode_protected_read(exchange, _COLLECTION, _ATTRIBUTE)


def decode_electricity_registers_command(payload: bytes, exchange: Exchange) -> None:
    """The Command says nothing but itself; raises DecodeError on any other payload."""
    refuse_other_command(payload, encode_electricity_registers_command(exchange), "ECS17b command")


def encode_electricity_registers_response(
    registers: ElectricityRegisters, exchange: Exchange, secret: bytes
) -> bytes:
    secondary = registers.secondary_active_import_wh
    plaintext = _SINGLE_ELEMENT if secondary is None else _TWIN_ELEMENT
    plaintext += encode_double_long_unsigned(registers.active_import_wh) + _WATT_HOURS
    plaintext += encode_double_long_unsigned(registers.reactive_import_varh) + _VAR_HOURS
    if secondary is not None:
        plaintext += encode_double_long_unsigned(secondary)
    return encode_protected_answer(exchange, secret, plaintext)


def decode_electricity_registers_response(
    payload: bytes, exchange: Exchange, secret: bytes
) -> ElectricityRegisters:
    """Raises DecodeError also when the Device could not read, and when another secret encrypted."""
    cursor = open_protected_answer(payload, exchange, secret)
    twin = _read_elements(cursor)
    active_import_wh = read_double_long_unsigned(cursor, "Active Import Register")
    cursor.expect(_WATT_HOURS, "scaler and unit of the Active Import Register")
    reactive_import_varh = read_double_long_unsigned(cursor, "Reactive Import Register")
    cursor.expect(_VAR_HOURS, "scaler and unit of the Reactive Import Register")
    secondary = read_double_long_unsigned(cursor, "Secondary Active Import Register") if twin else None
    cursor.finish()
    return ElectricityRegisters(
        active_import_wh=active_import_wh,
        reactive_import_varh=reactive_import_varh,
        secondary_active_import_wh=secondary,
    )


def _read_elements(cursor: Cursor) -> bool:
    """Whether there are two elements."""
    twin = cursor.octets.startswith(_TWIN_ELEMENT, cursor.offset)
    cursor.expect(_TWIN_ELEMENT if twin else _SINGLE_ELEMENT, "Import Register Collection")
    return twin
