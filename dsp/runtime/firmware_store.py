"""Firmware files on disk, each under the SHA-256 of its octets; one that stands there is whole and durable."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Self

from smart_metering.ota.image import MAXIMUM_FIRMWARE_FILE_OCTETS, file_digest

BLOCK = 512 * 1024

_NAME = re.compile(r"[0-9a-f]{64}")
_UNFINISHED = ".part"


class FileTooLargeError(ValueError):
    """More octets than a firmware file may have."""


class IncomingFile:
    """A file that is still arriving. Left without `keep`, nothing of it remains."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        descriptor, path = tempfile.mkstemp(suffix=_UNFINISHED, dir=folder)
        self._path = Path(path)
        self._file: BinaryIO = os.fdopen(descriptor, "w+b")
        self._digest = hashlib.sha256()
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def add(self, octets: bytes) -> None:
        """Raises FileTooLargeError."""
        self._size += len(octets)
        if self._size > MAXIMUM_FIRMWARE_FILE_OCTETS:
            raise FileTooLargeError(f"a firmware file has at most {MAXIMUM_FIRMWARE_FILE_OCTETS} octets")
        self._digest.update(octets)
        self._file.write(octets)

    def keep(self) -> tuple[str, bytes]:
        """Makes the file durable; answers its name and its octets."""
        self._file.flush()
        os.fsync(self._file.fileno())
        name = self._digest.hexdigest()
        self._path.rename(self._folder / name)
        _sync_folder(self._folder)
        self._file.seek(0)
        return name, self._file.read()


class FirmwareStore:
    """All firmware files of one DSP, in one folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for unfinished in folder.glob(f"*{_UNFINISHED}"):
            unfinished.unlink()

    def receive(self) -> IncomingFile:
        """A new file, to be filled."""
        return IncomingFile(self._folder)

    def add(self, octets: bytes) -> str:
        """Keeps a file that is here whole; answers its name. Raises FileTooLargeError."""
        name = file_digest(octets)
        if not (self._folder / name).exists():
            with self.receive() as incoming:
                incoming.add(octets)
                incoming.keep()
        return name

    def remove(self, name: str) -> None:
        """Forgets a file that turned out not to be firmware."""
        (self._folder / name).unlink(missing_ok=True)

    def read(self, name: str) -> bytes | None:
        """The file whole; None: there is no such file."""
        path = self._folder / name
        return path.read_bytes() if _NAME.fullmatch(name) is not None and path.is_file() else None

    def blocks(self, name: str) -> Iterator[tuple[int, int, bytes]]:
        """Offset, size of the whole file, and octets of each block; nothing if there is no such file."""
        path = self._folder / name
        if _NAME.fullmatch(name) is None or not path.is_file():
            return
        size = path.stat().st_size
        with path.open("rb") as file:
            for offset in range(0, size, BLOCK):
                yield offset, size, file.read(BLOCK)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
