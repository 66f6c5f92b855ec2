"""Where a run, or a system that stands still, is taken from: `FOLDER`, or `FOLDER@EVENT` for how it was then."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from smets.replay.replaying import Replay
from smets.replay.run import NoRun, Run
from smets.world.world import World


@dataclass(frozen=True, slots=True)
class Place:
    """`event` counts the inputs of the DSP's journal; None: the end."""

    folder: Path
    event: int | None = None

    def __str__(self) -> str:
        return str(self.folder) if self.event is None else f"{self.folder}@{self.event}"


def parse_place(text: str) -> Place:
    """Raises NoRun for an event that is no number."""
    folder, at, event = text.rpartition("@")
    if not at:
        return Place(Path(text))
    if not event.isdecimal() or int(event) < 1:
        raise NoRun(
            f"{text!r}: expected FOLDER@EVENT, the number of an event from 1 on, as 'smets replay' lists them"
        )
    return Place(Path(folder), int(event))


@contextmanager
def replayed(place: Place) -> Iterator[Replay]:
    """The run, played up to there. Raises NoRun and Divergence."""
    run = Run.open(place.folder)
    try:
        if place.event is not None and place.event > run.events:
            raise NoRun(f"{place}: the run has {run.events} events")
        with Replay(run) as replay:
            replay.play(place.event)
            yield replay
    finally:
        run.close()


@contextmanager
def world_at(place: Place) -> Iterator[World]:
    """A world that goes on from there. Raises NoRun and Divergence."""
    with replayed(place) as replay:
        replay.go_live()
        yield replay
