"""Device ids in order, by the million: one comes or goes in microseconds, and a page begins anywhere as quickly.

Kept in chunks, of which no change touches more than one. A long run of ids that come in order, as an inventory is
loaded, fills chunk after chunk.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator

from smart_metering.identifiers import Eui

CHUNK = 1_024


class OrderedIds:
    """No id stands here twice."""

    __slots__ = ("_chunks", "_count", "_last")

    def __init__(self, ids: Iterable[Eui] = ()) -> None:
        """`ids` are in order."""
        every = list(ids)
        self._chunks = [every[at : at + CHUNK] for at in range(0, len(every), CHUNK)]
        self._last = [chunk[-1] for chunk in self._chunks]
        self._count = len(every)

    def __len__(self) -> int:
        return self._count

    def add(self, device: Eui) -> None:
        """One that does not stand here."""
        self._count += 1
        at = bisect_left(self._last, device)
        if at == len(self._chunks):
            self._append(device)
            return
        chunk = self._chunks[at]
        insort(chunk, device)
        if len(chunk) > 2 * CHUNK:
            self._chunks[at : at + 1] = [chunk[:CHUNK], chunk[CHUNK:]]
            self._last[at : at + 1] = [chunk[CHUNK - 1], chunk[-1]]

    def remove(self, device: Eui) -> None:
        """One that stands here."""
        at = bisect_left(self._last, device)
        chunk = self._chunks[at]
        place = bisect_left(chunk, device)
        assert chunk[place] == device, device
        del chunk[place]
        self._count -= 1
        if chunk:
            self._last[at] = chunk[-1]
        else:
            del self._chunks[at], self._last[at]

    def before(self, text: str) -> int:
        """How many come before this text, which need be no whole id."""
        at = bisect_left(self._last, text)
        if at == len(self._chunks):
            return self._count
        return sum(map(len, self._chunks[:at])) + bisect_left(self._chunks[at], text)

    def upwards(self, first: str) -> Iterator[Eui]:
        """Those that do not come before this text, in order."""
        at = bisect_left(self._last, first)
        for number in range(at, len(self._chunks)):
            chunk = self._chunks[number]
            yield from chunk[bisect_left(chunk, first) :] if number == at else chunk

    def downwards(self, below: str) -> Iterator[Eui]:
        """Those that come before this text, the last first."""
        at = min(bisect_left(self._last, below), len(self._chunks) - 1)
        for number in range(at, -1, -1):
            chunk = self._chunks[number]
            yield from reversed(chunk[: bisect_left(chunk, below)] if number == at else chunk)

    def _append(self, device: Eui) -> None:
        if self._chunks and len(self._chunks[-1]) < CHUNK:
            self._chunks[-1].append(device)
            self._last[-1] = device
        else:
            self._chunks.append([device])
            self._last.append(device)
