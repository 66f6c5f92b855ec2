"""Join Service (SR 8.7.1, 8.7.2): the DER payloads of CS03A1 and CS03B, by which one Device learns of another.

Each use case is one method of joining. Layouts: Reference Test Data Set 4.5.0 (certain).
"""

from enum import IntEnum

from smart_metering.device_types import DeviceType
from smart_metering.errors import DecodeError
from smart_metering.gbcs import der
from smart_metering.gbcs.cursor import Cursor
from smart_metering.identifiers import Eui, eui_from_octets, eui_octets
from smart_metering.marks import Mark
from smart_metering.records import Record
from smart_metering.use_cases import UseCase

_EUI_SIZE = 8

_JOIN_METHODS = {
    UseCase.CS03A1: 0,  # method A, initiator
    UseCase.CS03B: 2,  # method B
}

DEVICE_TYPE_NUMBERS = (
    # Device Type       number  source              mark
    (DeviceType.GSME,   0,      "GBCS JoinDevice",  Mark.LIKELY),
    (DeviceType.ESME,   1,      "GBCS JoinDevice",  Mark.LIKELY),
    (DeviceType.CHF,    2,      "GBCS JoinDevice",  Mark.LIKELY),
    (DeviceType.GPF,    3,      "GBCS JoinDevice",  Mark.LIKELY),
    (DeviceType.HCALCS, 4,      "GBCS JoinDevice",  Mark.LIKELY),
    (DeviceType.PPMID,  5,      "GBCS JoinDevice",  Mark.LIKELY),
    (DeviceType.CAD,    6,      "GBCS JoinDevice",  Mark.LIKELY),
    (DeviceType.IHD,    6,      "GBCS JoinDevice",  Mark.LIKELY),
)  # fmt: skip
"""Every Type 2 Device has one number; read back it is an IHD. Draft 0.8.1 of GBCS has the numbers."""

_NUMBER_OF = {device_type: number for device_type, number, _, _ in DEVICE_TYPE_NUMBERS}
_DEVICE_TYPE_OF = {number: device_type for device_type, number, _, _ in DEVICE_TYPE_NUMBERS}


class JoinCode(IntEnum):
    """What became of a join (GBCS JoinDevice); 0 and 3 are certain (Reference Test Data Set 4.5.0)."""

    SUCCESS = 0
    INVALID_MESSAGE_CODE_FOR_JOIN_METHOD_AND_ROLE = 1
    INVALID_JOIN_METHOD_AND_ROLE = 2
    INCOMPATIBLE_WITH_EXISTING_ENTRY = 3
    DEVICE_LOG_FULL = 4
    WRITE_FAILURE = 5
    KEY_AGREEMENT_NO_RESOURCES = 6
    KEY_AGREEMENT_UNKNOWN_ISSUER = 7
    KEY_AGREEMENT_UNSUPPORTED_SUITE = 8
    KEY_AGREEMENT_BAD_MESSAGE = 9
    KEY_AGREEMENT_BAD_KEY_CONFIRM = 10
    INVALID_OR_MISSING_CERTIFICATE = 11
    NO_PARTNER_LINK_KEY_RECEIVED = 12
    NO_CBKE_RESPONSE = 13

    @property
    def mmc_name(self) -> str:
        """The name in MMC 5.4: deviceLogFull."""
        first, *others = self.name.lower().split("_")
        return first + "".join("CBKE" if other == "cbke" else other.capitalize() for other in others)


_LARGEST_CODE = max(JoinCode)


class Join(Record, frozen=True, kw_only=True):
    """The Device that is to be entered in the target's Device Log."""

    other_device: Eui
    device_type: DeviceType


def device_type_number(device_type: DeviceType) -> int:
    """The DeviceType of GBCS, as ASN.1 payloads have it."""
    return _NUMBER_OF[device_type]


def encode_device_type(device_type: DeviceType) -> bytes:
    return der.encode_integer(device_type_number(device_type))


def read_device_type(cursor: Cursor) -> DeviceType:
    start = cursor.offset
    number = der.read_integer(cursor, 0xFF, "Device Type")
    if number not in _DEVICE_TYPE_OF:
        raise DecodeError(start, f"{number} is the number of no Device Type")
    return _DEVICE_TYPE_OF[number]


def encode_join_command(use_case: UseCase, join: Join) -> bytes:
    return der.encode(
        der.SEQUENCE,
        der.encode_integer(_JOIN_METHODS[use_case])
        + der.encode(der.OCTET_STRING, eui_octets(join.other_device))
        + encode_device_type(join.device_type),
    )


def decode_join_command(use_case: UseCase, payload: bytes) -> Join:
    cursor = Cursor(payload)
    der.open_sequence(cursor, f"{use_case.name} command")
    cursor.expect(der.encode_integer(_JOIN_METHODS[use_case]), "join method and role")
    join = Join(
        other_device=eui_from_octets(der.read_octet_string(cursor, _EUI_SIZE, "other Device")),
        device_type=read_device_type(cursor),
    )
    cursor.finish()
    return join


def encode_join_response(code: JoinCode) -> bytes:
    return der.encode_integer(code)


def decode_join_response(payload: bytes) -> JoinCode:
    cursor = Cursor(payload)
    code = JoinCode(der.read_integer(cursor, _LARGEST_CODE, "join code"))
    cursor.finish()
    return code
