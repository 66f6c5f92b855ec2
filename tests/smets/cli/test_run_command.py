"""`smets run`: in process and on servers, under other rules and seeds, its reports, and how it ends."""

import asyncio
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from smart_metering.identifiers import Eui
from smets.cli.__main__ import application
from tests.smets.running_system import RunningSystem

HOLDS = """name: holds
fleets: [{name: more, eui_from: 00-DB-12-34-00-70-00-00}]
steps:
  - send: {srv: 11.2, to: more/ESME, expect: {response: I0}}
  - send: {srv: 4.1.1, to: {type: ESME, sample: 1}}
expect:
  - {devices: more/ESME, status: Commissioned, agree: yes}
"""
FAILS = HOLDS.replace("agree: yes", "agree: no").replace("name: holds", "name: fails")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command is given."""
    for variable in ("SMETS_STATE", "SMETS_URL", "SMETS_SEED", "SMETS_RELEASE", "SMETS_JSON", "SMETS_RECORD"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "holds.yaml").write_text(HOLDS)
    (tmp_path / "fails.yaml").write_text(FAILS)
    return tmp_path


def _run(*arguments: str) -> Result:
    done = CliRunner().invoke(application(), ["run", *arguments], prog_name="smets")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def test_what_holds_ends_with_0_and_is_not_kept(folder: Path) -> None:
    done = _run("holds.yaml")

    assert done.exit_code == 0
    assert done.stdout.startswith("holds: held (3 steps, ")
    assert not (folder / "smets-runs").exists()


def test_what_does_not_hold_ends_with_7_and_is_kept(folder: Path) -> None:
    done = _run("fails.yaml")

    assert done.exit_code == 7
    assert "fails: did not hold" in done.stdout
    assert "      line 7\n      expected status Commissioned, agree no" in done.stdout
    assert (
        "found    0 of 1 Device\n               ESME 00-DB-12-34-00-70-00-02: SMI and Device agree"
        in done.stdout
    )
    assert "  seed     development\n  replay   smets replay smets-runs/fails-development\n" in done.stdout
    assert (folder / "smets-runs/fails-development/scenario.yaml").read_text() == FAILS


def test_every_run_is_kept_if_asked(folder: Path) -> None:
    assert _run("holds.yaml", "--keep-all", "--record", "kept").exit_code == 0

    assert (folder / "kept/holds-development/run.json").is_file()


def test_one_that_does_not_hold_among_several_is_enough(folder: Path) -> None:
    done = _run("holds.yaml", "fails.yaml", "holds.yaml", "--junit", "reports/all.xml")

    assert done.exit_code == 7
    assert "3 scenarios: 2 held, 1 did not: fails" in done.stdout
    suites = ElementTree.parse(folder / "reports/all.xml").getroot()
    assert [(suite.get("name"), suite.get("failures")) for suite in suites] == [
        ("holds", "0"),
        ("fails", "1"),
        ("holds", "0"),
    ]


def test_what_cannot_be_played_to_its_end_ends_with_7(folder: Path) -> None:
    (folder / "stops.yaml").write_text(
        "fleets: [{}]\nsteps: [{remove_from_cpl: {device_type: ESME, firmware_version: 00000009}}]\n"
    )

    done = _run("stops.yaml")

    assert done.exit_code == 7
    assert "stopped: ESME AB01 010A030B 00000009 is not on the CPL" in done.stdout


def test_answers_are_json_if_asked() -> None:
    done = _run("fails.yaml", "--json")

    (answer,) = json.loads(done.stdout)
    assert (answer["name"], answer["passed"], answer["seed"]) == ("fails", False, "development")
    assert answer["replay"] == "smets replay smets-runs/fails-development"
    assert [len(step["failures"]) for step in answer["steps"]] == [0, 0, 1]
    assert answer["steps"][0]["requests"][0]["response"] == "I0"


def test_another_seed_takes_the_place_of_the_file_s(folder: Path) -> None:
    runs = [json.loads(_run("holds.yaml", "--json", "--seed", seed).stdout)[0] for seed in ("a", "b", "a")]

    assert [run["seed"] for run in runs] == ["a", "b", "a"]
    says = [[row["says"] for step in run["steps"] for row in step["requests"]] for run in runs]
    assert says[0] == says[2] != says[1]


@pytest.mark.parametrize(
    ("options", "rules", "exit_code"),
    [
        ((), "November 2021: SECMP0105, SECMP0007", 0),
        (("--release", "June 2021"), "June 2021: no modification", 7),
        (("--without", "SECMP0105"), "November 2021: SECMP0007", 7),
        (("--release", "2021-07-01", "--with", "SECMP0105"), "June 2021: SECMP0105", 0),
        (("--with", "SECMP0125"), "November 2021: SECMP0105, SECMP0007, SECMP0125", 0),
    ],
)
def test_rules_are_said_otherwise(options: tuple[str, ...], rules: str, exit_code: int) -> None:
    done = _run("acceptance/d11-lost-response-and-a-read-after-secmp0105", "--json", *options)

    assert json.loads(done.stdout)[0]["rules"] == rules
    assert done.exit_code == exit_code


def test_scenarios_that_ship_are_run_by_name_part_and_folder() -> None:
    assert "D17: the same version restores nothing: held" in _run("d17").stdout
    assert "8 scenarios: 8 held" in _run("modifications").stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nowhere.yaml",), "nowhere.yaml: cannot be read: No such file"),
        (("d99",), "d99: no scenario of that name ships; see 'smets scenarios list'"),
        (("holds.yaml", "--release", "June 2020"), "SEC Release 'June 2020' is unknown"),
        (("holds.yaml", "--with", "SECMP9"), "SECMP9"),
        (("holds.yaml", "--url", "127.0.0.1:1"), "expected DSP,EMULATOR, each HOST:PORT"),
        (("holds.yaml", "--url", "a:1,b:2", "--state", "x"), "expected one of --url, --state"),
        (("wrong.yaml",), "wrong.yaml:1: sed: there is no such key; did you mean 'seed'?"),
        ((), "Missing argument"),
    ],
)
def test_what_is_wrong_ends_with_2_before_anything_is_played(
    arguments: tuple[str, ...], told: str, folder: Path
) -> None:
    (folder / "wrong.yaml").write_text("sed: a\n")

    done = _run(*arguments)

    assert done.exit_code == 2
    assert told in " ".join(done.output.split())


@pytest.mark.parametrize("option", ["--url", "--state"])
def test_nobody_there_ends_with_3(option: str, folder: Path) -> None:
    where = "127.0.0.1:1,127.0.0.1:2" if option == "--url" else "nowhere"

    assert _run("holds.yaml", option, where).exit_code == 3


async def test_servers_are_found_by_their_addresses(world: RunningSystem) -> None:
    connection = world.system.connection

    done = await asyncio.to_thread(
        _run, "holds.yaml", "fails.yaml", "--url", f"{connection.dsp},{connection.emulator}", "--json"
    )

    assert done.exit_code == 7
    answers = json.loads(done.stdout)
    assert [answer["passed"] for answer in answers] == [True, False]
    assert answers[1]["replay"].startswith("smets run fails.yaml --seed development")
    assert (await world.administration.read_device(world.device(2))).device.device_type == "ESME"


async def test_a_system_is_found_by_its_state_folder(world: RunningSystem) -> None:
    world.system.connection.write()

    done = await asyncio.to_thread(_run, "holds.yaml", "--state", str(world.system.connection.state))

    assert done.exit_code == 0, done.output
    assert (await world.administration.read_device(Eui("00-DB-12-34-00-70-00-02"))).comms_hub
