"""The GBZ (ZigBee) payloads: to read one attribute, the alert of the firmware use cases, and any one component."""

from smart_metering.errors import DecodeError
from smart_metering.gbcs.cursor import Cursor
from smart_metering.gbcs.date_times import GBZ_TIME_SIZE, decode_gbz_time, encode_gbz_time
from smart_metering.instants import Instant

_PROFILE = b"\x01\x09"
_ONE_COMPONENT = b"\x01"
_LAST_COMPONENT = b"\x01"
_LAST_AND_ENCRYPTED_COMPONENT = b"\x03"
_ADDITIONAL_HEADER = b"\x00\x00"  # control and frame counter, of an encrypted component only
_FIRST_SEQUENCE_NUMBER = b"\x00"

_TO_SERVER = b"\x00"  # ZCL frame control: profile-wide, client to server
_TO_CLIENT = b"\x08"
_READ_ATTRIBUTES = b"\x00"
_READ_ATTRIBUTES_RESPONSE = b"\x01"

_SUCCESS = b"\x00"
_HARDWARE_FAILURE = b"\xc0"
_OCTET_STRING = 0x41

_SPECIFIC_CONTENT_FOLLOWS = b"\x01"
_HASH_HEAD = b"\x09\x20"  # a DLMS octet string of 32
_HASH_SIZE = 32

ALERT_CODE_OFFSET = 3


def encode_read(cluster: int, attribute: int) -> bytes:
    """Read Attributes, of one attribute."""
    zcl = _TO_SERVER + _FIRST_SEQUENCE_NUMBER + _READ_ATTRIBUTES + _attribute_id(attribute)
    return encode_component(cluster, zcl)


def encode_read_result(cluster: int, attribute: int, value: bytes | None) -> bytes:
    """Read Attributes Response with one octet string, or with hardware failure when `value` is None."""
    zcl = _TO_CLIENT + _FIRST_SEQUENCE_NUMBER + _READ_ATTRIBUTES_RESPONSE + _attribute_id(attribute)
    if value is None:
        return encode_component(cluster, zcl + _HARDWARE_FAILURE)
    return encode_component(cluster, zcl + _SUCCESS + bytes((_OCTET_STRING, len(value))) + value)


def decode_read_result(payload: bytes, cluster: int, attribute: int, value_size: int) -> bytes | None:
    """The octet string of `value_size` octets, or None when the Device reports any failure."""
    refused = encode_read_result(cluster, attribute, None)[:-1]
    answered = encode_read_result(cluster, attribute, bytes(value_size))[:-value_size]
    cursor = Cursor(payload)
    if len(payload) == len(refused) + 1:
        cursor.expect(refused, "refused Read Attributes Response")
        if cursor.take(1, "status") == _SUCCESS:
            raise DecodeError(len(refused), "success without a value")
        return None
    cursor.expect(answered, "Read Attributes Response")
    value = cursor.take(value_size, "octet string")
    cursor.finish()
    return value


def encode_alert(alert_code: int, at: Instant, calculated_hash: bytes) -> bytes:
    """Alert code, its time and a hash of 32 octets."""
    assert len(calculated_hash) == _HASH_SIZE, calculated_hash.hex()
    head = _PROFILE + _SPECIFIC_CONTENT_FOLLOWS
    return head + alert_code.to_bytes(2, "big") + encode_gbz_time(at) + _HASH_HEAD + calculated_hash


def decode_alert(payload: bytes) -> tuple[int, Instant, bytes]:
    """Alert code, time and hash."""
    cursor = Cursor(payload)
    cursor.expect(_PROFILE + _SPECIFIC_CONTENT_FOLLOWS, "head of the alert")
    alert_code = int.from_bytes(cursor.take(2, "alert code"), "big")
    start = cursor.offset
    at = decode_gbz_time(cursor.take(GBZ_TIME_SIZE, "time"), start)
    cursor.expect(_HASH_HEAD, "head of the hash")
    calculated_hash = cursor.take(_HASH_SIZE, "hash")
    cursor.finish()
    return alert_code, at, calculated_hash


def encode_component(cluster: int, zcl: bytes) -> bytes:
    """The one and last component of a payload; its own header is big-endian, what is in it little-endian."""
    return _PROFILE + _ONE_COMPONENT + _LAST_COMPONENT + _cluster_and_length(cluster, zcl) + zcl


def open_component(payload: bytes, cluster: int) -> Cursor:
    """A cursor at the ZCL header of a payload of one component, whose length is checked."""
    cursor = Cursor(payload)
    head = _PROFILE + _ONE_COMPONENT + _LAST_COMPONENT
    cursor.expect(head + cluster.to_bytes(2, "big"), "head of the component")
    _read_length(cursor, "component")
    return cursor


def encode_encrypted_component(cluster: int, zcl_header: bytes, content: bytes) -> bytes:
    """The one component of a payload whose ZCL payload is encrypted; `content` is what encryption made of it."""
    zcl = _ADDITIONAL_HEADER + zcl_header + len(content).to_bytes(2, "big") + content
    head = _PROFILE + _ONE_COMPONENT + _LAST_AND_ENCRYPTED_COMPONENT
    return head + _cluster_and_length(cluster, zcl) + zcl


def open_encrypted_component(payload: bytes, cluster: int, zcl_header: bytes) -> Cursor:
    """A cursor at what encryption made of the ZCL payload, the rest of `payload`."""
    cursor = Cursor(payload)
    head = _PROFILE + _ONE_COMPONENT + _LAST_AND_ENCRYPTED_COMPONENT
    cursor.expect(head + cluster.to_bytes(2, "big"), "head of the encrypted component")
    _read_length(cursor, "component")
    cursor.expect(_ADDITIONAL_HEADER + zcl_header, "headers of the encrypted component")
    _read_length(cursor, "encrypted content")
    return cursor


def _cluster_and_length(cluster: int, zcl: bytes) -> bytes:
    return cluster.to_bytes(2, "big") + len(zcl).to_bytes(2, "big")


def _read_length(cursor: Cursor, what: str) -> None:
    start = cursor.offset
    length = int.from_bytes(cursor.take(2, f"length of the {what}"), "big")
    if cursor.offset + length != len(cursor.octets):
        following = len(cursor.octets) - cursor.offset
        raise DecodeError(start, f"{what}: length {length}, but {following} octets follow")


def _attribute_id(attribute: int) -> bytes:
    return attribute.to_bytes(2, "little")
