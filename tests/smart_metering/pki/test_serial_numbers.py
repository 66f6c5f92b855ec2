"""A Device's serial number tells whose it is; every certificate's can be read without opening it."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from smart_metering.errors import DecodeError
from smart_metering.identifiers import Eui
from smart_metering.pki.certificates import device_certificate, organisation_certificate
from smart_metering.pki.keys import KeyUsage
from smart_metering.pki.serial_numbers import device_named_by, serial_number_of, serial_number_of_device

METER = Eui("00-DB-12-34-56-78-90-A0")
DS, KA = KeyUsage.DIGITAL_SIGNING, KeyUsage.KEY_AGREEMENT


@pytest.mark.parametrize("device", [METER, Eui("FF-FF-FF-FF-FF-FF-FF-FF"), Eui("00-00-00-00-00-00-00-00")])
@pytest.mark.parametrize("usage", [DS, KA])
def test_the_serial_number_of_a_device_names_it(device: Eui, usage: KeyUsage) -> None:
    certificate = x509.load_der_x509_certificate(device_certificate(b"a seed", device, usage))

    assert device_named_by(certificate.serial_number) == device
    assert certificate.serial_number.bit_length() == 127  # sixteen octets, positive


def test_seed_device_and_usage_each_make_another_number() -> None:
    numbers = {
        serial_number_of_device(seed, device, usage)
        for seed in (b"a seed", b"another")
        for device in (METER, Eui("00-DB-12-34-56-78-90-A1"))
        for usage in (DS, KA)
    }

    assert len(numbers) == 8


@pytest.mark.parametrize(
    "certificate",
    [
        device_certificate(b"a seed", METER, DS),
        organisation_certificate(b"a seed", METER, "02", KA),
        organisation_certificate(b"a seed", METER, "87", KeyUsage.XML_SIGNING),
    ],
)
def test_a_serial_number_is_read_as_the_library_reads_it(certificate: bytes) -> None:
    assert serial_number_of(certificate) == x509.load_der_x509_certificate(certificate).serial_number


def test_the_serial_numbers_of_all_published_certificates_are_read(reference_data: Path) -> None:
    for path in sorted((reference_data / "rtds" / "keystore").glob("*.pem")):
        certificate = x509.load_pem_x509_certificate(path.read_bytes())

        assert (
            serial_number_of(certificate.public_bytes(serialization.Encoding.DER))
            == certificate.serial_number
        )


@pytest.mark.parametrize("octets", [b"", b"\x30", b"\x30\x03\x30\x01", bytes.fromhex("3006300404020000")])
def test_octets_without_a_serial_number_are_refused(octets: bytes) -> None:
    with pytest.raises(DecodeError):
        serial_number_of(octets)


def test_a_certificate_that_ends_within_its_serial_number_is_refused() -> None:
    whole = device_certificate(b"a seed", METER, DS)

    for length in range(20):
        with pytest.raises(DecodeError):
            serial_number_of(whole[:length])
