"""Transform and the Signed Pre-Command: what comes out, what comes back signed, and what is refused of it."""

from dataclasses import replace

import pytest

from smart_metering.command_variants import CommandVariant
from smart_metering.duis.service_requests import ActivateFirmware
from smart_metering.duis.service_responses import PreCommand
from smart_metering.gbcs.activate_firmware import (
    ActivateFirmwareCommand,
    decode_activate_firmware_command,
    encode_activate_firmware_command,
)
from smart_metering.gbcs.message import CraFlag, Message, decode, encode
from smart_metering.gbcs.protection import add_mac, mac_is_valid, sign
from smart_metering.instants import CANCELLATION, DAY_MS, Instant
from smart_metering.pki.keys import KeyUsage, derive_private_key
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.use_cases import UseCase
from tests.support.dsp_premises import (
    DISTRIBUTOR,
    ESME,
    GAS_SUPPLIER,
    GSME,
    HCALCS,
    START,
    SUPPLIER,
    V2,
    image_hash,
    party,
    signed_by,
)
from tests.support.dsp_world import premises
from tests.support.hand_made_device import ACB, SEED, secret_between

KEY = derive_private_key(SEED, SUPPLIER, KeyUsage.DIGITAL_SIGNING)


@pytest.mark.parametrize(
    ("device", "user"), [(ESME, SUPPLIER), (GSME, GAS_SUPPLIER), (HCALCS, SUPPLIER)], ids=str
)
@pytest.mark.parametrize("at", [None, Instant(START + DAY_MS), CANCELLATION])
def test_transform_makes_the_pre_command_of_11_3(device: str, user: str, at: Instant | None) -> None:
    world = premises()
    target, originator = world.smi(device).device_id, party(user).eui  # type: ignore[arg-type]

    request_id, octets = world.pre_command(target, by=originator, at=at)

    message = decode(octets)
    assert message == Message(
        cra=CraFlag.COMMAND,
        counter=request_id.counter,
        originator=originator,
        target=target,
        message_code=UseCase.CS06,
        payload=message.payload,
    )
    assert decode_activate_firmware_command(message.payload) == ActivateFirmwareCommand(
        image_hash(V2), request_id.counter, at
    )
    assert world.sent == [], "nothing leaves before it is signed"


def test_a_pre_command_is_of_the_device_s_gbcs_version() -> None:
    world = premises()
    device = world.engine.state.devices[ESME]
    world.engine.state.put_device(changed(device, device=changed(device.device, device_gbcs_version="3.2")))
    body = ActivateFirmware(firmware_hash=image_hash(V2))

    answers = [
        world.ask("11.3", body, by=user, target=target, variant=CommandVariant.TRANSFORM)
        for user, target in ((SUPPLIER, ESME), (GAS_SUPPLIER, GSME))
    ]

    versions = [answer.body.gbcs_version for answer in answers if isinstance(answer.body, PreCommand)]
    assert versions == ["3.2", "4.2"]


@pytest.mark.parametrize("octets", [0, 31, 33])
def test_a_hash_of_another_length_than_32_octets_is_refused(octets: int) -> None:
    body = ActivateFirmware(firmware_hash=bytes(octets))

    answer = premises().ask("11.3", body, target=ESME, variant=CommandVariant.TRANSFORM)

    assert answer.response_code is ResponseCode.E100


def test_the_device_gets_the_user_s_octets_with_the_acb_s_mac() -> None:
    world = premises()
    request_id, octets = world.pre_command(ESME, by=SUPPLIER)
    signed = decode(signed_by(SUPPLIER, octets))

    answer = world.send_signed(request_id, encode(signed), by=SUPPLIER)

    (heard,) = world.devices[ESME].heard
    assert answer.response_code is ResponseCode.I99
    assert replace(decode(heard), mac=None) == signed
    assert mac_is_valid(decode(heard), secret_between(ESME, ACB))


FORGERIES = {
    "signed by another": lambda message: sign(
        message, derive_private_key(SEED, DISTRIBUTOR, KeyUsage.DIGITAL_SIGNING)
    ),
    "changed after signing": lambda message: replace(
        message, signature=sign(replace(message, date_time=bytes(12)), KEY).signature
    ),
    "a signature of zeros": lambda message: replace(message, signature=bytes(64)),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_signature_that_does_not_verify_is_e48(forge: object) -> None:
    world = premises()
    request_id, octets = world.pre_command(ESME, by=SUPPLIER)
    assert callable(forge)

    answer = world.send_signed(request_id, encode(forge(decode(octets))), by=SUPPLIER)

    assert answer.response_code is ResponseCode.E48
    assert world.sent == []


def test_a_user_without_a_certificate_cannot_be_verified() -> None:
    world = premises()
    world.load(parties=[changed(party(SUPPLIER), digital_signing_certificate=b"")])

    assert world.activate(ESME).response_code is ResponseCode.E48


def payload_with(counter: int) -> bytes:
    return encode_activate_firmware_command(ActivateFirmwareCommand(image_hash(V2), counter))


MISFITS = {
    "a Response": lambda message: sign(replace(message, cra=CraFlag.RESPONSE), KEY),
    "another use case": lambda message: sign(replace(message, message_code=UseCase.ECS52), KEY),
    "another originator": lambda message: sign(replace(message, originator=DISTRIBUTOR), KEY),
    "another target": lambda message: sign(replace(message, target=GSME), KEY),
    "another counter": lambda message: sign(replace(message, counter=9, payload=payload_with(9)), KEY),
    "another counter in the payload": lambda message: sign(replace(message, payload=payload_with(9)), KEY),
    "another payload": lambda message: sign(replace(message, payload=b"\x05\x00"), KEY),
    "not signed": lambda message: message,
    "an empty signature": lambda message: replace(message, signature=b""),
    "a MAC already": lambda message: add_mac(sign(message, KEY), secret_between(ESME, SUPPLIER)),
}


@pytest.mark.parametrize("misfit", MISFITS.values(), ids=MISFITS)
def test_a_signed_pre_command_that_is_not_of_this_request_is_e100(misfit: object) -> None:
    world = premises()
    request_id, octets = world.pre_command(ESME, by=SUPPLIER)
    assert callable(misfit)

    answer = world.send_signed(request_id, encode(misfit(decode(octets))), by=SUPPLIER)

    assert answer.response_code is ResponseCode.E100
    assert answer.decision is not None
    assert answer.decision.row, "says what does not fit"
    assert world.sent == []


def test_every_truncation_of_a_signed_pre_command_is_e100() -> None:
    world = premises()
    request_id, octets = world.pre_command(ESME, by=SUPPLIER)
    signed = signed_by(SUPPLIER, octets)

    codes = set()
    for length in range(len(signed)):
        answer = world.send_signed(replace(request_id, counter=1_000 + length), signed[:length], by=SUPPLIER)
        codes.add(answer.response_code)

    assert codes == {ResponseCode.E100}


def test_no_changed_octet_of_a_signed_pre_command_reaches_the_device() -> None:
    world = premises()
    _, octets = world.pre_command(ESME, by=SUPPLIER)

    codes = set()
    for offset in range(len(signed_by(SUPPLIER, octets))):
        request_id, octets = world.pre_command(ESME, by=SUPPLIER)
        garbled = bytearray(signed_by(SUPPLIER, octets))
        garbled[offset] ^= 0x01
        codes.add(world.send_signed(request_id, bytes(garbled), by=SUPPLIER).response_code)

    assert codes == {ResponseCode.E100, ResponseCode.E48}
    assert world.sent == []
