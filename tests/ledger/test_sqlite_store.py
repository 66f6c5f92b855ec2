"""The store: what is committed comes back, in order and whole, and a file of another kind is refused."""

import sqlite3
from pathlib import Path

import pytest

from ledger.books import Book, Ledger, Log, Put
from ledger.sqlite_store import SCHEMA, SqliteStore, StoreError
from smart_metering.records import Record


class Small(Record, frozen=True, kw_only=True):
    """One of a union."""

    name: str


class Large(Record, frozen=True, kw_only=True):
    """The other, with what a record may hold."""

    name: str
    octets: bytes = b""
    parts: tuple[Small, ...] = ()
    number: int = 0


class Entry(Record, frozen=True, kw_only=True):
    """Holds a union."""

    name: str
    content: Small | Large


class Shelf:
    """A ledger with a book, a set of keys and a log, in the file `path`."""

    def __init__(self, path: Path) -> None:
        self.ledger = Ledger()
        self.entries: Book[Entry] = self.ledger.book("entries", Entry, lambda entry: entry.name)
        self.keys = self.ledger.key_book("keys")
        self.log: Log[Small] = self.ledger.log("log", Small, {"owner": str, "at": int})
        self.store = SqliteStore(path)
        self.store.load(self.ledger)

    def commit(self) -> None:
        self.store.commit(self.ledger.take_changes())

    def write(self, name: str, owner: str, at: int) -> None:
        self.log.append(Small(name=name), owner=owner, at=at)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def reopened(shelf: Shelf, path: Path) -> Shelf:
    shelf.store.close()
    return Shelf(path)


def entry(name: str, number: int = 0) -> Entry:
    return Entry(
        name=name, content=Large(name=name, octets=b"\x00\xff", parts=(Small(name="p"),), number=number)
    )


def test_books_come_back_as_they_were(path: Path) -> None:
    shelf = Shelf(path)
    for name in ("b", "a", "c"):
        shelf.entries.put(entry(name))
    shelf.entries.put(Entry(name="a", content=Small(name="over")))
    shelf.entries.remove("b")
    shelf.entries.put(entry("b", number=2**53))
    shelf.keys.add("k1")
    shelf.keys.add("k2")
    shelf.commit()

    again = reopened(shelf, path)

    assert list(again.entries.items()) == list(shelf.entries.items())
    assert list(again.entries) == ["a", "c", "b"], "oldest key first, also after a restart"
    assert ("k1" in again.keys, "k2" in again.keys, len(again.keys)) == (True, True, 2)
    assert again.ledger.take_changes() == [], "a load is no change"


def test_changes_are_kept_in_the_order_they_were_made(path: Path) -> None:
    shelf = Shelf(path)
    shelf.entries.put(entry("a", number=1))
    shelf.entries.remove("a")
    shelf.entries.put(entry("a", number=2))
    shelf.entries.put(entry("gone"))
    shelf.entries.remove("gone")
    shelf.commit()

    again = reopened(shelf, path)

    assert dict(again.entries.items()) == {"a": entry("a", number=2)}


def test_a_log_goes_on_where_it_ended(path: Path) -> None:
    shelf = Shelf(path)
    shelf.write("one", "x", 1)
    shelf.commit()
    again = reopened(shelf, path)

    again.write("two", "x", 2)
    again.commit()

    assert again.store.read(again.log) == [(1, Small(name="one")), (2, Small(name="two"))]


def test_what_was_not_committed_is_not_there(path: Path) -> None:
    shelf = Shelf(path)
    shelf.entries.put(entry("a"))
    shelf.write("one", "x", 1)

    again = reopened(shelf, path)

    assert len(again.entries) == 0
    assert again.log.last_position == 0


def test_a_commit_keeps_all_changes_or_none(path: Path) -> None:
    shelf = Shelf(path)
    shelf.keys.add("k")
    shelf.commit()
    twice = Put("keys", "k", None)

    with pytest.raises(sqlite3.IntegrityError):
        shelf.store.commit([Put("entries", "a", entry("a")), twice])

    assert len(reopened(shelf, path).entries) == 0


# --- reading a log


@pytest.fixture
def written(path: Path) -> Shelf:
    """Six lines: positions 1 to 6, owners x and y in turn, at 10, 20, ... 60."""
    shelf = Shelf(path)
    for number in range(1, 7):
        shelf.write(f"n{number}", "xy"[number % 2], number * 10)
    shelf.commit()
    return shelf


def test_a_log_is_read_oldest_first_with_positions(written: Shelf) -> None:
    read = written.store.read(written.log)

    assert read == [(number, Small(name=f"n{number}")) for number in range(1, 7)]


@pytest.mark.parametrize(
    ("asked", "positions"),
    [
        ({"where": {"owner": "x"}}, [2, 4, 6]),
        ({"where": {"owner": "x", "at": 40}}, [4]),
        ({"where": {"owner": "nobody"}}, []),
        ({"after": 4}, [5, 6]),
        ({"before": 3}, [1, 2]),
        ({"after": 2, "before": 5}, [3, 4]),
        ({"limit": 2}, [1, 2]),
        ({"newest_first": True}, [6, 5, 4, 3, 2, 1]),
        ({"newest_first": True, "limit": 2}, [6, 5]),
        ({"newest_first": True, "before": 5, "limit": 2}, [4, 3]),
        ({"at_least": {"at": 30}}, [3, 4, 5, 6]),
        ({"below": {"at": 30}}, [1, 2]),
        ({"at_least": {"at": 20}, "below": {"at": 50}, "where": {"owner": "y"}}, [3]),
        ({"at_least": {"at": 20}, "after": 3, "newest_first": True, "limit": 2}, [6, 5]),
    ],
)
def test_a_log_is_searched(written: Shelf, asked: dict[str, object], positions: list[int]) -> None:
    read = written.store.read(written.log, **asked)  # type: ignore[arg-type]  # the rows of this table are mixed

    assert [position for position, _ in read] == positions


def test_records_are_read_at_their_positions_as_far_as_there_are_any(written: Shelf) -> None:
    assert written.store.read_at(written.log, [5, 2, 2, 9]) == {2: Small(name="n2"), 5: Small(name="n5")}
    assert written.store.read_at(written.log, []) == {}


def test_a_reader_sees_each_commit_and_nothing_before_it(written: Shelf) -> None:
    written.write("n7", "x", 70)
    before = written.store.read(written.log, after=6)

    written.commit()

    assert before == []
    assert written.store.read(written.log, after=6) == [(7, Small(name="n7"))]


# --- the file


def test_a_commit_survives_a_power_cut(path: Path) -> None:
    """WAL in the file, and FULL on the connection that writes: each commit is synced before it returns."""
    shelf = Shelf(path)

    (journal,) = sqlite3.connect(path).execute("PRAGMA journal_mode").fetchone()
    (synchronous,) = shelf.store._writer.execute("PRAGMA synchronous").fetchone()

    assert (journal, synchronous) == ("wal", 2)


def test_a_store_of_a_newer_release_is_refused(path: Path) -> None:
    shelf = Shelf(path)
    shelf.entries.put(entry("a"))
    shelf.commit()
    shelf.store.close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")

    with pytest.raises(StoreError, match=f"schema {SCHEMA + 1}; this release reads schema {SCHEMA}"):
        Shelf(path)


def test_a_file_that_is_no_store_is_refused(path: Path) -> None:
    path.write_text("a letter, not a ledger; " * 100)

    with pytest.raises(StoreError, match=r"ledger\.db"):
        Shelf(path)


def test_a_book_of_a_later_ledger_finds_its_place_in_an_older_file(path: Path) -> None:
    older = SqliteStore(path)
    older.load(Ledger())
    older.close()

    shelf = Shelf(path)
    shelf.entries.put(entry("a"))
    shelf.commit()

    assert "a" in reopened(shelf, path).entries
