"""Firmware versions: the four octets of the File Version in an OTA header, as eight hex characters."""

import re
from typing import NewType

FirmwareVersion = NewType("FirmwareVersion", str)
"""Eight upper-case hex characters, most significant octet first: `0002012F`."""

_VERSION = re.compile(r"[0-9A-Fa-f]{8}")


class InvalidFirmwareVersion(ValueError):
    """Text or octets that are no firmware version."""


def parse_firmware_version(text: str) -> FirmwareVersion:
    """Takes either case; raises InvalidFirmwareVersion."""
    if _VERSION.fullmatch(text) is None:
        raise InvalidFirmwareVersion(f"firmware version {text!r}: expected 8 hex characters, like '0002012F'")
    return FirmwareVersion(text.upper())


def version_octets(version: FirmwareVersion) -> bytes:
    return bytes.fromhex(version)


def version_from_octets(octets: bytes) -> FirmwareVersion:
    """Raises InvalidFirmwareVersion unless there are 4 octets."""
    if len(octets) != 4:
        raise InvalidFirmwareVersion(
            f"firmware version of {len(octets)} octets ({octets.hex()!r}): expected 4"
        )
    return FirmwareVersion(octets.hex().upper())
