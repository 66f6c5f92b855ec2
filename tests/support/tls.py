"""Certificates for TLS, made by the tests, and an address of this machine that is not on loopback."""

import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from operations.tls import TlsFiles

NAME = "dsp.test"
OPERATOR_TOKEN = "operator-token-of-the-tests-0123456789"
NOT_BEFORE, NOT_AFTER = datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
PEM = serialization.Encoding.PEM


@dataclass(frozen=True, slots=True)
class Issued:
    """PEM of a certificate and its key, in files."""

    certificate: Path
    key: Path

    @property
    def tls(self) -> TlsFiles:
        return TlsFiles(certificate=self.certificate, key=self.key)


class Authority:
    """An issuer of its own."""

    def __init__(self, folder: Path, name: str = "an authority of the tests") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        usage = x509.BasicConstraints(ca=True, path_length=0)
        signed = _valid(self._name, self._name, self._key).add_extension(usage, critical=True)
        self.file = folder / f"{name.replace(' ', '-')}.pem"
        self.file.write_bytes(signed.sign(self._key, hashes.SHA256()).public_bytes(PEM))

    def issue(self, *names: str) -> Issued:
        """For these DNS names and IP addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternative = x509.SubjectAlternativeName([_general(name) for name in names])
        signed = _valid(_named("a server"), self._name, key).add_extension(alternative, critical=False)
        files = Issued(self._folder / "certificate.pem", self._folder / "key.pem")
        files.certificate.write_bytes(signed.sign(self._key, hashes.SHA256()).public_bytes(PEM))
        write_key(files.key, key)
        return files


def write_key(file: Path, key: ec.EllipticCurvePrivateKey) -> Path:
    """In PEM, without a password."""
    form = serialization.PrivateFormat.PKCS8
    file.write_bytes(key.private_bytes(PEM, form, serialization.NoEncryption()))
    return file


def write_certificate(file: Path, der: bytes) -> Path:
    """In PEM."""
    file.write_bytes(x509.load_der_x509_certificate(der).public_bytes(PEM))
    return file


def own_address() -> str:
    """Of this machine: one that is not on loopback; where there is none, all. Nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        try:
            line.connect(("192.0.2.1", 9))
            address: str = line.getsockname()[0]
        except OSError:
            return "0.0.0.0"
    return "0.0.0.0" if ip_address(address).is_loopback else address


def _valid(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOT_BEFORE)
        .not_valid_after(NOT_AFTER)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
