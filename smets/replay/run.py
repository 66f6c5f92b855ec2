"""A run as its state folder keeps it: what reached each side, in order, and what became of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self, TypeVar

import msgspec

from device_emulator.core.inputs import JournalEntry as EmulatorEntry
from device_emulator.core.state import State as EmulatorState
from device_emulator.faults.link import Link
from dsp.core.inputs import EngineStarted
from dsp.core.inputs import JournalEntry as DspEntry
from dsp.core.state import State as DspState
from dsp.rules.releases import rules_with
from ledger.books import Log
from ledger.sqlite_store import SqliteStore, StoreError
from smart_metering.pki.key_folders import KeyFolderError
from smets.local_system.state_folder import Organisation, StateFolder
from smets.world.books import DSP_STORE, EMULATOR_STORE
from smets.world.settings import WorldSettings
from smets.world.world import files_of

ENTRIES_TOGETHER = 1_000

R = TypeVar("R", bound=msgspec.Struct)


class NoRun(ValueError):
    """A folder that holds no run, or one without journals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """`settings` are those of the first start; `dsp` and `emulator` what each side knew at the end."""

    folder: StateFolder
    settings: WorldSettings
    dsp: DspState
    emulator: EmulatorState
    stores: tuple[SqliteStore, SqliteStore]

    @classmethod
    def open(cls, path: Path) -> Self:
        """Raises NoRun. The folder may be of a system that still runs: what is durable by now is the run."""
        folder = StateFolder(path)
        files = folder.dsp / DSP_STORE, folder.emulator / EMULATOR_STORE
        for file in files:
            if not file.is_file():
                raise NoRun(f"{path} holds no run: there is no {file.relative_to(path)}")
        try:
            seed = (path / "seed").read_text("utf-8")
        except OSError as error:
            raise NoRun(f"{path} holds no run: seed: {error.strerror}") from None
        dsp, emulator = DspState(), EmulatorState()
        Link(emulator.ledger, seed)
        stores = SqliteStore(files[0]), SqliteStore(files[1])
        try:
            stores[0].load(dsp.ledger)
            stores[1].load(emulator.ledger)
            settings = replace(_settings(stores[0], dsp, seed), given=folder.given)
        except (KeyFolderError, StoreError) as error:
            raise NoRun(f"{path}: {error}") from None
        return cls(folder=folder, settings=settings, dsp=dsp, emulator=emulator, stores=stores)

    def close(self) -> None:
        """Lets go of the files."""
        for store in self.stores:
            store.close()

    def files(self) -> dict[str, bytes]:
        """The firmware files of both sides."""
        return files_of(self.folder.dsp) | files_of(self.folder.emulator)

    @property
    def events(self) -> int:
        """How many inputs reached the DSP."""
        return self.dsp.journal.last_position

    @property
    def is_over(self) -> bool:
        """Whether the system has stopped; else what each side knows may be of another moment than the other's."""
        return not self.folder.connection_file.exists()

    def dsp_entries(self) -> Iterator[tuple[int, DspEntry]]:
        """Number and entry of each input to the DSP."""
        return _entries(self.stores[0], self.dsp.journal)

    def emulator_entries(self) -> Iterator[tuple[int, EmulatorEntry]]:
        """Number and entry of each input to the emulator."""
        return _entries(self.stores[1], self.emulator.journal)


def settings_after(former: WorldSettings, started: EngineStarted) -> WorldSettings:
    """The settings once the DSP was started under these rules."""
    rules = rules_with(started.modifications, switches=started.switches, times=started.times)
    return replace(former, rules=rules, acb=started.acb)


def _settings(store: SqliteStore, dsp: DspState, seed: str) -> WorldSettings:
    first = store.read(dsp.journal, limit=1)
    if not first:
        raise StoreError("its journal is empty")
    (number, entry) = first[0]
    if number != 1 or not isinstance(entry.input, EngineStarted):
        raise StoreError("its journal does not begin with a start: it was written by an older release")
    organisations = tuple(Organisation(eui=party.eui, roles=party.roles) for party in dsp.parties.values())
    settings = WorldSettings(rules=rules_with(()), epoch=entry.at, organisations=organisations, seed=seed)
    return settings_after(settings, entry.input)


def _entries(store: SqliteStore, log: Log[R]) -> Iterator[tuple[int, R]]:
    after = 0
    while page := store.read(log, after=after, before=log.last_position + 1, limit=ENTRIES_TOGETHER):
        yield from page
        after = page[-1][0]
