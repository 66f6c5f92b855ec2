"""DCC's Reference Test Data Set: every message encodes to itself, every signature and MAC verifies."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from smart_metering.errors import DecodeError
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.gbcs.activate_firmware import (
    decode_activate_firmware_command,
    decode_activate_firmware_response,
    encode_activate_firmware_command,
    encode_activate_firmware_response,
)
from smart_metering.gbcs.firmware_alerts import (
    decode_firmware_receipt,
    decode_firmware_transfer,
    encode_firmware_receipt,
    encode_firmware_transfer,
)
from smart_metering.gbcs.message import CraFlag, Message, decode, encode, response_to
from smart_metering.gbcs.protection import add_mac, mac_is_valid, signature_is_valid
from smart_metering.gbcs.read_firmware_version import (
    decode_read_command,
    decode_read_response,
    encode_read_command,
    encode_read_response,
)
from smart_metering.identifiers import Eui
from smart_metering.use_cases import UseCase

ACB = Eui("90-B3-D5-1F-30-00-00-02")
READS = (UseCase.ECS52, UseCase.GCS38, UseCase.CS08)


@dataclass(frozen=True, slots=True)
class Vectors:
    """All messages by file name, and the keys that check them."""

    messages: dict[str, bytes]
    signing_keys: dict[Eui, ec.EllipticCurvePublicKey]
    secrets: dict[str, bytes]

    def signature_is_valid(self, message: Message) -> bool:
        key = self.signing_keys.get(message.originator)
        return key is not None and signature_is_valid(message, key)

    def mac_is_valid(self, message: Message) -> bool:
        """The ACB makes the MACs of commands; Devices make the others, for the party they answer."""
        if message.cra is CraFlag.COMMAND:
            party, device = ACB, message.target
        else:
            party, device = message.target, message.originator
        secret = self.secrets.get(f"{spelled(party)}:{spelled(device)}")
        return secret is not None and mac_is_valid(message, secret)

    def is_protected(self, message: Message) -> bool:
        """Whether the message has a signature or a MAC, and all it has are valid."""
        return (
            bool(message.signature or message.mac)
            and (not message.signature or self.signature_is_valid(message))
            and (not message.mac or self.mac_is_valid(message))
        )


def spelled(eui: Eui) -> str:
    return eui.replace("-", "").lower()


def read_signing_key(path: Path) -> ec.EllipticCurvePublicKey:
    key = x509.load_pem_x509_certificate(path.read_bytes()).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return key


@pytest.fixture(scope="module")
def vectors(reference_data: Path) -> Vectors:
    folder = reference_data / "rtds"
    keys = {path.stem.removesuffix("-ds"): path for path in folder.glob("keystore/*-ds.pem")}
    secrets = json.loads((folder / "shared_secrets.json").read_text())["Z"]
    return Vectors(
        messages={path.stem: bytes.fromhex(path.read_text()) for path in sorted(folder.glob("*/*.HEX"))},
        signing_keys={
            Eui(bytes.fromhex(name).hex("-").upper()): read_signing_key(path) for name, path in keys.items()
        },
        secrets={pair: bytes.fromhex(secret) for pair, secret in secrets.items()},
    )


def test_every_message_decodes_and_encodes_to_itself(vectors: Vectors) -> None:
    assert len(vectors.messages) >= 70
    assert [name for name, octets in vectors.messages.items() if encode(decode(octets)) != octets] == []


def test_every_signature_and_mac_is_valid(vectors: Vectors) -> None:
    decoded = {name: decode(octets) for name, octets in vectors.messages.items() if "PRECOMMAND" not in name}

    assert any(message.signature for message in decoded.values())
    assert any(message.mac for message in decoded.values())
    assert [name for name, message in decoded.items() if not vectors.is_protected(message)] == []


def test_every_pre_command_is_its_command_without_protection(vectors: Vectors) -> None:
    pre_commands = {name: decode(octets) for name, octets in vectors.messages.items() if "PRECOMMAND" in name}

    assert pre_commands
    for name, pre_command in pre_commands.items():
        command = decode(vectors.messages[name.replace("PRECOMMAND", "COMMAND")])
        assert replace(command, signature=None, mac=None) == pre_command


def test_every_command_is_made_again_from_its_signed_pre_command(vectors: Vectors) -> None:
    for name, octets in vectors.messages.items():
        command = decode(octets)
        if "_COMMAND" not in name or command.mac is None:
            continue
        secret = vectors.secrets[f"{spelled(ACB)}:{spelled(command.target)}"]
        signed_pre_command = encode(replace(command, mac=None))

        assert encode(add_mac(decode(signed_pre_command), secret)) == octets


def test_every_response_pairs_with_its_command(vectors: Vectors) -> None:
    responses = {name: decode(octets) for name, octets in vectors.messages.items() if "_RESPONSE" in name}

    assert responses
    for name, response in responses.items():
        command = decode(vectors.messages[name.replace("_RESPONSE", "_COMMAND")])
        answer = response_to(command, response.payload, response.date_time)
        assert replace(response, signature=None, mac=None, supplementary_originator_counter=None) == answer


def test_every_truncation_is_refused_or_unprotected(vectors: Vectors) -> None:
    for octets in vectors.messages.values():
        for size in range(len(octets)):
            try:
                shorter = decode(octets[:size])
            except DecodeError:
                continue
            assert not shorter.signature
            assert not shorter.mac


def test_no_flipped_octet_is_accepted(vectors: Vectors) -> None:
    accepted = []
    for name, octets in vectors.messages.items():
        for offset, octet in enumerate(octets):
            flipped = octets[:offset] + bytes((octet ^ 1,)) + octets[offset + 1 :]
            try:
                message = decode(flipped)
            except DecodeError:
                continue
            if vectors.is_protected(message):
                accepted.append((name, offset))

    assert accepted == []


def test_the_negative_control_of_the_activate_firmware_command(vectors: Vectors) -> None:
    octets = vectors.messages["CS06_11.3_IMMEDIATE_SUCCESS_COMMAND_GBCS"]
    refused, by_mac, by_signature = 0, 0, 0

    for offset, octet in enumerate(octets):
        try:
            message = decode(octets[:offset] + bytes((octet ^ 1,)) + octets[offset + 1 :])
        except DecodeError:
            refused += 1
        else:
            by_mac += not vectors.mac_is_valid(message)
            by_signature += not vectors.signature_is_valid(message)

    assert (refused, by_mac, by_signature) == (23, 142, 130)


# --- payloads of the firmware use cases ---------------------------------------------------------------------


def rebuild_payload(message: Message) -> bytes | None:
    """The payload decoded and encoded again; None when it is not of a firmware use case."""
    match message.message_code, message.cra:
        case UseCase.CS06, CraFlag.COMMAND:
            return encode_activate_firmware_command(decode_activate_firmware_command(message.payload))
        case UseCase.CS06, CraFlag.RESPONSE:
            return encode_activate_firmware_response(decode_activate_firmware_response(message.payload))
        case (UseCase.ECS52 | UseCase.GCS38 | UseCase.CS08) as code, CraFlag.COMMAND:
            decode_read_command(UseCase(code), message.payload, message.counter)
            return encode_read_command(UseCase(code), message.counter)
        case (UseCase.ECS52 | UseCase.GCS38 | UseCase.CS08) as code, CraFlag.RESPONSE:
            version = decode_read_response(UseCase(code), message.payload, message.counter)
            return encode_read_response(UseCase(code), version, message.counter)
        case (UseCase.ESME_FIRMWARE_RECEIPT | UseCase.GSME_FIRMWARE_RECEIPT) as code, CraFlag.ALERT:
            receipt = decode_firmware_receipt(UseCase(code), message.payload, message.counter)
            return encode_firmware_receipt(UseCase(code), receipt, message.counter)
        case UseCase.CCS08, CraFlag.ALERT:
            return encode_firmware_transfer(decode_firmware_transfer(message.payload))
        case _:
            return None


def test_every_firmware_payload_decodes_and_encodes_to_itself(vectors: Vectors) -> None:
    decoded = {name: decode(octets) for name, octets in vectors.messages.items()}
    payloads = {name: (message.payload, rebuild_payload(message)) for name, message in decoded.items()}
    firmware = {name for name in decoded if name.startswith(("CS06", "CS08", "ECS52", "CCS08", "FDRA"))}

    assert {name for name, (_, rebuilt) in payloads.items() if rebuilt is not None} == firmware
    assert [name for name in firmware if payloads[name][0] != payloads[name][1]] == []


def test_a_firmware_version_is_read_from_every_successful_read(vectors: Vectors) -> None:
    read = {}
    for name, octets in vectors.messages.items():
        message = decode(octets)
        if message.message_code in READS and message.cra is CraFlag.RESPONSE:
            read[name] = decode_read_response(UseCase(message.message_code), message.payload)

    assert read == {name: None if "ERROR" in name else FirmwareVersion("0123ABCD") for name in read}
    assert len(read) >= 3
