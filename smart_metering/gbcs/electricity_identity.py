"""Read Device Configuration, Identity excluding MPxN (SR 6.2.4), of an ESME: the payloads of ECS26e.

Layout: Reference Test Data Set 4.5.0 (certain). Which of the five attributes is which is likely, from the values of
the vector and the lengths that the Message Mapping Catalogue allows; so is which Boolean means locked.
"""

from enum import StrEnum

from smart_metering.errors import DecodeError
from smart_metering.gbcs.cursor import Cursor
from smart_metering.gbcs.dlms_access import (
    OCTET_STRING,
    SUCCESS,
    Access,
    Choice,
    encode_access_request,
    encode_access_response,
    encode_octet_string,
    finish_access_response,
    open_access_response,
    read_octet_string_head,
    refuse_other_command,
)
from smart_metering.gbcs.exchange import Exchange
from smart_metering.identifiers import Eui, eui_from_octets, eui_octets
from smart_metering.records import Record

LONGEST_VARIANT = 4
"""The longest ESME Variant of DUIS; the Message Mapping Catalogue shows one character."""
LONGEST_MODEL_TYPE = 8
LONGEST_MANUFACTURER_IDENTIFIER = 32


class SupplyTamperState(StrEnum):
    """What happens to the supply after tampering; MMC 5.4 has the names."""

    UNCHANGED = "Unchanged"
    LOCKED = "Locked"


class Identity(Record, frozen=True, kw_only=True):
    """Texts are printable ASCII, at most as long as the constants above say."""

    device: Eui
    meter_variant: str
    model_type: str
    manufacturer_identifier: str
    supply_tamper_state: SupplyTamperState


_ATTRIBUTES = (
    bytes.fromhex("0001 0000600101FF 02"),  # Device identifier
    bytes.fromhex("0001 0000600102FF 02"),  # meter variant
    bytes.fromhex("0001 0000600104FF 02"),  # model type
    bytes.fromhex("0001 0000600106FF 02"),  # manufacturer identifier
    bytes.fromhex("0001 00005E2C0004 02"),  # supply tamper state
)
_GETS = tuple(Access(Choice.GET, attribute) for attribute in _ATTRIBUTES)
_CHOICES = tuple(access.choice for access in _GETS)

_EUI_SIZE = 8
_BOOLEANS = {SupplyTamperState.UNCHANGED: b"\x03\x00", SupplyTamperState.LOCKED: b"\x03\xff"}


def encode_electricity_identity_command(exchange: Exchange) -> bytes:
    return encode_access_request(exchange.counter, _GETS)


def decode_electricity_identity_command(payload: bytes, exchange: Exchange) -> None:
    """The Command says nothing but itself; raises DecodeError on any other payload."""
    refuse_other_command(payload, encode_electricity_identity_command(exchange), "ECS26e command")


def encode_electricity_identity_response(identity: Identity, exchange: Exchange) -> bytes:
    content = (
        encode_octet_string(eui_octets(identity.device)),
        _encode_text(identity.meter_variant, LONGEST_VARIANT),
        _encode_text(identity.model_type, LONGEST_MODEL_TYPE),
        _encode_text(identity.manufacturer_identifier, LONGEST_MANUFACTURER_IDENTIFIER),
        _BOOLEANS[identity.supply_tamper_state],
    )
    return encode_access_response(exchange.counter, tuple((Choice.GET, datum, SUCCESS) for datum in content))


def decode_electricity_identity_response(payload: bytes, exchange: Exchange) -> Identity:
    """Raises DecodeError also when the Device could not read any one of the five."""
    cursor = open_access_response(payload, exchange.counter, len(_GETS))
    cursor.expect(OCTET_STRING + bytes((_EUI_SIZE,)), "tag and length of the Device identifier")
    device = eui_from_octets(cursor.take(_EUI_SIZE, "Device identifier"))
    meter_variant = _read_text(cursor, LONGEST_VARIANT, "meter variant")
    model_type = _read_text(cursor, LONGEST_MODEL_TYPE, "model type")
    manufacturer = _read_text(cursor, LONGEST_MANUFACTURER_IDENTIFIER, "manufacturer identifier")
    supply_tamper_state = _read_supply_tamper_state(cursor)
    finish_access_response(cursor, _CHOICES)
    return Identity(
        device=device,
        meter_variant=meter_variant,
        model_type=model_type,
        manufacturer_identifier=manufacturer,
        supply_tamper_state=supply_tamper_state,
    )


def _encode_text(text: str, longest: int) -> bytes:
    assert len(text) <= longest, text
    assert _is_plain(text), text
    return encode_octet_string(text.encode("ascii"))


def _read_text(cursor: Cursor, longest: int, what: str) -> str:
    start = cursor.offset
    size = read_octet_string_head(cursor, what)
    text = cursor.take(size, what).decode("latin-1")
    if size > longest or not _is_plain(text):
        raise DecodeError(start, f"{what} {text!r} is no printable text of at most {longest} characters")
    return text


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _read_supply_tamper_state(cursor: Cursor) -> SupplyTamperState:
    start = cursor.offset
    octets = cursor.take(2, "supply tamper state")
    for state, boolean in _BOOLEANS.items():
        if boolean == octets:
            return state
    raise DecodeError(start, f"supply tamper state: {octets.hex().upper()} is no Boolean of a vector")
