"""Firmware files on disk, each under the SHA-256 of its octets; one that stands there is whole and durable."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

_NAME = re.compile(r"[0-9a-f]{64}")
_UNFINISHED = ".part"


class FirmwareFolder:
    """All firmware files of one emulator."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for unfinished in folder.glob(f"*{_UNFINISHED}"):
            unfinished.unlink()

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Name and octets of each file."""
        for path in sorted(self._folder.iterdir()):
            if _NAME.fullmatch(path.name):
                yield path.name, path.read_bytes()

    def read(self, name: str, offset: int, size: int) -> bytes:
        """Up to `size` octets of a file that is here, from `offset` on."""
        assert _NAME.fullmatch(name), name
        with (self._folder / name).open("rb") as file:
            file.seek(offset)
            return file.read(size)

    def keep(self, name: str, octets: bytes) -> None:
        """Returns once the file is durable."""
        assert _NAME.fullmatch(name), name
        unfinished = self._folder / f"{name}{_UNFINISHED}"
        with unfinished.open("wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(self._folder / name)
        _sync_folder(self._folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
