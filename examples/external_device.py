"""An ESME outside the emulator: python examples/external_device.py HOST PORT STATE_FOLDER HUB DEVICE."""

import asyncio
import contextlib
import sys
import time
from pathlib import Path

import aiomqtt

from smart_metering.errors import DecodeError
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.gbcs import activate_firmware as cs06
from smart_metering.gbcs.date_times import encode_dlms_date_time
from smart_metering.gbcs.message import decode, encode, response_to
from smart_metering.gbcs.protection import add_mac, mac_is_valid, shared_secret, sign
from smart_metering.gbcs.read_firmware_version import encode_read_response
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.pki import certificates, key_folders, keys
from smart_metering.use_cases import UseCase

ACB, VERSION = Eui("90-B3-D5-1F-30-00-00-02"), FirmwareVersion("00000001")
DS, KA = keys.KeyUsage.DIGITAL_SIGNING, keys.KeyUsage.KEY_AGREEMENT


def answer(octets: bytes, state: Path, seed: bytes) -> bytes:
    """11.2 and 11.3 (it holds no image); to all else, and to what the DSP did not protect, it is silent."""

    def secret_with(party: Eui) -> bytes:
        theirs = key_folders.read_certificate_file(state / "certificates", party, KA)
        ours = keys.derive_private_key(seed, command.target, KA)
        return shared_secret(ours, certificates.read_certificate(theirs).public_key)

    command = decode(octets)
    if mac_is_valid(command, secret_with(ACB)) and command.message_code == UseCase.ECS52:
        read = encode_read_response(UseCase.ECS52, VERSION, command.counter)
        return encode(add_mac(response_to(command, read), secret_with(command.originator)))
    if mac_is_valid(command, secret_with(ACB)) and command.message_code == UseCase.CS06:
        outcome = cs06.ActivationOutcome(cs06.ActivationCode.NO_IMAGE_HELD, VERSION)
        now = encode_dlms_date_time(Instant(int(time.time() * 1000)))
        response = response_to(command, cs06.encode_activate_firmware_response(outcome), now)
        return encode(sign(response, keys.derive_private_key(seed, command.target, DS)))
    return b""


async def live(host: str, port: str, state: Path, hub: str, device: str) -> None:
    """Connects again and again. A Command that comes twice gets the same octets again: it is not carried out twice."""
    base, seed, said = f"smets/han/{hub}/{device}", (state / "seed").read_bytes(), dict[str, bytes]()
    gone = aiomqtt.Will(f"{base}/presence", "offline", qos=1, retain=True)
    while True:
        with contextlib.suppress(aiomqtt.MqttError):
            async with aiomqtt.Client(
                host, int(port), identifier=device, clean_session=False, will=gone
            ) as mqtt:
                await mqtt.subscribe(f"{base}/command/+", qos=1)
                for usage in (DS, KA):
                    der = certificates.device_certificate(seed, Eui(device), usage)
                    await mqtt.publish(f"{base}/certificates/{usage.name.lower()}", der, qos=1, retain=True)
                await mqtt.publish(f"{base}/presence", "online", qos=1, retain=True)
                async for message in mqtt.messages:
                    number, octets = message.topic.value.rpartition("/")[2], message.payload
                    with contextlib.suppress(DecodeError):  # Whatever else comes: it is no Command.
                        key = f"{number} {octets.hex()}"
                        reply = said[key] = said.get(key) or answer(octets, state, seed)
                        await mqtt.publish(f"{base}/{'response' if reply else 'ack'}/{number}", reply, qos=1)
        await asyncio.sleep(0.2)


if __name__ == "__main__":
    asyncio.run(live(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4], sys.argv[5]))
