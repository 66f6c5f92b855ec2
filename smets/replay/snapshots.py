"""Copies of a system's whole state: of one that runs, between two events; and back, where none runs."""

import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ledger.sqlite_store import SqliteStore
from smart_metering.instants import Instant
from smets.client.administration import Administration
from smets.local_system.connection import SystemConnection
from smets.local_system.state_folder import StateFolder
from smets.replay.run import NoRun, Run
from smets.world.books import DSP_STORE, EMULATOR_STORE
from smets.world.world import FIRMWARE

TRIES = 20


class CannotSave(ValueError):
    """The system does not stand still, or the place is taken."""


@dataclass(frozen=True, slots=True)
class Saved:
    """How many inputs the DSP had, and when that was."""

    events: int
    now: Instant


async def save_running(connection: SystemConnection, folder: Path) -> Saved:
    """Time is stopped, what is due happens, both stores are copied, and time goes on as it did.

    Raises CannotSave where others keep asking, and SmetsError.
    """
    refuse_if_taken(folder)
    source, target = StateFolder(connection.state), StateFolder(folder)
    async with connection.administration() as administration:
        before = await administration.clock.now()
        await administration.clock.set_rate(0)
        try:
            return await _copied(administration, source, target)
        finally:
            await administration.clock.set_rate(before.rate)


async def _copied(administration: Administration, source: StateFolder, target: StateFolder) -> Saved:
    """Twice the same number of events before and after the copy: nothing came between."""
    for _ in range(TRIES):
        now = (await administration.clock.advance(0)).now
        before = _events(source)
        _copy_stores(source, target)
        await administration.clock.advance(0)
        if _events(source) == before:
            _copy_files(source, target)
            return Saved(before, now)
    shutil.rmtree(target.path)
    raise CannotSave(f"{source.path}: requests keep coming in; expected a moment without any to save it")


def load(folder: Path, state: Path) -> None:
    """Raises NoRun where there is no snapshot, and CannotSave where a state folder is."""
    refuse_if_taken(state)
    with closing(Run.open(folder)):
        source, target = StateFolder(folder), StateFolder(state)
        _copy_stores(source, target)
        _copy_files(source, target)


def refuse_if_taken(folder: Path) -> None:
    """Raises CannotSave unless the folder is new or empty."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotSave(f"{folder}: is not empty; expected a new folder")


def _events(folder: StateFolder) -> int:
    try:
        with closing(Run.open(folder.path)) as run:
            return run.events
    except NoRun as error:
        raise CannotSave(str(error)) from None


def _copy_stores(source: StateFolder, target: StateFolder) -> None:
    for side, name in ((source.dsp, DSP_STORE), (source.emulator, EMULATOR_STORE)):
        copy = target.path / side.relative_to(source.path) / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        with closing(SqliteStore(side / name)) as store:
            store.copy_to(copy)


def _copy_files(source: StateFolder, target: StateFolder) -> None:
    """Firmware, and the keys and certificates of the parties."""
    for part in (
        source.dsp / FIRMWARE,
        source.emulator / FIRMWARE,
        source.certificates,
        source.path / "parties",
        source.imported,
        source.dcc,
    ):
        if part.is_dir():
            shutil.copytree(part, target.path / part.relative_to(source.path), dirs_exist_ok=True)
    shutil.copy2(source.path / "seed", target.path / "seed")
