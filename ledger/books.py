"""Books: keyed records, key sets and append-only logs, which note their own changes for the store to keep.

A core reads and writes its books as plain memory; whoever runs the core takes the changes after each call and
commits them before anything that follows from them leaves the process.
"""

from collections.abc import Callable, ItemsView, Iterator, Mapping, ValuesView
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

R = TypeVar("R", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Put:
    """`record` now stands under `key` (None: the key alone, of a key book)."""

    book: str
    key: str
    record: msgspec.Struct | None


@dataclass(frozen=True, slots=True)
class Remove:
    """Nothing stands under `key` any more."""

    book: str
    key: str


@dataclass(frozen=True, slots=True)
class Append:
    """`record` stands at `position` of a log; `columns` are what the log can be searched by."""

    log: str
    position: int
    columns: tuple[str | int, ...]
    record: msgspec.Struct


@dataclass(frozen=True, slots=True)
class Forget:
    """The head of a log is gone, up to the first record whose `column` is at least `below`; the last record stays."""

    log: str
    column: str
    below: int


Change = Put | Remove | Append | Forget


class Book(Generic[R]):
    """Records by key, whole in memory."""

    def __init__(
        self, name: str, record_type: type[R], key: Callable[[R], str], changes: list[Change]
    ) -> None:
        self.name = name
        self.record_type = record_type
        self._key = key
        self._records: dict[str, R] = {}
        self._changes = changes

    def __getitem__(self, key: str) -> R:
        return self._records[key]

    def __contains__(self, key: object) -> bool:
        return key in self._records

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[str]:
        return iter(self._records)

    def get(self, key: str) -> R | None:
        """The record under `key`, or None."""
        return self._records.get(key)

    def values(self) -> ValuesView[R]:
        """The records, oldest key first."""
        return self._records.values()

    def items(self) -> ItemsView[str, R]:
        """Keys and records, oldest key first."""
        return self._records.items()

    def put(self, record: R) -> R:
        """Writes the record under its own key, over what stood there."""
        key = self._key(record)
        self._records[key] = record
        self._changes.append(Put(self.name, key, record))
        return record

    def remove(self, key: str) -> None:
        """Removes what stands under `key`; KeyError if nothing does."""
        del self._records[key]
        self._changes.append(Remove(self.name, key))

    def restore(self, record: R) -> None:
        """Takes a record from the store: not a change."""
        self._records[self._key(record)] = record


class KeyBook:
    """A set of keys, whole in memory."""

    def __init__(self, name: str, changes: list[Change]) -> None:
        self.name = name
        self._keys: set[str] = set()
        self._changes = changes

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def add(self, key: str) -> None:
        """Adds a key that was not there."""
        assert key not in self._keys, (self.name, key)
        self._keys.add(key)
        self._changes.append(Put(self.name, key, None))

    def restore(self, key: str) -> None:
        """Takes a key from the store: not a change."""
        self._keys.add(key)


class Log(Generic[R]):
    """Records in the order they came, numbered from 1. Only the last position is in memory; the store has the rest."""

    def __init__(
        self,
        name: str,
        record_type: type[R],
        columns: Mapping[str, type[str] | type[int]],
        changes: list[Change],
    ) -> None:
        self.name = name
        self.record_type = record_type
        self.columns = dict(columns)
        self.last_position = 0
        self._changes = changes

    def append(self, record: R, **columns: str | int) -> int:
        """Writes the record at the next position, which is the answer."""
        return self.fill(self.reserve(), record, **columns)

    def reserve(self) -> int:
        """The next position, for a record that is to stand before those that follow but is known only after them."""
        self.last_position += 1
        return self.last_position

    def fill(self, position: int, record: R, **columns: str | int) -> int:
        """Writes the record at a position that was reserved and is not filled yet, before changes are taken again."""
        values = tuple(columns[name] for name in self.columns)
        self._changes.append(Append(self.name, position, values, record))
        return position

    def forget(self, column: str, below: int) -> None:
        """Lets go of the oldest records, by a column that never falls along the log. Positions are not given again."""
        assert self.columns[column] is int, (self.name, column)
        self._changes.append(Forget(self.name, column, below))


class Ledger:
    """All books of one core, and the changes made to them since they were last taken."""

    def __init__(self) -> None:
        self.books: dict[str, Book[msgspec.Struct]] = {}
        self.key_books: dict[str, KeyBook] = {}
        self.logs: dict[str, Log[msgspec.Struct]] = {}
        self._changes: list[Change] = []

    def book(self, name: str, record_type: type[R], key: Callable[[R], str]) -> Book[R]:
        """A new book; `key` gives the key of a record."""
        book = Book(name, record_type, key, self._changes)
        self.books[name] = book  # type: ignore[assignment]  # the store treats all records alike
        return book

    def key_book(self, name: str) -> KeyBook:
        """A new set of keys."""
        self.key_books[name] = KeyBook(name, self._changes)
        return self.key_books[name]

    def log(self, name: str, record_type: type[R], columns: Mapping[str, type[str] | type[int]]) -> Log[R]:
        """A new log, which can be searched by `columns`."""
        log = Log(name, record_type, columns, self._changes)
        self.logs[name] = log  # type: ignore[assignment]  # the store treats all records alike
        return log

    def take_over(self, other: "Ledger") -> None:
        """All that another ledger of the same kind holds, as if it came from the store: not a change."""
        for name, book in other.books.items():
            for record in book.values():
                self.books[name].restore(record)
        for name, key_book in other.key_books.items():
            for key in key_book:
                self.key_books[name].restore(key)
        for name, log in other.logs.items():
            self.logs[name].last_position = log.last_position

    def take_changes(self) -> list[Change]:
        """The changes since the last call, in order; the ledger forgets them."""
        taken = self._changes.copy()
        self._changes.clear()
        return taken
