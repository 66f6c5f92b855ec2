"""Looks over a ledger's file without changing it, also while its owner works: whether it can be read, and is whole."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ledger.sqlite_store import SCHEMA

MOST_FAULTS = 5
BUSY_MS = 10_000


@dataclass(frozen=True, slots=True)
class Checked:
    """`faults` is empty where the file is whole and of this release."""

    octets: int
    faults: tuple[str, ...]


def check_ledger(path: Path) -> Checked:
    """Reads the whole file: of a large one it takes a while. A file that is not there is a fault."""
    try:
        written_ahead = path.with_name(f"{path.name}-wal")
        octets = path.stat().st_size + (written_ahead.stat().st_size if written_ahead.exists() else 0)
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            return Checked(octets, tuple(_faults(connection)))
    except (OSError, sqlite3.Error) as error:
        return Checked(0, (str(error),))


def _faults(connection: sqlite3.Connection) -> list[str]:
    (schema,) = connection.execute("PRAGMA user_version").fetchone()
    if schema != SCHEMA:
        return [f"schema {schema}; this release reads schema {SCHEMA}"]
    rows = connection.execute(f"PRAGMA quick_check({MOST_FAULTS})").fetchall()
    return [] if rows == [("ok",)] else [text for (text,) in rows]
