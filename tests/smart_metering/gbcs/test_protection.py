"""Signatures and MACs: worked examples, a negative control of every octet, bad values refused quietly."""

from dataclasses import replace
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from smart_metering.errors import DecodeError
from smart_metering.gbcs.message import CraFlag, Message, decode, encode, signed_octets
from smart_metering.gbcs.protection import add_mac, mac_is_valid, shared_secret, sign, signature_is_valid
from smart_metering.identifiers import Eui

COMMAND_OCTETS = bytes.fromhex(
    "DD000000000000 819C 1100000000 DF0901 00000000000003E8 08 90B3D51F30010000 08 00DB1234567890A0 00 020012"
    "28 3026 0420 AA758690730934FF0685AA758690730934FF0685657788990011223344556677 020203E8 40"
    "AF91963AB479BFC2CC602FD2CB9A313898D2A4837F938C21BAF6E1185979ABAA"
    "FE5D8E343AF3D7D099ED6156C8739083639612FCDA4755A2FE32751F5003A920 9F872C379F4FE0E370440625"
)
ACB_AND_ESME = bytes.fromhex("ed342441df01551a6beaff3b54adc981f4c6a7e71dff4c3e1cc80b3c9f4e5ac0")

ECS52_RESPONSE_OCTETS = bytes.fromhex(
    "DD000000000000 45 1100000000"
    "DF 09 02 00000000000003E8 08 00DB1234567890A0 08 90B3D51F30010000 00 02 0059"
    "11 DA 200003E8 00 00 01 09 04 0123ABCD 01 01 00 00 3BA27AAC07F946BFD463702F"
)
SUPPLIER_AND_ESME = bytes.fromhex("42da8fad4c8c9d613976f39f1e79ccc88571efa43933d57146b533bc6d253e0f")

CS08_RESPONSE_OCTETS = bytes.fromhex(
    "DD000000000000 4F 1100000000 DF 09 02 0000000000000514 08 00DB1234567890A4 08 90B3D51F30000002 00"
    "12 0129 90B3D51F30010000 00000000000003E8 0B 30 09 04 04 0123ABCD 02 01 00 00 0DA6F255E953F315B792D962"
)
ACB_AND_PPMID = bytes.fromhex("9ccfe012cc5df79fe5b98e286d3d4e6a938a35c0536554c60d6b70efc6489114")

MACS = {
    "command with a signature": (COMMAND_OCTETS, ACB_AND_ESME),
    "response to a Known Remote Party": (ECS52_RESPONSE_OCTETS, SUPPLIER_AND_ESME),
    "response through the ACB": (CS08_RESPONSE_OCTETS, ACB_AND_PPMID),
}
macs = pytest.mark.parametrize(("octets", "secret"), MACS.values(), ids=MACS)

SUPPLIER_KEY = ec.derive_private_key(0x5EED, ec.SECP256R1())
OTHER_KEY = ec.derive_private_key(0x0DD, ec.SECP256R1())
GROUP_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

PRE_COMMAND = Message(
    cra=CraFlag.COMMAND,
    counter=1_660_057_693_921,
    originator=Eui("90-B3-D5-1F-30-01-00-00"),
    target=Eui("00-DB-12-34-56-78-90-A0"),
    message_code=0x0012,
    payload=b"payload",
)


# --- MAC ----------------------------------------------------------------------------------------------------


@macs
def test_the_mac_of_a_worked_example_is_valid(octets: bytes, secret: bytes) -> None:
    assert mac_is_valid(decode(octets), secret)


@macs
def test_the_mac_of_a_worked_example_is_made_again(octets: bytes, secret: bytes) -> None:
    message = decode(octets)

    assert encode(add_mac(replace(message, mac=None), secret)) == octets


def test_a_mac_needs_the_signature_field_and_adds_an_empty_one() -> None:
    message = replace(decode(ECS52_RESPONSE_OCTETS), signature=None, mac=None)

    assert encode(add_mac(message, SUPPLIER_AND_ESME)) == ECS52_RESPONSE_OCTETS


def test_a_message_without_mac_has_no_valid_one() -> None:
    assert not mac_is_valid(PRE_COMMAND, ACB_AND_ESME)


def test_a_mac_of_another_pair_of_keys_is_not_valid() -> None:
    assert not mac_is_valid(decode(COMMAND_OCTETS), SUPPLIER_AND_ESME)


@pytest.mark.parametrize(
    "other",
    [
        {"cra": CraFlag.RESPONSE},
        {"counter": 1001},
        {"originator": Eui("90-B3-D5-1F-30-02-00-00")},
        {"target": Eui("00-DB-12-34-56-78-90-A1")},
        {"message_code": 0x0013},
        {"payload": b""},
        {"date_time": bytes(12)},
        {"supplementary_party": Eui("90-B3-D5-1F-30-02-00-00")},
        {"signature": b""},
    ],
    ids=lambda other: next(iter(other)),
)
def test_a_mac_covers_every_field(other: dict[str, object]) -> None:
    message = replace(decode(COMMAND_OCTETS), **other)  # type: ignore[arg-type]

    assert not mac_is_valid(message, ACB_AND_ESME)


def test_no_flipped_octet_of_the_command_is_accepted() -> None:
    refused, by_mac = 0, 0

    for offset, octet in enumerate(COMMAND_OCTETS):
        flipped = COMMAND_OCTETS[:offset] + bytes((octet ^ 1,)) + COMMAND_OCTETS[offset + 1 :]
        try:
            by_mac += not mac_is_valid(decode(flipped), ACB_AND_ESME)
        except DecodeError:
            refused += 1

    assert (refused, by_mac, len(COMMAND_OCTETS)) == (23, 142, 165)


def test_both_sides_share_one_secret_of_32_octets() -> None:
    secret = shared_secret(SUPPLIER_KEY, OTHER_KEY.public_key())

    assert secret == shared_secret(OTHER_KEY, SUPPLIER_KEY.public_key())
    assert len(secret) == 32


# --- signature ----------------------------------------------------------------------------------------------


def test_the_signed_octets_of_the_command_have_the_known_digest() -> None:
    digest = sha256(signed_octets(decode(COMMAND_OCTETS))).hexdigest()

    assert digest == "0526ed6c5393b0ec02d1a5a83e629fbde677320560ee0a44e24ec85afb4f5a23"


@pytest.mark.parametrize("signature", [None, b"", bytes(64)], ids=["absent", "empty", "another"])
def test_a_pre_command_is_signed_whatever_stands_in_its_signature_field(signature: bytes | None) -> None:
    signed = sign(replace(PRE_COMMAND, signature=signature), SUPPLIER_KEY)

    assert signature_is_valid(signed, SUPPLIER_KEY.public_key())
    assert encode(signed)[:-65] == encode(PRE_COMMAND)
    assert encode(signed)[-65] == 0x40


def test_signing_is_deterministic() -> None:
    assert sign(PRE_COMMAND, SUPPLIER_KEY) == sign(PRE_COMMAND, SUPPLIER_KEY)


def test_a_signed_pre_command_becomes_the_command_by_its_mac_alone() -> None:
    signed = encode(sign(PRE_COMMAND, SUPPLIER_KEY))

    command = add_mac(decode(signed), ACB_AND_ESME)

    assert encode(command)[:-12].endswith(signed)
    assert mac_is_valid(command, ACB_AND_ESME)
    assert signature_is_valid(command, SUPPLIER_KEY.public_key())


def test_a_message_with_a_mac_is_not_signed_any_more() -> None:
    with pytest.raises(AssertionError):
        sign(add_mac(PRE_COMMAND, ACB_AND_ESME), SUPPLIER_KEY)


def test_the_signature_of_another_key_is_not_valid() -> None:
    assert not signature_is_valid(sign(PRE_COMMAND, OTHER_KEY), SUPPLIER_KEY.public_key())


@pytest.mark.parametrize("signature", [None, b""], ids=["absent", "empty"])
def test_no_signature_is_not_a_valid_one(signature: bytes | None) -> None:
    assert not signature_is_valid(replace(PRE_COMMAND, signature=signature), SUPPLIER_KEY.public_key())


@pytest.mark.parametrize("r", [0, 1, GROUP_ORDER - 1, GROUP_ORDER, 2**256 - 1])
@pytest.mark.parametrize("s", [0, 1, GROUP_ORDER - 1, GROUP_ORDER, 2**256 - 1])
def test_numbers_that_are_no_signature_are_not_valid_and_raise_nothing(r: int, s: int) -> None:
    message = replace(PRE_COMMAND, signature=r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    assert not signature_is_valid(message, SUPPLIER_KEY.public_key())
