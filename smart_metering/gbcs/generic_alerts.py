"""Alerts that say nothing but what happened and when: 1000, which is signed, and 1001, which has a MAC.

Devices that speak DLMS send a Data-Notification, a GSME and the GPF send GBZ. Both layouts are certain (GBCS; the
Reference Test Data Set 4.5.0 has alerts of both forms).
"""

from smart_metering.gbcs.cursor import Cursor
from smart_metering.gbcs.date_times import (
    GBZ_TIME_SIZE,
    decode_gbz_time,
    encode_gbz_time,
)
from smart_metering.gbcs.dlms import invoke_id, read_invoke_id
from smart_metering.gbcs.dlms_access import encode_date_time, read_date_time
from smart_metering.instants import Instant
from smart_metering.records import Record

_DATA_NOTIFICATION = b"\x0f"
_NO_DATE_TIME = b"\x00"
_STRUCTURE_OF_ALERT = bytes.fromhex("02 02 12")  # two values, the first a long-unsigned
_GBZ_HEAD = bytes.fromhex("0109 00")  # profile; no specific content follows
_CODE_SIZE = 2


class GenericAlert(Record, frozen=True, kw_only=True):
    """`alert_code`: 16 bits, whether its name is known or not; `at` is when it happened."""

    alert_code: int
    at: Instant


def encode_generic_alert(gas: bool, alert_code: int, at: Instant, counter: int) -> bytes:
    """GBZ in whole seconds when `gas`, else DLMS in hundredths, with the invoke id of the alert's own `counter`."""
    code = alert_code.to_bytes(_CODE_SIZE, "big")
    if gas:
        return _GBZ_HEAD + code + encode_gbz_time(at)
    head = _DATA_NOTIFICATION + invoke_id(counter) + _NO_DATE_TIME + _STRUCTURE_OF_ALERT
    return head + code + encode_date_time(at)


def decode_generic_alert(gas: bool, payload: bytes, counter: int | None = None) -> GenericAlert:
    """With a `counter` the invoke id of DLMS is checked too."""
    cursor = Cursor(payload)
    alert = _read_gbz_alert(cursor) if gas else _read_dlms_alert(cursor, counter)
    cursor.finish()
    return alert


def _read_gbz_alert(cursor: Cursor) -> GenericAlert:
    cursor.expect(_GBZ_HEAD, "head of the alert")
    alert_code = _read_code(cursor)
    start = cursor.offset
    at = decode_gbz_time(cursor.take(GBZ_TIME_SIZE, "time"), start)
    return GenericAlert(alert_code=alert_code, at=at)


def _read_dlms_alert(cursor: Cursor, counter: int | None) -> GenericAlert:
    cursor.expect(_DATA_NOTIFICATION, "Data-Notification")
    read_invoke_id(cursor, counter)
    cursor.expect(_NO_DATE_TIME + _STRUCTURE_OF_ALERT, "head of the Data-Notification")
    alert_code = _read_code(cursor)
    return GenericAlert(alert_code=alert_code, at=read_date_time(cursor, "date-time"))


def _read_code(cursor: Cursor) -> int:
    return int.from_bytes(cursor.take(_CODE_SIZE, "alert code"), "big")
