"""What came of a scenario: of each step, what was done and what was found; of the whole, whether it held."""

import shlex
from dataclasses import dataclass, field
from pathlib import Path

from smart_metering.identifiers import Eui
from smart_metering.instants import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An expectation that does not hold. `near` says what was there instead; `devices` are those it is about.

    `reasons` are the kinds of what was there instead, without which and when: by them two failures are alike.
    """

    expected: str
    found: str
    reasons: tuple[str, ...]
    near: tuple[str, ...] = ()
    devices: tuple[Eui, ...] = ()

    def __str__(self) -> str:
        return "\n".join(
            (f"expected {self.expected}", f"found    {self.found}", *(f"         {row}" for row in self.near))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request that a step sent, and how it ended. Codes are empty where there was none."""

    request_id: str
    srv: str
    user: Eui
    device: Eui | None
    answer: str
    response: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """`began` and `ended` in emulated time; `seconds` of real time. `told` is what was done, in a line."""

    number: str
    line: int
    verb: str
    note: str
    told: str
    began: Instant
    ended: Instant
    seconds: float
    requests: tuple[Request, ...] = ()
    failures: tuple[Failure, ...] = ()


@dataclass(slots=True, kw_only=True)
class ScenarioResult:
    """`error` is set where the scenario could not be played to its end. `kept`: the folder of the run, if it was."""

    name: str
    source: str
    seed: str
    rules: str
    steps: list[StepResult] = field(default_factory=list)
    error: str = ""
    seconds: float = 0.0
    kept: Path | None = None

    @property
    def replay_line(self) -> str:
        """What brings it back: the run, where it was kept, else the scenario with its seed."""
        if self.kept is not None:
            return f"smets replay {self.kept}"
        return f"smets run {shlex.quote(self.source)} --seed {shlex.quote(self.seed)}"

    @property
    def failures(self) -> list[tuple[StepResult, Failure]]:
        """Each with its step."""
        return [(step, failure) for step in self.steps for failure in step.failures]

    @property
    def passed(self) -> bool:
        return not self.error and not self.failures
