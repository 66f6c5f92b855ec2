"""The firmware file of DUIS (FirmwareImage): a ZigBee OTA header, the Manufacturer Image, perhaps a signature.

    OTA header | Manufacturer Image | 00 | 40 | signature r || s, 64 octets     ESME, GSME, HCALCS (SR 11.1)
    OTA header | Manufacturer Image                                             PPMID (SR 11.4)

Numbers in the header are little-endian, and each bit of field control says whether an optional field is there.
No ZigBee sub-elements follow the header. Nothing says whether a signature follows the Manufacturer Image, so this
is the rule: a file is signed if the octets 66 and 65 from its end are `00 40`. An unsigned file whose Manufacturer
Image happens to have them there (one in 65,536) is read as a signed one whose signature is not valid; `encode`
refuses to write such a file.

Hash and signature are over the Manufacturer Image alone. The layout is that of the published samples, the optional
fields are those of ZigBee 095264r23.
"""

import hashlib
import struct
from dataclasses import dataclass
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec

from smart_metering.errors import DecodeError
from smart_metering.firmware_versions import FirmwareVersion, version_from_octets, version_octets
from smart_metering.identifiers import Eui, eui_from_number, eui_number
from smart_metering.pki.keys import PLAIN_SIGNATURE_OCTETS, plain_signature_is_valid

MAXIMUM_FIRMWARE_FILE_OCTETS = 10_240_000  # DUIS 5.4 schema, FirmwareImage

FILE_IDENTIFIER = 0x0BEEF11E
HEADER_VERSION = 0x0100
HEADER_STRING_OCTETS = 32
STACK_VERSIONS = {0: "ZigBee 2006", 1: "ZigBee 2007", 2: "ZigBee PRO", 3: "ZigBee IP"}
ZIGBEE_PRO = 2

_FIXED = struct.Struct("<IHHHHHIH32sI")

HAS_SECURITY_CREDENTIAL_VERSION = 0b001  # bits of field control
HAS_DESTINATION = 0b010
HAS_HARDWARE_VERSIONS = 0b100

_OPTIONAL_FIELD_OCTETS = {
    HAS_SECURITY_CREDENTIAL_VERSION: 1,
    HAS_DESTINATION: 8,
    HAS_HARDWARE_VERSIONS: 4,
}
_FIELD_CONTROLS = range(1 << len(_OPTIONAL_FIELD_OCTETS))
_HARDWARE_VERSIONS = struct.Struct("<HH")

_SIGNATURE_HEAD = b"\x00\x40"
SIGNATURE_PART_OCTETS = len(_SIGNATURE_HEAD) + PLAIN_SIGNATURE_OCTETS


class FirmwareFileTooLargeError(DecodeError):
    """A firmware file of more octets than DUIS can carry."""


@dataclass(frozen=True, slots=True)
class HardwareVersions:
    """The hardware that may run an image, both ends included."""

    minimum: int
    maximum: int

    def __post_init__(self) -> None:
        if self.minimum > self.maximum:
            raise ValueError(f"hardware versions from {self.minimum:04X} to {self.maximum:04X}: none")


@dataclass(frozen=True, slots=True, kw_only=True)
class OtaHeader:
    """What the header says, in its order, without what follows from the rest: lengths and field control.

    `header_string` is the manufacturer's: 32 octets, as a rule text filled up with NULs.
    """

    manufacturer_code: int
    image_type: int
    version: FirmwareVersion
    stack_version: int = ZIGBEE_PRO
    header_string: bytes = bytes(HEADER_STRING_OCTETS)
    security_credential_version: int | None = None
    destination: Eui | None = None
    hardware_versions: HardwareVersions | None = None

    def __post_init__(self) -> None:
        if len(self.header_string) != HEADER_STRING_OCTETS:
            raise ValueError(
                f"a header string of {len(self.header_string)} octets: {HEADER_STRING_OCTETS} expected"
            )
        if self.stack_version not in STACK_VERSIONS:
            raise ValueError(f"stack version {self.stack_version} is unknown")
        for number in (self.manufacturer_code, self.image_type):
            if not 0 <= number <= 0xFFFF:
                raise ValueError(f"manufacturer code or image type {number}: expected 0 .. 65535")

    @property
    def manufacturer(self) -> str:
        """The manufacturer code as the SMI's DeviceManufacturer has it: `121D`."""
        return f"{self.manufacturer_code:04X}"

    @property
    def field_control(self) -> int:
        optional = (self.security_credential_version, self.destination, self.hardware_versions)
        return sum(
            bit for bit, value in zip(_OPTIONAL_FIELD_OCTETS, optional, strict=True) if value is not None
        )

    @property
    def length(self) -> int:
        return _header_length(self.field_control)

    def permits_hardware(self, hardware_version: int) -> bool:
        """Whether Devices of that hardware may take the file; one that names no hardware is for all."""
        permitted = self.hardware_versions
        return permitted is None or permitted.minimum <= hardware_version <= permitted.maximum


@dataclass(frozen=True, slots=True)
class FirmwareFile:
    """`signature` is 64 octets, `r || s`, or None in an unsigned file."""

    header: OtaHeader
    manufacturer_image: bytes
    signature: bytes | None = None

    @property
    def version(self) -> FirmwareVersion:
        return self.header.version

    @property
    def manufacturer_image_hash(self) -> bytes:
        """SHA-256, 32 octets: what SR 11.3 carries. Computed at each call: ask once a file, not once a Device."""
        return hashlib.sha256(self.manufacturer_image).digest()

    @property
    def total_octets(self) -> int:
        signature_part = 0 if self.signature is None else SIGNATURE_PART_OCTETS
        return self.header.length + len(self.manufacturer_image) + signature_part


def file_digest(octets: bytes) -> str:
    """SHA-256 of the whole file in hex: the file's name. Two files may share one Manufacturer Image hash."""
    return hashlib.sha256(octets).hexdigest()


def signature_is_valid(file: FirmwareFile, public_key: ec.EllipticCurvePublicKey) -> bool:
    """Whether the holder of `public_key`, a supplier's DS key, signed the Manufacturer Image."""
    if file.signature is None:
        return False
    return plain_signature_is_valid(public_key, file.signature, file.manufacturer_image)


def decode(octets: bytes) -> FirmwareFile:
    """Raises DecodeError at the offset of the field at fault; FirmwareFileTooLargeError is one."""
    if len(octets) > MAXIMUM_FIRMWARE_FILE_OCTETS:
        raise FirmwareFileTooLargeError(
            MAXIMUM_FIRMWARE_FILE_OCTETS,
            f"the firmware file has {len(octets)} octets, {MAXIMUM_FIRMWARE_FILE_OCTETS} at most",
        )
    header = _decode_header(octets)
    start, end = header.length, len(octets)
    signature = None
    if _ends_like_a_signature(octets, start):
        end -= SIGNATURE_PART_OCTETS
        signature = octets[-PLAIN_SIGNATURE_OCTETS:]
    if start == end:
        raise DecodeError(start, "the Manufacturer Image is empty")
    return FirmwareFile(header, octets[start:end], signature)


def encode(file: FirmwareFile) -> bytes:
    """The inverse of `decode`, octet by octet, of any size.

    Raises ValueError for a file that would not be read as it is.
    """
    if not file.manufacturer_image:
        raise ValueError("a firmware file needs a Manufacturer Image")
    if file.signature is not None:
        if len(file.signature) != PLAIN_SIGNATURE_OCTETS:
            raise ValueError(
                f"a signature of {len(file.signature)} octets: {PLAIN_SIGNATURE_OCTETS} expected"
            )
        return _encode_header(file) + file.manufacturer_image + _SIGNATURE_HEAD + file.signature
    if _ends_like_a_signature(file.manufacturer_image, 0):
        raise ValueError(
            f"the Manufacturer Image has 00 40 {SIGNATURE_PART_OCTETS} octets before its end: "
            "without a signature, its end would be read as one"
        )
    return _encode_header(file) + file.manufacturer_image


class _Fixed(NamedTuple):
    """The part of the header that every file has, as it stands there."""

    identifier: int
    header_version: int
    header_length: int
    field_control: int
    manufacturer_code: int
    image_type: int
    version: int
    stack_version: int
    header_string: bytes
    total_octets: int


def _decode_header(octets: bytes) -> OtaHeader:
    if len(octets) < _FIXED.size:
        raise DecodeError(
            len(octets), f"the file ends inside its OTA header of at least {_FIXED.size} octets"
        )
    fixed = _Fixed._make(_FIXED.unpack_from(octets))
    _refuse_impossible(fixed, len(octets))
    credential_version, destination, hardware_versions = _decode_optional(octets, fixed.field_control)
    return OtaHeader(
        manufacturer_code=fixed.manufacturer_code,
        image_type=fixed.image_type,
        version=version_from_octets(fixed.version.to_bytes(4, "big")),
        stack_version=fixed.stack_version,
        header_string=fixed.header_string,
        security_credential_version=credential_version,
        destination=destination,
        hardware_versions=hardware_versions,
    )


def _refuse_impossible(fixed: _Fixed, file_octets: int) -> None:
    """Names the first claim that does not hold; field control says how long the header has to be."""
    length = _header_length(fixed.field_control)
    claims = (
        # offset, claim, what is wrong if it does not hold
        (0, fixed.identifier == FILE_IDENTIFIER, f"file identifier {fixed.identifier:08X} is not 0BEEF11E"),
        (4, fixed.header_version == HEADER_VERSION, f"header version {fixed.header_version:04X} is not 0100"),
        (8, fixed.field_control in _FIELD_CONTROLS, f"field control {fixed.field_control:04X} is unknown"),
        (6, fixed.header_length == length, f"header length {fixed.header_length} is not {length}"),
        (18, fixed.stack_version in STACK_VERSIONS, f"stack version {fixed.stack_version} is unknown"),
        (52, fixed.total_octets == file_octets, f"total size {fixed.total_octets} is not {file_octets}"),
        (file_octets, file_octets >= length, f"the file ends inside its OTA header of {length} octets"),
    )
    for offset, holds, what in claims:
        if not holds:
            raise DecodeError(offset, what)


def _decode_optional(
    octets: bytes, field_control: int
) -> tuple[int | None, Eui | None, HardwareVersions | None]:
    credential_version, destination, hardware_versions = None, None, None
    offset = _FIXED.size
    if field_control & HAS_SECURITY_CREDENTIAL_VERSION:
        credential_version = octets[offset]
        offset += 1
    if field_control & HAS_DESTINATION:
        destination = eui_from_number(int.from_bytes(octets[offset : offset + 8], "little"))
        offset += 8
    if field_control & HAS_HARDWARE_VERSIONS:
        try:
            hardware_versions = HardwareVersions(*_HARDWARE_VERSIONS.unpack_from(octets, offset))
        except ValueError as error:
            raise DecodeError(offset, str(error)) from None
    return credential_version, destination, hardware_versions


def _encode_header(file: FirmwareFile) -> bytes:
    header = file.header
    fixed = _Fixed(
        identifier=FILE_IDENTIFIER,
        header_version=HEADER_VERSION,
        header_length=header.length,
        field_control=header.field_control,
        manufacturer_code=header.manufacturer_code,
        image_type=header.image_type,
        version=int.from_bytes(version_octets(header.version), "big"),
        stack_version=header.stack_version,
        header_string=header.header_string,
        total_octets=file.total_octets,
    )
    return _FIXED.pack(*fixed) + _encode_optional(header)


def _encode_optional(header: OtaHeader) -> bytes:
    octets = b""
    if header.security_credential_version is not None:
        octets += bytes((header.security_credential_version,))
    if header.destination is not None:
        octets += eui_number(header.destination).to_bytes(8, "little")
    if header.hardware_versions is not None:
        octets += _HARDWARE_VERSIONS.pack(header.hardware_versions.minimum, header.hardware_versions.maximum)
    return octets


def _header_length(field_control: int) -> int:
    return _FIXED.size + sum(octets for bit, octets in _OPTIONAL_FIELD_OCTETS.items() if field_control & bit)


def _ends_like_a_signature(octets: bytes, start: int) -> bool:
    """Whether `octets` from `start` on hold `00 40` and 64 octets at their end."""
    place = len(octets) - SIGNATURE_PART_OCTETS
    return place >= start and octets.startswith(_SIGNATURE_HEAD, place)
