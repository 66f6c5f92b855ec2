"""Another emulator over what a bench has kept, as after the end of its process."""

from pathlib import Path

from ledger.sqlite_store import SqliteStore
from tests.device_emulator.bench import Bench


def woken(bench: Bench, folder: Path) -> Bench:
    """Another process over the same store; the firmware that was at hand is at hand."""
    written = SqliteStore(folder / "state")
    written.load(bench.emulator.ledger)
    written.commit(bench.emulator.ledger.take_changes())
    written.close()
    store = SqliteStore(folder / "state")
    again = Bench(
        premises=bench.premises, load=store.load, images=bench.images, now=bench.now, counter=bench.counter
    )
    store.close()
    return again
