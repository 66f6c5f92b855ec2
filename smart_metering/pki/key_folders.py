"""Folders of keys: each party's private keys in a folder of its own, everyone's certificates in a shared one.

    PARTY/90b3d51f30010000-ds.key.pem             private key, PKCS #8 without a password, mode 0600
    certificates/90b3d51f30010000-ds.pem          certificate
    certificates/issuer-0A1B2C.pem                certificate of an issuer, named after its serial number

A file is named after the EUI (lower case, no dashes) and the usage: ds, ka, pp-ka or xml. The keystore of the
Reference Test Data Set names its certificates the same way, so it can be read as it is. Files with other
names are not ours, and not read.
"""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from smart_metering.errors import DecodeError
from smart_metering.identifiers import Eui, eui_from_octets, eui_octets
from smart_metering.pki.certificates import CertifiedKey, read_certificate
from smart_metering.pki.development import Credential
from smart_metering.pki.keys import KeyUsage, UnreadableKeyError, private_key_from_pem, private_key_to_pem
from smart_metering.pki.loading import is_certificate
from smart_metering.pki.pem import CERTIFICATE, UnreadablePemError, read_pem, write_pem
from smart_metering.pki.serial_numbers import serial_number_of

_PRIVATE_KEY = ".key.pem"
_CERTIFICATE = ".pem"
_ISSUER = "issuer-*.pem"
_FILE = re.compile(r"(?P<entity>[0-9a-f]{16})-(?P<usage>ds|ka|pp-ka|xml)(?P<suffix>\.key\.pem|\.pem)")


class KeyFolderError(ValueError):
    """A key or certificate file, named here, that is missing, unreadable, or another's than its name says."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(path, what)
        self.path = path
        self.what = what

    def __str__(self) -> str:
        return f"{self.path}: {self.what}"


def write_private_keys(folder: Path, credentials: Iterable[Credential]) -> None:
    """Creates the folder (mode 0700) if need be; overwrites keys that are there."""
    for credential in credentials:
        write_private_key(folder, credential.entity, credential.usage, credential.private_key)


def write_private_key(
    folder: Path, entity: Eui, usage: KeyUsage, private_key: ec.EllipticCurvePrivateKey
) -> None:
    """One, likewise."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / _file_name(entity, usage, _PRIVATE_KEY)
    _write_for_owner_only(path, private_key_to_pem(private_key))


def forget_private_key(folder: Path, entity: Eui, usage: KeyUsage) -> None:
    """Removes a key that may be there."""
    (folder / _file_name(entity, usage, _PRIVATE_KEY)).unlink(missing_ok=True)


def read_private_key(folder: Path, entity: Eui, usage: KeyUsage) -> ec.EllipticCurvePrivateKey:
    """Raises KeyFolderError."""
    path = folder / _file_name(entity, usage, _PRIVATE_KEY)
    try:
        return private_key_from_pem(_read(path, f"the {usage} private key of {entity}"))
    except UnreadableKeyError as error:
        raise KeyFolderError(path, str(error)) from None


def read_private_keys(folder: Path) -> dict[tuple[Eui, KeyUsage], ec.EllipticCurvePrivateKey]:
    """Every private key in a party's folder; raises KeyFolderError, also when there is no such folder."""
    return {
        (entity, usage): read_private_key(folder, entity, usage)
        for entity, usage in _keys_in(folder, _PRIVATE_KEY)
    }


def write_certificates(folder: Path, credentials: Iterable[Credential]) -> None:
    """Creates the folder if need be; overwrites certificates that are there. No private key is written."""
    for credential in credentials:
        write_certificate(folder, credential.entity, credential.usage, credential.certificate)


def write_certificate(folder: Path, entity: Eui, usage: KeyUsage, certificate: bytes) -> None:
    """One (DER), likewise."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _file_name(entity, usage, _CERTIFICATE)
    path.write_bytes(write_pem(CERTIFICATE, certificate))


def write_issuers(folder: Path, issuers: Iterable[bytes]) -> None:
    """Creates the folder if need be; `issuers` in DER."""
    folder.mkdir(parents=True, exist_ok=True)
    for certificate in issuers:
        path = folder / f"issuer-{serial_number_of(certificate):X}.pem"
        path.write_bytes(write_pem(CERTIFICATE, certificate))


def read_issuers(folder: Path) -> tuple[bytes, ...]:
    """DER of the certificate of every issuer in the folder, none where there is no folder; raises KeyFolderError."""
    return tuple(_read_certificate(path, "an issuer's certificate") for path in sorted(folder.glob(_ISSUER)))


def read_certificate_file(folder: Path, entity: Eui, usage: KeyUsage) -> bytes:
    """DER of one certificate, made out to that entity and usage; raises KeyFolderError."""
    path = folder / _file_name(entity, usage, _CERTIFICATE)
    certificate = _read_certificate(path, f"the {usage} certificate of {entity}")
    try:
        certified = read_certificate(certificate)
    except DecodeError as error:
        raise KeyFolderError(path, str(error)) from None
    _refuse_another(path, certified, entity, usage)
    return certificate


def read_certificates(folder: Path) -> dict[tuple[Eui, KeyUsage], bytes]:
    """DER of every certificate in the folder; raises KeyFolderError, also when there is no such folder."""
    return {
        (entity, usage): read_certificate_file(folder, entity, usage)
        for entity, usage in _keys_in(folder, _CERTIFICATE)
    }


def _file_name(entity: Eui, usage: KeyUsage, suffix: str) -> str:
    return f"{eui_octets(entity).hex()}-{usage.value}{suffix}"


def _write_for_owner_only(path: Path, octets: bytes) -> None:
    """Nobody else may read the file at any moment, nor if it stood there before with a laxer mode."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o600)
        file.write(octets)


def _read_certificate(path: Path, what: str) -> bytes:
    try:
        blocks = read_pem(_read(path, what))
    except UnreadablePemError as error:
        raise KeyFolderError(path, f"no certificate in PEM: {error}") from None
    match [block.der for block in blocks if block.label == CERTIFICATE]:
        case [certificate] if len(blocks) == 1 and is_certificate(certificate):
            return certificate
    raise KeyFolderError(path, "no certificate in PEM: expected one, and nothing else")


def _read(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyFolderError(path, f"cannot read {what}: {error.strerror}") from None


def _keys_in(folder: Path, suffix: str) -> Iterator[tuple[Eui, KeyUsage]]:
    """What the file names in `folder` promise, in their order."""
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError as error:
        raise KeyFolderError(folder, f"cannot list the keys: {error.strerror}") from None
    for name in names:
        file = _FILE.fullmatch(name)
        if file is not None and file["suffix"] == suffix:
            yield eui_from_octets(bytes.fromhex(file["entity"])), KeyUsage(file["usage"])


def _refuse_another(path: Path, certified: CertifiedKey, entity: Eui, usage: KeyUsage) -> None:
    if certified.entity != entity:
        raise KeyFolderError(path, f"it is the certificate of {certified.entity}")
    expected = KeyUsage.KEY_AGREEMENT if usage is KeyUsage.PREPAYMENT_KEY_AGREEMENT else usage
    if certified.purpose is not expected:
        raise KeyFolderError(path, f"its key is for {certified.purpose}, not for {usage}")
