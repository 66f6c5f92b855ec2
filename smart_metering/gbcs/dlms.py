"""The DLMS payloads of the firmware use cases: Access-Request and -Response of one Get, Data-Notification."""

from smart_metering.errors import DecodeError
from smart_metering.gbcs.cursor import Cursor
from smart_metering.gbcs.date_times import DLMS_DATE_TIME_SIZE, decode_dlms_date_time, encode_dlms_date_time
from smart_metering.instants import Instant

_ACCESS_REQUEST = b"\xd9"
_ACCESS_RESPONSE = b"\xda"
_DATA_NOTIFICATION = b"\x0f"

_BREAK_ON_ERROR = 0x20  # the only bit set in the first octet of the long-invoke-id-and-priority
_NO_DATE_TIME = b"\x00"
_NO_REPEATED_REQUEST = b"\x00"
_ONE = b"\x01"
_GET = b"\x01"
_NULL_DATA = b"\x00"
_OCTET_STRING = 0x09
_STRUCTURE_OF_ALERT_AND_HASH = b"\x02\x03"
_LONG_UNSIGNED = b"\x12"

_SUCCESS = b"\x00"
_HARDWARE_FAULT = b"\x01"

_HASH_SIZE = 32

ALERT_CODE_OFFSET = 9  # in a Data-Notification


def encode_get(counter: int, attribute: bytes) -> bytes:
    """Access-Request for one attribute: class (2 octets), OBIS code (6) and attribute number (1)."""
    assert len(attribute) == 9, attribute.hex()
    return _ACCESS_REQUEST + invoke_id(counter) + _NO_DATE_TIME + _ONE + _GET + attribute + _ONE + _NULL_DATA


def encode_get_result(counter: int, value: bytes | None) -> bytes:
    """Access-Response with one octet string, or with no data and hardware-fault when `value` is None."""
    if value is None:
        datum, result = _NULL_DATA, _HARDWARE_FAULT
    else:
        datum, result = bytes((_OCTET_STRING, len(value))) + value, _SUCCESS
    head = _ACCESS_RESPONSE + invoke_id(counter) + _NO_DATE_TIME + _NO_REPEATED_REQUEST
    return head + _ONE + datum + _ONE + _GET + result


def decode_get_result(payload: bytes, value_size: int, counter: int | None = None) -> bytes | None:
    """The octet string of `value_size` octets, or None when the Device reports any failure.

    Without a `counter` any invoke id is taken.
    """
    cursor = Cursor(payload)
    cursor.expect(_ACCESS_RESPONSE, "Access-Response")
    read_invoke_id(cursor, counter)
    cursor.expect(_NO_DATE_TIME + _NO_REPEATED_REQUEST + _ONE, "head of the Access-Response")
    value = _read_datum(cursor, value_size)
    cursor.expect(_ONE + _GET, "head of the access result")
    failed = cursor.take(1, "access result") != _SUCCESS
    cursor.finish()
    if failed != (value is None):
        raise DecodeError(len(payload) - 1, "the access result contradicts the datum")
    return value


def encode_alert(counter: int, alert_code: int, at: Instant, calculated_hash: bytes) -> bytes:
    """Data-Notification of an alert code, its time and a hash of 32 octets."""
    assert len(calculated_hash) == _HASH_SIZE, calculated_hash.hex()
    return (
        _DATA_NOTIFICATION
        + invoke_id(counter)
        + _NO_DATE_TIME
        + _STRUCTURE_OF_ALERT_AND_HASH
        + _LONG_UNSIGNED
        + alert_code.to_bytes(2, "big")
        + bytes((_OCTET_STRING, DLMS_DATE_TIME_SIZE))
        + encode_dlms_date_time(at)
        + bytes((_OCTET_STRING, _HASH_SIZE))
        + calculated_hash
    )


def decode_alert(payload: bytes, counter: int | None = None) -> tuple[int, Instant, bytes]:
    """Alert code, time and hash; without a `counter` any invoke id is taken."""
    cursor = Cursor(payload)
    cursor.expect(_DATA_NOTIFICATION, "Data-Notification")
    read_invoke_id(cursor, counter)
    cursor.expect(
        _NO_DATE_TIME + _STRUCTURE_OF_ALERT_AND_HASH + _LONG_UNSIGNED, "head of the Data-Notification"
    )
    alert_code = int.from_bytes(cursor.take(2, "alert code"), "big")
    cursor.expect(bytes((_OCTET_STRING, DLMS_DATE_TIME_SIZE)), "head of the date-time")
    start = cursor.offset
    at = decode_dlms_date_time(cursor.take(DLMS_DATE_TIME_SIZE, "date-time"), start)
    cursor.expect(bytes((_OCTET_STRING, _HASH_SIZE)), "head of the hash")
    calculated_hash = cursor.take(_HASH_SIZE, "hash")
    cursor.finish()
    return alert_code, at, calculated_hash


def invoke_id(counter: int) -> bytes:
    """The long-invoke-id-and-priority that belongs to an originator counter: 4 octets."""
    return (_BREAK_ON_ERROR << 24 | counter & 0xFFFFFF).to_bytes(4, "big")


def read_invoke_id(cursor: Cursor, counter: int | None) -> None:
    """Pass over the invoke id of `counter`, or over any."""
    if counter is not None:
        cursor.expect(invoke_id(counter), "invoke id")
        return
    cursor.expect(bytes((_BREAK_ON_ERROR,)), "flags of the invoke id")
    cursor.take(3, "invoke id")


def _read_datum(cursor: Cursor, value_size: int) -> bytes | None:
    if cursor.octets.startswith(_NULL_DATA, cursor.offset):
        cursor.offset += 1
        return None
    cursor.expect(bytes((_OCTET_STRING, value_size)), "head of the octet string")
    return cursor.take(value_size, "octet string")
