"""Read Device Log (SR 8.9) from any Device but the Comms Hub Function: the DER payloads of CS07.

Layouts, of a failure too: Reference Test Data Set 4.5.0 (certain).
"""

from smart_metering.device_types import DeviceType
from smart_metering.errors import DecodeError
from smart_metering.gbcs import der
from smart_metering.gbcs.cursor import Cursor
from smart_metering.gbcs.joining import encode_device_type, read_device_type
from smart_metering.identifiers import Eui, eui_from_octets, eui_octets
from smart_metering.records import Record

_EUI_SIZE = 8
_READ = der.encode_integer(0)
_READ_FAILURE = der.encode(der.SEQUENCE, der.encode_integer(1))


class DeviceLogEntry(Record, frozen=True, kw_only=True):
    """A Device to which the read one is joined; the Comms Hub's Functions are among them."""

    device: Eui
    device_type: DeviceType


def encode_device_log_command() -> bytes:
    return der.NULL


def decode_device_log_command(payload: bytes) -> None:
    """The command says nothing but itself; raises DecodeError on any other payload."""
    cursor = Cursor(payload)
    cursor.expect(der.NULL, "CS07 command")
    cursor.finish()


def encode_device_log_response(entries: tuple[DeviceLogEntry, ...] | None) -> bytes:
    """The log, or with None the failure to read it."""
    if entries is None:
        return _READ_FAILURE
    log = der.encode(der.SEQUENCE, b"".join(map(_encode_entry, entries)))
    return der.encode(der.SEQUENCE, _READ + log)


def decode_device_log_response(payload: bytes) -> tuple[DeviceLogEntry, ...] | None:
    """The log, or None when the Device could not read it."""
    if payload == _READ_FAILURE:
        return None
    cursor = Cursor(payload)
    der.open_sequence(cursor, "CS07 response")
    cursor.expect(_READ, "response code")
    der.open_sequence(cursor, "Device Log")
    entries = []
    while cursor.offset < len(payload):
        entries.append(_read_entry(cursor))
    return tuple(entries)


def _encode_entry(entry: DeviceLogEntry) -> bytes:
    device = der.encode(der.OCTET_STRING, eui_octets(entry.device))
    return der.encode(der.SEQUENCE, device + encode_device_type(entry.device_type))


def _read_entry(cursor: Cursor) -> DeviceLogEntry:
    start = cursor.offset
    length = len(der.read_value(cursor, der.SEQUENCE, "Device Log entry"))
    end = cursor.offset
    cursor.offset = end - length
    device = eui_from_octets(der.read_octet_string(cursor, _EUI_SIZE, "Device of the entry"))
    device_type = read_device_type(cursor)
    if cursor.offset != end:
        raise DecodeError(start, f"Device Log entry of {length} octets: its fields have another length")
    return DeviceLogEntry(device=device, device_type=device_type)
