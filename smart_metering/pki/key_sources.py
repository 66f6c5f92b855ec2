"""Sources of keys: the JSON key store of DCC Boxed, an archive of key files (org-crypto.zip), a folder, or one file."""

import zipfile
import zlib
from pathlib import Path

from smart_metering.pki.boxed_key_store import read_boxed_key_store
from smart_metering.pki.found_keys import MOST_OCTETS, MOST_OCTETS_OF_A_FILE, FoundKey, KeySourceError
from smart_metering.pki.key_files import SUFFIXES, KeyFile, may_hold_keys, read_key_files

_UNREADABLE_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,  # it has a password
    EOFError,
    OSError,
)  # fmt: skip


def read_key_source(path: Path) -> list[FoundKey]:
    """All that is in it, in order; raises KeySourceError, also where there is nothing in it."""
    found = _read(path)
    if not found:
        files = f"files of {' '.join(SUFFIXES)}"
        what = (
            f"expected a key store (keystore.json), an archive (.zip) or a folder of {files}, or one of these"
        )
        raise KeySourceError(str(path), f"holds no certificate: {what}")
    return found


def _read(path: Path) -> list[FoundKey]:
    if path.is_dir():
        return read_key_files(_files_in(path), str(path))
    octets = _octets(path, MOST_OCTETS)
    if path.suffix.lower() == ".json" or octets.lstrip()[:1] == b"{":
        return read_boxed_key_store(octets, str(path))
    if zipfile.is_zipfile(path):
        return read_key_files(_files_in_archive(path), str(path))
    return read_key_files([KeyFile(path.name, octets)], str(path.parent))


def _files_in(folder: Path) -> list[KeyFile]:
    paths = sorted(path for path in folder.rglob("*") if may_hold_keys(path.name) and path.is_file())
    return [
        KeyFile(path.relative_to(folder).as_posix(), _octets(path, MOST_OCTETS_OF_A_FILE)) for path in paths
    ]


def _files_in_archive(path: Path) -> list[KeyFile]:
    """No more is unpacked than a file may have, whatever the archive says of its size."""
    files: list[KeyFile] = []
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                if entry.is_dir() or not may_hold_keys(entry.filename):
                    continue
                with archive.open(entry) as file:
                    octets = file.read(MOST_OCTETS_OF_A_FILE + 1)
                files.append(
                    KeyFile(
                        entry.filename, _capped(octets, MOST_OCTETS_OF_A_FILE, f"{path}: {entry.filename}")
                    )
                )
    except _UNREADABLE_ARCHIVE as error:
        raise KeySourceError(str(path), f"the archive cannot be read: {error}") from None
    return files


def _octets(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            return _capped(file.read(most + 1), most, str(path))
    except OSError as error:
        raise KeySourceError(str(path), f"cannot be read: {error.strerror}") from None


def _capped(octets: bytes, most: int, where: str) -> bytes:
    if len(octets) > most:
        raise KeySourceError(where, f"more than {most} octets: no key has so many")
    return octets
