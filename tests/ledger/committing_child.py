"""A process to be killed: it commits numbered pairs without end and prints the number of each that is durable.

Each hand-in writes a log entry and the book's record of the same number, so that half a transaction would show.
"""

import asyncio
import sys
from pathlib import Path

from ledger.books import Book, Ledger, Log
from ledger.group_commit import GroupCommit
from ledger.sqlite_store import SqliteStore
from smart_metering.records import Record

WAITERS = 8


class Numbered(Record, frozen=True, kw_only=True):
    """What is committed."""

    number: int


def open_ledger(path: Path) -> tuple[Ledger, SqliteStore, Book[Numbered], Log[Numbered]]:
    """The ledger of this file, loaded."""
    ledger = Ledger()
    last = ledger.book("last", Numbered, lambda _: "last")
    numbers = ledger.log("numbers", Numbered, {"number": int})
    store = SqliteStore(path)
    store.load(ledger)
    return ledger, store, last, numbers


async def commit_for_ever(path: Path) -> None:
    """Many waiters, whose commits overlap; a number is printed once it is durable, never before."""
    ledger, store, last, numbers = open_ledger(path)
    commit = GroupCommit(store)

    async def wait_again_and_again() -> None:
        while True:
            record = last.put(Numbered(number=numbers.last_position + 1))
            numbers.append(record, number=record.number)
            await commit.submit(ledger.take_changes())
            sys.stdout.write(f"{record.number}\n")
            sys.stdout.flush()

    await asyncio.gather(*(wait_again_and_again() for _ in range(WAITERS)))


if __name__ == "__main__":
    asyncio.run(commit_for_ever(Path(sys.argv[1])))
