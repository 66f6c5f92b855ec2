"""The keys a User works with: its own private keys, and where it finds the certificates of Devices."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

from smart_metering.gbcs.protection import shared_secret
from smart_metering.identifiers import Eui
from smart_metering.pki.certificates import Issuer, device_certificate, issuer_certificate, read_certificate
from smart_metering.pki.key_folders import (
    KeyFolderError,
    read_certificate_file,
    read_issuers,
    read_private_key,
)
from smart_metering.pki.keys import KeyUsage
from smart_metering.pki.loading import is_issued_by

_REMEMBERED = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class UserKeys:
    """A User's private keys: it signs Pre-Commands with one, and verifies MACs addressed to it with the other."""

    digital_signing: EllipticCurvePrivateKey
    key_agreement: EllipticCurvePrivateKey


def read_user_keys(folder: Path, user: Eui) -> UserKeys:
    """From a party's folder of keys; raises KeyFolderError."""
    return UserKeys(
        digital_signing=read_private_key(folder, user, KeyUsage.DIGITAL_SIGNING),
        key_agreement=read_private_key(folder, user, KeyUsage.KEY_AGREEMENT),
    )


class Repository:
    """Finds certificates as a User finds them in the SMKI Repository.

    First in `folder`, if there is one; else, with the `seed` of a development PKI, the Device's certificate is issued
    as its hub would give it.
    """

    def __init__(self, folder: Path | None = None, seed: bytes | None = None) -> None:
        self._folder = folder
        self._seed = seed
        self.public_key = lru_cache(_REMEMBERED)(self._find)

    def organisation_certificate(self, party: Eui, usage: KeyUsage) -> bytes | None:
        """DER of a party's certificate; None where the folder has none. Raises KeyFolderError if it is broken."""
        return self._read(party, usage)

    def certification_path(self, party: Eui) -> tuple[bytes, ...]:
        """What stands between a party's certificates and the root, in DER: the issuer's certificate if it is known,
        else the party's own DS certificate, which is the best there is."""
        own = self._read(party, KeyUsage.DIGITAL_SIGNING)
        issuers = read_issuers(self._folder) if self._folder is not None else ()
        if self._seed is not None:
            issuers += (issuer_certificate(self._seed, Issuer.OF_ORGANISATIONS),)
        if own is None:
            return issuers[-1:]
        return next(((issuer,) for issuer in issuers if is_issued_by(own, issuer)), (own,))

    def _find(self, device: Eui, usage: KeyUsage) -> EllipticCurvePublicKey | None:
        certificate = self._read(device, usage)
        if certificate is not None:
            return read_certificate(certificate).public_key
        if self._seed is None:
            return None
        return read_certificate(device_certificate(self._seed, device, usage)).public_key

    def _read(self, entity: Eui, usage: KeyUsage) -> bytes | None:
        """From the folder, if there is one, and the certificate in it."""
        if self._folder is None:
            return None
        try:
            return read_certificate_file(self._folder, entity, usage)
        except KeyFolderError as error:
            if error.path.exists():
                raise
            return None


class SharedSecrets:
    """The ECDH secrets of a User with Devices; dear, so remembered."""

    def __init__(self, key_agreement: EllipticCurvePrivateKey, repository: Repository) -> None:
        self._key_agreement = key_agreement
        self._repository = repository
        self.with_device = lru_cache(_REMEMBERED)(self._derive)

    def _derive(self, device: Eui) -> bytes | None:
        public_key = self._repository.public_key(device, KeyUsage.KEY_AGREEMENT)
        return None if public_key is None else shared_secret(self._key_agreement, public_key)
