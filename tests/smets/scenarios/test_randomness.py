"""What a seed decides, and that nothing else does: random steps, samples, and the octets of a whole run."""

import os
import subprocess
import sys

from smets.scenarios.planning import Scenario, scenario_of
from smets.scenarios.texts import with_seed

RANDOM = """
seed: one
fleets: [{count: 5}]
faults: [{fate: lose, one_in: 3}]
steps:
  - random:
      times: 40
      steps:
        - advance: 1m
        - send: {srv: 11.2, to: {type: ESME, sample: 2}}
        - random: {times: 2, steps: [{advance: 2m}, {advance: 3m}]}
        - repeat: {times: 2, steps: [{send: {srv: 4.1.1, to: {type: GSME, sample: 1}}}]}
"""

TRACE = """
import asyncio, sys
from smets.scenarios.planning import scenario_of
from smets.scenarios.running import Running

async def gather(player):
    trace = await player.system.emulator.trace()
    print(trace, [(step.told, [row.request_id for row in step.requests]) for step in player.result.steps])

asyncio.run(Running(harvest=gather).in_process(scenario_of(sys.stdin.read())))
"""


def _drawn(scenario: Scenario) -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        (act.number, act.step.verb, tuple(member.device_id for member in act.devices))
        for act in scenario.acts
    ]


def test_a_seed_draws_the_same_steps_each_time() -> None:
    assert _drawn(scenario_of(RANDOM)) == _drawn(scenario_of(RANDOM))


def test_another_seed_draws_other_steps() -> None:
    one, other = _drawn(scenario_of(RANDOM)), _drawn(scenario_of(with_seed(RANDOM, "other")))

    assert [row[1] for row in one] != [row[1] for row in other]


def test_steps_are_numbered_by_place_and_turn() -> None:
    numbers = [row[0] for row in _drawn(scenario_of(RANDOM))]

    assert numbers == sorted(set(numbers), key=numbers.index)
    assert numbers[0].startswith("1.1")
    assert {number.count(".") for number in numbers} == {1, 2, 3}


def test_what_could_have_been_drawn_changes_nothing_of_what_is() -> None:
    """A step that is never drawn is checked too, without a throw of the dice."""
    text = (
        "fleets: [{}]\nsteps:\n  - random: {times: 1, steps: [NESTED]}\n"
        "  - random: {times: 9, steps: [{advance: 1m}, {advance: 2m}]}\n"
    )
    plain, nested = (
        scenario_of(text.replace("NESTED", inner))
        for inner in ("{advance: 3m}", "{advance: 3m}, {repeat: {times: 1, steps: [{advance: 4m}]}}")
    )

    assert [act.step.advance for act in plain.acts[1:]] == [act.step.advance for act in nested.acts[1:]]


def test_a_run_is_the_same_whatever_python_hashes_by() -> None:
    runs = [
        subprocess.run(
            [sys.executable, "-c", TRACE],
            input=RANDOM,
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]

    assert "Trace(" in runs[0]
    assert runs[0] == runs[1]
