"""The command line without a system: help, files, and what it says when nothing runs."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer._click.core import Command  # typer carries its own click
from typer.core import TyperGroup, TyperOption

from smets.cli.__main__ import application

HELP = {"help", "install_completion", "show_completion"}


def run(*arguments: str, state: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "smets.cli", *arguments],
        env={**os.environ, "SMETS_STATE": str(state), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def commands(command: Command, name: str = "smets") -> Iterator[tuple[str, Command]]:
    if isinstance(command, TyperGroup):
        for child_name, child in command.commands.items():
            yield from commands(child, f"{name} {child_name}")
    else:
        yield name, command


COMMANDS = [*commands(typer.main.get_command(application()))]


@pytest.mark.parametrize(("name", "command"), COMMANDS, ids=[name for name, _ in COMMANDS])
def test_every_option_has_an_environment_variable_and_every_parameter_its_words(
    name: str, command: Command
) -> None:
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, TyperOption) and parameter.name not in HELP:
            assert parameter.envvar, f"{name} {parameter.opts}"
            assert str(parameter.envvar).startswith("SMETS_")
            assert parameter.help, f"{name} {parameter.opts}"


@pytest.mark.parametrize(("name", "command"), COMMANDS, ids=[name for name, _ in COMMANDS])
def test_every_command_answers_in_json_if_asked(name: str, command: Command) -> None:
    options = {option for parameter in command.params for option in parameter.opts}

    assert "--json" in options or name == "smets scenarios schema"  # which is JSON already


def test_help_comes_without_what_it_does_not_need() -> None:
    heavy = ("grpc", "pydantic", "cryptography", "google.protobuf", "yaml", "structlog")
    script = (
        "import sys; import smets.cli.__main__; "
        f"sys.exit(', '.join(name for name in {heavy} if name in sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert done.stderr.strip() == ""


def test_help_says_the_exit_codes(tmp_path: Path) -> None:
    done = run("--help", state=tmp_path)

    assert "Exit codes: 0 done; 1 refused" in " ".join(done.stdout.split())


def test_without_a_system_a_command_says_where_it_looked(tmp_path: Path) -> None:
    done = run("clock", "now", state=tmp_path)
    as_json = run("clock", "now", "--json", state=tmp_path)

    assert done.returncode == 3
    assert f"{tmp_path}/connection.json is not there" in done.stderr
    assert "name its folder by --state" in done.stderr
    assert json.loads(as_json.stderr)["exit"] == 3


def test_a_server_that_is_gone_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "connection.json").write_text(
        json.dumps(
            {
                "dsp": "127.0.0.1:1",
                "emulator": "127.0.0.1:1",
                "seed": "s",
                "acb": "90-B3-D5-1F-30-00-00-02",
                "dsp_pid": 0,
                "emulator_pid": 0,
            }
        )
    )

    done = run("clock", "now", state=tmp_path)

    assert done.returncode == 3
    assert "reading the clock (127.0.0.1:1): nobody answers" in done.stderr


def test_a_fleet_file_is_checked(tmp_path: Path) -> None:
    file = tmp_path / "fleet.yaml"
    file.write_text("fleets:\n  - count: 1_000\n")

    said = run("fleet", "check", str(file), state=tmp_path)
    asked = run("fleet", "check", str(file), "--json", state=tmp_path)

    assert "1000" in said.stdout
    assert json.loads(asked.stdout)["premises"][0]["devices"] == 6_000


def test_a_fleet_file_is_told_with_what_awaits_and_who_comes_next(tmp_path: Path) -> None:
    file = tmp_path / "fleet.yaml"
    file.write_text(
        "fleets:\n"
        "  - awaiting_installation: [ESME]\n"
        "    next_suppliers: [{supplier: second supplier, since: 2021-11-06}]\n"
        "  - {name: gas, count: 2, awaiting_installation: [GSME], "
        "next_suppliers: [{supplier: second supplier, since: 2021-11-06T12:00:00Z, fuel: gas}]}\n"
    )

    said = run("fleet", "check", str(file), state=tmp_path).stdout

    assert (
        "smets2: 5 Commissioned, 1 awaiting installation; next supplier 'second supplier' from 2021-11-06\n"
        in said
    )
    assert (
        "gas: 10 Commissioned, 2 awaiting installation; next gas supplier 'second supplier' from 2021-11-06T"
        in said
    )
    assert "4 parties, 0 firmware files, 0 faults" in said


def test_an_empty_fleet_file_says_what_is_expected(tmp_path: Path) -> None:
    file = tmp_path / "fleet.yaml"
    file.write_text("")

    for command in (("fleet", "check"), ("up",)):
        done = run(*command, str(file), state=tmp_path)

        assert done.returncode == 2
        assert f"{file}: is empty: expected fleets, like" in done.stderr


def test_a_fleet_file_that_is_not_there_has_no_line(tmp_path: Path) -> None:
    assert (
        f"{tmp_path}/none.yaml: cannot be read"
        in run("fleet", "check", str(tmp_path / "none.yaml"), state=tmp_path).stderr
    )


def test_help_tells_of_environment_variables_once(tmp_path: Path) -> None:
    assert "env var" not in run("send", "--help", state=tmp_path).stdout
    assert "Every option may be given by an environment variable" in " ".join(
        run("--help", state=tmp_path).stdout.split()
    )


def test_every_fault_of_a_fleet_file_is_a_line(tmp_path: Path) -> None:
    file = tmp_path / "fleet.yaml"
    file.write_text("sed: x\nfleets:\n  - count: 0\n")

    for command in (("fleet", "check"), ("up",)):
        done = run(*command, str(file), state=tmp_path)

        assert done.returncode == 2
        assert f"{file}:1: sed: there is no such key; did you mean 'seed'?" in done.stderr
        assert f"{file}:3: fleets[0].count: input should be" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_folder_of_another_seed_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "fleet.yaml"
    file.write_text("seed: two\n")
    (tmp_path / "seed").write_text("one")

    done = run("up", str(file), state=tmp_path)

    assert done.returncode == 2
    assert "its keys come from seed 'one', not 'two'" in done.stderr


def test_the_schema_is_json(tmp_path: Path) -> None:
    schema = json.loads(run("scenarios", "schema", state=tmp_path).stdout)
    assert schema["title"] == "Scenario, or fleet file, of smets"


def test_firmware_for_a_ppmid_needs_no_keys(tmp_path: Path) -> None:
    file = tmp_path / "ppmid.ota"

    made = run("firmware", "make", "PPMID", "00000002", str(file), "--json", state=tmp_path)
    inspected = run("firmware", "inspect", str(file), "--json", state=tmp_path)

    assert json.loads(made.stdout)["size"] == file.stat().st_size
    rows = {row["field"]: row["value"] for row in json.loads(inspected.stdout)}
    assert rows["file version"] == "00000002"


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("ESME", "00000002"), "holds no parties' keys"),
        (("ESMX", "00000002"), "there is no Device Type 'ESMX'; did you mean 'ESME'?"),
        (("PPMID", "2"), "expected 8 hex characters"),
        (("PPMID", "00000002", "--defect", "rotten"), "there is no defect 'rotten'"),
        (("PPMID", "00000002", "--defect", "bad-signature"), "carries no signature"),
        (("PPMID", "00000002", "--template", "smets3"), "there is no template 'smets3'"),
        (("CAD", "00000002"), "template 'smets2' has no CAD"),
    ],
)
def test_firmware_that_cannot_be_made_says_why(tmp_path: Path, arguments: tuple[str, ...], what: str) -> None:
    device_type, version, *options = arguments

    done = run("firmware", "make", device_type, version, str(tmp_path / "out.ota"), *options, state=tmp_path)

    assert done.returncode == 2
    assert what in done.stderr


def test_environment_variables_stand_in_for_options(tmp_path: Path) -> None:
    done = run("fault", "presets", state=tmp_path, SMETS_JSON="1")

    assert json.loads(done.stdout)[0]["rule"]["name"] == "one-in-five-11.3"
