"""What a replay and its run know at the end, compared book by book."""

from collections.abc import Iterator

from ledger.books import Ledger
from smets.replay.divergence import difference
from smets.replay.replaying import Replay

OF_THE_LINE = frozenset({"outbox", "clock"})
"""Books about what is on the line just now, and when the process last looked at its clock: no part of what happened."""


def differences(replay: Replay) -> Iterator[str]:
    """What stands otherwise in the replay's books: `devices 00-DB-...: slots.running: ... in the run, ...`."""
    yield from _of_ledgers("DSP", replay.run.dsp.ledger, replay.engine.ledger)
    yield from _of_ledgers("emulator", replay.run.emulator.ledger, replay.emulator.ledger)


def _of_ledgers(side: str, run: Ledger, replay: Ledger) -> Iterator[str]:
    for name, book in run.books.items():
        if name in OF_THE_LINE:
            continue
        other = replay.books[name]
        for key in sorted({*book, *other}):
            of_run, of_replay = book.get(key), other.get(key)
            if of_run is None or of_replay is None:
                missing = "run" if of_run is None else "replay"
                yield f"{side}, {name} {key}: not there in the {missing}"
            elif of_run != of_replay:
                yield f"{side}, {name} {key}: {difference(of_run, of_replay)}"
    for name, keys in run.key_books.items():
        for key in sorted({*keys} ^ {*replay.key_books[name]}):
            yield f"{side}, {name} {key}: not there in the {'replay' if key in keys else 'run'}"
