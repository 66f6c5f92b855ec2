"""Looking over a ledger's file, also while its owner works."""

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from ledger.books import Ledger
from ledger.checking import check_ledger
from ledger.sqlite_store import SCHEMA, SqliteStore


class Line(msgspec.Struct, frozen=True):
    key: str
    text: str


def diary(path: Path, lines: int) -> SqliteStore:
    """An open store with so many records."""
    ledger = Ledger()
    book = ledger.book("lines", Line, lambda line: line.key)
    store = SqliteStore(path)
    store.load(ledger)
    for number in range(lines):
        book.put(Line(str(number), "word " * 50))
    store.commit(ledger.take_changes())
    return store


def test_a_ledger_in_order_has_no_faults_while_it_is_open_and_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "diary.sqlite3"
    store = diary(path, 1_000)

    while_open = check_ledger(path)
    store.close()
    afterwards = check_ledger(path)

    assert while_open.faults == afterwards.faults == ()
    assert while_open.octets > 250_000
    assert afterwards.octets > 250_000


def test_looking_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "diary.sqlite3"
    diary(path, 10).close()
    before = path.read_bytes()

    check_ledger(path)

    assert path.read_bytes() == before


def test_damage_is_found(tmp_path: Path) -> None:
    path = tmp_path / "diary.sqlite3"
    diary(path, 1_000).close()
    octets = bytearray(path.read_bytes())
    octets[8_192:16_384] = bytes(8_192)
    path.write_bytes(octets)

    assert check_ledger(path).faults


def test_what_is_no_ledger_and_what_is_not_there_are_faults(tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite3"
    other.write_text("not a database, but long enough to look at " * 20)

    assert "not a database" in check_ledger(other).faults[0]
    assert "No such file" in check_ledger(tmp_path / "none.sqlite3").faults[0]


def test_another_schema_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "diary.sqlite3"
    diary(path, 1).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")

    assert check_ledger(path).faults == (f"schema {SCHEMA + 1}; this release reads schema {SCHEMA}",)
