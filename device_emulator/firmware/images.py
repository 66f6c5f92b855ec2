"""Firmware files as Devices see them: held and read once for all, a signature verified once for each supplier."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.ota.image import FirmwareFile, decode, signature_is_valid
from smart_metering.ota.manifest import Manifest, manifest_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One firmware file. `manifest` is None for a foreign image; `size` counts the octets of the whole file."""

    sha256: str
    size: int
    file: FirmwareFile
    manufacturer_image_hash: bytes
    manifest: Manifest | None

    @property
    def version(self) -> FirmwareVersion:
        return self.file.version


class FirmwareImages:
    """All files that this emulator holds, by the SHA-256 of the whole file in hex."""

    def __init__(self) -> None:
        self._images: dict[str, Image] = {}
        self._signatures: dict[tuple[str, str], bool] = {}

    def __contains__(self, sha256: object) -> bool:
        return sha256 in self._images

    def __getitem__(self, sha256: str) -> Image:
        return self._images[sha256]

    def hold(self, sha256: str, octets: bytes) -> Image:
        """Takes a file whose SHA-256 the caller has checked; raises DecodeError if it cannot be read."""
        file = decode(octets)
        image = Image(
            sha256=sha256,
            size=len(octets),
            file=file,
            manufacturer_image_hash=file.manufacturer_image_hash,
            manifest=manifest_of(file.manufacturer_image),
        )
        self._images[sha256] = image
        return image

    def signed_by(self, image: Image, signer: str, digital_signing: EllipticCurvePublicKey) -> bool:
        """Whether this key signed the image; `signer` is its name."""
        known = self._signatures.get((image.sha256, signer))
        if known is None:
            known = signature_is_valid(image.file, digital_signing)
            self._signatures[image.sha256, signer] = known
        return known
