"""PKI folders: certificates and private keys of many organisations together, written whole or not at all.

certificates/     as in every folder of certificates, with those of the issuers
keys/             private keys (mode 0600, the folder 0700)
"""

import shutil
from pathlib import Path

from smart_metering.pki.certificates import read_certificate
from smart_metering.pki.given_keys import NOTHING_GIVEN, GivenKeys
from smart_metering.pki.key_folders import (
    KeyFolderError,
    read_certificates,
    read_issuers,
    read_private_keys,
    write_certificate,
    write_issuers,
    write_private_key,
)

_CERTIFICATES = "certificates"
_KEYS = "keys"


def read_pki_folder(folder: Path) -> GivenKeys:
    """What is in it, nothing where there is none; raises KeyFolderError, also for a key that fits no certificate."""
    _finish(folder)
    if not folder.is_dir():
        return NOTHING_GIVEN
    certificates = read_certificates(folder / _CERTIFICATES)
    private_keys = read_private_keys(folder / _KEYS) if (folder / _KEYS).is_dir() else {}
    for (entity, usage), private_key in private_keys.items():
        certificate = certificates.get((entity, usage))
        if certificate is None:
            raise KeyFolderError(folder, f"the {usage} private key of {entity} has no certificate beside it")
        if read_certificate(certificate).public_key != private_key.public_key():
            raise KeyFolderError(folder, f"the {usage} private key of {entity} does not fit its certificate")
    return GivenKeys(certificates, private_keys, read_issuers(folder / _CERTIFICATES))


def write_pki_folder(folder: Path, keys: GivenKeys) -> None:
    """In place of what is there: a reader finds the former or the new one, whenever the writer is stopped."""
    _finish(folder)
    new = _beside(folder, "new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700, parents=True)
    _fill(new, keys)
    if folder.exists():
        former = _beside(folder, "former")
        folder.rename(former)
        new.rename(folder)
        shutil.rmtree(former)
    else:
        new.rename(folder)


def _fill(folder: Path, keys: GivenKeys) -> None:
    for (entity, usage), certificate in keys.certificates.items():
        write_certificate(folder / _CERTIFICATES, entity, usage, certificate)
    for (entity, usage), private_key in keys.private_keys.items():
        write_private_key(folder / _KEYS, entity, usage, private_key)
    write_issuers(folder / _CERTIFICATES, keys.issuers)


def _finish(folder: Path) -> None:
    """Puts right what a writer left that was stopped between its two renames."""
    former = _beside(folder, "former")
    if not former.is_dir():
        return
    if folder.exists():
        shutil.rmtree(former)
    else:
        former.rename(folder)


def _beside(folder: Path, suffix: str) -> Path:
    return folder.with_name(f"{folder.name}.{suffix}")
