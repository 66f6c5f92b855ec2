"""Counters of RequestIDs: per target max(last + 1, emulated now), so that who else is asked at once changes none."""

import fcntl
import json
from pathlib import Path
from typing import Protocol

from smart_metering.identifiers import Eui
from smart_metering.instants import Instant


class Counters(Protocol):
    """The counters of one originator."""

    def next(self, target: Eui, now: Instant) -> int:
        """A counter that was not given for this target before."""
        ...


class CountersInMemory:
    """Forgotten with the process; enough while the emulated clock moves on between two processes."""

    def __init__(self) -> None:
        self._last: dict[Eui, int] = {}

    def next(self, target: Eui, now: Instant) -> int:
        counter = max(self._last.get(target, 0) + 1, now)
        self._last[target] = counter
        return counter


class CountersInFile:
    """Kept in a file that several processes may share, so that two commands at one stepped instant both count."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def next(self, target: Eui, now: Instant) -> int:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # let go when the file is closed
            file.seek(0)
            last: dict[str, int] = json.loads(file.read() or "{}")
            counter = max(last.get(target, 0) + 1, now)
            last[target] = counter
            file.seek(0)
            file.truncate()
            json.dump(last, file)
        return counter
