"""A certificate is opened whatever its profile, with the one fault forgiven that DCC's own have; PEM is read whole."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from smart_metering.errors import DecodeError
from smart_metering.pki.certificates import Issuer, issuer_certificate, read_certificate
from smart_metering.pki.loading import is_certificate, is_issued_by, load_certificate
from smart_metering.pki.pem import Block, UnreadablePemError, read_pem, write_pem
from smart_metering.pki.serial_numbers import serial_number_of
from tests.smart_metering.pki.certified import DS, ELSEWHERE, SUPPLIER, WITH_NULL, elsewhere, with_null

CERTIFICATE = elsewhere(SUPPLIER)[DS].certificate


def test_a_needless_null_is_forgiven() -> None:
    certificate = with_null(CERTIFICATE)

    with pytest.raises(ValueError, match="asn1"):
        x509.load_der_x509_certificate(certificate)
    assert read_certificate(certificate) == read_certificate(CERTIFICATE)
    assert serial_number_of(certificate) == serial_number_of(CERTIFICATE)


@pytest.mark.parametrize(
    "octets",
    [
        with_null(CERTIFICATE, times=1),
        with_null(CERTIFICATE) + b"\x00",
        with_null(CERTIFICATE)[:-1],
        WITH_NULL,
        b"\x30\x0e" + WITH_NULL,
        b"\x00" * 5_000,
    ],
    ids=["once", "more behind", "cut", "the algorithm alone", "in a sequence", "too long"],
)
def test_nothing_else_is_forgiven(octets: bytes) -> None:
    with pytest.raises(DecodeError):
        load_certificate(octets)
    assert not is_certificate(octets)


def test_who_issued_a_certificate_is_known_by_the_signature() -> None:
    mine, another = (issuer_certificate(seed, Issuer.OF_ORGANISATIONS) for seed in (ELSEWHERE, b"another"))

    assert is_issued_by(CERTIFICATE, mine)
    assert not is_issued_by(CERTIFICATE, another)
    assert not is_issued_by(CERTIFICATE, issuer_certificate(ELSEWHERE, Issuer.OF_DEVICES))
    assert not is_issued_by(CERTIFICATE, b"no certificate")


@pytest.mark.parametrize("length", [0, 1, 47, 48, 49, 96, 1_000])
def test_pem_is_its_own_inverse(length: int) -> None:
    octets = bytes(range(256))[:length] if length <= 256 else bytes(length)

    assert read_pem(write_pem("CERTIFICATE", octets)) == [Block("CERTIFICATE", octets)]


def test_pem_is_written_as_the_library_writes_it() -> None:
    expected = x509.load_der_x509_certificate(CERTIFICATE).public_bytes(Encoding.PEM)

    assert write_pem("CERTIFICATE", CERTIFICATE) == expected


@pytest.mark.parametrize(
    "text",
    [
        b"-----BEGIN CERTIFICATE-----\nMII",
        b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END PRIVATE KEY-----",
        b"-----BEGIN CERTIFICATE-----\nM!!B\n-----END CERTIFICATE-----",
        b"-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----",
    ],
)
def test_what_is_not_whole_pem_is_refused(text: bytes) -> None:
    with pytest.raises(UnreadablePemError):
        read_pem(text)
