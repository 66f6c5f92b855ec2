"""`smets replay`, `shrink`, `snapshot` and `run --from`: a run comes back, is cut short, and has other futures."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from smets.cli.__main__ import application
from tests.smets.cli.command_line import field, running

SCENARIO = """
name: a lost Response
seed: night
release: June 2021
fleets: [{name: homes, count: 2}]
firmware: {v2: {device_type: GSME, version: 00000002}}
steps:
  - send: {srv: "11.1", to: GSME, firmware: v2}
  - advance: 1d
  - faults: [{preset: next-11.3-response, device: 00-DB-12-34-00-00-00-03}]
  - send: {srv: "11.3", to: GSME, firmware: v2}
expect:
  - {devices: GSME, agree: yes}
"""
FUTURE = """
name: the other future
seed: night
fleets: [{name: homes, count: 2}]
firmware: {v2: {device_type: GSME, version: 00000002}}
steps:
  - send: {srv: "11.3", to: GSME, firmware: v2}
expect:
  - {devices: GSME, agree: yes, firmware_version: 00000002}
"""
Smets = Callable[..., str]


@pytest.fixture
def smets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Smets:
    """Runs it in a folder of its own, where the scenario is, and nothing else."""
    (tmp_path / "lost.yaml").write_text(SCENARIO)
    (tmp_path / "future.yaml").write_text(FUTURE)
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("SMETS_")]:
        monkeypatch.delenv(name)
    runner = CliRunner()

    def run(*arguments: str, exit_code: int = 0) -> str:
        done = runner.invoke(application(), arguments, prog_name="smets")
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        assert done.exit_code == exit_code, done.stdout + done.stderr
        return done.stdout if exit_code == 0 else done.stdout + done.stderr

    return run


def test_a_run_that_failed_is_kept_replayed_shrunk_and_has_another_future(
    smets: Smets, tmp_path: Path
) -> None:
    said = smets("run", "lost.yaml", exit_code=7)
    assert "SMI has firmware 00000001, the Device 00000002" in said
    assert "replay   smets replay smets-runs/lost-night" in said

    replayed = json.loads(smets("replay", "smets-runs/lost-night", "--json"))
    assert replayed["same"] is True
    assert replayed["event"] == replayed["events"] > 20
    steps = {step["number"]: step["event"] for step in replayed["steps"]}

    future = smets("run", "future.yaml", "--from", f"smets-runs/lost-night@{steps['2']}")
    assert "the other future: held" in future
    smets("snapshot", "fork", f"smets-runs/lost-night@{steps['2']}", "before")
    assert "the other future: held" in smets("run", "future.yaml", "--from", "before")
    assert "agree" in smets("run", "future.yaml", "--from", "smets-runs/lost-night", exit_code=7)

    shrunk = json.loads(smets("shrink", "smets-runs/lost-night", "--json"))
    assert (shrunk["steps"], shrunk["devices"]) == ([4, 4], [12, 6])
    smets("run", shrunk["file"], exit_code=7)


def test_every_run_is_kept_if_asked_for(smets: Smets, tmp_path: Path) -> None:
    smets("run", "future.yaml", "--record", "all", "--seed", "other", exit_code=7)
    (tmp_path / "idle.yaml").write_text("fleets: [{count: 1}]\nsteps: [{advance: 1h}]\n")

    smets("run", "idle.yaml", "--record", "all", "--keep-all")
    smets("run", "idle.yaml", "--record", "some")

    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == ["future-other", "idle-development"]
    assert not (tmp_path / "some").exists()


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("replay", "nowhere"), "nowhere holds no run: there is no dsp/dsp.sqlite3"),
        (("replay", "nowhere@x"), "expected FOLDER@EVENT"),
        (("shrink", "nowhere"), "holds no run of a scenario"),
        (("snapshot", "fork", "nowhere", "."), ".: is not empty; expected a new folder"),
        (("snapshot", "load", "nowhere", "--state", "new"), "nowhere holds no run"),
        (("run", "lost.yaml", "--from", "nowhere"), "nowhere holds no run"),
        (("run", "lost.yaml", "--from", "x", "--url", "y"), "expected one of --url, --state and --from"),
        (("run", "lost.yaml", "--url", "127.0.0.1:1"), "expected DSP,EMULATOR"),
        (("run", "lots.yaml"), "lots.yaml: cannot be read: No such file"),
        (("run", "lots"), "lots: no scenario of that name ships"),
    ],
)
def test_a_mistake_says_what_was_expected(smets: Smets, arguments: tuple[str, ...], what: str) -> None:
    assert what in smets(*arguments, exit_code=2)


def test_an_event_beyond_the_end_is_named(smets: Smets) -> None:
    smets("run", "lost.yaml", exit_code=7)

    assert "events" in smets("replay", "smets-runs/lost-night@9999", exit_code=2)


def test_a_system_that_runs_is_saved_and_goes_on_elsewhere(tmp_path: Path) -> None:
    fleet = "seed: night\nclock: {rate: 1}\nfleets: [{name: homes, count: 2}]\n"
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    esme = "00-DB-12-34-00-00-00-02"
    with running(tmp_path / "first", fleet, 2) as first:
        first.run("send", "11.2", esme)
        saved = first.ask("snapshot", "save", str(tmp_path / "snapshot"))
        assert first.ask("clock", "now")["rate"] == 1
        first.run("send", "11.2", esme)
        history = field(first.ask("device", "show", esme), "device", "history")

    replayed = first.ask("replay", str(tmp_path / "snapshot"))
    assert replayed["same"] is True
    assert replayed["event"] == saved["events"]

    first.run("snapshot", "load", str(tmp_path / "snapshot"), "--state", str(tmp_path / "second" / "state"))
    with running(tmp_path / "second", fleet, 0) as second:
        shown = second.ask("device", "show", esme)
        assert field(shown, "device", "messages") == 2
        assert field(shown, "device", "history") != history
        assert "firmware 00000001" in second.run("send", "11.2", esme)


def test_what_a_snapshot_would_write_over_stays(smets: Smets, tmp_path: Path) -> None:
    smets("run", "lost.yaml", exit_code=7)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").write_text("mine")

    smets("snapshot", "fork", "smets-runs/lost-night", "taken", exit_code=2)
    smets("snapshot", "load", "smets-runs/lost-night", "--state", "taken", exit_code=2)

    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["file"]
