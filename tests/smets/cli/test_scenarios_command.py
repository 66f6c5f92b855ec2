"""`smets scenarios`: those that ship, listed, shown and copied; files checked; the schema."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from smets.cli.__main__ import application
from smets.scenarios import shipped
from smets.scenarios.schema import json_schema


def _run(*arguments: str) -> Result:
    done = CliRunner().invoke(application(), ["scenarios", *arguments], prog_name="smets")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def test_each_is_listed_with_what_it_shows() -> None:
    lines = _run("list").stdout.splitlines()

    assert [line.split()[0] for line in lines[1:]] == shipped.names()
    assert lines[1].split(maxsplit=1)[1].startswith("The entry of its firmware leaves the CPL")


def test_a_part_of_a_name_lists_some() -> None:
    rows = json.loads(_run("list", "secmp0125", "--json").stdout)

    assert [row["name"] for row in rows] == [name for name in shipped.names() if "secmp0125" in name]
    assert _run("list", "none such").stdout == "none: no name has 'none such' in it\n"


def test_one_is_shown_as_it_stands_there() -> None:
    text = shipped.path_of("firmware/wrong-hash").read_text("utf-8")

    assert _run("show", "wrong-hash").stdout == text
    assert json.loads(_run("show", "wrong-hash", "--json").stdout) == {
        "name": "firmware/wrong-hash",
        "text": text,
    }


def test_one_is_copied_and_nothing_is_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = shipped.path_of("firmware/wrong-hash").read_text("utf-8")

    first, again = _run("copy", "wrong-hash"), _run("copy", "wrong-hash")
    into_folder, elsewhere = (
        _run("copy", "late-response", str(tmp_path)),
        _run("copy", "wrong-hash", "mine.yaml"),
    )

    assert (first.exit_code, first.stdout) == (0, "wrong-hash.yaml\n")
    assert again.exit_code == 2
    assert "wrong-hash.yaml: stands already" in again.output
    assert (into_folder.exit_code, elsewhere.exit_code) == (0, 0)
    assert (tmp_path / "late-response.yaml").is_file()
    assert (tmp_path / "mine.yaml").read_text("utf-8") == text
    assert _run("copy", "wrong-hash", "no/such/folder.yaml").exit_code == 2


def test_files_are_checked_and_every_fault_is_said(tmp_path: Path) -> None:
    right, wrong = tmp_path / "right.yaml", tmp_path / "wrong.yaml"
    right.write_text("fleets: [{count: 2}]\nsteps: [{advance: 1h}]\nexpect: [{devices: ESME, agree: yes}]\n")
    wrong.write_text("steps:\n  - advance: soon\n  - hub: CHF\n")

    both, alone = _run("check", str(wrong), str(right)), _run("check", str(right))

    assert (both.exit_code, alone.exit_code) == (2, 0)
    assert alone.stdout == f"{right}: 12 Devices, 1 step, 1 expectation at the end\n"
    assert f"{wrong}:2: steps[0].advance: duration 'soon'" in both.stdout
    assert f"{wrong}:3: steps[1].hub: " in both.stdout
    assert str(right) in both.stdout


def test_faults_are_data_if_asked(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("steps:\n  - advance: soon\n")

    (row,) = json.loads(_run("check", str(wrong), "--json").stdout)

    assert [(fault["line"], fault["path"]) for fault in row["faults"]] == [(2, "steps[0].advance")]


def test_the_schema_is_printed() -> None:
    assert json.loads(_run("schema").stdout) == json_schema()


@pytest.mark.parametrize("verb", ["show", "copy"])
def test_a_name_that_means_several_is_refused(verb: str) -> None:
    done = _run(verb, "titles")

    assert done.exit_code == 2
    assert "several scenarios have that in their names" in " ".join(done.output.split())
