"""Figures that a process keeps of itself: counts by label, and durations in buckets. Plain numbers, cheap to add to.

They are added to in one thread and may be read from any other: what is read is a copy.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

SECONDS_FROM_10_US = (1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 0.1, 0.5, 2.5)


class Count:
    """How often something happened, by the values of its labels: `count.by[srv, code] += 1`."""

    __slots__ = ("by", "labels")

    def __init__(self, *labels: str) -> None:
        self.labels = labels
        self.by: defaultdict[tuple[str, ...], int] = defaultdict(int)

    def read(self) -> dict[tuple[str, ...], float]:
        """A copy."""
        return dict(self.by)


@dataclass(frozen=True, slots=True)
class Buckets:
    """How many durations were at most `bounds[i]` seconds, and not below the bound before; the last: above them all."""

    bounds: Sequence[float]
    counts: Sequence[int]
    total_seconds: float


class Durations:
    """How long something took, in seconds."""

    __slots__ = ("_bounds", "_counts", "_total")

    def __init__(self, bounds: Sequence[float] = SECONDS_FROM_10_US) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._total = 0.0

    def add(self, seconds: float) -> None:
        """One more."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self._total += seconds

    def read(self) -> Buckets:
        """A copy."""
        return Buckets(self._bounds, tuple(self._counts), self._total)
