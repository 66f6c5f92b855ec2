"""The emulator's own manifest: for which Devices a Manufacturer Image is, which the OTA header cannot say.

It stands at the start of the images that the emulator makes; a foreign image has none, and is judged by header, hash
and signature alone. After eight octets of magic come four fields, each one octet of length and that many octets:

    Device Type | ESME Variants, with commas between (empty: any) | lowest version (4 octets, or empty)
    | resulting ESME Variant (empty: the Device stays what it is)
"""

from dataclasses import dataclass

from smart_metering.device_types import ESME_VARIANTS, DeviceType
from smart_metering.errors import DecodeError
from smart_metering.firmware_versions import FirmwareVersion, version_from_octets, version_octets
from smart_metering.gbcs.cursor import Cursor

MAGIC = b"SMETSFW1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """For which Devices an image is, and what it makes of them.

    No `esme_variants`: any. `lowest_version` is the lowest version that a Device may upgrade from; naming one also
    forbids to go back to this image from a later version, None allows both. `resulting_variant` is the ESME Variant
    that a Device has once the image runs. Raises ValueError for variants that do not exist or are not an ESME's.
    """

    device_type: DeviceType
    esme_variants: tuple[str, ...] = ()
    lowest_version: FirmwareVersion | None = None
    resulting_variant: str | None = None

    def __post_init__(self) -> None:
        variants = [*self.esme_variants, *filter(None, [self.resulting_variant])]
        unknown = [variant for variant in variants if variant not in ESME_VARIANTS]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no ESME Variant")
        if variants and self.device_type is not DeviceType.ESME:
            raise ValueError(f"{self.device_type} has no ESME Variant")
        if len(set(self.esme_variants)) != len(self.esme_variants):
            raise ValueError(f"an ESME Variant is named twice: {','.join(self.esme_variants)}")

    def permits_variant(self, esme_variant: str | None) -> bool:
        """Whether Devices of that true variant can run the image."""
        return not self.esme_variants or esme_variant in self.esme_variants

    def permits_change(self, running: FirmwareVersion, offered: FirmwareVersion) -> bool:
        """Whether a Device that runs one version may go to the other, the version of this image's file."""
        return self.lowest_version is None or self.lowest_version <= running <= offered


def encode(manifest: Manifest) -> bytes:
    """What the Manufacturer Image begins with."""
    fields = (
        manifest.device_type.value.encode(),
        ",".join(manifest.esme_variants).encode(),
        version_octets(manifest.lowest_version) if manifest.lowest_version is not None else b"",
        (manifest.resulting_variant or "").encode(),
    )
    return MAGIC + b"".join(bytes((len(field),)) + field for field in fields)


def manifest_of(manufacturer_image: bytes) -> Manifest | None:
    """None: a foreign image. Raises DecodeError, counting from the start of the Manufacturer Image."""
    if not manufacturer_image.startswith(MAGIC):
        return None
    cursor = Cursor(manufacturer_image, len(MAGIC))
    device_type = _read_text(cursor, "Device Type")
    esme_variants = _read_text(cursor, "ESME Variants")
    lowest_version = _read_field(cursor, "lowest version")
    resulting_variant = _read_text(cursor, "resulting ESME Variant")
    try:
        return Manifest(
            device_type=DeviceType(device_type),
            esme_variants=tuple(esme_variants.split(",")) if esme_variants else (),
            lowest_version=version_from_octets(lowest_version) if lowest_version else None,
            resulting_variant=resulting_variant or None,
        )
    except ValueError as error:
        raise DecodeError(len(MAGIC), f"manifest: {error}") from None


def _read_field(cursor: Cursor, what: str) -> bytes:
    (length,) = cursor.take(1, f"manifest: length of the {what}")
    return cursor.take(length, f"manifest: {what}")


def _read_text(cursor: Cursor, what: str) -> str:
    start = cursor.offset
    try:
        return _read_field(cursor, what).decode("ascii")
    except UnicodeDecodeError:
        raise DecodeError(start, f"manifest: {what}: not in ASCII") from None
