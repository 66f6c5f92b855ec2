"""A run that does not hold is reduced to the shortest scenario that fails for the same reason."""

import pytest

from smets.scenarios.planning import scenario_of
from smets.scenarios.running import Running
from smets.scenarios.shrinking import NothingToShrink, minimal, reasons, said_out, shrink
from smets.scenarios.texts import plain_of, text_of

RANDOM = """
name: random
seed: "3"
release: June 2021
fleets: [{name: homes, count: 4}, {name: spare, template: smets1}]
firmware:
  v2: {device_type: ESME, version: 00000002}
  never: {device_type: GSME, version: 00000002}
faults: [{name: lossy, fate: lose, one_in: 3}, {name: late, fate: delay, delay: 2s, one_in: 5}]
steps:
  - send: {srv: "11.1", to: homes/ESME, firmware: v2}
  - advance: 1d
  - random:
      times: 12
      steps:
        - send: {srv: "11.2", to: {type: ESME, sample: 1}}
        - send: {srv: "11.3", to: {fleet: homes, type: ESME, sample: 3}, firmware: v2}
        - repeat: {times: 2, steps: [{advance: 1h}]}
expect:
  - {devices: spare/ESME, status: Commissioned}
  - {devices: homes/ESME, agree: yes}
"""


async def test_what_is_left_fails_for_the_same_reason_and_nothing_more_can_go() -> None:
    scenario = scenario_of(RANDOM)
    wanted = reasons(await Running().in_process(scenario))

    shrunk = await shrink(scenario, most_runs=300)

    last = scenario_of(shrunk.text)
    assert "found: SMI has firmware 00000001, the Device 00000002" in shrunk.failing[0]
    assert not wanted.isdisjoint(reasons(await Running().in_process(last)))
    assert [act.step.verb for act in last.acts][:2] == ["send", "advance"]
    assert len(last.acts) < len(scenario.acts) / 2
    assert (last.model.fleets[0].name, len(last.model.fleets)) == ("homes", 1)
    assert list(last.model.firmware) == ["v2"]
    assert len(last.expectations) == 1
    steps = plain_of(shrunk.text)["steps"]
    assert isinstance(steps, list)
    for without in range(len(steps)):
        fewer = text_of({**plain_of(shrunk.text), "steps": steps[:without] + steps[without + 1 :]})
        assert wanted.isdisjoint(reasons(await Running().in_process(scenario_of(fewer))))


async def test_the_same_run_is_reduced_to_the_same_file() -> None:
    first, again = [await shrink(scenario_of(RANDOM), most_runs=60) for _ in range(2)]

    assert first == again
    assert first.runs <= 60


async def test_a_scenario_that_holds_is_not_shrunk() -> None:
    with pytest.raises(NothingToShrink, match="holds with seed 'development'"):
        await shrink(scenario_of("fleets: [{count: 1}]\nsteps: [{advance: 1h}]"), most_runs=10)


def test_steps_are_said_out_in_the_order_in_which_they_were_taken() -> None:
    scenario = scenario_of(RANDOM)

    plain = said_out(scenario)

    steps = plain["steps"]
    assert isinstance(steps, list)
    assert len(steps) == len(scenario.acts) > 14
    assert not any("random" in step or "repeat" in step for step in steps)
    assert {"advance": "1h"} in steps


@pytest.mark.parametrize("guilty", [set(), {3}, {0, 9}, {1, 4, 5}, set(range(10))], ids=str)
async def test_fewest_rows_are_found_in_their_order(guilty: set[int]) -> None:
    async def fails(rows: list[int]) -> bool:
        return guilty.issubset(rows)

    assert await minimal(list(range(10)), fails) == sorted(guilty)
