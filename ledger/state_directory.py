"""The folder that holds all durable state of one process: its ledger, and whatever files it keeps beside it."""

import fcntl
from pathlib import Path
from typing import TextIO

from ledger.books import Ledger
from ledger.sqlite_store import SqliteStore


class StateInUse(RuntimeError):
    """Another process works with this folder."""


class StateDirectory:
    """Made if it is not there; `ledger` is filled with what is kept in it. Raises StateInUse and StoreError.

    `name` is that of the ledger's file: one kind of process does not open the state of another.
    """

    def __init__(self, folder: Path, name: str, ledger: Ledger) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock = _take_lock(folder / "lock")
        try:
            self.store = SqliteStore(folder / f"{name}.sqlite3")
            self.store.load(ledger)
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
        raise StateInUse(f"{path.parent} is in use by another process") from None
    return lock
