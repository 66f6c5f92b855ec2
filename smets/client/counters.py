"""Counters of RequestIDs: per target max(last + 1, emulated now), so that who else is asked at once changes none."""

import fcntl
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from smart_metering.identifiers import Eui
from smart_metering.instants import Instant


class Counters(Protocol):
    """The counters of one originator."""

    def next(self, target: Eui, now: Instant) -> int:
        """A counter that was not given for this target before."""
        ...

    def next_each(self, targets: Iterable[Eui], now: Instant) -> list[int]:
        """The same for each target, in their order; a target may stand there twice."""
        ...


class CountersInMemory:
    """Forgotten with the process; enough while the emulated clock moves on between two processes.

    `last`: those that were given before, by target.
    """

    def __init__(self, last: Mapping[Eui, int] | None = None) -> None:
        self.last = dict[str, int]((last or {}).items())

    def next(self, target: Eui, now: Instant) -> int:
        return _count(self.last, target, now)

    def next_each(self, targets: Iterable[Eui], now: Instant) -> list[int]:
        return [_count(self.last, target, now) for target in targets]


class CountersToShare:
    """In memory until other processes are to count too; in the file `path` from then on."""

    def __init__(self, path: Path, last: Mapping[Eui, int]) -> None:
        self._path = path
        self._counters: Counters = CountersInMemory(last)

    def next(self, target: Eui, now: Instant) -> int:
        return self.next_each((target,), now)[0]

    def next_each(self, targets: Iterable[Eui], now: Instant) -> list[int]:
        return self._counters.next_each(targets, now)

    def share(self) -> None:
        """From now on every counter stands in the file."""
        if isinstance(self._counters, CountersInMemory):
            self._path.write_text(json.dumps(self._counters.last), "utf-8")
            self._counters = CountersInFile(self._path)


class CountersInFile:
    """Kept in a file that several processes may share, so that two commands at one stepped instant both count.

    The file is read and written by every call: many counters are best asked for at once.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def next(self, target: Eui, now: Instant) -> int:
        return self.next_each((target,), now)[0]

    def next_each(self, targets: Iterable[Eui], now: Instant) -> list[int]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # let go when the file is closed
            file.seek(0)
            last: dict[str, int] = json.loads(file.read() or "{}")
            counters = [_count(last, target, now) for target in targets]
            file.seek(0)
            file.truncate()
            file.write(json.dumps(last))
        return counters


def _count(last: dict[str, int], target: Eui, now: Instant) -> int:
    counter = last[target] = max(last.get(target, 0) + 1, now)
    return counter
