"""The message around the payload: worked examples octet for octet, strictness, and its own inverse."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from smart_metering.errors import DecodeError
from smart_metering.gbcs.message import CraFlag, Message, decode, encode, response_to, signed_octets
from smart_metering.identifiers import Eui, eui_from_number
from tests.smart_metering.gbcs.strictness import every_change_is_refused_or_seen, read_or_refuse

SUPPLIER = Eui("90-B3-D5-1F-30-01-00-00")
ACB = Eui("90-B3-D5-1F-30-00-00-02")
ESME = Eui("00-DB-12-34-56-78-90-A0")
PPMID = Eui("00-DB-12-34-56-78-90-A4")

IMAGE_HASH = "AA758690730934FF0685AA758690730934FF0685657788990011223344556677"
SIGNATURE = bytes.fromhex(
    "AF91963AB479BFC2CC602FD2CB9A313898D2A4837F938C21BAF6E1185979ABAA"
    "FE5D8E343AF3D7D099ED6156C8739083639612FCDA4755A2FE32751F5003A920"
)

COMMAND_OCTETS = bytes.fromhex(
    "DD 00 00 00 00 00 00  81 9C  11 00 00 00 00"
    "DF 09 01 00000000000003E8  08 90B3D51F30010000  08 00DB1234567890A0  00  02 0012"
    f"28 30 26 04 20 {IMAGE_HASH} 02 02 03E8"
    f"40 {SIGNATURE.hex()}"
    "9F872C379F4FE0E370440625"
)
COMMAND = Message(
    cra=CraFlag.COMMAND,
    counter=1000,
    originator=SUPPLIER,
    target=ESME,
    message_code=0x0012,
    payload=bytes.fromhex(f"30 26 04 20 {IMAGE_HASH} 02 02 03E8"),
    signature=SIGNATURE,
    mac=bytes.fromhex("9F872C379F4FE0E370440625"),
)

PRE_COMMAND_OCTETS = COMMAND_OCTETS[14:88]
PRE_COMMAND = replace(COMMAND, signature=None, mac=None)

UNSIGNED_RESPONSE_OCTETS = bytes.fromhex(
    "DF 09 02 00000000000003E8 08 00DB1234567890A0 08 90B3D51F30010000 0C 07DF0101FF000000008000FF 02 0012"
    "0B 30 09 02 01 00 04 04 0123ABCE"
)
UNSIGNED_RESPONSE = Message(
    cra=CraFlag.RESPONSE,
    counter=1000,
    originator=ESME,
    target=SUPPLIER,
    message_code=0x0012,
    payload=bytes.fromhex("30 09 02 01 00 04 04 0123ABCE"),
    date_time=bytes.fromhex("07DF0101FF000000008000FF"),
)

THROUGH_THE_ACB_OCTETS = bytes.fromhex(
    "DD000000000000 4F 1100000000"
    "DF 09 02 0000000000000514 08 00DB1234567890A4 08 90B3D51F30000002 00"
    "12 0129 90B3D51F30010000 00000000000003E8"
    "0B 30 09 04 04 0123ABCD 02 01 00   00   0DA6F255E953F315B792D962"
)
THROUGH_THE_ACB = Message(
    cra=CraFlag.RESPONSE,
    counter=1300,
    originator=PPMID,
    target=ACB,
    message_code=0x0129,
    payload=bytes.fromhex("30 09 04 04 0123ABCD 02 01 00"),
    supplementary_party=SUPPLIER,
    supplementary_counter=1000,
    signature=b"",
    mac=bytes.fromhex("0DA6F255E953F315B792D962"),
)

CERTIFICATE = bytes.fromhex("30 82 01 A4") + bytes(0x1A4)
WITH_CERTIFICATE = replace(THROUGH_THE_ACB, cra=CraFlag.COMMAND, certificate=CERTIFICATE)

EXAMPLES = {
    "critical command": (COMMAND, COMMAND_OCTETS),
    "pre-command": (PRE_COMMAND, PRE_COMMAND_OCTETS),
    "pre-command with an empty signature field": (
        replace(PRE_COMMAND, signature=b""),
        PRE_COMMAND_OCTETS + b"\x00",
    ),
    "signed pre-command": (replace(COMMAND, mac=None), COMMAND_OCTETS[14:-12]),
    "critical response before signing": (UNSIGNED_RESPONSE, UNSIGNED_RESPONSE_OCTETS),
    "non-critical response through the ACB": (THROUGH_THE_ACB, THROUGH_THE_ACB_OCTETS),
}
examples = pytest.mark.parametrize(("message", "octets"), EXAMPLES.values(), ids=EXAMPLES)


@examples
def test_a_worked_example_is_encoded_octet_for_octet(message: Message, octets: bytes) -> None:
    assert encode(message) == octets


@examples
def test_a_worked_example_is_decoded_field_for_field(message: Message, octets: bytes) -> None:
    assert decode(octets) == message


def test_the_signed_octets_start_after_the_tag_and_end_with_the_payload() -> None:
    assert signed_octets(COMMAND) == COMMAND_OCTETS[15:88]


# --- supplementary fields -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "other_information_length"),
    [
        (PRE_COMMAND, "02"),
        (replace(THROUGH_THE_ACB, supplementary_counter=None), "0A"),
        (THROUGH_THE_ACB, "12"),
        (replace(THROUGH_THE_ACB, supplementary_originator_counter=7), "1A"),
        (WITH_CERTIFICATE, "8201BA"),
    ],
)
def test_other_information_has_the_length_of_its_fields(
    message: Message, other_information_length: str
) -> None:
    octets = encode(message)

    start = octets.index(bytes.fromhex("DF09")) + 30
    assert octets[start:].hex().upper().startswith(other_information_length)
    assert decode(octets) == message


@pytest.mark.parametrize(
    ("other_information", "offset"),
    [
        ("01 12", 32),
        ("03 0012 00", 34),
        ("11 0129 90B3D51F30010000 00000000000003", 48),
        ("13 0129 90B3D51F30010000 00000000000003E8 30", 50),
        ("15 0129 90B3D51F30010000 00000000000003E8 30 02 05", 50),
        ("15 0129 90B3D51F30010000 00000000000003E8 04 01 05", 49),
        ("82 0002 0012", 30),
        ("81 02 0012", 30),
        ("83 000002 0012", 30),
    ],
)
def test_other_information_of_another_shape_is_refused(other_information: str, offset: int) -> None:
    octets = PRE_COMMAND_OCTETS[:30] + bytes.fromhex(other_information) + bytes.fromhex("02 0500")

    with pytest.raises(DecodeError) as refusal:
        decode(octets)

    assert refusal.value.offset == offset


# --- strictness ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offset", "octet"),
    [
        (14, 0xDE),
        (15, 8),
        (16, 0),
        (16, 4),
        (25, 7),
        (34, 9),
        (43, 11),
        (0, 0xDC),
        (3, 1),
        (7, 0x80),
        (9, 0x31),
    ],
)
def test_an_octet_that_cannot_stand_there_is_named_by_its_offset(offset: int, octet: int) -> None:
    octets = COMMAND_OCTETS[:offset] + bytes((octet,)) + COMMAND_OCTETS[offset + 1 :]

    with pytest.raises(DecodeError) as refusal:
        decode(octets)

    assert refusal.value.offset == offset


@examples
def test_every_truncation_is_refused_or_has_less_protection(message: Message, octets: bytes) -> None:
    for size in range(len(octets)):
        read = read_or_refuse(octets[:size], decode)
        if read is not None:
            assert not read[0].signature
            assert read[0] == replace(message, signature=read[0].signature)


@examples
def test_every_change_is_refused_or_seen(message: Message, octets: bytes) -> None:
    every_change_is_refused_or_seen(octets, decode, encode)


@examples
def test_octets_after_the_end_are_refused(message: Message, octets: bytes) -> None:
    for more in (b"\x01", b"\x00\x00", bytes(12), octets):
        with pytest.raises(DecodeError):
            decode(octets + more)


def test_a_message_too_long_for_a_mac_is_refused() -> None:
    longest = replace(PRE_COMMAND, payload=bytes(0xFFFF - 17 - 36))

    assert decode(encode(longest)) == longest
    with pytest.raises(DecodeError):
        decode(encode(replace(longest, payload=longest.payload + b"\x00")))


def is_read_or_refused(octets: bytes) -> None:
    read = read_or_refuse(octets, decode)
    if read is not None:
        assert encode(read[0]) == octets


@given(octets=st.binary(max_size=300))
@example(octets=b"")
@example(octets=b"\xdd")
@example(octets=bytes.fromhex("DD000000000000051100000000"))
@example(octets=bytes.fromhex("DD000000000000001100000000"))
@example(octets=bytes.fromhex("DD0000000000008210"))
def test_any_octets_are_read_or_refused(octets: bytes) -> None:
    is_read_or_refused(octets)


@given(tail=st.binary(max_size=200))
def test_any_octets_after_a_good_header_are_read_or_refused(tail: bytes) -> None:
    is_read_or_refused(PRE_COMMAND_OCTETS[:29] + tail)


# --- its own inverse ----------------------------------------------------------------------------------------

euis = st.integers(0, 2**64 - 1).map(eui_from_number)
counters = st.integers(0, 2**64 - 1)
contents = st.one_of(st.binary(max_size=300), st.sampled_from([127, 128, 255, 256, 65_000]).map(bytes))
certificates = st.sampled_from([bytes.fromhex("30 00"), bytes.fromhex("30 03 040101"), CERTIFICATE])
supplementary_fields: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"supplementary_party": euis}),
    st.fixed_dictionaries({"supplementary_party": euis, "supplementary_counter": counters}),
    st.fixed_dictionaries(
        {
            "supplementary_party": euis,
            "supplementary_counter": counters,
            "supplementary_originator_counter": counters,
        }
    ),
    st.fixed_dictionaries(
        {"supplementary_party": euis, "supplementary_counter": counters, "certificate": certificates}
    ),
)
signatures = st.one_of(st.just(b""), st.binary(min_size=64, max_size=64))
protections: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries({"signature": st.none() | signatures}),
    st.fixed_dictionaries({"signature": signatures, "mac": st.binary(min_size=12, max_size=12)}),
)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    return Message(
        cra=draw(st.sampled_from(CraFlag)),
        counter=draw(counters),
        originator=draw(euis),
        target=draw(euis),
        message_code=draw(st.integers(0, 0xFFFF)),
        payload=draw(contents),
        date_time=draw(st.just(b"") | st.binary(min_size=12, max_size=12)),
        **draw(supplementary_fields),
        **draw(protections),
    )


@given(message=messages())
def test_decoding_undoes_encoding(message: Message) -> None:
    assert decode(encode(message)) == message


@pytest.mark.parametrize(
    "broken",
    [
        replace(COMMAND, signature=None),
        replace(COMMAND, signature=bytes(63)),
        replace(COMMAND, mac=bytes(16)),
        replace(COMMAND, date_time=bytes(11)),
        replace(COMMAND, payload=bytes(65_536)),
        replace(THROUGH_THE_ACB, supplementary_counter=None, certificate=CERTIFICATE),
        replace(THROUGH_THE_ACB, supplementary_counter=None, supplementary_originator_counter=1),
        replace(WITH_CERTIFICATE, supplementary_originator_counter=1),
        replace(PRE_COMMAND, supplementary_counter=1),
        replace(PRE_COMMAND, certificate=CERTIFICATE),
    ],
)
def test_a_message_that_cannot_be_written_is_our_own_mistake(broken: Message) -> None:
    with pytest.raises(AssertionError):
        encode(broken)


# --- pairing ------------------------------------------------------------------------------------------------


def test_a_response_answers_its_command() -> None:
    response = response_to(COMMAND, UNSIGNED_RESPONSE.payload, UNSIGNED_RESPONSE.date_time)

    assert response == UNSIGNED_RESPONSE


def test_a_response_through_the_acb_keeps_the_supplementary_party_and_counter_but_no_certificate() -> None:
    command = replace(WITH_CERTIFICATE, originator=ACB, target=PPMID)

    assert response_to(command, THROUGH_THE_ACB.payload) == replace(THROUGH_THE_ACB, signature=None, mac=None)


def test_only_a_command_is_answered() -> None:
    with pytest.raises(AssertionError):
        response_to(UNSIGNED_RESPONSE, b"")
