"""Group commit: one transaction for all that wait, each told when its own is durable, and one failure is everyone's."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path

import pytest

from ledger.books import Change, Ledger, Put
from ledger.group_commit import GroupCommit
from ledger.sqlite_store import SqliteStore


class WatchedStore(SqliteStore):
    """Notes each transaction; waits for `gate` before it commits, and fails from transaction `fail_from` on."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.transactions: list[list[str]] = []
        self.threads: set[int] = set()
        self.gate = threading.Event()
        self.gate.set()
        self.fail_from = 1_000

    def commit(self, changes: Iterable[Change]) -> None:
        changes = list(changes)
        self.gate.wait(timeout=30)
        self.threads.add(threading.get_ident())
        if len(self.transactions) + 1 >= self.fail_from:
            raise sqlite3.OperationalError("disk I/O error")
        super().commit(changes)
        self.transactions.append([change.key for change in changes if isinstance(change, Put)])


@pytest.fixture
def store(tmp_path: Path) -> WatchedStore:
    ledger = Ledger()
    ledger.key_book("keys")
    store = WatchedStore(tmp_path / "ledger.db")
    store.load(ledger)
    return store


def key(name: str) -> list[Change]:
    return [Put("keys", name, None)]


def kept(tmp_path: Path) -> set[str]:
    with sqlite3.connect(tmp_path / "ledger.db") as connection:
        return {name for (name,) in connection.execute("SELECT key FROM keys")}


async def test_what_was_submitted_is_durable_when_it_returns(store: WatchedStore, tmp_path: Path) -> None:
    commit = GroupCommit(store)

    await commit.submit(key("a"))

    assert kept(tmp_path) == {"a"}
    await commit.close()


async def test_all_that_wait_share_one_transaction(store: WatchedStore, tmp_path: Path) -> None:
    commit = GroupCommit(store)
    store.gate.clear()
    first = asyncio.create_task(commit.submit(key("first")))
    await asyncio.sleep(0.05)  # the first is in the writer's hands now, behind the gate
    others = [asyncio.create_task(commit.submit(key(f"k{number}"))) for number in range(100)]
    await asyncio.sleep(0)
    undone = [task.done() for task in (first, *others)]

    store.gate.set()
    await asyncio.gather(first, *others)

    assert not any(undone)
    assert store.transactions == [["first"], [f"k{number}" for number in range(100)]]
    assert len(kept(tmp_path)) == 101
    assert len(store.threads) == 1
    await commit.close()


async def test_changes_are_committed_in_the_order_they_were_handed_in(store: WatchedStore) -> None:
    commit = GroupCommit(store)

    done = [commit.hand_in(key(name)) for name in "abcde"]
    await done[-1]

    assert [name for transaction in store.transactions for name in transaction] == list("abcde")
    assert all(future.done() for future in done)
    await commit.close()


async def test_nothing_to_keep_is_durable_without_a_transaction(store: WatchedStore) -> None:
    commit = GroupCommit(store)

    await commit.submit([])

    assert store.transactions == []
    await commit.close()


async def test_a_waiter_without_changes_waits_for_those_before_it(store: WatchedStore) -> None:
    commit = GroupCommit(store)
    store.gate.clear()
    first = commit.hand_in(key("first"))
    empty = commit.hand_in([])
    await asyncio.sleep(0.05)
    undone = empty.done()

    store.gate.set()
    await empty

    assert not undone
    assert first.done()
    await commit.close()


async def test_a_waiter_that_goes_away_takes_nobody_with_it(store: WatchedStore, tmp_path: Path) -> None:
    commit = GroupCommit(store)
    store.gate.clear()
    impatient = asyncio.create_task(commit.submit(key("a")))
    patient = asyncio.create_task(commit.submit(key("b")))
    await asyncio.sleep(0.05)

    impatient.cancel()
    store.gate.set()
    await patient

    assert impatient.cancelled()
    assert kept(tmp_path) == {"a", "b"}
    await commit.close()


async def test_one_failure_is_told_to_all_that_wait_and_to_all_that_come_later(
    store: WatchedStore, tmp_path: Path
) -> None:
    commit = GroupCommit(store)
    await commit.submit(key("before"))
    store.fail_from = 2
    store.gate.clear()
    failing = asyncio.create_task(commit.submit(key("failing")))
    await asyncio.sleep(0.05)
    waiting = [asyncio.create_task(commit.submit(key(f"waiting{number}"))) for number in range(3)]
    await asyncio.sleep(0)

    store.gate.set()
    told = await asyncio.gather(failing, *waiting, return_exceptions=True)
    store.fail_from = 1_000  # the disk is well again, but what is in memory is ahead of it for good
    later = await asyncio.gather(commit.submit(key("later")), return_exceptions=True)

    assert [str(failure) for failure in (*told, *later)] == ["disk I/O error"] * 5
    assert kept(tmp_path) == {"before"}
    with pytest.raises(sqlite3.OperationalError):
        await commit.close()


async def test_close_after_a_failure_tells_it_and_stops_the_thread(store: WatchedStore) -> None:
    commit = GroupCommit(store)
    store.fail_from = 1
    with pytest.raises(sqlite3.OperationalError):
        await commit.submit(key("a"))

    with pytest.raises(sqlite3.OperationalError):
        await commit.close()

    assert not [thread for thread in threading.enumerate() if thread.ident in store.threads]


async def test_close_waits_for_what_was_handed_in(store: WatchedStore, tmp_path: Path) -> None:
    commit = GroupCommit(store)
    done = commit.hand_in(key("a"))

    await commit.close()

    assert done.done()
    assert kept(tmp_path) == {"a"}
    assert not [thread for thread in threading.enumerate() if thread.ident in store.threads]
