"""An inspected file is explained field by field, in the order of the file, and an unreadable one is refused."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from smart_metering.device_types import DeviceType
from smart_metering.errors import DecodeError
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import parse_eui
from smart_metering.ota.image import FirmwareFile, OtaHeader, encode
from smart_metering.ota.inspection import InspectedField, inspect
from smart_metering.ota.making import Defect, FirmwareRecipe, make_firmware

KEY = ec.derive_private_key(7, ec.SECP256R1())
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
)


def values(rows: tuple[InspectedField, ...]) -> dict[str, str]:
    assert len({row.field for row in rows}) == len(rows)
    return {row.field: row.value for row in rows}


def meaning(rows: tuple[InspectedField, ...], field: str) -> str:
    return next(row.meaning for row in rows if row.field == field)


def test_the_esme_sample_is_explained(reference_data: Path) -> None:
    octets = (reference_data / "firmware" / "gfi-esme-sample.ota").read_bytes()

    rows = inspect(octets)

    assert values(rows) == {
        "file identifier": "0BEEF11E",
        "header version": "0100",
        "header length": "60",
        "field control": "0004",
        "manufacturer code": "121D",
        "image type": "0000",
        "file version": "ACDCACDC",
        "stack version": "0002",
        "header string": "I am a GFI ESME[] firmware image",
        "total size": "361",
        "minimum hardware version": "1111",
        "maximum hardware version": "1211",
        "Manufacturer Image": "235 octets",
        "Manufacturer Image hash": "7542f475e3f12eae887d81e32c46d313741d67076b13caec2f82e00ba5e1bb36",
        "manifest": "none",
        "signature": octets[-64:].hex(),
        "file digest": values(rows)["file digest"],
    }
    assert [row.field for row in rows[:2]] == ["file identifier", "header version"]
    assert meaning(rows, "signature").startswith("not checked")
    assert all(row.meaning for row in rows)


def test_a_manifest_is_explained() -> None:
    explained = values(inspect(make_firmware(ESME, KEY)))

    assert explained["Device Type"] == "ESME"
    assert explained["ESME Variants"] == "AD, ADE"
    assert explained["lowest version"] == V1
    assert explained["resulting ESME Variant"] == "ADE"
    assert "manifest" not in explained


def test_what_a_manifest_leaves_open_is_said() -> None:
    recipe = FirmwareRecipe(
        device_type=DeviceType.PPMID,
        manufacturer_code="106C",
        hardware_minimum="0000",
        hardware_maximum="FFFF",
        version=V2,
    )

    explained = values(inspect(make_firmware(recipe, None)))

    assert explained["ESME Variants"] == "any"
    assert explained["lowest version"] == "any"
    assert explained["resulting ESME Variant"] == "unchanged"
    assert explained["signature"] == "none"


def test_with_a_key_the_signature_is_checked() -> None:
    sound, bad = make_firmware(ESME, KEY), make_firmware(ESME, KEY, Defect.BAD_SIGNATURE)

    assert meaning(inspect(sound, KEY.public_key()), "signature").startswith("valid")
    assert meaning(inspect(bad, KEY.public_key()), "signature").startswith("NOT VALID")


def test_optional_fields_are_explained_where_they_are() -> None:
    destination = parse_eui("00-DB-12-34-56-78-90-A0")
    bare = OtaHeader(manufacturer_code=1, image_type=2, version=V1)
    told = OtaHeader(
        manufacturer_code=1,
        image_type=2,
        version=V1,
        header_string=b"caf\xe9".ljust(32, b"\0"),
        security_credential_version=3,
        destination=destination,
    )

    without, with_both = (values(inspect(encode(FirmwareFile(header, b"x")))) for header in (bare, told))

    assert without["header string"] == ""
    assert {"security credential version", "destination", "minimum hardware version"}.isdisjoint(without)
    assert with_both["header string"] == r"caf\xe9"
    assert (with_both["security credential version"], with_both["destination"]) == ("03", destination)


def test_an_unreadable_file_is_refused_with_its_offset() -> None:
    with pytest.raises(DecodeError, match=r"octet 52: total size"):
        inspect(make_firmware(ESME, KEY, Defect.TRUNCATED))
