"""Files are held once, and a signature is verified once for each supplier."""

import pytest

from device_emulator.firmware.images import FirmwareImages
from smart_metering.device_types import DeviceType
from smart_metering.errors import DecodeError
from smart_metering.ota.image import file_digest
from tests.device_emulator.bench import STRANGER, SUPPLIER, V2, firmware, image_hash, party_keys


def test_a_file_is_read_once_and_known_by_its_digest() -> None:
    octets = firmware(DeviceType.ESME)
    held = FirmwareImages()

    image = held.hold(file_digest(octets), octets)

    assert file_digest(octets) in held
    assert held[file_digest(octets)] is image
    assert (image.version, image.size) == (V2, len(octets))
    assert image.manufacturer_image_hash == image_hash(octets)


def test_a_signature_is_verified_once_for_each_supplier() -> None:
    octets = firmware(DeviceType.ESME)
    held = FirmwareImages()
    image = held.hold(file_digest(octets), octets)
    good, bad = (party_keys(party).digital_signing for party in (SUPPLIER, STRANGER))

    first = held.signed_by(image, SUPPLIER, good), held.signed_by(image, STRANGER, bad)
    remembered = held.signed_by(image, SUPPLIER, bad), held.signed_by(image, STRANGER, good)

    assert first == remembered == (True, False)


def test_what_is_no_firmware_is_not_held() -> None:
    held = FirmwareImages()

    with pytest.raises(DecodeError):
        held.hold("0" * 64, b"no firmware")

    assert "0" * 64 not in held
