"""A manifest survives the Manufacturer Image, a foreign image has none, and what a manifest permits is what it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.device_types import ESME_VARIANTS, DeviceType
from smart_metering.errors import DecodeError
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.ota.manifest import MAGIC, Manifest, encode, manifest_of

V1, V2, V3 = (FirmwareVersion(f"0000000{number}") for number in (1, 2, 3))
RICH = Manifest(
    device_type=DeviceType.ESME, esme_variants=("A", "ADE"), lowest_version=V1, resulting_variant="BDE"
)

versions = st.integers(0, 2**32 - 1).map(lambda number: FirmwareVersion(f"{number:08X}"))
esme_manifests = st.builds(
    Manifest,
    device_type=st.just(DeviceType.ESME),
    esme_variants=st.lists(st.sampled_from(ESME_VARIANTS), unique=True).map(tuple),
    lowest_version=st.none() | versions,
    resulting_variant=st.none() | st.sampled_from(ESME_VARIANTS),
)
other_manifests = st.builds(
    Manifest,
    device_type=st.sampled_from(sorted(set(DeviceType) - {DeviceType.ESME})),
    lowest_version=st.none() | versions,
    esme_variants=st.just(()),
    resulting_variant=st.none(),
)


@given(esme_manifests | other_manifests, st.binary(max_size=20))
def test_a_manifest_is_read_from_the_start_of_the_image(manifest: Manifest, filler: bytes) -> None:
    assert manifest_of(encode(manifest) + filler) == manifest


def test_a_manifest_of_all_variants_is_read() -> None:
    manifest = Manifest(device_type=DeviceType.ESME, esme_variants=ESME_VARIANTS)

    assert manifest_of(encode(manifest)) == manifest


def test_the_octets_are_as_described() -> None:
    assert encode(RICH) == b"SMETSFW1" + b"\x04ESME" + b"\x05A,ADE" + b"\x04\x00\x00\x00\x01" + b"\x03BDE"


@pytest.mark.parametrize("image", [b"", b"CriticalSoftware sample firmware image", b"SMETSFW", b" SMETSFW1"])
def test_a_foreign_image_has_no_manifest(image: bytes) -> None:
    assert manifest_of(image) is None


@pytest.mark.parametrize(
    ("fields", "offset", "what"),
    [
        (b"", 8, "length of the Device Type"),
        (b"\x05ESME", 13, "Device Type"),
        (b"\x04ESMX\x00\x00\x00", 8, "ESMX"),
        (b"\x04ESM\xc9\x00\x00\x00", 8, "not in ASCII"),
        (b"\x04ESME\x01Z\x00\x00", 8, "'Z' is no ESME Variant"),
        (b"\x04ESME\x02A,\x00\x00", 8, "'' is no ESME Variant"),
        (b"\x04ESME\x03A,A\x00\x00", 8, "named twice"),
        (b"\x04ESME\x00\x03\x00\x00\x01\x00", 8, "firmware version of 3 octets"),
        (b"\x04GSME\x01A\x00\x00", 8, "GSME has no ESME Variant"),
        (b"\x04GSME\x00\x00\x01A", 8, "GSME has no ESME Variant"),
    ],
)
def test_a_broken_manifest_is_refused_at_its_offset(fields: bytes, offset: int, what: str) -> None:
    with pytest.raises(DecodeError, match=what) as refusal:
        manifest_of(MAGIC + fields)

    assert refusal.value.offset == offset
    assert refusal.value.what.startswith(("manifest: ", "the octets end inside the manifest: "))


def test_every_shortened_manifest_is_refused() -> None:
    octets = encode(RICH)

    for size in range(len(MAGIC), len(octets)):
        with pytest.raises(DecodeError):
            manifest_of(octets[:size])


def test_variants_that_are_named_are_permitted_and_no_others() -> None:
    anything = Manifest(device_type=DeviceType.ESME)

    assert [variant for variant in ESME_VARIANTS if RICH.permits_variant(variant)] == ["A", "ADE"]
    assert not RICH.permits_variant(None)
    assert all(anything.permits_variant(variant) for variant in (*ESME_VARIANTS, None))


@pytest.mark.parametrize(
    ("lowest", "running", "permitted"),
    [
        (None, V1, True),
        (None, V3, True),  # going back is accepted unless the manifest forbids it
        (V2, V1, False),
        (V2, V2, True),
        (V1, V1, True),
        (V1, V3, False),
        (V3, V3, False),
    ],
)
def test_a_lowest_version_forbids_what_is_older_and_going_back(
    lowest: FirmwareVersion | None, running: FirmwareVersion, permitted: bool
) -> None:
    manifest = Manifest(device_type=DeviceType.GSME, lowest_version=lowest)

    assert manifest.permits_change(running, offered=V2) is permitted
