"""A run of a scenario as it is kept: the state folder of the system, the scenario, and which event ended which step."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from smets.scenarios.planning import Scenario
from smets.scenarios.results import ScenarioResult
from smets.world.world import World

SCENARIO_FILE = "scenario.yaml"
RUN_FILE = "run.json"


@dataclass(frozen=True, slots=True)
class KeptRun:
    """`text` is the scenario's; `steps` have `number`, `told`, `event` and whether each `held`."""

    text: str
    source: str
    steps: list[dict[str, object]]


def keep(world: World, scenario: Scenario, result: ScenarioResult, events: list[int], folder: Path) -> None:
    """Enough to replay it, to go on from any of its events, and to shrink it. `events`: the last of each step.

    What was kept there before of the same scenario and seed makes room.
    """
    if (folder / RUN_FILE).is_file():
        shutil.rmtree(folder)
    world.save(folder)
    (folder / SCENARIO_FILE).write_text(scenario.text, "utf-8")
    about = {
        "name": scenario.name,
        "source": scenario.source,
        "seed": scenario.seed,
        "passed": result.passed,
        "error": result.error,
        "steps": [
            {"number": step.number, "event": event, "told": step.told, "held": not step.failures}
            for step, event in zip(result.steps, events, strict=True)
        ],
    }
    (folder / RUN_FILE).write_text(json.dumps(about, indent=2) + "\n", "utf-8")


def kept_run(folder: Path) -> KeptRun | None:
    """None: it holds no run of a scenario, or its files are not to be read."""
    try:
        about = json.loads((folder / RUN_FILE).read_text("utf-8"))
        return KeptRun((folder / SCENARIO_FILE).read_text("utf-8"), about["source"], about["steps"])
    except (OSError, ValueError, KeyError):
        return None
