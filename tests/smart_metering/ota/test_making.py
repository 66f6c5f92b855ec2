"""A recipe makes the same sound file every time; a defect spoils one thing and leaves the rest as it was."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from smart_metering.device_types import ESME_VARIANTS, TYPE_1, TYPE_2, DeviceType
from smart_metering.errors import DecodeError
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import parse_eui
from smart_metering.ota.image import (
    FirmwareFile,
    FirmwareFileTooLargeError,
    HardwareVersions,
    decode,
    signature_is_valid,
)
from smart_metering.ota.making import Defect, FirmwareRecipe, RecipeError, make_firmware
from smart_metering.ota.manifest import Manifest, manifest_of
from smart_metering.pki.keys import KeyUsage, derive_private_key

KEY = derive_private_key(b"a seed", parse_eui("90-B3-D5-1F-30-01-00-00"), KeyUsage.DIGITAL_SIGNING)
V1, V2 = FirmwareVersion("00000001"), FirmwareVersion("00000002")

ESME = FirmwareRecipe(
    device_type=DeviceType.ESME,
    manufacturer_code="106C",
    hardware_minimum="00A0",
    hardware_maximum="00AC",
    version=V2,
    esme_variants=("AD", "ADE"),
    lowest_version=V1,
    resulting_variant="ADE",
    size_octets=500,
)
PPMID = FirmwareRecipe(
    device_type=DeviceType.PPMID,
    manufacturer_code="106C",
    hardware_minimum="0000",
    hardware_maximum="FFFF",
    version=V2,
    image_type=0x0084,
)


def manifest_in(file: FirmwareFile) -> Manifest:
    manifest = manifest_of(file.manufacturer_image)
    assert manifest is not None
    return manifest


def test_a_made_file_says_what_the_recipe_says() -> None:
    file = decode(make_firmware(ESME, KEY))

    assert file.header.manufacturer == "106C"
    assert file.header.hardware_versions == HardwareVersions(0x00A0, 0x00AC)
    assert file.header.image_type == 0
    assert file.header.header_string.rstrip(b"\0") == b"Emulated firmware 00000002"
    assert file.version == V2
    assert len(file.manufacturer_image) == 500
    assert signature_is_valid(file, KEY.public_key())
    assert manifest_in(file) == Manifest(
        device_type=DeviceType.ESME,
        esme_variants=("AD", "ADE"),
        lowest_version=V1,
        resulting_variant="ADE",
    )


def test_a_file_for_a_ppmid_is_not_signed() -> None:
    file = decode(make_firmware(PPMID, None))

    assert file.signature is None
    assert file.header.image_type == 0x0084
    assert manifest_in(file) == Manifest(device_type=DeviceType.PPMID)


def test_the_same_recipe_makes_the_same_octets_and_version_and_seed_make_others() -> None:
    made = make_firmware(ESME, KEY)

    assert make_firmware(ESME, KEY) == made
    hashes = {
        decode(make_firmware(recipe, KEY)).manufacturer_image_hash
        for recipe in (ESME, replace(ESME, version=V1), replace(ESME, seed=b"another"))
    }
    assert len(hashes) == 3


@pytest.mark.parametrize("device_type", sorted(TYPE_1))
def test_firmware_is_made_for_every_device_type_that_has_any(device_type: DeviceType) -> None:
    recipe = replace(PPMID, device_type=device_type)
    key = None if device_type is DeviceType.PPMID else KEY

    assert manifest_in(decode(make_firmware(recipe, key))).device_type is device_type


@pytest.mark.parametrize("number", range(40))
def test_a_filler_never_looks_like_a_signature(number: int) -> None:
    # Without care about one octet pair in 65,536 would be `00 40`: this many octets hold some.
    recipe = replace(PPMID, size_octets=100_000 + number, seed=bytes((number,)))

    made = make_firmware(recipe, None)

    assert decode(made).signature is None
    assert b"\x00\x40" not in made[60:]


# --- defects ------------------------------------------------------------------------------------------------


def differences(defect: Defect) -> set[str]:
    """What reads otherwise in the file with the defect than in the one without."""
    sound, spoilt = decode(make_firmware(ESME, KEY)), decode(make_firmware(ESME, KEY, defect))
    found = {
        "header": sound.header != spoilt.header,
        "manifest": manifest_in(sound) != manifest_in(spoilt),
        "size": sound.total_octets != spoilt.total_octets,
        "signature": not signature_is_valid(spoilt, KEY.public_key()),
    }
    return {what for what, differs in found.items() if differs}


@pytest.mark.parametrize(
    ("defect", "spoilt"),
    [
        (Defect.BAD_SIGNATURE, {"signature"}),
        (Defect.WRONG_HARDWARE, {"header"}),
        (Defect.WRONG_DEVICE_TYPE, {"manifest"}),
        (Defect.WRONG_VARIANT, {"manifest"}),
        (Defect.ROLLBACK, {"manifest"}),
    ],
)
def test_a_defect_spoils_one_thing_and_the_file_is_read(defect: Defect, spoilt: set[str]) -> None:
    assert differences(defect) == spoilt


@pytest.mark.parametrize("recipe", [ESME, PPMID], ids=["signed", "unsigned"])
def test_a_truncated_file_is_unreadable(recipe: FirmwareRecipe) -> None:
    key = KEY if recipe is ESME else None
    sound, truncated = make_firmware(recipe, key), make_firmware(recipe, key, Defect.TRUNCATED)

    assert sound.startswith(truncated)
    with pytest.raises(DecodeError, match="total size"):
        decode(truncated)


@pytest.mark.parametrize("recipe", [ESME, PPMID], ids=["signed", "unsigned"])
def test_a_file_that_is_too_large_is_so_by_one_octet(recipe: FirmwareRecipe) -> None:
    made = make_firmware(recipe, KEY if recipe is ESME else None, Defect.TOO_LARGE)

    assert len(made) == 10_240_001
    with pytest.raises(FirmwareFileTooLargeError):
        decode(made)


@pytest.mark.parametrize(
    ("minimum", "maximum", "wrong"),
    [("00A0", "00AC", 0x00AD), ("0000", "FFFE", 0xFFFF), ("0001", "FFFF", 0x0000)],
)
def test_wrong_hardware_is_outside_the_recipes(minimum: str, maximum: str, wrong: int) -> None:
    recipe = replace(ESME, hardware_minimum=minimum, hardware_maximum=maximum)

    file = decode(make_firmware(recipe, KEY, Defect.WRONG_HARDWARE))

    assert file.header.hardware_versions == HardwareVersions(wrong, wrong)
    assert not file.header.permits_hardware(int(minimum, 16))
    assert not file.header.permits_hardware(int(maximum, 16))


def test_the_wrong_variants_are_all_but_the_recipes() -> None:
    manifest = manifest_in(decode(make_firmware(ESME, KEY, Defect.WRONG_VARIANT)))

    refused = [variant for variant in ESME_VARIANTS if not manifest.permits_variant(variant)]
    assert refused == ["AD", "ADE"]


@pytest.mark.parametrize("device_type", sorted(TYPE_1))
def test_the_wrong_device_type_is_another(device_type: DeviceType) -> None:
    recipe = replace(PPMID, device_type=device_type)
    key = None if device_type is DeviceType.PPMID else KEY

    file = decode(make_firmware(recipe, key, Defect.WRONG_DEVICE_TYPE))

    assert manifest_in(file).device_type is not device_type
    assert (file.signature is None) is (device_type is DeviceType.PPMID)


@pytest.mark.parametrize("running", [V1, V2, FirmwareVersion("00000003"), FirmwareVersion("FFFFFFFE")])
def test_no_device_may_change_to_a_forbidden_rollback(running: FirmwareVersion) -> None:
    file = decode(make_firmware(replace(ESME, lowest_version=None), KEY, Defect.ROLLBACK))

    assert not manifest_in(file).permits_change(running, offered=file.version)


# --- recipes that cannot be made ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recipe", "key", "defect", "complaint"),
    [
        (ESME, None, None, "firmware for ESME is signed"),
        (PPMID, KEY, None, "carries no signature"),
        (PPMID, None, Defect.BAD_SIGNATURE, "no signature that could be bad"),
        (PPMID, None, Defect.WRONG_HARDWARE, "permits every hardware version"),
        (PPMID, None, Defect.WRONG_VARIANT, "permits every ESME Variant"),
        (replace(ESME, esme_variants=ESME_VARIANTS), KEY, Defect.WRONG_VARIANT, "permits every ESME Variant"),
        (replace(ESME, esme_variants=("AB",)), KEY, None, "'AB' is no ESME Variant"),
        (replace(PPMID, esme_variants=("A",)), None, None, "PPMID has no ESME Variant"),
        (replace(ESME, manufacturer_code="106c"), KEY, None, "manufacturer code '106c': expected four"),
        (replace(ESME, hardware_minimum="A0"), KEY, None, "hardware version 'A0': expected four"),
        (replace(ESME, hardware_minimum="00AD"), KEY, None, "hardware versions from 00AD to 00AC"),
        (replace(ESME, image_type=0x10000), KEY, None, "image type"),
        (replace(ESME, size_octets=0), KEY, None, "this one needs 95"),
        (replace(ESME, size_octets=10_240_000), KEY, None, "more than 10240000 octets"),
    ],
)
def test_a_recipe_that_cannot_be_made_is_refused(
    recipe: FirmwareRecipe, key: ec.EllipticCurvePrivateKey | None, defect: Defect | None, complaint: str
) -> None:
    with pytest.raises(RecipeError, match=complaint):
        make_firmware(recipe, key, defect)


@pytest.mark.parametrize("device_type", sorted(TYPE_2))
def test_a_type_2_device_takes_no_firmware(device_type: DeviceType) -> None:
    with pytest.raises(RecipeError, match=f"{device_type} takes no firmware"):
        make_firmware(replace(PPMID, device_type=device_type), None)


@pytest.mark.parametrize(("size", "made"), [(94, False), (95, True)])
def test_the_smallest_image_holds_its_manifest_and_a_little_filler(size: int, made: bool) -> None:
    recipe = replace(ESME, size_octets=size)

    if made:
        assert len(decode(make_firmware(recipe, KEY)).manufacturer_image) == size
    else:
        with pytest.raises(RecipeError, match="this one needs 95"):
            make_firmware(recipe, KEY)


@pytest.mark.parametrize("defect", Defect)
def test_every_defect_makes_another_file_the_same_each_time(defect: Defect) -> None:
    made = make_firmware(ESME, KEY, defect)

    assert made == make_firmware(ESME, KEY, defect)
    assert made != make_firmware(ESME, KEY)
