"""A ledger in one SQLite file: WAL, synchronous=FULL, one transaction a commit.

FULL is what keeps a commit over a power cut; WAL lets readers read meanwhile. Records are stored as MessagePack.
A store is used by one writing thread; `read` has a connection of its own and may be called from another.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import msgspec

from ledger.books import Append, Change, Forget, Ledger, Log, Put, Remove

SCHEMA = 2

R = TypeVar("R", bound=msgspec.Struct)

Value = str | int
Wanted = Value | tuple[Value, ...]
"""What a column must be: one value, or one of several."""


class StoreError(Exception):
    """The file is not a store of ours, or of a newer release than this one."""


class SqliteStore:
    """Keeps one ledger in the file `path`, which is made if it is not there.

    One that need not be `durable` is quicker, and outlives its process, but no power cut.
    """

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self._path = path
        self._writer = _connect(path, durable=durable)
        self._reader: sqlite3.Connection | None = None
        self._encoder = msgspec.msgpack.Encoder()
        self._statements: dict[tuple[type[Change], str], str] = {}

    def begin(self, ledger: Ledger) -> None:
        """Makes the tables that are missing."""
        _check_schema(self._writer, self._path)
        with self._writer:
            for statement in _tables(ledger):
                self._writer.execute(statement)
            self._writer.execute(f"PRAGMA user_version = {SCHEMA}")
        self._statements = _statements(ledger)

    def load(self, ledger: Ledger) -> None:
        """Makes the tables that are missing, then fills the books with what is kept."""
        self.begin(ledger)
        for book in ledger.books.values():
            decoder = msgspec.msgpack.Decoder(book.record_type)
            for (record,) in self._writer.execute(f'SELECT record FROM "{book.name}" ORDER BY rowid'):
                book.restore(decoder.decode(record))
        for key_book in ledger.key_books.values():
            for (key,) in self._writer.execute(f'SELECT key FROM "{key_book.name}"'):
                key_book.restore(key)
        for log in ledger.logs.values():
            (last,) = self._writer.execute(f'SELECT max(position) FROM "{log.name}"').fetchone()
            log.last_position = last or 0

    def commit(self, changes: Iterable[Change]) -> None:
        """Keeps what all changes come to, in order, or nothing."""
        together: dict[str, list[tuple[str | int | bytes, ...]]] = defaultdict(list)
        for change in _lasting(changes):
            if isinstance(change, Forget):
                statement = _forgetting(change)
            else:
                statement = self._statements[type(change), _table(change)]
            together[statement].append(self._parameters(change))
        with self._writer:
            for statement, rows in together.items():
                self._writer.executemany(statement, rows)

    def read(
        self,
        log: Log[R],
        *,
        where: Mapping[str, Wanted] | None = None,
        without: Mapping[str, tuple[Value, ...]] | None = None,
        after: int = 0,
        before: int | None = None,
        at_least: Mapping[str, int] | None = None,
        below: Mapping[str, int] | None = None,
        limit: int = 1000,
        newest_first: bool = False,
    ) -> list[tuple[int, R]]:
        """Positions and records of a log between `after` and `before` (both exclusive) with these column values.

        The first column of `where` is looked up in its index, the others only filter what it finds.
        """
        conditions, parameters = _conditions(where, without, after, before, at_least, below)
        order = "DESC" if newest_first else "ASC"
        rows = self._reading().execute(
            f'SELECT position, record FROM "{log.name}" WHERE {conditions} ORDER BY position {order} LIMIT ?',
            (*parameters, limit),
        )
        decoder = msgspec.msgpack.Decoder(log.record_type)
        return [(position, decoder.decode(record)) for position, record in rows]

    def read_at(self, log: Log[R], positions: Iterable[int]) -> dict[int, R]:
        """The records at these positions of a log, as far as it has them."""
        wanted = sorted(set(positions))
        decoder = msgspec.msgpack.Decoder(log.record_type)
        rows = self._reading().execute(
            f'SELECT position, record FROM "{log.name}" WHERE position IN ({", ".join("?" * len(wanted))})',
            wanted,
        )
        return {position: decoder.decode(record) for position, record in rows}

    def tally(
        self,
        log: Log[R],
        by: str,
        *,
        where: Mapping[str, Wanted] | None = None,
        without: Mapping[str, tuple[Value, ...]] | None = None,
        after: int = 0,
        before: int | None = None,
    ) -> Generator[tuple[str, int], None, None]:
        """The values of column `by` among such records, and how many have each: most first, then in their order."""
        conditions, parameters = _conditions(where, without, after, before, None, None)
        yield from self._reading().execute(
            f'SELECT "{by}", count(*) FROM "{log.name}" WHERE {conditions} '
            f'GROUP BY +"{by}" ORDER BY count(*) DESC, "{by}"',  # +: by no index, for the positions are few
            parameters,
        )

    def position_of(self, log: Log[R], column: str, value: int) -> int:
        """The first position whose `column` is at least `value`, by halving; 1 beyond the last if there is none.

        The column is one that never falls along the log.
        """
        reader = self._reading()
        low, last = reader.execute(f'SELECT min(position), max(position) FROM "{log.name}"').fetchone()
        if last is None:
            return 1
        high: int = last + 1
        while low < high:
            middle = (low + high) // 2
            (found,) = reader.execute(  # >=: the head may be forgotten meanwhile, the last never is
                f'SELECT "{column}" FROM "{log.name}" WHERE position >= ? ORDER BY position LIMIT 1',
                (middle,),
            ).fetchone()
            low, high = (low, middle) if found >= value else (middle + 1, high)
        return high

    def last_position(self, log: Log[R]) -> int:
        """Of the last record that is durable; 0: there is none."""
        (last,) = self._reading().execute(f'SELECT max(position) FROM "{log.name}"').fetchone()
        return last or 0

    def copy_to(self, path: Path) -> None:
        """All that is committed, in one file; what stands there is written over."""
        with closing(sqlite3.connect(path)) as copy:
            self._reading().backup(copy)

    def close(self) -> None:
        """Closes the file."""
        for connection in (self._reader, self._writer):
            if connection is not None:
                connection.close()

    def _reading(self) -> sqlite3.Connection:
        if self._reader is None:
            self._reader = _connect(self._path, durable=True)
        return self._reader

    def _parameters(self, change: Change) -> tuple[str | int | bytes, ...]:
        match change:
            case Put(_, key, None):
                return (key,)
            case Put(_, key, record):
                return (key, self._encoder.encode(record))
            case Remove(_, key):
                return (key,)
            case Append(_, position, columns, record):
                return (position, *columns, self._encoder.encode(record))
            case Forget(_, _, below):
                return (below,)


def _connect(path: Path, *, durable: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False)
    try:
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.DatabaseError as error:
        connection.close()
        if error.sqlite_errorcode != sqlite3.SQLITE_NOTADB:
            raise
        raise StoreError(f"{path}: {error}") from None
    connection.execute("PRAGMA busy_timeout = 10000")
    return connection


def _check_schema(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version not in (0, SCHEMA):
        raise StoreError(f"{path} has schema {version}; this release reads schema {SCHEMA}")


def _tables(ledger: Ledger) -> list[str]:
    books = [
        f'CREATE TABLE IF NOT EXISTS "{name}" (key TEXT PRIMARY KEY, record BLOB NOT NULL)'
        for name in ledger.books
    ]
    keys = [
        f'CREATE TABLE IF NOT EXISTS "{name}" (key TEXT PRIMARY KEY) WITHOUT ROWID'
        for name in ledger.key_books
    ]
    logs = []
    for log in ledger.logs.values():
        columns = "".join(
            f'"{name}" {"INTEGER" if kind is int else "TEXT"} NOT NULL, '
            for name, kind in log.columns.items()
        )
        logs.append(
            f'CREATE TABLE IF NOT EXISTS "{log.name}" (position INTEGER PRIMARY KEY, {columns}record BLOB NOT NULL)'
        )
        logs.extend(
            f'CREATE INDEX IF NOT EXISTS "{log.name} by {column}" ON "{log.name}" ("{column}", position)'
            for column, kind in log.columns.items()
            if kind is str
        )
    return [*books, *keys, *logs]


def _statements(ledger: Ledger) -> dict[tuple[type[Change], str], str]:
    statements: dict[tuple[type[Change], str], str] = {}
    for name in ledger.books:
        statements[Put, name] = (
            f'INSERT INTO "{name}" (key, record) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET record = excluded.record'
        )
        statements[Remove, name] = f'DELETE FROM "{name}" WHERE key = ?'
    for name in ledger.key_books:
        statements[Put, name] = f'INSERT INTO "{name}" (key) VALUES (?)'
    for log in ledger.logs.values():
        marks = ", ".join("?" for _ in range(len(log.columns) + 2))
        statements[Append, log.name] = f'INSERT INTO "{log.name}" VALUES ({marks})'
    return statements


def _lasting(changes: Iterable[Change]) -> list[Change]:
    """What is left of changes when each key is written but once: what is removed, what stands, what is forgotten.

    A key keeps the place in the order of its book that it would have after each change alone: that of its first Put,
    or of the first after it was removed. Most of what a busy core writes, it writes over in the same commit.
    """
    removed: dict[tuple[str, str], Change] = {}
    standing: dict[tuple[str, str], Change] = {}
    appended: list[Change] = []
    forgotten: dict[tuple[str, str], Change] = {}
    for change in changes:
        match change:
            case Put(book, key):
                standing[book, key] = change
            case Remove(book, key):
                standing.pop((book, key), None)
                removed[book, key] = change
            case Append():
                appended.append(change)
            case Forget(log, column):
                forgotten[log, column] = change
    return [*removed.values(), *standing.values(), *appended, *forgotten.values()]


def _table(change: Put | Remove | Append) -> str:
    return change.log if isinstance(change, Append) else change.book


def _forgetting(change: Forget) -> str:
    """The search for what stays reads no more than what goes: the log lies in the order of its column."""
    return (
        f'DELETE FROM "{change.log}" WHERE position < coalesce('
        f'(SELECT position FROM "{change.log}" WHERE "{change.column}" >= ? ORDER BY position LIMIT 1), '
        f'(SELECT max(position) FROM "{change.log}"))'
    )


def _conditions(
    where: Mapping[str, Wanted] | None,
    without: Mapping[str, tuple[Value, ...]] | None,
    after: int,
    before: int | None,
    at_least: Mapping[str, int] | None,
    below: Mapping[str, int] | None,
) -> tuple[str, list[Value]]:
    """A `+` before a column keeps its index out of the search: there is one index that is right, the first named."""
    conditions = ["position > ?"]
    parameters: list[Value] = [after]
    for place, (name, wanted) in enumerate((where or {}).items()):
        values = wanted if isinstance(wanted, tuple) else (wanted,)
        conditions.append(f'{"+" if place else ""}"{name}" IN ({", ".join("?" * len(values))})')
        parameters += values
    for name, unwanted in (without or {}).items():
        conditions.append(f'"{name}" NOT IN ({", ".join("?" * len(unwanted))})')
        parameters += unwanted
    for operator, columns in ((">=", at_least), ("<", below)):
        for name, value in (columns or {}).items():
            conditions.append(f'"{name}" {operator} ?')
            parameters.append(value)
    if before is not None:
        conditions.append("position < ?")
        parameters.append(before)
    return " AND ".join(conditions), parameters
