"""What is attached to a test that failed: its seed, the story of its Devices, and the line that brings the run back."""

import json
import re
import shutil
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from pathlib import Path, PurePosixPath

from smets.counting import counted
from smets.pytest_plugin.failing import story_of
from smets.pytest_plugin.stage import Stage

STORIES = 5
RUN_FILE, TIMELINE_FILE, FLEET_FILE, SCENARIO_FILE = "run.json", "timeline.txt", "fleet.yaml", "scenario.yaml"

_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """`sections` are of the report, `properties` of JUnit XML."""

    sections: tuple[tuple[str, str], ...]
    properties: tuple[tuple[str, str], ...]


def attached(stage: Stage, folder: Path, error: str) -> Attached:
    """Keeps the run of a failed test in the folder; raises what the system raises."""
    seed, test = stage.seed, stage.place.name
    if stage.place.running is None:
        keep(stage, folder, error)
        replay = f"smets replay {_shown(folder)}"
        again = f"pytest '{test}' --smets-seed={seed}"
    else:
        replay = f"smets replay {_shown(stage.place.running)}"
        again = f"pytest '{test}' --smets-state={_shown(stage.place.running)}"
    stories = [_stories(name, of) for name, of in stage.all() if of.concerned]
    story = "\n\n".join(stories) or "the test spoke of no Device"
    if stage.place.running is None:
        (folder / TIMELINE_FILE).write_text(f"{story}\n", "utf-8")
    return Attached(
        sections=(
            ("smets: seed", seed),
            ("smets: timeline", story),
            ("smets: replay", f"{replay}\n{again}"),
        ),
        properties=(("smets_seed", seed), ("smets_replay", replay)),
    )


def _stories(name: str, stage: Stage) -> str:
    told = story_of(stage, islice(stage.concerned, STORIES))
    if (more := len(stage.concerned) - STORIES) > 0:
        told += f"\n\n... and {counted(more, 'Device')} more"
    return f"in {name}:\n{told}" if name else told


def keep(stage: Stage, folder: Path, error: str) -> None:
    """The run as a state folder, each fork in one of its own, and what its fleet file says.

    What was kept there before of the same test and seed makes room.
    """
    if (folder / RUN_FILE).is_file():
        shutil.rmtree(folder)
    for name, saved in stage.all():
        saved.world.save(folder / name)
    scenario = stage.here.scenario
    name = SCENARIO_FILE if scenario.acts or scenario.expectations else FLEET_FILE
    (folder / name).write_text(scenario.text, "utf-8")
    about = {
        "name": stage.place.name,
        "source": scenario.source,
        "seed": scenario.seed,
        "passed": not error,
        "error": error,
        "steps": stage.here.steps,
    }
    (folder / RUN_FILE).write_text(json.dumps(about, indent=2) + "\n", "utf-8")


def folder_name(test: str, seed: str, worker: str = "") -> str:
    """Of a test's run: its name as far as a file system takes it, and a mark that no other test has."""
    mark = blake2b(test.encode(), digest_size=3).hexdigest()
    file, _, name = test.partition("::")
    name = f"{PurePosixPath(file).stem}-{name}"
    return _UNFIT.sub("-", "-".join(part for part in (name[:_LONGEST], mark, seed, worker) if part))


def _shown(path: Path) -> str:
    """As short as it can be said where pytest runs."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
