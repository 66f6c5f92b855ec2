"""A firmware file is read strictly and written back to the octet; what cannot be read is named with its offset."""

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.errors import DecodeError
from smart_metering.firmware_versions import parse_firmware_version
from smart_metering.identifiers import eui_from_number, parse_eui
from smart_metering.ota.image import (
    MAXIMUM_FIRMWARE_FILE_OCTETS,
    STACK_VERSIONS,
    FirmwareFile,
    FirmwareFileTooLargeError,
    HardwareVersions,
    OtaHeader,
    decode,
    encode,
    file_digest,
    signature_is_valid,
)
from smart_metering.pki.certificates import read_certificate
from smart_metering.pki.key_folders import read_certificate_file
from smart_metering.pki.keys import KeyUsage, sign_plainly

KEY = ec.derive_private_key(7, ec.SECP256R1())
VERSION = parse_firmware_version("0002012F")
HEADER = OtaHeader(
    manufacturer_code=0x121D,
    image_type=0x0084,
    version=VERSION,
    hardware_versions=HardwareVersions(0x0010, 0x00AC),
)
IMAGE = bytes(range(1, 101))
SIGNED = FirmwareFile(HEADER, IMAGE, sign_plainly(KEY, IMAGE))
UNSIGNED = FirmwareFile(HEADER, IMAGE)

HASH_OF_THE_SAMPLES = "7542f475e3f12eae887d81e32c46d313741d67076b13caec2f82e00ba5e1bb36"


def sample(reference_data: Path, device_type: str) -> bytes:
    return (reference_data / "firmware" / f"gfi-{device_type}-sample.ota").read_bytes()


def suppliers_key(reference_data: Path, supplier: str) -> ec.EllipticCurvePublicKey:
    keystore = reference_data / "rtds" / "keystore"
    certificate = read_certificate_file(keystore, parse_eui(supplier), KeyUsage.DIGITAL_SIGNING)
    return read_certificate(certificate).public_key


# --- the published samples ----------------------------------------------------------------------------------


def test_the_esme_sample_is_read_to_its_fields(reference_data: Path) -> None:
    octets = sample(reference_data, "esme")

    file = decode(octets)

    assert file.header == OtaHeader(
        manufacturer_code=0x121D,
        image_type=0x0000,
        version=parse_firmware_version("ACDCACDC"),
        stack_version=2,
        header_string=b"I am a GFI ESME[] firmware image",
        hardware_versions=HardwareVersions(0x1111, 0x1211),
    )
    assert (file.header.length, file.header.field_control, file.total_octets) == (60, 0x0004, 361)
    assert file.header.manufacturer == "121D"
    assert file.version == "ACDCACDC"
    assert len(file.manufacturer_image) == 235
    assert file.manufacturer_image.startswith(b"CriticalSoftware")
    assert file.signature == octets[-64:]


def test_the_ppmid_sample_has_no_signature_and_the_same_image(reference_data: Path) -> None:
    ppmid = decode(sample(reference_data, "ppmid"))

    assert ppmid.signature is None
    assert ppmid.header.image_type == 0x0084
    assert ppmid.total_octets == 295
    assert ppmid.manufacturer_image == decode(sample(reference_data, "esme")).manufacturer_image


@pytest.mark.parametrize("device_type", ["esme", "ppmid"])
def test_a_sample_is_rebuilt_to_the_octet(reference_data: Path, device_type: str) -> None:
    octets = sample(reference_data, device_type)

    assert encode(decode(octets)) == octets


def test_the_samples_share_a_manufacturer_image_hash_but_not_a_file_digest(reference_data: Path) -> None:
    esme, ppmid = sample(reference_data, "esme"), sample(reference_data, "ppmid")

    assert decode(esme).manufacturer_image_hash.hex() == HASH_OF_THE_SAMPLES
    assert decode(ppmid).manufacturer_image_hash.hex() == HASH_OF_THE_SAMPLES
    assert file_digest(esme) != file_digest(ppmid)


def test_the_supplier_alone_signed_the_esme_sample(reference_data: Path) -> None:
    esme = decode(sample(reference_data, "esme"))

    assert signature_is_valid(esme, suppliers_key(reference_data, "90-B3-D5-1F-30-01-00-00"))
    assert not signature_is_valid(esme, suppliers_key(reference_data, "90-B3-D5-1F-30-03-00-00"))


def test_the_signature_of_the_sample_covers_each_octet_of_its_manufacturer_image(
    reference_data: Path,
) -> None:
    esme = decode(sample(reference_data, "esme"))
    key = suppliers_key(reference_data, "90-B3-D5-1F-30-01-00-00")

    for offset in range(len(esme.manufacturer_image)):
        garbled = bytearray(esme.manufacturer_image)
        garbled[offset] ^= 1
        assert not signature_is_valid(replace(esme, manufacturer_image=bytes(garbled)), key)


# --- there and back -----------------------------------------------------------------------------------------

octets_of_two = st.integers(0, 0xFFFF)
headers = st.builds(
    OtaHeader,
    manufacturer_code=octets_of_two,
    image_type=octets_of_two,
    version=st.integers(0, 2**32 - 1).map(lambda number: parse_firmware_version(f"{number:08X}")),
    stack_version=st.sampled_from(list(STACK_VERSIONS)),
    header_string=st.binary(min_size=32, max_size=32),
    security_credential_version=st.none() | st.integers(0, 0xFF),
    destination=st.none() | st.integers(0, 2**64 - 1).map(eui_from_number),
    hardware_versions=st.none()
    | st.tuples(octets_of_two, octets_of_two).map(lambda ends: HardwareVersions(min(ends), max(ends))),
)
files = st.builds(
    FirmwareFile,
    headers,
    st.binary(min_size=1, max_size=200).filter(lambda image: image[-66:-64] != b"\x00\x40"),
    st.none() | st.binary(min_size=64, max_size=64),
)


@given(files)
def test_every_file_is_read_as_it_was_written(file: FirmwareFile) -> None:
    octets = encode(file)

    assert decode(octets) == file
    assert len(octets) == file.total_octets


@given(st.binary(max_size=150))
def test_octets_that_are_read_are_written_back(tail: bytes) -> None:
    octets = bytearray(encode(UNSIGNED)[:60] + tail)
    octets[52:56] = len(octets).to_bytes(4, "little")

    if tail == b"" or (len(tail) == 66 and tail.startswith(b"\x00\x40")):
        with pytest.raises(DecodeError, match="Manufacturer Image is empty"):
            decode(bytes(octets))
    else:
        assert encode(decode(bytes(octets))) == octets


def test_optional_fields_stand_in_the_order_of_their_bits() -> None:
    destination = parse_eui("00-DB-12-34-56-78-90-A0")
    header = replace(HEADER, security_credential_version=3, destination=destination)

    octets = encode(FirmwareFile(header, IMAGE))

    assert octets[6:10].hex().upper() == "45000700"
    assert octets[56:69].hex().upper() == "03" + "A09078563412DB00" + "1000AC00"
    assert octets[69:] == IMAGE


# --- what is refused ----------------------------------------------------------------------------------------


def with_octets(offset: int, hexadecimal: str) -> bytes:
    new = bytes.fromhex(hexadecimal)
    octets = bytearray(encode(SIGNED))
    octets[offset : offset + len(new)] = new
    return bytes(octets)


ALL_OPTIONAL = encode(
    FirmwareFile(
        replace(HEADER, security_credential_version=0, destination=parse_eui("00-DB-12-34-56-78-90-A0")),
        b"\x01",
    )
)


def cut(octets: bytes, size: int) -> bytes:
    """The first octets, with a total size that says so."""
    return octets[:52] + size.to_bytes(4, "little") + octets[56:size]


@pytest.mark.parametrize(
    ("octets", "offset", "what"),
    [
        (b"", 0, "ends inside its OTA header"),
        (encode(SIGNED)[:55], 55, "ends inside its OTA header"),
        (with_octets(0, "1EF1EE0C"), 0, "file identifier 0CEEF11E"),
        (with_octets(0, "0BEEF11E"), 0, "file identifier 1EF1EE0B"),
        (with_octets(4, "0101"), 4, "header version 0101"),
        (with_octets(6, "3800"), 6, "header length 56 is not 60"),
        (with_octets(6, "3D00"), 6, "header length 61 is not 60"),
        (with_octets(8, "0000"), 6, "header length 60 is not 56"),
        (with_octets(8, "0500"), 6, "header length 60 is not 61"),
        (with_octets(8, "0C00"), 8, "field control 000C"),
        (with_octets(8, "0480"), 8, "field control 8004"),
        (with_octets(18, "0400"), 18, "stack version 4"),
        (with_octets(52, "E3000000"), 52, "total size 227 is not 226"),
        (encode(SIGNED)[:-1], 52, "total size 226 is not 225"),
        (encode(SIGNED) + b"\x00", 52, "total size 226 is not 227"),
        (with_octets(56, "AD00"), 56, "hardware versions from 00AD to 00AC"),
        (cut(ALL_OPTIONAL, 56), 56, "ends inside its OTA header of 69"),
        (cut(ALL_OPTIONAL, 68), 68, "ends inside its OTA header of 69"),
        (cut(ALL_OPTIONAL, 69), 69, "Manufacturer Image is empty"),
        (with_octets(52, "7E000000")[:60] + encode(SIGNED)[-66:], 60, "Manufacturer Image is empty"),
    ],
)
def test_an_unreadable_file_is_refused_at_its_offset(octets: bytes, offset: int, what: str) -> None:
    with pytest.raises(DecodeError, match=what) as refusal:
        decode(octets)

    assert refusal.value.offset == offset


def test_every_shortened_file_is_refused() -> None:
    octets = encode(SIGNED)

    for size in range(len(octets)):
        with pytest.raises(DecodeError):
            decode(octets[:size])


def file_of(total_octets: int) -> bytes:
    return encode(FirmwareFile(HEADER, b"\x01" * (total_octets - HEADER.length)))


def test_the_largest_file_is_read_and_one_octet_more_has_its_own_error() -> None:
    assert decode(file_of(MAXIMUM_FIRMWARE_FILE_OCTETS)).total_octets == 10_240_000

    with pytest.raises(FirmwareFileTooLargeError, match="10240001 octets, 10240000 at most"):
        decode(file_of(MAXIMUM_FIRMWARE_FILE_OCTETS + 1))


# --- signed or not ------------------------------------------------------------------------------------------


def test_a_signature_is_valid_for_its_image_and_its_key_alone() -> None:
    other = ec.derive_private_key(8, ec.SECP256R1())

    assert signature_is_valid(SIGNED, KEY.public_key())
    assert signature_is_valid(replace(SIGNED, header=replace(HEADER, image_type=0)), KEY.public_key())
    assert not signature_is_valid(SIGNED, other.public_key())
    assert not signature_is_valid(UNSIGNED, KEY.public_key())


@pytest.mark.parametrize("size", [66, 67, 200])
def test_an_unsigned_image_that_ends_like_a_signature_is_not_written(size: int) -> None:
    image = b"\x01" * (size - 66) + b"\x00\x40" + bytes(64)

    with pytest.raises(ValueError, match="would be read as one"):
        encode(FirmwareFile(HEADER, image))


@pytest.mark.parametrize("size", [65, 67])
def test_00_40_anywhere_else_in_an_image_is_no_signature(size: int) -> None:
    file = FirmwareFile(HEADER, b"\x01" + b"\x00\x40" + b"\x01" * (size - 2))

    assert decode(encode(file)) == file


def test_00_40_in_the_header_is_no_signature() -> None:
    file = FirmwareFile(replace(HEADER, header_string=b"\x00\x40" * 16), b"\x01" * 30)

    assert decode(encode(file)) == file


@pytest.mark.parametrize(
    ("file", "complaint"),
    [
        (FirmwareFile(HEADER, b""), "needs a Manufacturer Image"),
        (FirmwareFile(HEADER, b"", bytes(64)), "needs a Manufacturer Image"),
        (FirmwareFile(HEADER, IMAGE, bytes(63)), "a signature of 63 octets"),
    ],
)
def test_a_file_that_could_not_be_read_is_not_written(file: FirmwareFile, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        encode(file)


def test_a_header_that_could_not_be_read_is_not_made() -> None:
    with pytest.raises(ValueError, match="header string of 4 octets"):
        replace(HEADER, header_string=b"ESME")
    with pytest.raises(ValueError, match="stack version 4"):
        replace(HEADER, stack_version=4)
    with pytest.raises(ValueError, match="image type 65536"):
        replace(HEADER, image_type=0x10000)
    with pytest.raises(ValueError, match="from 0002 to 0001"):
        HardwareVersions(2, 1)


@pytest.mark.parametrize(
    ("hardware_version", "permitted"),
    [(0x000F, False), (0x0010, True), (0x00AC, True), (0x00AD, False)],
)
def test_hardware_within_the_ends_is_permitted(hardware_version: int, permitted: bool) -> None:
    assert HEADER.permits_hardware(hardware_version) is permitted
    assert replace(HEADER, hardware_versions=None).permits_hardware(hardware_version)
