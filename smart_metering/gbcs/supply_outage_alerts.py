"""ECS80, the alert of an ESME whose supply is back: what happened, when it is told, and how long there was none.

A Data-Notification of four values; the layout is certain (Reference Test Data Set 4.5.0 has one of 8F36).
"""

from smart_metering.gbcs.cursor import Cursor
from smart_metering.gbcs.dlms import invoke_id, read_invoke_id
from smart_metering.gbcs.dlms_access import encode_date_time, read_date_time
from smart_metering.instants import Instant
from smart_metering.records import Record

_DATA_NOTIFICATION = b"\x0f"
_NO_DATE_TIME = b"\x00"
_STRUCTURE_OF_ALERT = bytes.fromhex("02 04 12")  # four values, the first a long-unsigned
_CODE_SIZE = 2


class SupplyOutage(Record, frozen=True, kw_only=True):
    """`alert_code`: 16 bits; there was no supply from `interrupted_at` to `restored_at`."""

    alert_code: int
    at: Instant
    interrupted_at: Instant
    restored_at: Instant


def encode_supply_outage_alert(outage: SupplyOutage, counter: int) -> bytes:
    """Times in hundredths of a second; the invoke id is that of the alert's own `counter`."""
    head = _DATA_NOTIFICATION + invoke_id(counter) + _NO_DATE_TIME + _STRUCTURE_OF_ALERT
    times = (outage.at, outage.interrupted_at, outage.restored_at)
    return head + outage.alert_code.to_bytes(_CODE_SIZE, "big") + b"".join(map(encode_date_time, times))


def decode_supply_outage_alert(payload: bytes, counter: int | None = None) -> SupplyOutage:
    """With a `counter` the invoke id is checked too."""
    cursor = Cursor(payload)
    cursor.expect(_DATA_NOTIFICATION, "Data-Notification")
    read_invoke_id(cursor, counter)
    cursor.expect(_NO_DATE_TIME + _STRUCTURE_OF_ALERT, "head of the Data-Notification")
    outage = SupplyOutage(
        alert_code=int.from_bytes(cursor.take(_CODE_SIZE, "alert code"), "big"),
        at=read_date_time(cursor, "date-time"),
        interrupted_at=read_date_time(cursor, "time of the interruption"),
        restored_at=read_date_time(cursor, "time of the restoration"),
    )
    cursor.finish()
    return outage
