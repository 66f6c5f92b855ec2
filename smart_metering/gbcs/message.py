"""A GBCS message around its payload: the general-signing part, and the general-ciphering part with a MAC.

`decode` is strict: one spelling of every length, every constant checked, nothing after the end, so that
`encode(decode(octets)) == octets`. It reads no payload and checks no protection (see protection.py). The layout
is that of DCC's Reference Test Data Set 4.5.0, certain in every field.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import NoReturn

from smart_metering.errors import DecodeError
from smart_metering.gbcs.cursor import refuse_constant
from smart_metering.gbcs.der import SEQUENCE, encode_length, read_length
from smart_metering.identifiers import Eui, eui_from_octets, eui_octets


class CraFlag(IntEnum):
    COMMAND = 1
    RESPONSE = 2
    ALERT = 3


DATE_TIME_SIZE = 12
SIGNATURE_SIZE = 64
MAC_SIZE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message; a pre-command is a COMMAND without signature and MAC.

    `date_time` is empty or a DLMS date-time of 12 octets. The supplementary fields name the Unknown Remote
    Party for which the Access Control Broker asks; each needs the ones before it, and `certificate` (DER)
    excludes `supplementary_originator_counter`. `signature` is None when the field is absent, empty when its
    length is 0, else r || s (64 octets). A message with a `mac` (12 octets) has the signature field.
    """

    cra: CraFlag
    counter: int
    originator: Eui
    target: Eui
    message_code: int
    payload: bytes
    date_time: bytes = b""
    supplementary_party: Eui | None = None
    supplementary_counter: int | None = None
    supplementary_originator_counter: int | None = None
    certificate: bytes = b""
    signature: bytes | None = None
    mac: bytes | None = None


_GENERAL_CIPHERING = bytes.fromhex("DD 00 00 00 00 00 00")  # tag, five empty fields, no key info
_SECURITY_HEADER = bytes.fromhex("11 00 00 00 00")  # suite 1, authentication only; invocation counter 0

_GROUPING_HEADER_FIELDS = (
    # field                          struct  only value
    ("general-signing tag",          "B",    0xDF),
    ("length of the transaction-id", "B",    9),
    ("CRA flag",                     "B",    None),
    ("originator counter",           "Q",    None),
    ("length of the originator",     "B",    8),
    ("originator",                   "8s",   None),
    ("length of the target",         "B",    8),
    ("target",                       "8s",   None),
    ("length of the date-time",      "B",    None),
)  # fmt: skip

_GROUPING_HEADER = struct.Struct(">" + "".join(code for _, code, _ in _GROUPING_HEADER_FIELDS))
_GROUPING_HEADER_SIZE = _GROUPING_HEADER.size

_LARGEST_SIGNING_PART = 0xFFFF - len(_SECURITY_HEADER) - MAC_SIZE  # the most that lengths of 3 octets allow

_MESSAGE_CODE = struct.Struct(">H")
_WITH_PARTY = struct.Struct(">H8s")
_WITH_PARTY_AND_COUNTER = struct.Struct(">H8sQ")
_WITH_BOTH_COUNTERS = struct.Struct(">H8sQQ")

_CRA_FLAGS = {int(flag): flag for flag in CraFlag}

_SupplementaryFields = tuple[Eui | None, int | None, int | None, bytes]
_NO_SUPPLEMENTARY_FIELDS: _SupplementaryFields = (None, None, None, b"")


def encode(message: Message) -> bytes:
    """The octets of a message, with the MAC header when it has a MAC."""
    signing_part = encode_signing_part(message)
    mac = message.mac
    if mac is None:
        return signing_part
    assert len(mac) == MAC_SIZE, mac.hex()
    assert message.signature is not None, "a message with a MAC has the signature field"
    length = encode_length(len(_SECURITY_HEADER) + len(signing_part) + MAC_SIZE)
    return b"".join((_GENERAL_CIPHERING, length, _SECURITY_HEADER, signing_part, mac))


def encode_signing_part(message: Message) -> bytes:
    """The general-signing part: tag, grouping header, payload, and the signature field unless absent."""
    signature = message.signature
    if signature is None:
        return _encode_signing_content(message)
    assert len(signature) in (0, SIGNATURE_SIZE), signature.hex()
    return b"%b%c%b" % (_encode_signing_content(message), len(signature), signature)


def signed_octets(message: Message) -> bytes:
    """What the signature signs: from the length of the transaction-id to the last octet of the payload."""
    return _encode_signing_content(message)[1:]


def decode(octets: bytes) -> Message:
    """Read one whole message; raises DecodeError at the first octet that cannot stand there."""
    start, end = _find_signing_part(octets)
    cra, counter, originator, target, date_time_size = _read_grouping_header(octets, start, end)
    offset = start + _GROUPING_HEADER_SIZE
    other_start = offset + date_time_size
    date_time = octets[offset:other_start]
    other, content_start = _read_block(octets, other_start, end, "other information")
    payload, offset = _read_block(octets, content_start, end, "content")
    protected = start > 0
    signature = _read_signature(octets, offset, end, protected)
    code, supplementary = _read_other_information(octets, content_start - len(other), content_start)
    party, party_counter, originator_counter, certificate = supplementary
    return Message(
        cra=cra,
        counter=counter,
        originator=eui_from_octets(originator),
        target=eui_from_octets(target),
        message_code=code,
        payload=payload,
        date_time=date_time,
        supplementary_party=party,
        supplementary_counter=party_counter,
        supplementary_originator_counter=originator_counter,
        certificate=certificate,
        signature=signature,
        mac=octets[end:] if protected else None,
    )


def response_to(command: Message, payload: bytes, date_time: bytes = b"") -> Message:
    """The Response to a Command, without protection: sign it, or add a MAC."""
    assert command.cra is CraFlag.COMMAND, command
    return Message(
        cra=CraFlag.RESPONSE,
        counter=command.counter,
        originator=command.target,
        target=command.originator,
        message_code=command.message_code,
        payload=payload,
        date_time=date_time,
        supplementary_party=command.supplementary_party,
        supplementary_counter=command.supplementary_counter,
    )


def _encode_signing_content(message: Message) -> bytes:
    """The general-signing part without the signature field."""
    date_time, payload = message.date_time, message.payload
    assert len(date_time) in (0, DATE_TIME_SIZE), date_time.hex()
    header = _GROUPING_HEADER.pack(
        0xDF,
        9,
        message.cra,
        message.counter,
        8,
        eui_octets(message.originator),
        8,
        eui_octets(message.target),
        len(date_time),
    )
    if message.supplementary_party is None:
        assert message.supplementary_counter is None, "it follows the supplementary party"
        assert message.supplementary_originator_counter is None, "it follows the supplementary counter"
        assert not message.certificate, "it follows the supplementary counter"
        other = _MESSAGE_CODE.pack(message.message_code)
    else:
        other = _encode_supplementary_fields(message, message.supplementary_party)
    return b"".join(
        (header, date_time, encode_length(len(other)), other, encode_length(len(payload)), payload)
    )


def _encode_supplementary_fields(message: Message, party: Eui) -> bytes:
    """Other information that is longer than a message code."""
    code, octets = message.message_code, eui_octets(party)
    counter, originator_counter = message.supplementary_counter, message.supplementary_originator_counter
    if counter is None:
        assert originator_counter is None, "it follows the supplementary counter"
        assert not message.certificate, "it follows the supplementary counter"
        return _WITH_PARTY.pack(code, octets)
    if originator_counter is None:
        return _WITH_PARTY_AND_COUNTER.pack(code, octets, counter) + message.certificate
    assert not message.certificate, "it stands in place of the supplementary originator counter"
    return _WITH_BOTH_COUNTERS.pack(code, octets, counter, originator_counter)


def _find_signing_part(octets: bytes) -> tuple[int, int]:
    """Where the general-signing part starts and ends; what is around it belongs to the MAC."""
    if not octets.startswith(b"\xdd"):
        if len(octets) > _LARGEST_SIGNING_PART:
            raise DecodeError(_LARGEST_SIGNING_PART, "too long to be protected by a MAC")
        return 0, len(octets)
    if not octets.startswith(_GENERAL_CIPHERING):
        refuse_constant(octets, 0, _GENERAL_CIPHERING, "general-ciphering header")
    length, start = read_length(octets, len(_GENERAL_CIPHERING))
    if start + length != len(octets):
        following = len(octets) - start
        raise DecodeError(len(_GENERAL_CIPHERING), f"length {length}, but {following} octets follow")
    if not octets.startswith(_SECURITY_HEADER, start):
        refuse_constant(octets, start, _SECURITY_HEADER, "security header")
    return start + len(_SECURITY_HEADER), len(octets) - MAC_SIZE


def _read_grouping_header(octets: bytes, start: int, end: int) -> tuple[CraFlag, int, bytes, bytes, int]:
    """CRA flag, counter, originator, target and size of the date-time."""
    if start + _GROUPING_HEADER_SIZE > end:
        _refuse_grouping_header(octets[:end], start)
    fields = _GROUPING_HEADER.unpack_from(octets, start)
    tag, id_size, cra, counter, originator_size, originator, target_size, target, date_time_size = fields
    flag = _CRA_FLAGS.get(cra)
    if (
        (tag, id_size, originator_size, target_size) != (0xDF, 9, 8, 8)
        or flag is None
        or (date_time_size and date_time_size != DATE_TIME_SIZE)
    ):
        _refuse_grouping_header(octets[:end], start)
    return flag, counter, originator, target, date_time_size


def _refuse_grouping_header(octets: bytes, start: int) -> NoReturn:
    """Raise the DecodeError of the first field that is missing or has a value it cannot have."""
    offset = start
    for field, code, only_value in _GROUPING_HEADER_FIELDS:
        size = struct.calcsize(code)
        if offset + size > len(octets):
            raise DecodeError(len(octets), f"the octets end before or inside the {field}")
        if only_value is not None and octets[offset] != only_value:
            raise DecodeError(offset, f"{field}: {only_value:02X} expected, {octets[offset]:02X} found")
        if field == "CRA flag" and octets[offset] not in _CRA_FLAGS:
            raise DecodeError(offset, f"{field}: 01, 02 or 03 expected, {octets[offset]:02X} found")
        offset += size
    found = octets[offset - 1]
    raise DecodeError(offset - 1, f"length of the date-time: 00 or 0C expected, {found:02X} found")


def _read_block(octets: bytes, offset: int, end: int, what: str) -> tuple[bytes, int]:
    """Octets that a length stands before, and the offset after them."""
    length, start = read_length(octets, offset)
    after = start + length
    if after > end:
        raise DecodeError(offset, f"{what}: length {length}, but at most {max(end - start, 0)} octets follow")
    return octets[start:after], after


def _read_signature(octets: bytes, offset: int, end: int, protected: bool) -> bytes | None:
    """The last field of the general-signing part: absent, empty or 64 octets; never absent under a MAC."""
    size = end - offset
    if size == 0 and not protected:
        return None
    if size == 1 and octets[offset] == 0:
        return b""
    if size == 1 + SIGNATURE_SIZE and octets[offset] == SIGNATURE_SIZE:
        return octets[offset + 1 : end]
    raise DecodeError(offset, f"signature: 00, or 40 and 64 octets expected; {size} octets stand there")


def _read_other_information(octets: bytes, start: int, end: int) -> tuple[int, _SupplementaryFields]:
    """Message code and supplementary fields; the length says which there are."""
    size = end - start
    if size == _MESSAGE_CODE.size:
        return octets[start] << 8 | octets[start + 1], _NO_SUPPLEMENTARY_FIELDS
    if size == _WITH_PARTY_AND_COUNTER.size:
        code, party, counter = _WITH_PARTY_AND_COUNTER.unpack_from(octets, start)
        return code, (eui_from_octets(party), counter, None, b"")
    if size == _WITH_PARTY.size:
        code, party = _WITH_PARTY.unpack_from(octets, start)
        return code, (eui_from_octets(party), None, None, b"")
    if size == _WITH_BOTH_COUNTERS.size:
        code, party, counter, originator_counter = _WITH_BOTH_COUNTERS.unpack_from(octets, start)
        return code, (eui_from_octets(party), counter, originator_counter, b"")
    certificate = _read_certificate(octets, start + _WITH_PARTY_AND_COUNTER.size, end)
    code, party, counter = _WITH_PARTY_AND_COUNTER.unpack_from(octets, start)
    return code, (eui_from_octets(party), counter, None, certificate)


def _read_certificate(octets: bytes, start: int, end: int) -> bytes:
    """The last of the other information: one whole DER SEQUENCE, and nothing else."""
    if start >= end or octets[start] != SEQUENCE:
        raise DecodeError(min(start, end), "other information: no known length, and no certificate")
    length, content = read_length(octets, start + 1)
    if content + length != end:
        raise DecodeError(start + 1, f"certificate: length {length}, but {end - content} octets follow")
    return octets[start:end]
