"""Reduces a scenario that does not hold to the shortest that does not hold for the same reason.

Steps that are drawn or repeated are said out; then steps, faults, fleets and expectations are left out, and counts made
smaller, as long as what failed still fails. Every candidate is played from nothing, so the result is one too.
"""

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from smets.fleet.lines import Path as Place
from smets.fleet.lines import Plain
from smets.fleet.reading import FleetFileError
from smets.scenarios.planning import Scenario, scenario_of
from smets.scenarios.results import ScenarioResult
from smets.scenarios.running import Running
from smets.scenarios.texts import plain_of, text_of

_PASSING = re.compile(
    r"\([0-9]+ Devices?\)|[0-9]+(?= requests?\b)|[0-9A-F]{2}(-[0-9A-F]{2}){7}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z"
)
"""What is of one run alone: counts, Device IDs, instants."""

T = TypeVar("T")
PlainFile = dict[str, Plain]
Report = Callable[[int, int], None]


class NothingToShrink(ValueError):
    """A scenario that holds."""


@dataclass(frozen=True, slots=True)
class Shrunk:
    """`text` is the file; `runs` how many candidates were played; `steps` and `devices` before and after."""

    text: str
    failing: tuple[str, ...]
    runs: int
    steps: tuple[int, int]
    devices: tuple[int, int]


def reasons(result: ScenarioResult) -> frozenset[str]:
    """Why it does not hold: each thing that was expected with each kind of what was there instead."""
    texts = {
        f"{_PASSING.sub('', failure.expected).strip()}; found: {_PASSING.sub('', reason).strip()}"
        for _, failure in result.failures
        for reason in failure.reasons or ("nothing",)
    }
    return frozenset({*texts, _PASSING.sub("", result.error)} - {""})


async def shrink(scenario: Scenario, *, most_runs: int, report: Report = lambda _, __: None) -> Shrunk:
    """`report` is told of runs and of the steps that are left. Raises NothingToShrink."""
    result = await Running().in_process(scenario)
    wanted = reasons(result)
    if not wanted:
        raise NothingToShrink(
            f"{scenario.source}: holds with seed {scenario.seed!r}: there is nothing to shrink"
        )
    tried = _Tried(wanted, scenario.source, most_runs, report)
    smallest = await _Shrinker(tried, said_out(scenario)).shrink()
    last = scenario_of(text_of(smallest), scenario.source)
    return Shrunk(
        text=text_of(smallest),
        failing=tuple(sorted(wanted)),
        runs=tried.runs,
        steps=(len(scenario.acts), len(last.acts)),
        devices=(_devices(scenario), _devices(last)),
    )


def said_out(scenario: Scenario) -> PlainFile:
    """The file with every step that is drawn or repeated in its place, one after the other."""
    plain = plain_of(scenario.text)
    return {**plain, "steps": [_at(plain, act.place) for act in scenario.acts]}


def _at(plain: Plain, place: Place) -> Plain:
    for part in place:
        assert isinstance(plain, dict | list)
        plain = plain[part]  # type: ignore[index]
    return plain


def _devices(scenario: Scenario) -> int:
    return sum(fleet.device_count for fleet in scenario.plan.premises)


@dataclass(slots=True)
class _Tried:
    """Plays candidates, each once, as long as there are runs left."""

    wanted: frozenset[str]
    source: str
    most_runs: int
    report: Report
    runs: int = 0
    known: dict[str, bool] = field(default_factory=dict)

    async def fails(self, candidate: PlainFile) -> bool:
        """Whether it fails for one of the reasons; one that makes no sense does not."""
        text = text_of(candidate)
        if text not in self.known:
            if self.runs >= self.most_runs:
                return False
            self.known[text] = await self._play(text)
        return self.known[text]

    async def _play(self, text: str) -> bool:
        try:
            scenario = scenario_of(text, self.source)
        except FleetFileError:
            return False
        self.runs += 1
        self.report(self.runs, len(scenario.acts))
        return not self.wanted.isdisjoint(reasons(await Running().in_process(scenario)))


@dataclass(slots=True)
class _Shrinker:
    tried: _Tried
    plain: PlainFile

    async def shrink(self) -> PlainFile:
        """Until nothing more can be left out."""
        before: PlainFile | None = None
        while before != self.plain:
            before = self.plain
            for key in ("expect", "steps", "faults", "fleets", "cpl"):
                await self._shorten(key)
            for key in ("firmware", "templates", "parties", "switches"):
                await self._drop_keys(key)
            await self._lower_counts()
        return self.plain

    async def _shorten(self, key: str) -> None:
        rows = self.plain.get(key)
        if isinstance(rows, list) and rows:
            left = await minimal(rows, lambda some: self.tried.fails(self._with(key, some)))
            self.plain = self._with(key, left)

    async def _drop_keys(self, key: str) -> None:
        rows = self.plain.get(key)
        if not isinstance(rows, dict):
            return
        for name in list(rows):
            rows = {other: value for other, value in rows.items() if other != name}
            if await self.tried.fails(self._with(key, rows)):
                self.plain = self._with(key, rows)
            else:
                rows = self.plain[key]
                assert isinstance(rows, dict)

    async def _lower_counts(self) -> None:
        fleets = self.plain.get("fleets")
        for index, fleet in enumerate(fleets if isinstance(fleets, list) else ()):
            assert isinstance(fleet, dict)
            for count in _smaller(str(fleet.get("count", "1"))):
                rows = self.plain["fleets"]
                assert isinstance(rows, list)
                smaller: list[Plain] = [*rows[:index], {**fleet, "count": str(count)}, *rows[index + 1 :]]
                if await self.tried.fails(self._with("fleets", smaller)):
                    self.plain = self._with("fleets", smaller)
                    break

    def _with(self, key: str, value: Plain) -> PlainFile:
        """Without the key where nothing is left under it."""
        plain = {**self.plain, key: value}
        return plain if value else {name: rest for name, rest in plain.items() if name != key}


def _smaller(count: str) -> Iterator[int]:
    """1, then what is a little, then half of it."""
    number = int(count.replace("_", ""))
    tried = 1
    while tried < number:
        yield tried
        tried *= 2


async def minimal(rows: Sequence[T], fails: Callable[[list[T]], Awaitable[bool]]) -> list[T]:
    """Fewest rows that still fail, in their order, none of which can be left out alone (delta debugging)."""
    left, parts = list(rows), 2
    if await fails([]):
        return []
    while len(left) >= 2:
        size = -(-len(left) // parts)
        for start in range(0, len(left), size):
            rest = [*left[:start], *left[start + size :]]
            if rest and await fails(rest):
                left, parts = rest, max(parts - 1, 2)
                break
        else:
            if size == 1:
                break
            parts = min(len(left), parts * 2)
    return left
