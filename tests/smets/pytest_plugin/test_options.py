"""Options of the command line and of the configuration file, workers, and what importing the plugin costs."""

import re
import subprocess
import sys
from pathlib import Path

from tests.smets.pytest_plugin.suites import CONFIGURATION, ROOT, Session, run_suite

SEEDS = """
import pytest

def test_default(smets): print("seed or dice:", smets.seed); assert False

@pytest.mark.smets(seed="marked")
def test_marked(smets): print("seed or dice:", smets.seed); assert False
"""

DICE = """
import pytest

@pytest.mark.parametrize("number", range(4))
def test_dice(smets, fleet, faults, user, number):
    meters = fleet(count=12).gsme
    faults.lose("11.2", one_in=2)
    user("supplier").send("11.2", meters)
    print("seed or dice:", *(len(faults.drawn(meter)) for meter in meters))
    assert number % 2
"""


def seeds(session: Session) -> list[str]:
    return re.findall(r"^seed or dice: (.*)$", session.output, re.MULTILINE)


def test_the_seed_of_the_command_line_goes_before_every_other(tmp_path: Path) -> None:
    session = run_suite(tmp_path, {"test_suite.py": SEEDS}, "--smets-seed", "mine")

    assert seeds(session) == ["mine", "mine"]
    assert "smets: seed mine" in session.output.splitlines()
    assert session.properties["test_marked"]["smets_seed"] == "mine"


def test_the_seed_of_the_configuration_holds_where_nobody_names_one(tmp_path: Path) -> None:
    files = {
        "test_suite.py": SEEDS,
        "pytest.ini": f"{CONFIGURATION}smets_seed = ours\nsmets_record = kept/here\n",
    }

    session = run_suite(tmp_path, files)

    assert seeds(session) == ["ours", "marked"]
    assert sorted(path.name.rpartition("-")[2] for path in (tmp_path / "kept/here").iterdir()) == [
        "marked",
        "ours",
    ]


def test_a_drawn_seed_is_told_and_is_that_of_every_worker_and_the_dice_say_the_same_again(
    tmp_path: Path,
) -> None:
    drawn = run_suite(tmp_path, {"test_suite.py": DICE}, "--smets-seed", "random", "-n", "2", "-v", "-rA")
    (seed,) = set(re.findall(r"^smets: seed (\w+)$", drawn.output, re.MULTILINE))
    folders = {path.name for path in (tmp_path / "smets-runs").iterdir()}

    again = run_suite(tmp_path, {"test_suite.py": DICE}, "--smets-seed", seed, "-rA")

    assert {row["smets_seed"] for row in drawn.properties.values() if row} == {seed}
    assert len(folders) == 2, folders
    assert len(set(seeds(drawn))) == 1
    assert set(seeds(again)) == set(seeds(drawn))
    assert len(set(seeds(drawn)[0].split())) > 1
    assert {path.name for path in (tmp_path / "smets-runs").iterdir()} == folders


def test_every_run_is_kept_on_demand_where_it_is_asked_for(tmp_path: Path) -> None:
    session = run_suite(tmp_path, {"test_suite.py": DICE}, "--smets-keep-all", "--smets-record", "all")

    assert len(list((tmp_path / "all").iterdir())) == 4, session.output
    assert len(list((tmp_path / "all").glob("*/dsp/dsp.sqlite3"))) == 4


def test_a_folder_where_no_system_runs_is_refused_at_once(tmp_path: Path) -> None:
    session = run_suite(tmp_path, {"test_suite.py": SEEDS}, "--smets-state", "nowhere")

    assert session.exit_code == 4
    assert "no system runs with this state folder; start one by 'smets up FLEET --state" in session.output


def test_the_seed_of_a_system_that_runs_is_not_to_be_chosen(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state/connection.json").write_text("{}")

    session = run_suite(tmp_path, {"test_suite.py": SEEDS}, "--smets-state", "state", "--smets-seed", "x")

    assert session.exit_code == 4
    assert "--smets-seed with --smets-state: the seed of a system that runs is its own" in session.output


def test_pytest_starts_without_what_is_heavy() -> None:
    heavy = "grpc google pydantic yaml cryptography anyio rich typer structlog msgspec sqlite3"
    program = (
        f"import sys, smets.pytest_plugin.plugin; print([m for m in {heavy.split()} if m in sys.modules])"
    )

    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert ran.stdout.strip() == "[]"


def test_the_markers_are_known_and_the_options_are_told(tmp_path: Path) -> None:
    session = run_suite(tmp_path, {}, "--markers")
    told = run_suite(tmp_path, {}, "--help")

    assert "@pytest.mark.smets(release, seed, fleet, ...)" in session.output
    assert "@pytest.mark.scenario(file, seed, release, ...)" in session.output
    assert all(
        option in told.output for option in ("--smets-seed", "--smets-state", "--smets-record", "smets_seed")
    )
