"""The values that stand in elements: how each is read from text, written, and what is refused (DUIS 5.4 schema).

A type of XML Schema whose white space collapses is read without what surrounds it; a text keeps every character.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import TypeVar

from smart_metering.command_variants import CommandVariant
from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.device_types import ESME_VARIANTS, DeviceType
from smart_metering.duis_xml.names import WHITE_SPACE
from smart_metering.firmware_versions import parse_firmware_version
from smart_metering.identifiers import parse_eui, parse_request_id
from smart_metering.instants import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    SECOND_MS,
    Instant,
    format_instant,
    parse_instant,
)
from smart_metering.response_codes import ResponseCode
from smart_metering.service_requests import SERVICE_REQUESTS
from smart_metering.smi_statuses import SmiStatus

LONGEST_IMAGE = 10_240_000
LONGEST_DEVICE_LIST = 1_199_999
LAST_FLOOR = 2**63 - 1
LAST_SCHEDULE = 10**12

_NO_XML_CHARACTER = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INTEGER = re.compile(r"[+-]?[0-9]{1,40}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})*")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})Z?")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]+))?Z?")
_NO_WHITE_SPACE = {ord(character): None for character in WHITE_SPACE}
_EPOCH = date(1970, 1, 1)

K = TypeVar("K", bound=Enum)


@dataclass(frozen=True, slots=True)
class SimpleType:
    """`read` raises ValueError. Where a value is `cut`, what is written does not tell all of it."""

    read: Callable[[str], object]
    write: Callable[..., str] = str
    cut: bool = False


def text(least: int = 0, most: int | None = None, pattern: str | None = None) -> SimpleType:
    """xs:string, as long as that, of that form."""
    form = None if pattern is None else re.compile(pattern)

    def read(value: str) -> str:
        if len(value) < least or (most is not None and len(value) > most):
            at_most = "" if most is None else f" to {most}"
            raise ValueError(f"{len(value)} characters, expected {least}{at_most}")
        if form is not None and form.fullmatch(value) is None:
            raise ValueError(f"{value!r}, expected the form {pattern}")
        if _NO_XML_CHARACTER.search(value):
            raise ValueError("it has a character that XML cannot carry")
        return value

    return SimpleType(read)


def one_of(values: Iterable[str]) -> SimpleType:
    """A text that is one of these, or a member of an enum of texts."""
    known = {str(value): value for value in values}

    def read(value: str) -> str:
        if value not in known:
            shown = ", ".join(list(known)[:12])
            raise ValueError(f"{value[:40]!r}, expected one of {shown}{', ...' if len(known) > 12 else ''}")
        return known[value]

    return SimpleType(read)


def whole(least: int, most: int) -> SimpleType:
    """xs:integer within bounds."""

    def read(value: str) -> int:
        found = value.strip(WHITE_SPACE)
        if _INTEGER.fullmatch(found) is None or not least <= int(found) <= most:
            raise ValueError(f"{found[:40]!r}, expected a whole number {least} to {most}")
        return int(found)

    return SimpleType(read)


def octets_of_hex(least: int = 0, most: int = 4096) -> SimpleType:
    """xs:hexBinary of so many octets."""

    def read(value: str) -> bytes:
        found = value.strip(WHITE_SPACE)
        if _HEX.fullmatch(found) is None or not least <= len(found) // 2 <= most:
            raise ValueError(f"{found[:80]!r}, expected {least} to {most} octets in hex")
        return bytes.fromhex(found)

    return SimpleType(read, lambda octets: octets.hex().upper())


def octets_of_base64(most: int | None = None) -> SimpleType:
    """xs:base64Binary of at most so many octets; written on one line."""

    def read(value: str) -> bytes:
        found = value.translate(_NO_WHITE_SPACE).encode("ascii", "replace")
        try:
            octets = b64decode(found, validate=True)
        except ValueError:
            raise ValueError("it is not base64") from None
        if b64encode(octets) != found:
            raise ValueError("it is not base64")
        if most is not None and len(octets) > most:
            raise ValueError(f"{len(octets)} octets, expected at most {most}")
        return octets

    return SimpleType(read, lambda octets: b64encode(octets).decode())


def _collapsed(parse: Callable[[str], object]) -> Callable[[str], object]:
    return lambda value: parse(value.strip(WHITE_SPACE))


def _read_boolean(value: str) -> bool:
    found = {"true": True, "1": True, "false": False, "0": False}.get(value)
    if found is None:
        raise ValueError(f"{value[:40]!r}, expected true or false")
    return found


def _read_code(value: str) -> int:
    if _HEX.fullmatch(value) is None or len(value) != 4:
        raise ValueError(f"{value[:40]!r}, expected two octets in hex")
    return int(value, 16)


def _read_outcome_code(value: str) -> int:
    code = _read_code(value)
    if code not in (0x8F66, 0x8F67):
        raise ValueError(f"{value}, expected 8F66 or 8F67")
    return code


def _read_uprn(value: str) -> str:
    if _INTEGER.fullmatch(value) is None or not 0 < int(value) < 10**12:
        raise ValueError(f"{value[:40]!r}, expected a whole number of at most 12 digits")
    return str(int(value))


def _read_date(value: str) -> Instant:
    found = _DATE.fullmatch(value)
    if found is None:
        raise ValueError(f"{value[:40]!r}, expected a date like 2025-11-21")
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError as error:
        raise ValueError(f"{value[:40]!r}: {error}") from None
    return Instant((day - _EPOCH).days * DAY_MS)


def _write_date(instant: Instant) -> str:
    return (_EPOCH + timedelta(days=instant // DAY_MS)).isoformat()


def _read_time(value: str) -> int:
    found = _TIME.fullmatch(value)
    if found is None:
        raise ValueError(f"{value[:40]!r}, expected a time of day in UTC like 02:30:00")
    milliseconds = int(((found[4] or "") + "000")[:3])
    return int(found[1]) * HOUR_MS + int(found[2]) * MINUTE_MS + int(found[3]) * SECOND_MS + milliseconds


def _write_time(milliseconds: int) -> str:
    seconds, fraction = divmod(milliseconds, SECOND_MS)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}.{fraction:03}"


def _read_device_list(value: str) -> tuple[str, ...]:
    if len(value) > LONGEST_DEVICE_LIST:
        raise ValueError(f"{len(value)} characters, expected at most {LONGEST_DEVICE_LIST}")
    return tuple([parse_eui(eui) for eui in value.split(",")])


def _read_enum(kind: type[K], parse: Callable[[str], object]) -> Callable[[str], K]:
    known = {member.value: member for member in kind}

    def read(value: str) -> K:
        try:
            return known[parse(value)]
        except (KeyError, ValueError):
            raise ValueError(f"{value[:40]!r}, expected one of {', '.join(map(str, known))}") from None

    return read


def _read_decimal(value: str) -> str:
    if _DECIMAL.fullmatch(value) is None:
        raise ValueError(f"{value[:40]!r}, expected a number")
    return value


def _read_integer_text(value: str) -> str:
    if _INTEGER.fullmatch(value) is None:
        raise ValueError(f"{value[:40]!r}, expected a whole number")
    return value


def _read_count_text(value: str) -> str:
    if not 0 <= int(_read_integer_text(value)) < 2**32:
        raise ValueError(f"{value[:40]!r}, expected a whole number from 0")
    return value


def _read_counter_text(value: str) -> str:
    if not 0 <= int(_read_integer_text(value)) < 2**64:
        raise ValueError(f"{value[:40]!r}, expected a whole number from 0")
    return value


EUI = SimpleType(_collapsed(parse_eui))
EUI_LIST = SimpleType(_read_device_list, ",".join)
REQUEST_ID = SimpleType(_collapsed(parse_request_id))
REQUEST_ID_TEXT = SimpleType(_collapsed(lambda value: str(parse_request_id(value))))
"""A RequestID that the record keeps as text, in normal form."""


def _echo(value: str) -> str:
    parse_request_id(value)
    return value


ECHO = SimpleType(_collapsed(_echo))
"""A RequestID that is given back as it came."""

COMMAND_VARIANT = SimpleType(
    _collapsed(_read_enum(CommandVariant, lambda value: int(_read_integer_text(value)))),
    lambda variant: str(int(variant)),
)
REFERENCE = one_of(dict.fromkeys(row.service_reference for row in SERVICE_REQUESTS))
REFERENCE_VARIANT = one_of(row.srv for row in SERVICE_REQUESTS)
RESPONSE_CODE = SimpleType(_read_enum(ResponseCode, str))
DCC_ALERT_CODE = SimpleType(_read_enum(DccAlertCode, str))
DEVICE_TYPE = SimpleType(_read_enum(DeviceType, str))
DEVICE_TYPE_TEXT = one_of(kind.value for kind in DeviceType)
SMI_STATUS = SimpleType(_read_enum(SmiStatus, str))
ESME_VARIANT = one_of(ESME_VARIANTS)
BOOLEAN = SimpleType(_collapsed(_read_boolean), lambda claim: "true" if claim else "false")
INSTANT = SimpleType(_collapsed(parse_instant), format_instant)
DATE = SimpleType(_collapsed(_read_date), _write_date)
DAY = SimpleType(_collapsed(_read_date), _write_date, cut=True)
"""The day of an instant."""
TIME = SimpleType(_collapsed(_read_time), _write_time)
FIRMWARE_VERSION = SimpleType(parse_firmware_version)
FIRMWARE_VERSION_TEXT = text(1, 8)
UPRN = SimpleType(_collapsed(_read_uprn))
MPXN = text(1, 13)
MPAN = text(13, 13)
ALERT_CODE = SimpleType(_collapsed(_read_code), "{:04X}".format)
OUTCOME_CODE = SimpleType(_collapsed(_read_outcome_code), "{:04X}".format)
BASE64 = octets_of_base64()
IMAGE = octets_of_base64(LONGEST_IMAGE)
SCHEDULE_ID = whole(1, LAST_SCHEDULE)  # the schema lets 0 be one too; no schedule has it
FLOOR = whole(0, LAST_FLOOR)
COUNTER_16 = whole(0, 2**16 - 1)
UTRN = text(20, 20, "[0-9]{20}")
DECIMAL_TEXT = SimpleType(_collapsed(_read_decimal))
INTEGER_TEXT = SimpleType(_collapsed(_read_integer_text))
COUNT_TEXT = SimpleType(_collapsed(_read_count_text))
COUNTER_TEXT = SimpleType(_collapsed(_read_counter_text))
ANY_TEXT = text()
