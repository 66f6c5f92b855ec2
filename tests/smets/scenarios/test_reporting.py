"""How a run is told while it goes on, and afterwards: JSON lines, the terminal, and JUnit XML."""

import json
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

from rich.console import Console

from smart_metering.instants import Instant
from smets.scenarios.junit import write_junit
from smets.scenarios.planning import scenario_of
from smets.scenarios.playing import Watcher
from smets.scenarios.progress import JsonProgress, TerminalProgress
from smets.scenarios.results import Failure, ScenarioResult, StepResult
from smets.scenarios.running import Running

TEXT = """
name: told
seed: "a & b"
fleets: [{}]
steps:
  - {note: "<here>", advance: 2h}
  - send: {srv: 11.2, to: ESME, expect: {response: E21}}
  - send: {srv: 11.2, to: ESME}
expect:
  - {devices: ESME, status: Commissioned}
"""


async def _result(*watchers: Watcher) -> ScenarioResult:
    return await Running(watchers=watchers).in_process(scenario_of(TEXT, "told.yaml"))


async def test_junit_has_a_suite_for_each_scenario_and_a_case_for_each_step(tmp_path: Path) -> None:
    result, file = await _result(), tmp_path / "reports" / "junit.xml"

    write_junit(file, [result, result])

    root = ElementTree.parse(file).getroot()
    assert [suite.get("name") for suite in root] == ["told", "told"]
    suite = root[0]
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "file")} == {
        "tests": "4",
        "failures": "1",
        "errors": "0",
        "file": "told.yaml",
    }
    assert next(row.get("value") for row in suite.iter("property")) == "a & b"
    cases = suite.findall("testcase")
    assert next(case.get("name") for case in cases) == "1 2h pass"
    assert cases[3].get("name", "").startswith("end 1 at the end: status Commissioned")
    assert [case.get("line") for case in cases] == ["6", "7", "8", "10"]
    (failure,) = suite.iter("failure")
    assert failure.get("message") == "Response E21 for 1 request"
    assert "answered I99, Response I0" in (failure.text or "")


def test_junit_tells_of_a_scenario_that_was_not_played_to_its_end(tmp_path: Path) -> None:
    result = ScenarioResult(name="n", source="n.yaml", seed="s", rules="r", error="nobody\nis \x07 there")

    write_junit(tmp_path / "junit.xml", [result])

    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("errors")) == ("1", "1")
    (error,) = suite.iter("error")
    assert error.get("message") == "nobody"
    assert "\x07" not in (error.text or "")


async def test_progress_is_one_line_of_json_for_each_thing_that_happens() -> None:
    stream = StringIO()
    progress = JsonProgress(stream, seconds_between=0)
    progress.begin(scenario_of(TEXT))

    await _result(progress)

    rows = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert list(rows[0]) == ["scenario", "step", "steps", "failed", "now", "doing"]
    assert rows[0] == {
        "scenario": "told",
        "step": 0,
        "steps": 4,
        "failed": 0,
        "now": "2021-11-04T00:00:00.000Z",
        "doing": "2h pass",
    }
    assert [row["step"] for row in rows] == sorted(row["step"] for row in rows)
    assert (rows[-1]["step"], rows[-1]["failed"]) == (4, 1)
    assert rows[-1]["now"] == "2021-11-04T02:00:00.000Z"
    passing = [row["now"] for row in rows if row["doing"] == "2h pass"]
    assert len(set(passing)) > 20  # what happens within a stretch can be watched


async def test_progress_is_told_once_a_second_at_most() -> None:
    stream = StringIO()
    progress = JsonProgress(stream, seconds_between=3600)
    progress.begin(scenario_of(TEXT))

    await _result(progress)

    assert stream.getvalue() == ""


async def test_a_terminal_shows_a_bar_while_it_goes_on() -> None:
    stream = StringIO()
    console = Console(file=stream, force_terminal=True, width=120)

    with TerminalProgress(console) as progress:
        progress.begin(scenario_of(TEXT))
        await _result(progress)

    assert "told" in stream.getvalue()


def test_a_failure_is_said_in_lines() -> None:
    failure = Failure(expected="a", found="b", reasons=(), near=("c", "d"))

    assert str(failure) == "expected a\nfound    b\n         c\n         d"


def test_what_brings_a_run_back_is_said() -> None:
    result = ScenarioResult(name="n", source="my file.yaml", seed="a b", rules="")

    assert result.replay_line == "smets run 'my file.yaml' --seed 'a b'"
    result.kept = Path("smets-runs/n")
    assert result.replay_line == "smets replay smets-runs/n"


def test_a_result_without_steps_that_failed_passed() -> None:
    now = Instant(0)
    step = StepResult(number="1", line=1, verb="note", note="", told="", began=now, ended=now, seconds=0.0)

    assert ScenarioResult(name="n", source="", seed="", rules="", steps=[step]).passed
    assert not ScenarioResult(name="n", source="", seed="", rules="", error="e").passed
