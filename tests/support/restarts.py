"""A DSP that stops and starts again: what is in memory is gone, and the file of the ledger is read."""

from pathlib import Path

from dsp.core.engine import Engine
from dsp.core.state import State
from ledger.sqlite_store import SqliteStore
from tests.support.dsp_premises import broker, change_of_supplier_party
from tests.support.dsp_world import DspWorld


def restart(world: DspWorld, folder: Path) -> None:
    """Once in a world's life: the file has only what changed until now."""
    store = SqliteStore(folder / "dsp.db")
    store.load(State().ledger)  # makes the tables; the world's own books are ahead of the file
    store.commit(world.engine.ledger.take_changes())
    state = State()
    store.load(state.ledger)
    store.close()
    world.engine = Engine(state, world.engine.rules, broker(), change_of_supplier_party())
