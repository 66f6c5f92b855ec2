"""The books of a world on disk: kept when somebody looks into a log or wants a copy, and not before."""

import shutil
from pathlib import Path
from tempfile import mkdtemp
from weakref import finalize

from device_emulator.core.state import State as EmulatorState
from dsp.core.state import State as DspState
from ledger.books import Change
from ledger.sqlite_store import SqliteStore
from smets.local_system.state_folder import StateFolder

DSP_STORE, EMULATOR_STORE = "dsp.sqlite3", "device_emulator.sqlite3"
MOST_PENDING = 50_000


class Books:
    """Takes the changes of both sides; a `former` state folder fills both with what is kept there."""

    def __init__(self, dsp: DspState, emulator: EmulatorState, former: StateFolder | None = None) -> None:
        self._dsp, self._emulator = dsp.ledger, emulator.ledger
        self._pending: tuple[list[Change], list[Change]] = [], []
        self._closing: finalize[[Path, tuple[SqliteStore, SqliteStore]], Books] | None = None
        self._stores: tuple[SqliteStore, SqliteStore] | None = None
        if former is not None:
            self._open(former)

    def close(self) -> None:
        """What was not copied is gone."""
        if self._closing is not None:
            self._closing()

    def go_on_with(self, dsp: DspState) -> None:
        """The DSP's books are these from now on, in which the same stands."""
        self._dsp = dsp.ledger

    def take(self) -> list[Change]:
        """What the DSP changed since the last time; that and the emulator's is kept in its time."""
        changes = self._dsp.take_changes()
        dsp, emulator = self._pending
        dsp += changes
        emulator += self._emulator.take_changes()
        if sum(map(len, self._pending)) > MOST_PENDING:
            self.stores()
        return changes

    def stores(self) -> tuple[SqliteStore, SqliteStore]:
        """The DSP's and the emulator's, up to date."""
        stores = self._stores or self._open(None)
        for store, pending in zip(stores, self._pending, strict=True):
            store.commit(pending)
            pending.clear()
        return stores

    def copy_to(self, folder: StateFolder) -> None:
        """The books, where the servers look for theirs; what stands there is written over."""
        for store, path in zip(self.stores(), _files(folder), strict=True):
            path.parent.mkdir(parents=True, exist_ok=True)
            store.copy_to(path)

    def _open(self, former: StateFolder | None) -> tuple[SqliteStore, SqliteStore]:
        folder = StateFolder(Path(mkdtemp(prefix="smets-world-")))
        for path in _files(folder):
            path.parent.mkdir(parents=True)
        if former is not None:
            for path, own in zip(_files(former), _files(folder), strict=True):
                copied = SqliteStore(path)
                copied.copy_to(own)
                copied.close()
        dsp, emulator = (SqliteStore(path, durable=False) for path in _files(folder))
        if former is not None:
            dsp.load(self._dsp)
            emulator.load(self._emulator)
        else:
            dsp.begin(self._dsp)
            emulator.begin(self._emulator)
        self._stores = dsp, emulator
        self._closing = finalize(self, _leave, folder.path, self._stores)  # Nobody has to close a world.
        return self._stores


def _leave(folder: Path, stores: tuple[SqliteStore, SqliteStore]) -> None:
    for store in stores:
        store.close()
    shutil.rmtree(folder, ignore_errors=True)


def _files(folder: StateFolder) -> tuple[Path, Path]:
    return folder.dsp / DSP_STORE, folder.emulator / EMULATOR_STORE
