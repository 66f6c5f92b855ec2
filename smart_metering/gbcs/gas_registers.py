"""Read Instantaneous Import Registers (SR 4.1.1) from a GSME or the GPF: the GBZ payloads of GCS13a.

The Response is encrypted and holds four attributes, each of them or the status that it could not be read. Layouts:
Reference Test Data Set 4.5.0 (certain).
"""

from dataclasses import dataclass
from decimal import Decimal

from smart_metering.errors import DecodeError
from smart_metering.gbcs import gbz
from smart_metering.gbcs.cursor import Cursor
from smart_metering.gbcs.encryption import encrypt_attribute, open_encrypted
from smart_metering.gbcs.exchange import Exchange
from smart_metering.records import Record

CUBIC_METRES = 1

_METERING_CLUSTER = 0x0702
_READ_ATTRIBUTES = bytes.fromhex("00 00 00")  # ZCL header: profile-wide, client to server
_READ_ATTRIBUTES_RESPONSE = bytes.fromhex("18 00 01")
_SUCCESS = b"\x00"
_HARDWARE_FAILURE = b"\xc0"


@dataclass(frozen=True, slots=True)
class _Attribute:
    """A number of the Metering cluster, as ZigBee types it."""

    number: int
    type: bytes
    size: int
    name: str


_ATTRIBUTES = (
    _Attribute(0x0302, b"\x22", 3, "divisor"),
    _Attribute(0x0301, b"\x22", 3, "multiplier"),
    _Attribute(0x0300, b"\x30", 1, "unit of measure"),
    _Attribute(0x0000, b"\x25", 6, "current summation delivered"),
)


class GasRegister(Record, frozen=True, kw_only=True):
    """`consumption` times `multiplier` by `divisor` is the volume in `unit`; it counts thousandths of a cubic metre
    by default. What is None the Device could not read (hardware failure).
    """

    consumption: int | None
    multiplier: int | None = 1
    divisor: int | None = 1000
    unit: int | None = CUBIC_METRES

    @property
    def cubic_metres(self) -> Decimal | None:
        """The volume consumed, or None when a part of it is missing, or it is in another unit."""
        if (
            self.consumption is None
            or self.multiplier is None
            or not self.divisor
            or self.unit != CUBIC_METRES
        ):
            return None
        return Decimal(self.consumption) * self.multiplier / self.divisor


def encode_gas_register_command(exchange: Exchange) -> bytes:
    return gbz.encode_component(
        _METERING_CLUSTER, _READ_ATTRIBUTES + b"".join(map(_encode_number, _ATTRIBUTES))
    )


def decode_gas_register_command(payload: bytes, exchange: Exchange) -> None:
    """The command says nothing but itself; raises DecodeError on any other payload."""
    cursor = Cursor(payload)
    cursor.expect(encode_gas_register_command(exchange), "GCS13a command")
    cursor.finish()


def encode_gas_register_response(register: GasRegister, exchange: Exchange, secret: bytes) -> bytes:
    """`secret` is of the KA keys of the Device and of the exchange's recipient."""
    values = (register.divisor, register.multiplier, register.unit, register.consumption)
    attributes = zip(_ATTRIBUTES, values, strict=True)
    content = b"".join(_encode_attribute(attribute, value) for attribute, value in attributes)
    return gbz.encode_encrypted_component(
        _METERING_CLUSTER,
        _READ_ATTRIBUTES_RESPONSE,
        encrypt_attribute(exchange, secret, content),
    )


def decode_gas_register_response(payload: bytes, exchange: Exchange, secret: bytes) -> GasRegister:
    cursor = gbz.open_encrypted_component(payload, _METERING_CLUSTER, _READ_ATTRIBUTES_RESPONSE)
    plain = open_encrypted(cursor, len(payload) - cursor.offset, exchange, secret)
    divisor, multiplier, unit, consumption = (_read_attribute(plain, each) for each in _ATTRIBUTES)
    plain.finish()
    return GasRegister(consumption=consumption, multiplier=multiplier, divisor=divisor, unit=unit)


def _encode_number(attribute: _Attribute) -> bytes:
    return attribute.number.to_bytes(2, "little")


def _encode_attribute(attribute: _Attribute, value: int | None) -> bytes:
    if value is None:
        return _encode_number(attribute) + _HARDWARE_FAILURE
    return _encode_number(attribute) + _SUCCESS + attribute.type + value.to_bytes(attribute.size, "little")


def _read_attribute(cursor: Cursor, attribute: _Attribute) -> int | None:
    cursor.expect(_encode_number(attribute), f"identifier of the {attribute.name}")
    start = cursor.offset
    status = cursor.take(1, f"status of the {attribute.name}")
    if status == _HARDWARE_FAILURE:
        return None
    if status != _SUCCESS:
        raise DecodeError(start, f"{attribute.name}: neither read nor a hardware failure: {status.hex()}")
    cursor.expect(attribute.type, f"type of the {attribute.name}")
    return int.from_bytes(cursor.take(attribute.size, attribute.name), "little")
