"""The folder that holds all of one emulator's durable state, for one process at a time."""

import fcntl
from pathlib import Path
from typing import TextIO

from device_emulator.runtime.firmware_folder import FirmwareFolder
from ledger.books import Ledger
from ledger.sqlite_store import SqliteStore


class StateInUse(RuntimeError):
    """Another process works with this folder."""


class StateDirectory:
    """Made if it is not there; `ledger` is filled with what is kept in it. Raises StateInUse and StoreError."""

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = _take_lock(folder / "lock")
        try:
            self.store = SqliteStore(folder / "device_emulator.sqlite3")
            self.store.load(ledger)
            self.firmware = FirmwareFolder(folder / "firmware")
        except BaseException:
            self._lock.close()
            raise

    def close(self) -> None:
        """Lets another process have it."""
        self.store.close()
        self._lock.close()


def _take_lock(path: Path) -> TextIO:
    lock = path.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise StateInUse(f"{path.parent} is in use by another emulator") from None
    return lock
