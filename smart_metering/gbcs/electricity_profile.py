"""Read Active Import Profile Data (SR 4.8.1) of an ESME: the payloads of ECS22b, the answer encrypted.

Layout: Reference Test Data Set 4.5.0, for one element and for two (certain). The entries are a compact array: the
types are told once, then come the values of every entry without tags.
"""

import struct

from smart_metering.errors import DecodeError
from smart_metering.gbcs.cursor import Cursor
from smart_metering.gbcs.date_times import GBZ_TIME_SIZE, decode_gbz_time, encode_gbz_time
from smart_metering.gbcs.der import encode_length, read_length
from smart_metering.gbcs.dlms_access import (
    encode_date_time,
    encode_protected_answer,
    encode_protected_read,
    open_protected_answer,
    read_date_time,
)
from smart_metering.gbcs.exchange import Exchange
from smart_metering.instants import Instant
from smart_metering.records import Record

MOST_ENTRIES = 5_000
"""What is sure to fit into one message, chosen here: 104 days of half hours."""


class ProfilePeriod(Record, frozen=True, kw_only=True):
    """From `start` to `end`, both included, as the vectors are answered."""

    start: Instant
    end: Instant


class ElectricityProfileEntry(Record, frozen=True, kw_only=True):
    """The import of the half hour that ends at `at` (likely: it might begin there), in whole seconds; Wh, 0 to
    2^32-1. Only a twin element ESME has a secondary value, then in every entry."""

    at: Instant
    active_import_wh: int
    secondary_active_import_wh: int | None = None


_COLLECTION = 7
_ATTRIBUTE = bytes.fromhex("02 05 12 0007 09 06 0000630100FF 0F 02 12 0000")
_RESTRICTED_BY_DATE = bytes.fromhex("02 02 16 01 02 02")

_SINGLE_ELEMENT = bytes.fromhex(
    "02 01 13 02 02 06 06"
)  # a compact array of (time, value) in the one attribute
_TWIN_ELEMENT = bytes.fromhex("02 01 13 02 03 06 06 06")

_VALUE = struct.Struct(">I")
_TWO_VALUES = struct.Struct(">II")


def encode_electricity_profile_command(period: ProfilePeriod, exchange: Exchange) -> bytes:
    """Written in hundredths of a second."""
    dates = encode_date_time(period.start) + encode_date_time(period.end)
    return encode_protected_read(exchange, _COLLECTION, _ATTRIBUTE + _RESTRICTED_BY_DATE + dates)


def decode_electricity_profile_command(payload: bytes, exchange: Exchange) -> ProfilePeriod:
    before, after = _frame_of_the_dates(exchange)
    cursor = Cursor(payload)
    cursor.expect(before, "ECS22b command")
    period = ProfilePeriod(
        start=read_date_time(cursor, "start of the period"), end=read_date_time(cursor, "end of the period")
    )
    cursor.expect(after, "protection of the attribute")
    cursor.finish()
    return period


def encode_electricity_profile_response(
    entries: tuple[ElectricityProfileEntry, ...], exchange: Exchange, secret: bytes
) -> bytes:
    """At most MOST_ENTRIES; that an empty profile is told as one of a single element is chosen here."""
    assert len(entries) <= MOST_ENTRIES, len(entries)
    twin = bool(entries) and entries[0].secondary_active_import_wh is not None
    content = b"".join(_encode_entry(entry, twin) for entry in entries)
    description = _TWIN_ELEMENT if twin else _SINGLE_ELEMENT
    return encode_protected_answer(exchange, secret, description + encode_length(len(content)) + content)


def decode_electricity_profile_response(
    payload: bytes, exchange: Exchange, secret: bytes
) -> tuple[ElectricityProfileEntry, ...]:
    """Raises DecodeError also when the Device could not read, and when another secret encrypted."""
    cursor = open_protected_answer(payload, exchange, secret)
    twin = cursor.octets.startswith(_TWIN_ELEMENT, cursor.offset)
    cursor.expect(_TWIN_ELEMENT if twin else _SINGLE_ELEMENT, "types of the profile")
    start = cursor.offset
    length, cursor.offset = read_length(cursor.octets, start)
    if cursor.offset + length != len(cursor.octets) or (twin and not length):
        raise DecodeError(start, f"length {length} of the profile")
    read_entry = _read_twin_entry if twin else _read_single_entry
    entries = []
    while cursor.offset < len(cursor.octets):
        entries.append(read_entry(cursor))
    return tuple(entries)


def _frame_of_the_dates(exchange: Exchange) -> tuple[bytes, bytes]:
    """What stands before and after the two date-times of every Command of this exchange."""
    head = _ATTRIBUTE + _RESTRICTED_BY_DATE
    without_dates = encode_protected_read(exchange, _COLLECTION, head)
    size = without_dates.index(head) + len(head)
    return without_dates[:size], without_dates[size:]


def _encode_entry(entry: ElectricityProfileEntry, twin: bool) -> bytes:
    at, secondary = encode_gbz_time(entry.at), entry.secondary_active_import_wh
    assert (secondary is not None) == twin, "every entry has a secondary value, or none"
    if secondary is None:
        return at + _VALUE.pack(entry.active_import_wh)
    return at + _TWO_VALUES.pack(entry.active_import_wh, secondary)


def _read_single_entry(cursor: Cursor) -> ElectricityProfileEntry:
    at = _read_time(cursor)
    (value,) = _VALUE.unpack(cursor.take(_VALUE.size, "profile value"))
    return ElectricityProfileEntry(at=at, active_import_wh=value)


def _read_twin_entry(cursor: Cursor) -> ElectricityProfileEntry:
    at = _read_time(cursor)
    value, secondary = _TWO_VALUES.unpack(cursor.take(_TWO_VALUES.size, "profile values"))
    return ElectricityProfileEntry(at=at, active_import_wh=value, secondary_active_import_wh=secondary)


def _read_time(cursor: Cursor) -> Instant:
    start = cursor.offset
    return decode_gbz_time(cursor.take(GBZ_TIME_SIZE, "time of the entry"), start)
