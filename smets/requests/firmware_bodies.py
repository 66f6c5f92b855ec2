"""Bodies of the Service Requests about firmware, from words."""

from smart_metering.duis.service_requests import (
    ActivateFirmware,
    Body,
    UpdateFirmware,
    UpdatePpmidFirmware,
)
from smart_metering.firmware_versions import FirmwareVersion, parse_firmware_version
from smart_metering.ota.image import decode
from smets.requests.errors import WrongRequest
from smets.requests.making import Making, read_hash


async def update_firmware(making: Making) -> Body:
    asked = making.asked
    if not asked.firmware:
        raise WrongRequest(
            f"SRV {asked.srv} needs {asked.option('firmware')}: a file, or the SHA-256 of one uploaded before"
        )
    if not asked.devices:
        raise WrongRequest(f"SRV {asked.srv} needs the Devices it is for")
    name, version = await _named_firmware(making)
    kind = UpdateFirmware if asked.srv == "11.1" else UpdatePpmidFirmware
    return kind(firmware_file=name, firmware_version=version, device_id_list=asked.devices)


async def _named_firmware(making: Making) -> tuple[str, FirmwareVersion]:
    """A file is uploaded, so that it is named and not carried."""
    asked = making.asked
    octets = making.lookups.file(asked.firmware)
    if octets is not None:
        uploaded = await making.sender.upload_firmware(octets)
        version = parse_firmware_version(asked.version) if asked.version else uploaded.firmware_version
        return uploaded.sha256, version
    try:
        digest = read_hash(asked.firmware)
    except WrongRequest:
        raise WrongRequest(
            f"{asked.option('firmware')} {asked.firmware!r}: there is no such file, and it is no SHA-256"
        ) from None
    if not asked.version:
        raise WrongRequest(f"{asked.option('firmware')} with a SHA-256 needs {asked.option('version')}")
    return digest.hex(), parse_firmware_version(asked.version)


async def activate_firmware(making: Making) -> Body:
    asked = making.asked
    if bool(asked.image_hash) == bool(asked.firmware):
        raise WrongRequest(
            f"SRV 11.3 needs either {asked.option('hash')} or {asked.option('firmware')}, "
            "the file whose hash is meant"
        )
    if asked.firmware:
        octets = making.lookups.file(asked.firmware)
        if octets is None:
            raise WrongRequest(f"{asked.option('firmware')} {asked.firmware!r}: there is no such file")
        image_hash = decode(octets).manufacturer_image_hash
    else:
        image_hash = read_hash(asked.image_hash)
    return ActivateFirmware(firmware_hash=image_hash, execution_date_time=making.execution)
