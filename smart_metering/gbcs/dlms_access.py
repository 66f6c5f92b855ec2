"""DLMS Access-Requests and -Responses of any number of accesses, and the reading of one encrypted attribute.

A request names every access, then gives each its datum; a response gives every datum, then each result. An
encrypted read is the method get_protected_attributes of a Data Protection object: it names one attribute and the
protection to put it under; the answer says what protection is on it, and holds the attribute as an octet string. For
a party that the Device does not know, the Command names that party and the answer the Access Control Broker, both
under the Command's counter; the key is that of the exchange all the same. Certain, from the Reference Test Data Set
4.5.0.
"""

from dataclasses import dataclass
from enum import IntEnum

from smart_metering.gbcs.cursor import Cursor
from smart_metering.gbcs.date_times import DLMS_DATE_TIME_SIZE, decode_dlms_date_time, encode_dlms_date_time
from smart_metering.gbcs.der import encode_length, read_length
from smart_metering.gbcs.dlms import invoke_id, read_invoke_id
from smart_metering.gbcs.encryption import encrypt_attribute, open_encrypted
from smart_metering.gbcs.exchange import Exchange
from smart_metering.identifiers import Eui, eui_octets
from smart_metering.instants import Instant

NULL_DATA = b"\x00"
OCTET_STRING = b"\x09"

SUCCESS = b"\x00"
HARDWARE_FAULT = b"\x01"

_DOUBLE_LONG_UNSIGNED = b"\x06"
_DOUBLE_LONG_UNSIGNED_SIZE = 4


class Choice(IntEnum):
    """What an access asks for."""

    GET = 1
    SET = 2
    ACTION = 3


@dataclass(frozen=True, slots=True)
class Access:
    """`descriptor` is class (2 octets), OBIS code (6) and attribute or method number (1); a Get has no datum."""

    choice: Choice
    descriptor: bytes
    datum: bytes = NULL_DATA


_ACCESS_REQUEST = b"\xd9"
_ACCESS_RESPONSE = b"\xda"
_NO_DATE_TIME = b"\x00"
_NO_REPEATED_REQUEST = b"\x00"

_DATA_PROTECTION = bytes.fromhex("001E 00002B02")  # class 30 and the OBIS code 0-0:43.2.x.255 but for its x
_GET_PROTECTED_ATTRIBUTES = bytes.fromhex("FF 01")
_STRUCTURE_OF_TWO = b"\x02\x02"
_ARRAY_OF_ONE = b"\x01\x01"
_PROTECTED_PARAMETERS = bytes.fromhex("02 02 16 02 02 05")  # authenticated and encrypted, with five options
_TRANSACTION_ID = bytes.fromhex("09 09 04")
_EUI = bytes.fromhex("09 08")
_NO_OTHER_INFORMATION = bytes.fromhex("09 00")
_AGREED_KEY = bytes.fromhex("02 02 16 02 02 02 09 01 02 09 00")  # C(0e, 2s, ECC CDH), no ciphered key


def encode_access_request(counter: int, accesses: tuple[Access, ...]) -> bytes:
    count = bytes((len(accesses),))
    specifications = b"".join(bytes((access.choice,)) + access.descriptor for access in accesses)
    content = b"".join(access.datum for access in accesses)
    return _ACCESS_REQUEST + invoke_id(counter) + _NO_DATE_TIME + count + specifications + count + content


def encode_access_response(counter: int, answers: tuple[tuple[Choice, bytes, bytes], ...]) -> bytes:
    """Each answer is what was asked for, the datum and the result code (1 octet)."""
    count = bytes((len(answers),))
    content = b"".join(datum for _, datum, _ in answers)
    results = b"".join(bytes((choice,)) + result for choice, _, result in answers)
    head = _ACCESS_RESPONSE + invoke_id(counter) + _NO_DATE_TIME + _NO_REPEATED_REQUEST
    return head + count + content + count + results


def open_access_response(payload: bytes, counter: int, count: int) -> Cursor:
    """A cursor at the first of `count` data."""
    cursor = Cursor(payload)
    cursor.expect(_ACCESS_RESPONSE, "Access-Response")
    read_invoke_id(cursor, counter)
    head = _NO_DATE_TIME + _NO_REPEATED_REQUEST + bytes((count,))
    cursor.expect(head, "head of the Access-Response")
    return cursor


def finish_access_response(cursor: Cursor, choices: tuple[Choice, ...]) -> None:
    """Pass over results that all are success, the last octets of the payload."""
    results = b"".join(bytes((choice,)) + SUCCESS for choice in choices)
    cursor.expect(bytes((len(choices),)) + results, "access results")
    cursor.finish()


def refuse_other_command(payload: bytes, expected: bytes, what: str) -> None:
    """Raises DecodeError unless a Command that says nothing but itself is as expected."""
    cursor = Cursor(payload)
    cursor.expect(expected, what)
    cursor.finish()


def encode_octet_string(content: bytes) -> bytes:
    return OCTET_STRING + encode_length(len(content)) + content


def read_octet_string_head(cursor: Cursor, what: str) -> int:
    """Pass over tag and length; the length is returned."""
    cursor.expect(OCTET_STRING, f"tag of the {what}")
    size, cursor.offset = read_length(cursor.octets, cursor.offset)
    return size


def encode_date_time(instant: Instant) -> bytes:
    """A date-time in an octet string."""
    return encode_octet_string(encode_dlms_date_time(instant))


def read_date_time(cursor: Cursor, what: str) -> Instant:
    cursor.expect(OCTET_STRING + bytes((DLMS_DATE_TIME_SIZE,)), f"tag and length of the {what}")
    start = cursor.offset
    return decode_dlms_date_time(cursor.take(DLMS_DATE_TIME_SIZE, what), start)


def encode_double_long_unsigned(value: int) -> bytes:
    return _DOUBLE_LONG_UNSIGNED + value.to_bytes(_DOUBLE_LONG_UNSIGNED_SIZE, "big")


def read_double_long_unsigned(cursor: Cursor, what: str) -> int:
    cursor.expect(_DOUBLE_LONG_UNSIGNED, f"tag of the {what}")
    return int.from_bytes(cursor.take(_DOUBLE_LONG_UNSIGNED_SIZE, what), "big")


# --- encrypted reads ----------------------------------------------------------------------------------------


def encode_protected_read(exchange: Exchange, collection: int, attribute: bytes) -> bytes:
    """The Command that reads `attribute` (a structure that names it) by the Data Protection object
    0-0:43.2.`collection`.255."""
    descriptor = _DATA_PROTECTION + bytes((collection,)) + _GET_PROTECTED_ATTRIBUTES
    protection = _encode_protection(exchange.counter, exchange.recipient, exchange.device)
    datum = _STRUCTURE_OF_TWO + _ARRAY_OF_ONE + attribute + protection
    return encode_access_request(exchange.counter, (Access(Choice.ACTION, descriptor, datum),))


def encode_protected_answer(exchange: Exchange, secret: bytes, plaintext: bytes) -> bytes:
    """The Response to an encrypted read; `secret` is of the KA keys of the Device and of the recipient."""
    attribute = encode_octet_string(encrypt_attribute(exchange, secret, plaintext))
    protection = _encode_protection(exchange.counter, exchange.device, exchange.originator)
    datum = _STRUCTURE_OF_TWO + protection + attribute
    return encode_access_response(exchange.counter, ((Choice.ACTION, datum, SUCCESS),))


def open_protected_answer(payload: bytes, exchange: Exchange, secret: bytes) -> Cursor:
    """A cursor at the plain text, which ends where its octets end."""
    cursor = open_access_response(payload, exchange.counter, 1)
    protection = _encode_protection(exchange.counter, exchange.device, exchange.originator)
    cursor.expect(_STRUCTURE_OF_TWO + protection, "protection of the attribute")
    size = read_octet_string_head(cursor, "encrypted attribute")
    plain = open_encrypted(cursor, size, exchange, secret)
    finish_access_response(cursor, (Choice.ACTION,))
    return plain


def _encode_protection(counter: int, sender: Eui, receiver: Eui) -> bytes:
    return b"".join(
        (
            _ARRAY_OF_ONE,
            _PROTECTED_PARAMETERS,
            _TRANSACTION_ID,
            counter.to_bytes(8, "big"),
            _EUI,
            eui_octets(sender),
            _EUI,
            eui_octets(receiver),
            _NO_OTHER_INFORMATION,
            _AGREED_KEY,
        )
    )
