"""How a scenario goes on, while it does: a line that lives on a terminal, else one line of JSON a second."""

import json
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from smart_metering.instants import Instant, format_instant
from smets.scenarios.planning import Act, Scenario
from smets.scenarios.playing import Watcher
from smets.scenarios.results import StepResult
from smets.scenarios.wording import told

SECONDS_BETWEEN_LINES = 1.0


class TerminalProgress(Watcher, AbstractContextManager["TerminalProgress"]):
    """A bar of steps on stderr, and what is being done."""

    def __init__(self, console: Console) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(
            *columns, TextColumn("{task.fields[doing]}"), console=console, transient=True
        )
        self._task = self._progress.add_task("", total=1, doing="")

    def begin(self, scenario: Scenario) -> None:
        """The next scenario."""
        total = len(scenario.acts) + len(scenario.expectations)
        self._progress.reset(self._task, total=total, description=scenario.name, doing="")

    async def step_begins(self, act: Act) -> None:
        self._progress.update(self._task, doing=told(act))

    async def time_moved(self, now: Instant) -> None:
        self._progress.update(self._task, doing=f"it is {format_instant(now)}")

    async def step_ended(self, result: StepResult) -> None:
        self._progress.advance(self._task)

    def __enter__(self) -> "TerminalProgress":
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()


@dataclass
class JsonProgress(Watcher):
    """`{"scenario", "step", "steps", "failed", "now", "doing"}`, at most one line a second."""

    stream: TextIO
    seconds_between: float = SECONDS_BETWEEN_LINES
    _scenario: str = ""
    _steps: int = 0
    _total: int = 0
    _failed: int = 0
    _doing: str = ""
    _now: Instant = Instant(0)
    _last: float = field(default_factory=time.monotonic)

    def begin(self, scenario: Scenario) -> None:
        """The next scenario."""
        self._scenario, self._steps, self._failed = scenario.name, 0, 0
        self._now = scenario.model.clock.epoch
        self._total = len(scenario.acts) + len(scenario.expectations)

    async def step_begins(self, act: Act) -> None:
        self._doing = told(act)
        self._line()

    async def time_moved(self, now: Instant) -> None:
        self._now = now
        self._line()

    async def step_ended(self, result: StepResult) -> None:
        self._steps += 1
        self._failed += bool(result.failures)
        self._now = result.ended
        self._line()

    def _line(self) -> None:
        now = time.monotonic()
        if now - self._last < self.seconds_between:
            return
        self._last = now
        row = {
            "scenario": self._scenario,
            "step": self._steps,
            "steps": self._total,
            "failed": self._failed,
            "now": format_instant(self._now),
            "doing": self._doing,
        }
        print(json.dumps(row), file=self.stream, flush=True)
