"""Commission Device (SR 8.1.1): the payloads of ECS70 and GCS28, which set the clock of a meter.

The Command gives an interval in which the present lies; the Device sets its clock from its Comms Hub if that agrees
(likely), and answers with the time it now has and how reliable that is. Layouts: Reference Test Data Set 4.5.0
(certain). A clock that could not be set is told as unreliable: by a vector for GCS28, by the like number of the
Message Mapping Catalogue for ECS70 (likely); other failures are not read.
"""

from collections.abc import Callable
from dataclasses import dataclass

from smart_metering.errors import DecodeError
from smart_metering.gbcs import der
from smart_metering.gbcs.cursor import Cursor
from smart_metering.gbcs.dlms_access import (
    NULL_DATA,
    SUCCESS,
    Access,
    Choice,
    encode_access_request,
    encode_access_response,
    encode_date_time,
    finish_access_response,
    open_access_response,
    read_date_time,
)
from smart_metering.gbcs.exchange import Exchange
from smart_metering.instants import Instant
from smart_metering.records import Record
from smart_metering.use_cases import UseCase


class ClockSetting(Record, frozen=True, kw_only=True):
    """It is `at` or later, and not after `latest`. ECS70 writes hundredths of a second, GCS28 whole seconds."""

    at: Instant
    latest: Instant


class CommissionOutcome(Record, frozen=True, kw_only=True):
    """`success`: the clock is set and reliable."""

    device_time: Instant
    success: bool


_RELIABLE = 0
_UNRELIABLE = 2

# class 8 Clock, OBIS 0-0:1.0.0.255: clock_base, preset_adjusting_time, adjust_to_preset_time, time, status
_CLOCK = bytes.fromhex("0008 0000010000FF")
_CLOCK_BASE, _PRESET_TIME, _ADJUST_TO_PRESET_TIME, _TIME, _STATUS = (
    _CLOCK + bytes((number,)) for number in (9, 5, 4, 2, 4)
)
_CHOICES = (Choice.SET, Choice.ACTION, Choice.ACTION, Choice.GET, Choice.GET)
_RADIO_CONTROLLED = bytes.fromhex("16 05")
_TIME_OF_ARRIVAL = bytes.fromhex("02 03 09 0C FFFFFFFFFFFFFFFFFF8000FF")  # then the validity interval
_NOW = bytes.fromhex("0F 00")
_UNSIGNED = b"\x11"


def encode_commission_command(use_case: UseCase, setting: ClockSetting, exchange: Exchange) -> bytes:
    return _PROTOCOLS[use_case].encode_command(setting, exchange)


def decode_commission_command(use_case: UseCase, payload: bytes, exchange: Exchange) -> ClockSetting:
    return _PROTOCOLS[use_case].decode_command(payload, exchange)


def encode_commission_response(use_case: UseCase, outcome: CommissionOutcome, exchange: Exchange) -> bytes:
    return _PROTOCOLS[use_case].encode_response(outcome, exchange)


def decode_commission_response(use_case: UseCase, payload: bytes, exchange: Exchange) -> CommissionOutcome:
    return _PROTOCOLS[use_case].decode_response(payload, exchange)


@dataclass(frozen=True, slots=True)
class _Protocol:
    """How one use case commands and answers."""

    encode_command: Callable[[ClockSetting, Exchange], bytes]
    decode_command: Callable[[bytes, Exchange], ClockSetting]
    encode_response: Callable[[CommissionOutcome, Exchange], bytes]
    decode_response: Callable[[bytes, Exchange], CommissionOutcome]


def _encode_ecs70_command(setting: ClockSetting, exchange: Exchange) -> bytes:
    interval = _TIME_OF_ARRIVAL + encode_date_time(setting.at) + encode_date_time(setting.latest)
    return _encode_ecs70_accesses(interval, exchange)


def _encode_ecs70_accesses(interval: bytes, exchange: Exchange) -> bytes:
    accesses = (
        Access(Choice.SET, _CLOCK_BASE, _RADIO_CONTROLLED),
        Access(Choice.ACTION, _PRESET_TIME, interval),
        Access(Choice.ACTION, _ADJUST_TO_PRESET_TIME, _NOW),
        Access(Choice.GET, _TIME),
        Access(Choice.GET, _STATUS),
    )
    return encode_access_request(exchange.counter, accesses)


def _decode_ecs70_command(payload: bytes, exchange: Exchange) -> ClockSetting:
    after = _NOW + NULL_DATA + NULL_DATA
    before = _encode_ecs70_accesses(_TIME_OF_ARRIVAL, exchange).removesuffix(after)
    cursor = Cursor(payload)
    cursor.expect(before, "ECS70 command")
    at = read_date_time(cursor, "start of the validity interval")
    latest = read_date_time(cursor, "end of the validity interval")
    cursor.expect(after, "last data of the ECS70 command")
    cursor.finish()
    return ClockSetting(at=at, latest=latest)


def _encode_ecs70_response(outcome: CommissionOutcome, exchange: Exchange) -> bytes:
    status = _UNSIGNED + bytes((_status_of(outcome),))
    content = (NULL_DATA, NULL_DATA, NULL_DATA, encode_date_time(outcome.device_time), status)
    answers = tuple((choice, datum, SUCCESS) for choice, datum in zip(_CHOICES, content, strict=True))
    return encode_access_response(exchange.counter, answers)


def _decode_ecs70_response(payload: bytes, exchange: Exchange) -> CommissionOutcome:
    cursor = open_access_response(payload, exchange.counter, len(_CHOICES))
    cursor.expect(3 * NULL_DATA, "data of what was set")
    device_time = read_date_time(cursor, "time of the Device")
    cursor.expect(_UNSIGNED, "tag of the clock status")
    start = cursor.offset
    success = _is_success(cursor.take(1, "clock status")[0], start)
    finish_access_response(cursor, _CHOICES)
    return CommissionOutcome(device_time=device_time, success=success)


def _encode_gcs28_command(setting: ClockSetting, _exchange: Exchange) -> bytes:
    return der.encode(der.SEQUENCE, der.encode_time(setting.at) + der.encode_time(setting.latest))


def _decode_gcs28_command(payload: bytes, _exchange: Exchange) -> ClockSetting:
    cursor = Cursor(payload)
    der.open_sequence(cursor, "GCS28 command")
    at = der.read_time(cursor, "start of the validity interval")
    latest = der.read_time(cursor, "end of the validity interval")
    cursor.finish()
    return ClockSetting(at=at, latest=latest)


def _encode_gcs28_response(outcome: CommissionOutcome, _exchange: Exchange) -> bytes:
    content = der.encode_time(outcome.device_time) + der.encode_integer(_status_of(outcome))
    return der.encode(der.SEQUENCE, content)


def _decode_gcs28_response(payload: bytes, _exchange: Exchange) -> CommissionOutcome:
    cursor = Cursor(payload)
    der.open_sequence(cursor, "GCS28 response")
    device_time = der.read_time(cursor, "time of the Device")
    start = cursor.offset
    success = _is_success(der.read_integer(cursor, _UNRELIABLE, "clock status"), start)
    cursor.finish()
    return CommissionOutcome(device_time=device_time, success=success)


def _status_of(outcome: CommissionOutcome) -> int:
    return _RELIABLE if outcome.success else _UNRELIABLE


def _is_success(status: int, offset: int) -> bool:
    if status not in (_RELIABLE, _UNRELIABLE):
        raise DecodeError(offset, f"clock status {status}: 0 or 2 expected")
    return status == _RELIABLE


_PROTOCOLS = {
    UseCase.ECS70: _Protocol(
        _encode_ecs70_command, _decode_ecs70_command, _encode_ecs70_response, _decode_ecs70_response
    ),
    UseCase.GCS28: _Protocol(
        _encode_gcs28_command, _decode_gcs28_command, _encode_gcs28_response, _decode_gcs28_response
    ),
}
