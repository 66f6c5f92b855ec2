"""Both sides are seen as time passes: at the beginning, within stretches, after each step, and never too often."""

from itertools import pairwise

import pytest

from smart_metering.instants import HOUR_MS
from smets.scenarios.beliefs import MOST_SAMPLES, Beliefs, drawn_evenly
from smets.scenarios.cast import Cast
from smets.scenarios.planning import scenario_of
from smets.scenarios.playing import Player
from smets.scenarios.running import Running
from smets.scenarios.selectors import SelectorModel

TEXT = """
seed: seen
fleets: [{name: homes, count: 2}]
firmware:
  v2: {device_type: ESME, version: "00000002"}
steps:
  - send: {srv: "11.1", to: homes/1/ESME, firmware: v2}
  - advance: 2h
  - expect: {devices: homes/1/ESME, pending_version: "00000002"}
  - send: {srv: "11.3", to: homes/1/ESME, firmware: v2}
"""


async def watched(text: str) -> Beliefs:
    beliefs = Beliefs()
    assert (await Running(watchers=(beliefs,)).in_process(scenario_of(text))).passed
    return beliefs


async def test_each_step_that_may_change_something_is_seen_at_its_end() -> None:
    beliefs = await watched(TEXT)

    assert [str(member) for member in beliefs.watched] == ["ESME 00-DB-12-34-00-00-00-02"]
    assert [(sample.step, sample.is_within) for sample in beliefs.samples if not sample.is_within] == [
        (0, False),
        (1, False),
        (4, False),
    ]
    within = [sample for sample in beliefs.samples if sample.is_within]
    assert len(within) == 24
    assert {sample.step for sample in within} == {1}
    assert within[-1].at - beliefs.samples[0].at == 2 * HOUR_MS


async def test_both_sides_are_seen_with_what_is_held_and_not_active() -> None:
    beliefs = await watched(TEXT)

    courses = [next(iter(sample.seen.values())) for sample in beliefs.samples]
    held = [seen.device.pending for seen in courses if seen.device is not None]
    assert list(dict.fromkeys(held)) == ["", "00000002"]
    assert held[-1] == ""
    last = courses[-1]
    assert last.smi is not None
    assert last.device is not None
    assert (last.smi.status, last.smi.firmware, last.device.firmware) == (
        "Commissioned",
        "00000002",
        "00000002",
    )
    assert last.disagreement == ""


async def test_without_a_device_that_is_named_all_are_watched() -> None:
    beliefs = await watched("fleets: [{name: homes, count: 2}]\nsteps: [{advance: 1m}]\n")

    assert len(beliefs.watched) == beliefs.of == 12


async def test_however_many_steps_there_are_the_samples_stay_few_and_end_with_the_last() -> None:
    text = "fleets: [{name: homes}]\nsteps: [{repeat: {times: 150, steps: [{advance: 30m}]}}]\n"
    beliefs = Beliefs()

    async def at_last(_: Player) -> None:
        await beliefs.look()

    await Running(watchers=(beliefs,), harvest=at_last).in_process(scenario_of(text))

    assert MOST_SAMPLES / 2 < len(beliefs.samples) <= MOST_SAMPLES
    assert beliefs.samples[-1].step == 150


async def test_who_watches_changes_nothing() -> None:
    traces = []

    async def harvest(player: Player) -> None:
        traces.append(await player.system.emulator.trace())

    for watchers in ((), (Beliefs(),)):
        await Running(watchers=watchers, harvest=harvest).in_process(scenario_of(TEXT))

    assert traces[0] == traces[1]


@pytest.mark.parametrize("most", [1, 7, 11, 12])
def test_many_are_drawn_evenly(most: int) -> None:
    scenario = scenario_of("fleets: [{name: homes, count: 2}]\n")
    members = Cast(scenario.plan.premises, "1").devices(SelectorModel())

    drawn = drawn_evenly(members, most)

    assert len(drawn) == most
    places = [members.index(member) for member in drawn]
    gaps = {after - before for before, after in pairwise(places)}
    assert max(gaps, default=1) - min(gaps, default=1) <= 1
