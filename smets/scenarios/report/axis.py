"""The axis that steps and emulated time share: each step has its room, in which its own time is to scale.

Emulated time alone would show nothing: what matters happens within seconds, between which days pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

from smart_metering.instants import SECOND_MS, Instant
from smets.scenarios.beliefs import QUIET, Sample
from smets.scenarios.results import StepResult

ROOM_OF_A_STEP = 1.0
ROOM_OF_TIME = 0.6
"""More for each power of ten of its seconds."""

ROOM_OF_THE_END = 1.0
"""Where what the last step left can be seen."""


@dataclass(frozen=True, slots=True)
class Axis:
    """Places from 0.0 to 1.0. `ends[k]`: where step `k` ends, of which the 0th is the beginning; then comes the end."""

    steps: Sequence[StepResult]
    ends: tuple[float, ...]

    def place(self, sample: Sample) -> float:
        """Where a sample stands: at the end of its step, or within the one that had begun."""
        if not sample.is_within or sample.step >= len(self.steps):
            return self.ends[min(sample.step, len(self.steps))]
        return self._within(sample.step, sample.at)

    def place_of(self, at: Instant) -> float:
        """Where an instant stands: in the first step that reached it."""
        for position, step in enumerate(self.steps):
            if at <= step.ended:
                return self._within(position, at)
        return self.ends[-1]

    def _within(self, position: int, at: Instant) -> float:
        step, left, right = self.steps[position], self.ends[position], self.ends[position + 1]
        span = step.ended - step.began
        share = min(1.0, max(0.0, (at - step.began) / span)) if span else 1.0
        return left + (right - left) * share


def axis_of(steps: Sequence[StepResult]) -> Axis:
    """Steps that change nothing have no room."""
    rooms = [
        0.0
        if step.verb in QUIET
        else ROOM_OF_A_STEP + ROOM_OF_TIME * log10(1 + (step.ended - step.began) / SECOND_MS)
        for step in steps
    ]
    total = sum(rooms) + ROOM_OF_THE_END
    ends, reached = [0.0], 0.0
    for room in rooms:
        reached += room
        ends.append(reached / total)
    return Axis(steps=steps, ends=tuple(ends))
