"""Making firmware files: a recipe gives the same octets every time, on request with one defect.

A made Manufacturer Image is a manifest and a filler that follows from version and seed. With a defect, the file is
what the recipe says save for the one thing that somebody on the way has to notice.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric import ec

from smart_metering.device_types import ESME_VARIANTS, TYPE_2, DeviceType
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.ota import manifest
from smart_metering.ota.image import (
    HEADER_STRING_OCTETS,
    MAXIMUM_FIRMWARE_FILE_OCTETS,
    SIGNATURE_PART_OCTETS,
    FirmwareFile,
    HardwareVersions,
    OtaHeader,
    encode,
)
from smart_metering.ota.manifest import Manifest
from smart_metering.pki.keys import sign_plainly

UNSIGNED_TYPES = frozenset({DeviceType.PPMID})
"""Device Types whose firmware carries no signature (SR 11.4)."""

_FOUR_HEX_DIGITS = re.compile(r"[0-9A-F]{4}")
_NO_VERSION = FirmwareVersion("FFFFFFFF")


class Defect(StrEnum):
    """What is wrong with a file, and in brackets who notices."""

    BAD_SIGNATURE = "bad-signature"  # one bit of it is flipped (the Device, at receipt)
    TRUNCATED = "truncated"  # its second half is missing (the DSP)
    TOO_LARGE = "too-large"  # one octet more than DUIS can carry (the DSP)
    WRONG_HARDWARE = "wrong-hardware"  # the header permits hardware next to the recipe's (the Comms Hub)
    WRONG_DEVICE_TYPE = "wrong-device-type"  # the manifest is another Device Type's (the Device, at receipt)
    WRONG_VARIANT = (
        "wrong-variant"  # the manifest permits the other ESME Variants (the Device, at activation)
    )
    ROLLBACK = "rollback"  # the manifest permits to change to it from no version (the Device, at activation)


class RecipeError(ValueError):
    """A recipe that cannot be made, alone or with the key and the defect asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareRecipe:
    """What a firmware file is made of.

    `manufacturer_code` is the DeviceManufacturer, `hardware_minimum` and `hardware_maximum` are last parts of a
    DeviceModel: four upper-case hex digits each. `size_octets` is the size of the Manufacturer Image.
    """

    device_type: DeviceType
    manufacturer_code: str
    hardware_minimum: str
    hardware_maximum: str
    version: FirmwareVersion
    image_type: int = 0
    esme_variants: tuple[str, ...] = ()
    lowest_version: FirmwareVersion | None = None
    resulting_variant: str | None = None
    size_octets: int = 1_024
    seed: bytes = b""


def make_firmware(
    recipe: FirmwareRecipe, signing_key: ec.EllipticCurvePrivateKey | None, defect: Defect | None = None
) -> bytes:
    """The octets of a firmware file, signed with a supplier's DS key, or without a key for a PPMID.

    Raises RecipeError.
    """
    _refuse_wrong_key(recipe, signing_key, defect)
    if _total_octets_of(recipe) > MAXIMUM_FIRMWARE_FILE_OCTETS:
        raise RecipeError(f"the file would have more than {MAXIMUM_FIRMWARE_FILE_OCTETS} octets")
    if defect is None:
        return encode(_file_of(recipe, signing_key))
    if defect in _SPOIL_OCTETS:
        return _SPOIL_OCTETS[defect](encode(_file_of(recipe, signing_key)))
    return encode(_file_of(_SPOIL_RECIPE[defect](recipe), signing_key))


def _refuse_wrong_key(
    recipe: FirmwareRecipe, signing_key: ec.EllipticCurvePrivateKey | None, defect: Defect | None
) -> None:
    if recipe.device_type in TYPE_2:
        raise RecipeError(f"{recipe.device_type} takes no firmware")
    if recipe.device_type not in UNSIGNED_TYPES and signing_key is None:
        raise RecipeError(f"firmware for {recipe.device_type} is signed: a supplier's DS key is needed")
    if recipe.device_type in UNSIGNED_TYPES and signing_key is not None:
        raise RecipeError(f"firmware for {recipe.device_type} carries no signature: no key is needed")
    if signing_key is None and defect is Defect.BAD_SIGNATURE:
        raise RecipeError(f"firmware for {recipe.device_type} carries no signature that could be bad")


def _total_octets_of(recipe: FirmwareRecipe) -> int:
    signature_part = 0 if recipe.device_type in UNSIGNED_TYPES else SIGNATURE_PART_OCTETS
    return _header_of(recipe).length + recipe.size_octets + signature_part


def _file_of(recipe: FirmwareRecipe, signing_key: ec.EllipticCurvePrivateKey | None) -> FirmwareFile:
    image = _manufacturer_image_of(recipe)
    signature = None if signing_key is None else sign_plainly(signing_key, image)
    return FirmwareFile(_header_of(recipe), image, signature)


def _header_of(recipe: FirmwareRecipe) -> OtaHeader:
    try:
        return OtaHeader(
            manufacturer_code=_number_of(recipe.manufacturer_code, "manufacturer code"),
            image_type=recipe.image_type,
            version=recipe.version,
            header_string=f"Emulated firmware {recipe.version}".encode().ljust(HEADER_STRING_OCTETS, b"\0"),
            hardware_versions=_hardware_of(recipe),
        )
    except ValueError as error:
        raise RecipeError(str(error)) from None


def _number_of(digits: str, what: str) -> int:
    if _FOUR_HEX_DIGITS.fullmatch(digits) is None:
        raise ValueError(f"{what} {digits!r}: expected four upper-case hex digits, like '121D'")
    return int(digits, 16)


def _hardware_of(recipe: FirmwareRecipe) -> HardwareVersions:
    return HardwareVersions(
        _number_of(recipe.hardware_minimum, "hardware version"),
        _number_of(recipe.hardware_maximum, "hardware version"),
    )


def _manufacturer_image_of(recipe: FirmwareRecipe) -> bytes:
    try:
        start = manifest.encode(
            Manifest(
                device_type=recipe.device_type,
                esme_variants=recipe.esme_variants,
                lowest_version=recipe.lowest_version,
                resulting_variant=recipe.resulting_variant,
            )
        )
    except ValueError as error:
        raise RecipeError(str(error)) from None
    # With its last octets all filler, an image cannot end as a signature would: see below.
    least = len(start) + SIGNATURE_PART_OCTETS
    if recipe.size_octets < least:
        raise RecipeError(f"a Manufacturer Image of {recipe.size_octets} octets: this one needs {least}")
    return start + _fill(recipe.size_octets - len(start), recipe.version, recipe.seed)


def _fill(octets: int, version: FirmwareVersion, seed: bytes) -> bytes:
    """SHAKE-256 of version and seed, without the `00 40` that would make an unsigned file look signed."""
    filler = hashlib.shake_256(version.encode() + seed).digest(octets)
    return filler.replace(b"\x00\x40", b"\x01\x40")


def _with_other_hardware(recipe: FirmwareRecipe) -> FirmwareRecipe:
    permitted = _hardware_of(recipe)
    if permitted.maximum < 0xFFFF:
        other = f"{permitted.maximum + 1:04X}"
    elif permitted.minimum > 0:
        other = f"{permitted.minimum - 1:04X}"
    else:
        raise RecipeError("the recipe permits every hardware version: none is wrong")
    return replace(recipe, hardware_minimum=other, hardware_maximum=other)


def _for_another_device_type(recipe: FirmwareRecipe) -> FirmwareRecipe:
    other = DeviceType.GSME if recipe.device_type is DeviceType.ESME else DeviceType.ESME
    return replace(recipe, device_type=other, esme_variants=(), resulting_variant=None)


def _for_other_variants(recipe: FirmwareRecipe) -> FirmwareRecipe:
    others = tuple(variant for variant in ESME_VARIANTS if variant not in recipe.esme_variants)
    if not recipe.esme_variants or not others:
        raise RecipeError("the recipe permits every ESME Variant: none is wrong")
    return replace(recipe, esme_variants=others)


def _forbidding_every_change(recipe: FirmwareRecipe) -> FirmwareRecipe:
    return replace(recipe, lowest_version=_NO_VERSION)


def _too_large(recipe: FirmwareRecipe) -> FirmwareRecipe:
    missing = MAXIMUM_FIRMWARE_FILE_OCTETS + 1 - _total_octets_of(recipe)
    return replace(recipe, size_octets=recipe.size_octets + missing)


def _with_bad_signature(octets: bytes) -> bytes:
    return octets[:-1] + bytes((octets[-1] ^ 1,))


def _truncated(octets: bytes) -> bytes:
    return octets[: len(octets) // 2]


_SPOIL_RECIPE: Mapping[Defect, Callable[[FirmwareRecipe], FirmwareRecipe]] = {
    Defect.TOO_LARGE: _too_large,
    Defect.WRONG_HARDWARE: _with_other_hardware,
    Defect.WRONG_DEVICE_TYPE: _for_another_device_type,
    Defect.WRONG_VARIANT: _for_other_variants,
    Defect.ROLLBACK: _forbidding_every_change,
}
_SPOIL_OCTETS: Mapping[Defect, Callable[[bytes], bytes]] = {
    Defect.BAD_SIGNATURE: _with_bad_signature,
    Defect.TRUNCATED: _truncated,
}
