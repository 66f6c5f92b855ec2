"""What a firmware file says, field by field, for people to read."""

from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec

from smart_metering.ota.image import (
    FILE_IDENTIFIER,
    HEADER_VERSION,
    STACK_VERSIONS,
    FirmwareFile,
    OtaHeader,
    decode,
    file_digest,
    signature_is_valid,
)
from smart_metering.ota.manifest import manifest_of


@dataclass(frozen=True, slots=True)
class InspectedField:
    """One row of the explanation: the field's name, its value as it is written elsewhere, and what that means."""

    field: str
    value: str
    meaning: str


def inspect(octets: bytes, public_key: ec.EllipticCurvePublicKey | None = None) -> tuple[InspectedField, ...]:
    """The fields of a firmware file in its order, then what follows from them; the signature is checked with a key.

    Raises DecodeError as `image.decode` and `manifest.manifest_of` do.
    """
    file = decode(octets)
    rows = (
        *_header_rows(file),
        *_image_rows(file),
        *_manifest_rows(file),
        _signature_row(file, public_key),
        ("file digest", file_digest(octets), "SHA-256 of the whole file; names it"),
    )
    return tuple(InspectedField(*row) for row in rows)


Row = tuple[str, str, str]


def _header_rows(file: FirmwareFile) -> Iterator[Row]:
    header = file.header
    yield "file identifier", f"{FILE_IDENTIFIER:08X}", "a ZigBee OTA file"
    yield "header version", f"{HEADER_VERSION:04X}", "the only one"
    yield "header length", str(header.length), "octets before the Manufacturer Image"
    yield "field control", f"{header.field_control:04X}", f"optional fields: {_optional_fields(header)}"
    yield "manufacturer code", header.manufacturer, "the DeviceManufacturer of the Devices it is for"
    yield "image type", f"{header.image_type:04X}", "the manufacturer's own number"
    yield "file version", header.version, "the FirmwareVersion"
    yield "stack version", f"{header.stack_version:04X}", STACK_VERSIONS[header.stack_version]
    text = header.header_string.rstrip(b"\0").decode("ascii", "backslashreplace")
    yield "header string", text, "the manufacturer's own text"
    yield "total size", str(file.total_octets), "octets of the whole file"
    yield from _optional_rows(header)


def _optional_fields(header: OtaHeader) -> str:
    return ", ".join(name for name, _, _ in _optional_rows(header)) or "none"


def _optional_rows(header: OtaHeader) -> Iterator[Row]:
    if header.security_credential_version is not None:
        yield "security credential version", f"{header.security_credential_version:02X}", "of ZigBee SE"
    if header.destination is not None:
        yield "destination", header.destination, "the only Device it is for"
    if header.hardware_versions is not None:
        meaning = "last four digits of the DeviceModel"
        yield "minimum hardware version", f"{header.hardware_versions.minimum:04X}", f"{meaning}, at least"
        yield "maximum hardware version", f"{header.hardware_versions.maximum:04X}", f"{meaning}, at most"


def _image_rows(file: FirmwareFile) -> Iterator[Row]:
    yield "Manufacturer Image", f"{len(file.manufacturer_image)} octets", "what the Device runs"
    meaning = "SHA-256 of the Manufacturer Image; what SR 11.3 and the Central Products List carry"
    yield "Manufacturer Image hash", file.manufacturer_image_hash.hex(), meaning


def _manifest_rows(file: FirmwareFile) -> Iterator[Row]:
    manifest = manifest_of(file.manufacturer_image)
    if manifest is None:
        yield "manifest", "none", "a foreign image: judged by header, hash and signature alone"
        return
    yield "Device Type", manifest.device_type, "manifest: the only Device Type that takes it"
    variants = ", ".join(manifest.esme_variants) or "any"
    yield "ESME Variants", variants, "manifest: the true variants that can activate it"
    yield (
        "lowest version",
        manifest.lowest_version or "any",
        (
            "manifest: any running version may change to it"
            if manifest.lowest_version is None
            else "manifest: the lowest running version that may change to it; a later one may not go back"
        ),
    )
    yield "resulting ESME Variant", manifest.resulting_variant or "unchanged", "manifest: after activation"


def _signature_row(file: FirmwareFile, public_key: ec.EllipticCurvePublicKey | None) -> Row:
    if file.signature is None:
        return "signature", "none", "as for a PPMID (SR 11.4); any other Device refuses it"
    if public_key is None:
        return "signature", file.signature.hex(), "not checked: needs the supplier's DS certificate"
    verdict = "valid: " if signature_is_valid(file, public_key) else "NOT VALID: not "
    return "signature", file.signature.hex(), f"{verdict}made over the Manufacturer Image with the given key"
