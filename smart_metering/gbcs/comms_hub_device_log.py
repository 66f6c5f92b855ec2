"""The CHF Device Log: to add a Device (CCS01), to remove one (CCS02; SR 8.11), to read the log (CCS05; SR 8.9).

In DLMS the log is what a ZigBee network control object says of the HAN. Layouts, and results of a failure: Reference
Test Data Set 4.5.0 (certain). The names of a log entry's fields are likely (DLMS, ZigBee network control), as is
that 16 octets of installation code are the link key made of it.
"""

from smart_metering.errors import DecodeError
from smart_metering.gbcs import dlms_actions
from smart_metering.gbcs.cursor import Cursor
from smart_metering.gbcs.date_times import DLMS_DATE_TIME_SIZE, decode_dlms_date_time, encode_dlms_date_time
from smart_metering.gbcs.dlms_access import (
    HARDWARE_FAULT,
    NULL_DATA,
    SUCCESS,
    Access,
    Choice,
    encode_access_response,
    encode_octet_string,
    open_access_response,
    read_octet_string_head,
)
from smart_metering.gbcs.exchange import Exchange
from smart_metering.identifiers import Eui, eui_from_octets, eui_octets
from smart_metering.instants import DAY_MS, Instant
from smart_metering.records import Record
from smart_metering.use_cases import UseCase

SMALLEST_INSTALL_CODE = 6
LARGEST_INSTALL_CODE = 16
"""Octets of an installation code (DUIS 5.4 schema); the vector has 16."""

LARGEST_LOG = 16
"""Entries of the log (MMC 5.4 schema)."""

_EUI_SIZE = 8

_NETWORK_CONTROL = bytes.fromhex("0068 00001E0300FF")  # class 104 ZigBee network control, OBIS 0-0:30.3.0.255
_REGISTER_DEVICE = Access(Choice.ACTION, _NETWORK_CONTROL + b"\x01")
_UNREGISTER_DEVICE = Access(Choice.ACTION, _NETWORK_CONTROL + b"\x02")
_SET_JOINING = Access(Choice.SET, _NETWORK_CONTROL + b"\x02")
_SET_JOIN_TIMEOUT = Access(Choice.SET, _NETWORK_CONTROL + b"\x03")
_GET_ACTIVE_DEVICES = Access(Choice.GET, _NETWORK_CONTROL + b"\x04")

_STEPS = {
    UseCase.CCS01: (_REGISTER_DEVICE, _SET_JOIN_TIMEOUT, _SET_JOINING),
    UseCase.CCS02: (_UNREGISTER_DEVICE,),
    UseCase.CCS05: (_GET_ACTIVE_DEVICES,),
}

_STRUCTURE_OF_FOUR = b"\x02\x04"
_PRECONFIGURED_LINK_KEY = b"\x16\x01"  # enum: kind of the key that follows
_LAST_OF_DEVICE = b"\x16\x00"  # enum
_LONG_UNSIGNED = b"\x12"
_JOINING_ENABLED = b"\x03\xff"

_ARRAY = b"\x01"
_STRUCTURE_OF_ENTRY = b"\x02\x0e"
_BIT_STRING_OF_EIGHT = b"\x04\x08"
_INTEGER = b"\x0f"
_UNSIGNED = b"\x11"
_WEEKDAY = slice(4, 5)
_WEEKDAY_UNSPECIFIED = b"\xff"
_NEVER = bytes.fromhex("FFFFFFFFFFFFFFFFFF8000FF")


class Addition(Record, frozen=True, kw_only=True):
    """A Device that may join the HAN for `join_time_seconds` (0 .. 65535); `install_code` has 6 .. 16 octets."""

    device: Eui
    install_code: bytes
    join_time_seconds: int


class LogChangeOutcome(Record, frozen=True, kw_only=True):
    """Result codes of the steps: three of CCS01 (enter, set the time, open for joining), one of CCS02."""

    results: tuple[int, ...]

    @property
    def success(self) -> bool:
        return not any(self.results)


ADDED = LogChangeOutcome(results=(0, 0, 0))
NOT_ADDED = LogChangeOutcome(
    results=(dlms_actions.HARDWARE_FAULT, dlms_actions.OTHER_REASON, dlms_actions.OTHER_REASON)
)
REMOVED = LogChangeOutcome(results=(0,))
NOT_REMOVED = LogChangeOutcome(results=(dlms_actions.HARDWARE_FAULT,))


class ConnectedDevice(Record, frozen=True, kw_only=True):
    """One entry of the log. RSSI in dBm (-128 .. 127), link quality and the rest 0 .. 255; the defaults of what MMC
    does not show are those of the vector. `last_communication` is None for a Device never heard (chosen here: every
    part of the date-time unspecified)."""

    device: Eui
    last_communication: Instant | None
    status: int = 0xC8
    rssi_maximum: int = -35
    rssi_average: int = -50
    rssi_minimum: int = -100
    link_quality_minimum: int = 2
    link_quality_average: int = 39
    link_quality_maximum: int = 247
    hops: int = 1
    transmission_failures: int = 0
    transmission_successes: int = 100
    application_version: int = 1
    stack_version: int = 1


def encode_addition_command(addition: Addition, exchange: Exchange) -> bytes:
    assert SMALLEST_INSTALL_CODE <= len(addition.install_code) <= LARGEST_INSTALL_CODE, addition
    device = (
        _STRUCTURE_OF_FOUR
        + encode_octet_string(eui_octets(addition.device))
        + _PRECONFIGURED_LINK_KEY
        + encode_octet_string(addition.install_code)
        + _LAST_OF_DEVICE
    )
    join_time = _LONG_UNSIGNED + addition.join_time_seconds.to_bytes(2, "big")
    return dlms_actions.encode_steps(
        exchange.counter, _STEPS[UseCase.CCS01], (device, join_time, _JOINING_ENABLED)
    )


def decode_addition_command(payload: bytes, exchange: Exchange) -> Addition:
    cursor = dlms_actions.open_steps(payload, exchange.counter, _STEPS[UseCase.CCS01])
    cursor.expect(_STRUCTURE_OF_FOUR, "structure of the Device")
    device = _read_device(cursor)
    cursor.expect(_PRECONFIGURED_LINK_KEY, "kind of the key")
    start = cursor.offset
    size = read_octet_string_head(cursor, "installation code")
    if not SMALLEST_INSTALL_CODE <= size <= LARGEST_INSTALL_CODE:
        raise DecodeError(start, f"installation code of {size} octets, not 6 to 16")
    install_code = cursor.take(size, "installation code")
    cursor.expect(_LAST_OF_DEVICE + _LONG_UNSIGNED, "head of the join time")
    join_time_seconds = int.from_bytes(cursor.take(2, "join time"), "big")
    cursor.expect(_JOINING_ENABLED, "joining")
    cursor.finish()
    return Addition(device=device, install_code=install_code, join_time_seconds=join_time_seconds)


def encode_removal_command(device: Eui, exchange: Exchange) -> bytes:
    argument = encode_octet_string(eui_octets(device))
    return dlms_actions.encode_steps(exchange.counter, _STEPS[UseCase.CCS02], (argument,))


def decode_removal_command(payload: bytes, exchange: Exchange) -> Eui:
    """The Device to remove."""
    cursor = dlms_actions.open_steps(payload, exchange.counter, _STEPS[UseCase.CCS02])
    device = _read_device(cursor)
    cursor.finish()
    return device


def encode_log_change_response(use_case: UseCase, outcome: LogChangeOutcome, exchange: Exchange) -> bytes:
    """Of CCS01 or CCS02."""
    return dlms_actions.encode_results(exchange.counter, _STEPS[use_case], outcome.results)


def decode_log_change_response(use_case: UseCase, payload: bytes, exchange: Exchange) -> LogChangeOutcome:
    return LogChangeOutcome(results=dlms_actions.decode_results(payload, exchange.counter, _STEPS[use_case]))


def encode_read_log_command(exchange: Exchange) -> bytes:
    return dlms_actions.encode_steps(exchange.counter, _STEPS[UseCase.CCS05], (NULL_DATA,))


def decode_read_log_command(payload: bytes, exchange: Exchange) -> None:
    """The command says nothing but itself; raises DecodeError on any other payload."""
    cursor = dlms_actions.open_steps(payload, exchange.counter, _STEPS[UseCase.CCS05])
    cursor.expect(NULL_DATA, "null data")
    cursor.finish()


def encode_read_log_response(entries: tuple[ConnectedDevice, ...] | None, exchange: Exchange) -> bytes:
    """The log, or with None a hardware-fault."""
    if entries is None:
        return encode_access_response(exchange.counter, ((Choice.GET, NULL_DATA, HARDWARE_FAULT),))
    assert len(entries) <= LARGEST_LOG, len(entries)
    log = _ARRAY + bytes((len(entries),)) + b"".join(map(_encode_entry, entries))
    return encode_access_response(exchange.counter, ((Choice.GET, log, SUCCESS),))


def decode_read_log_response(payload: bytes, exchange: Exchange) -> tuple[ConnectedDevice, ...] | None:
    """The log, or None for a hardware-fault."""
    cursor = open_access_response(payload, exchange.counter, 1)
    if cursor.octets.startswith(NULL_DATA, cursor.offset):
        entries, result = None, HARDWARE_FAULT
        cursor.expect(NULL_DATA, "null data")
    else:
        entries, result = _read_log(cursor), SUCCESS
    cursor.expect(bytes((1, Choice.GET)) + result, "access result")
    cursor.finish()
    return entries


def _read_device(cursor: Cursor) -> Eui:
    return eui_from_octets(dlms_actions.read_octet_string(cursor, _EUI_SIZE, "Device"))


def _encode_entry(entry: ConnectedDevice) -> bytes:
    strengths = (entry.rssi_maximum, entry.rssi_average, entry.rssi_minimum)
    qualities = (entry.link_quality_minimum, entry.link_quality_average, entry.link_quality_maximum)
    others = (
        entry.hops,
        entry.transmission_failures,
        entry.transmission_successes,
        entry.application_version,
        entry.stack_version,
    )
    return b"".join(
        (
            _STRUCTURE_OF_ENTRY,
            encode_octet_string(eui_octets(entry.device)),
            _BIT_STRING_OF_EIGHT,
            bytes((entry.status,)),
            *(_INTEGER + strength.to_bytes(1, "big", signed=True) for strength in strengths),
            *(_UNSIGNED + bytes((quality,)) for quality in qualities),
            encode_octet_string(_encode_last_communication(entry.last_communication)),
            *(_UNSIGNED + bytes((other,)) for other in others),
        )
    )


def _read_log(cursor: Cursor) -> tuple[ConnectedDevice, ...]:
    cursor.expect(_ARRAY, "tag of the log")
    start = cursor.offset
    count = cursor.take(1, "number of entries")[0]
    if count > LARGEST_LOG:
        raise DecodeError(start, f"{count} entries, at most {LARGEST_LOG} fit in the log")
    return tuple(_read_entry(cursor) for _ in range(count))


def _read_entry(cursor: Cursor) -> ConnectedDevice:
    cursor.expect(_STRUCTURE_OF_ENTRY, "structure of the entry")
    device = _read_device(cursor)
    cursor.expect(_BIT_STRING_OF_EIGHT, "head of the status")
    status = cursor.take(1, "status")[0]
    rssi_maximum, rssi_average, rssi_minimum = (_read_integer(cursor) for _ in range(3))
    link_quality_minimum, link_quality_average, link_quality_maximum = (
        _read_unsigned(cursor) for _ in range(3)
    )
    last_communication = _read_last_communication(cursor)
    hops, failures, successes, application_version, stack_version = (_read_unsigned(cursor) for _ in range(5))
    return ConnectedDevice(
        device=device,
        last_communication=last_communication,
        status=status,
        rssi_maximum=rssi_maximum,
        rssi_average=rssi_average,
        rssi_minimum=rssi_minimum,
        link_quality_minimum=link_quality_minimum,
        link_quality_average=link_quality_average,
        link_quality_maximum=link_quality_maximum,
        hops=hops,
        transmission_failures=failures,
        transmission_successes=successes,
        application_version=application_version,
        stack_version=stack_version,
    )


def _read_integer(cursor: Cursor) -> int:
    cursor.expect(_INTEGER, "tag of an RSSI")
    return int.from_bytes(cursor.take(1, "RSSI"), "big", signed=True)


def _read_unsigned(cursor: Cursor) -> int:
    cursor.expect(_UNSIGNED, "tag of an unsigned")
    return cursor.take(1, "unsigned")[0]


def _encode_last_communication(at: Instant | None) -> bytes:
    """Unlike other date-times of the vectors this one names its weekday."""
    if at is None:
        return _NEVER
    octets = encode_dlms_date_time(at)
    return octets[: _WEEKDAY.start] + _weekday(at) + octets[_WEEKDAY.stop :]


def _read_last_communication(cursor: Cursor) -> Instant | None:
    octets = dlms_actions.read_octet_string(cursor, DLMS_DATE_TIME_SIZE, "last communication")
    if octets == _NEVER:
        return None
    start = cursor.offset - DLMS_DATE_TIME_SIZE
    without = octets[: _WEEKDAY.start] + _WEEKDAY_UNSPECIFIED + octets[_WEEKDAY.stop :]
    at = decode_dlms_date_time(without, start)
    if octets[_WEEKDAY] != _weekday(at):
        raise DecodeError(start + _WEEKDAY.start, f"weekday {octets[_WEEKDAY].hex()} is not that of the date")
    return at


def _weekday(at: Instant) -> bytes:
    """1 is Monday; 1970-01-01 was a Thursday."""
    return bytes(((at // DAY_MS + 3) % 7 + 1,))
