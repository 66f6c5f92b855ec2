"""A firmware file as a page: every field of header and manifest; or, where it contradicts itself, why."""

from dataclasses import dataclass

from smart_metering.errors import DecodeError
from smart_metering.ota.image import decode
from smart_metering.ota.inspection import InspectedField, inspect
from smart_metering.ota.manifest import manifest_of
from smart_metering.pki.certificates import read_certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """`fields` in the order of the file; `fault`: its manifest cannot be read; `device_type`: that of the manifest."""

    fields: tuple[InspectedField, ...]
    fault: str
    device_type: str


def file_view(octets: bytes, certificate: bytes) -> FileView:
    """`certificate`: the DS certificate (DER) of who looks, by which the signature is checked; empty: it is not."""
    key = read_certificate(certificate).public_key if certificate else None
    try:
        manifest = manifest_of(decode(octets).manufacturer_image)
        fields = inspect(octets, key)
    except DecodeError as error:
        return FileView(fields=(), fault=str(error), device_type="")
    return FileView(fields=fields, fault="", device_type=manifest.device_type if manifest else "")
