"""Certificates and private keys in files of their own, by any name: PEM or DER, in a folder or an archive of one.

A key belongs to the certificate that has its public half. Where files have the same name but for `.pem`, `.key` and
the like, they are meant for each other, and have to fit.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from cryptography.hazmat.primitives.asymmetric import ec

from smart_metering.errors import DecodeError
from smart_metering.pki.found_keys import FoundKey, KeySourceError
from smart_metering.pki.keys import (
    UnreadableKeyError,
    private_key_from_der,
    private_key_from_pem,
)
from smart_metering.pki.loading import load_certificate
from smart_metering.pki.pem import CERTIFICATE, Block, UnreadablePemError, is_pem, read_pem, write_pem

SUFFIXES = (".pem", ".der", ".cer", ".crt", ".cert", ".key", ".p8", ".pk8")
"""Files with others are not looked into."""

_ENDINGS = re.compile(rf"(?:{'|'.join(map(re.escape, SUFFIXES))})+$", re.IGNORECASE)
_PRIVATE_KEYS = ("PRIVATE KEY", "EC PRIVATE KEY")
_EC_PARAMETERS = "EC PARAMETERS"  # OpenSSL writes them before a key that says them too


@dataclass(frozen=True, slots=True)
class KeyFile:
    """`path` within its source, with slashes."""

    path: str
    octets: bytes

    @property
    def name(self) -> str:
        """Without folders and endings."""
        return _ENDINGS.sub("", PurePosixPath(self.path).name)


@dataclass(frozen=True, slots=True)
class _PrivateKey:
    file: KeyFile
    key: ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class _Certificate:
    file: KeyFile
    der: bytes
    public_key: object


def may_hold_keys(path: str) -> bool:
    """By the ending of its name."""
    return PurePosixPath(path).suffix.lower() in SUFFIXES


def read_key_files(files: list[KeyFile], source: str) -> list[FoundKey]:
    """Every certificate, with its private key if that is there; raises KeySourceError."""
    certificates: list[_Certificate] = []
    private_keys: list[_PrivateKey] = []
    for file in files:
        where = f"{source}: {file.path}"
        for block in _blocks(file, where):
            if block.label == CERTIFICATE:
                certificates.append(_Certificate(file, block.der, _public_key_of(block.der, where)))
            elif block.label in _PRIVATE_KEYS:
                private_keys.append(_PrivateKey(file, _read_private_key(block, where)))
            elif block.label != _EC_PARAMETERS:
                what = f"{block.label}: expected a CERTIFICATE or an unencrypted PRIVATE KEY"
                raise KeySourceError(where, what)
    for private_key in private_keys:
        _refuse_misfit(private_key, certificates, source)
    return [
        FoundKey(
            where=f"{source}: {certificate.file.path}",
            name=certificate.file.name,
            certificate=certificate.der,
            private_key=next(
                (row.key for row in private_keys if row.key.public_key() == certificate.public_key), None
            ),
        )
        for certificate in certificates
    ]


def _blocks(file: KeyFile, where: str) -> Iterator[Block]:
    """What is in the file; DER as if it were PEM."""
    if is_pem(file.octets):
        try:
            yield from read_pem(file.octets)
        except UnreadablePemError as error:
            raise KeySourceError(where, f"no whole PEM: {error}") from None
        return
    try:
        load_certificate(file.octets)
    except DecodeError:
        try:
            private_key_from_der(file.octets)
        except UnreadableKeyError:
            what = "neither a certificate nor a PKCS #8 private key without a password, in PEM or DER"
            raise KeySourceError(where, what) from None
        yield Block(_PRIVATE_KEYS[0], file.octets)
    else:
        yield Block(CERTIFICATE, file.octets)


def _public_key_of(certificate: bytes, where: str) -> object:
    try:
        return load_certificate(certificate).public_key()
    except ValueError as error:  # DecodeError is one
        raise KeySourceError(where, f"no certificate: {error}") from None


def _read_private_key(block: Block, where: str) -> ec.EllipticCurvePrivateKey:
    try:
        return private_key_from_pem(write_pem(block.label, block.der))
    except UnreadableKeyError as error:
        raise KeySourceError(where, str(error)) from None


def _refuse_misfit(private_key: _PrivateKey, certificates: list[_Certificate], source: str) -> None:
    if any(row.public_key == private_key.key.public_key() for row in certificates):
        return
    where = f"{source}: {private_key.file.path}"
    for certificate in certificates:
        if certificate.file.name == private_key.file.name:
            raise KeySourceError(where, f"the key does not fit the certificate in {certificate.file.path}")
    raise KeySourceError(where, "the key fits none of the certificates")
