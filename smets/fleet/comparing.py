"""Compares premises of a fleet file with each other: no two may have a Device ID or a point of supply in common."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from device_emulator.core.fleet import EUIS_PER_PREMISES
from smart_metering.identifiers import eui_number
from smets.fleet.drawing import Drawing
from smets.fleet.lines import Fault
from smets.fleet.lines import Path as Place
from smets.fleet.plan import PremisesPlan
from smets.fleet.points_of_supply import INDEXES, premises_index

MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Drawn:
    """A plan, and where it is said: a place of the fleet file, or a line of a list, the `file`."""

    plan: PremisesPlan
    place: Place
    file: str = ""
    line: int = 0

    @property
    def start(self) -> int:
        return eui_number(self.plan.eui_from)

    @property
    def end(self) -> int:
        """Of the first EUI beyond them."""
        return self.start + self.plan.count * EUIS_PER_PREMISES


def compare(drawing: Drawing, drawn: Sequence[Drawn]) -> None:
    """Notes the first so many that meet; `drawn` are all premises, in the order of the file."""
    meeting = set(_overlapping((row.start, row.end, at) for at, row in enumerate(drawn)))
    supplied = set(
        _overlapping((start, end, at) for at, row in enumerate(drawn) for start, end in _supplies(row))
    )
    for what, pairs in (("Device IDs", meeting), ("MPxNs", supplied - meeting)):
        for first, second in islice(sorted(pairs), MOST_FAULTS):
            _fault_of_both(drawing, drawn[first], drawn[second], what)


def _overlapping(spans: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int]]:
    """Of all that overlap (start, end, number), each with the one that reaches furthest of those before it."""
    reaches, furthest = -1, -1
    for start, end, at in sorted(spans):
        if start < reaches and at != furthest:
            yield min(at, furthest), max(at, furthest)
        if end > reaches:
            reaches, furthest = end, at


def _supplies(row: Drawn) -> Iterator[tuple[int, int]]:
    """Indexes go round: premises may have two stretches of them."""
    first = premises_index(row.plan.eui_from)
    beyond = first + row.plan.count
    yield first, min(beyond, INDEXES)
    if beyond > INDEXES:
        yield 0, beyond - INDEXES


def _fault_of_both(drawing: Drawing, first: Drawn, second: Drawn, what: str) -> None:
    text = f"its {what} are also those of {first.plan.name!r}"
    if second.file:
        drawing.note(Fault(second.line, "", text, second.file))
    else:
        drawing.fault(second.place, text)
