"""The three ways in which GBCS payloads write an Instant.

Each reads only what it writes: DLMS date-times with weekday and deviation unspecified and an undefined clock
status (the form of every firmware message), GeneralizedTime in whole seconds of UTC, GBZ seconds since 2000.
Finer parts of an Instant are dropped, not rounded.
"""

import struct
from datetime import UTC, datetime, timedelta

from smart_metering.errors import DecodeError
from smart_metering.instants import SECOND_MS, Instant

DLMS_DATE_TIME_SIZE = 12
GENERALIZED_TIME_SIZE = 15
GBZ_TIME_SIZE = 4

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_GBZ_EPOCH_SECONDS = (datetime(2000, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(seconds=1)
_GBZ_INVALID_TIME = 0xFFFFFFFF  # ZigBee Cluster Library: the UTCTime that says there is none

FIRST_GBZ_INSTANT = Instant(_GBZ_EPOCH_SECONDS * SECOND_MS)
LAST_GBZ_INSTANT = Instant((_GBZ_EPOCH_SECONDS + _GBZ_INVALID_TIME - 1) * SECOND_MS)
"""The span of GBZ's clock: 2000 to 2136."""

_WEEKDAY_UNSPECIFIED = 0xFF
_DEVIATION_UNSPECIFIED = 0x8000
_CLOCK_STATUS_UNDEFINED = 0xFF
_ALL_UNSPECIFIED = (_WEEKDAY_UNSPECIFIED, _DEVIATION_UNSPECIFIED, _CLOCK_STATUS_UNDEFINED)

# year, month, day, weekday, hour, minute, second, hundredths, deviation, clock status
_DLMS_DATE_TIME = struct.Struct(">HBBBBBBBHB")


def encode_dlms_date_time(instant: Instant) -> bytes:
    """12 octets, in hundredths of a second."""
    at = _to_datetime(instant)
    return _DLMS_DATE_TIME.pack(
        at.year,
        at.month,
        at.day,
        _WEEKDAY_UNSPECIFIED,
        at.hour,
        at.minute,
        at.second,
        at.microsecond // 10_000,
        _DEVIATION_UNSPECIFIED,
        _CLOCK_STATUS_UNDEFINED,
    )


def decode_dlms_date_time(octets: bytes, offset: int = 0) -> Instant:
    """The Instant of 12 octets; `offset` is where they stand, for the DecodeError."""
    if len(octets) != DLMS_DATE_TIME_SIZE:
        raise DecodeError(offset, f"a date-time has 12 octets, not {len(octets)}")
    spelled = octets.hex().upper()
    year, month, day, weekday, hour, minute, second, hundredths, *rest = _DLMS_DATE_TIME.unpack(octets)
    if (weekday, *rest) != _ALL_UNSPECIFIED:
        raise DecodeError(offset, f"date-time with weekday, deviation or clock status: {spelled}")
    try:
        return _to_instant(datetime(year, month, day, hour, minute, second, hundredths * 10_000, UTC))
    except ValueError as error:
        raise DecodeError(offset, f"date-time {spelled}: {error}") from None


def encode_generalized_time(instant: Instant) -> bytes:
    """15 characters `YYYYMMDDhhmmssZ`, without tag and length."""
    at = _to_datetime(instant)
    date = b"%04d%02d%02d" % (at.year, at.month, at.day)  # strftime does not pad every year
    return date + b"%02d%02d%02dZ" % (at.hour, at.minute, at.second)


def decode_generalized_time(octets: bytes, offset: int = 0) -> Instant:
    """The Instant of 15 characters; `offset` is where they stand, for the DecodeError."""
    digits = octets[:14]
    if len(octets) != GENERALIZED_TIME_SIZE or octets[14:] != b"Z" or not digits.isdigit():
        raise DecodeError(offset, f"GeneralizedTime: YYYYMMDDhhmmssZ expected, {octets!r} found")
    month, day, hour, minute, second = (int(digits[start : start + 2]) for start in range(4, 14, 2))
    try:
        return _to_instant(datetime(int(digits[:4]), month, day, hour, minute, second, tzinfo=UTC))
    except ValueError as error:
        raise DecodeError(offset, f"GeneralizedTime {octets!r}: {error}") from None


def encode_gbz_time(instant: Instant) -> bytes:
    """4 octets: whole seconds since 2000-01-01T00:00:00Z, big-endian; they end in 2136."""
    seconds = instant // SECOND_MS - _GBZ_EPOCH_SECONDS
    assert 0 <= seconds < _GBZ_INVALID_TIME, f"instant {instant} is not in the years 2000 to 2136"
    return seconds.to_bytes(GBZ_TIME_SIZE, "big")


def decode_gbz_time(octets: bytes, offset: int = 0) -> Instant:
    """The Instant of 4 octets; `offset` is where they stand, for the DecodeError."""
    if len(octets) != GBZ_TIME_SIZE:
        raise DecodeError(offset, f"a GBZ time has 4 octets, not {len(octets)}")
    seconds = int.from_bytes(octets, "big")
    if seconds == _GBZ_INVALID_TIME:
        raise DecodeError(offset, "FFFFFFFF is the invalid time")
    return Instant((seconds + _GBZ_EPOCH_SECONDS) * SECOND_MS)


def _to_datetime(instant: Instant) -> datetime:
    return _EPOCH + timedelta(milliseconds=instant)


def _to_instant(at: datetime) -> Instant:
    return Instant((at - _EPOCH) // timedelta(milliseconds=1))
