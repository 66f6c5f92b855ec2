"""Bodies of the Service Requests about firmware, from the words of a command."""

from pathlib import Path

from smart_metering.duis.service_requests import (
    ActivateFirmware,
    Body,
    UpdateFirmware,
    UpdatePpmidFirmware,
)
from smart_metering.firmware_versions import FirmwareVersion, parse_firmware_version
from smart_metering.ota.image import decode
from smets.cli.exits import Misuse
from smets.cli.lookups import is_file, read_file, read_hash
from smets.cli.making import Asked, Making
from smets.client.user import User


async def update_firmware(making: Making) -> Body:
    asked = making.asked
    if not asked.firmware:
        raise Misuse(f"SRV {asked.srv} needs --firmware: a file, or the SHA-256 of one uploaded before")
    if not asked.devices:
        raise Misuse(f"SRV {asked.srv} needs the Devices it is for")
    name, version = await _named_firmware(asked, making.sender)
    kind = UpdateFirmware if asked.srv == "11.1" else UpdatePpmidFirmware
    return kind(firmware_file=name, firmware_version=version, device_id_list=asked.devices)


async def _named_firmware(asked: Asked, sender: User) -> tuple[str, FirmwareVersion]:
    """A file is uploaded, so that it is named and not carried."""
    path = Path(asked.firmware)
    if is_file(path):
        uploaded = await sender.upload_firmware(read_file(path))
        version = parse_firmware_version(asked.version) if asked.version else uploaded.firmware_version
        return uploaded.sha256, version
    try:
        digest = read_hash(asked.firmware)
    except Misuse:
        raise Misuse(f"--firmware {asked.firmware!r}: there is no such file, and it is no SHA-256") from None
    if not asked.version:
        raise Misuse("--firmware with a SHA-256 needs --version")
    return digest.hex(), parse_firmware_version(asked.version)


async def activate_firmware(making: Making) -> Body:
    asked = making.asked
    if bool(asked.image_hash) == bool(asked.firmware):
        raise Misuse("SRV 11.3 needs either --hash or --firmware, the file whose hash is meant")
    if asked.firmware:
        image_hash = decode(read_file(Path(asked.firmware))).manufacturer_image_hash
    else:
        image_hash = read_hash(asked.image_hash)
    return ActivateFirmware(firmware_hash=image_hash, execution_date_time=making.execution)
