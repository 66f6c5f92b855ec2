"""What the README shows works: its fleet file is read, its Python runs, and it names the variables that differ."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import typer
from typer._click.core import Command  # typer carries its own click
from typer.core import TyperGroup, TyperOption

from smets.cli.__main__ import application
from smets.fleet.planning import plan_fleet
from smets.fleet.reading import read_fleet

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_fleet_of_the_readme_is_a_thousand_premises() -> None:
    plan = plan_fleet(*read_fleet(_block("yaml")))

    assert sum(premises.count for premises in plan.premises) == 1_000
    assert [row.name for row in plan.firmware] == ["esme-2"]


def test_the_python_of_the_readme_runs() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _block("python")], capture_output=True, text=True, timeout=60, check=False
    )

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("I99, then firmware 00000001; MAC of 00-DB-12-34-00-00-00-02")


def test_the_environment_variables_that_differ_are_those_that_the_readme_names() -> None:
    found = {
        str(option.envvar)
        for option in _options(typer.main.get_command(application()))
        if option.envvar and option.envvar != f"SMETS_{option.opts[0][2:].upper().replace('-', '_')}"
    }

    assert found == {"SMETS_SEND_AFTER", "SMETS_ENTRY_ID", "SMETS_FAULT_NAME", "SMETS_RUN_STATE"}
    assert all(name in README for name in found)


def _options(command: Command) -> Iterator[TyperOption]:
    if isinstance(command, TyperGroup):
        for child in command.commands.values():
            yield from _options(child)
    yield from (row for row in command.params if isinstance(row, TyperOption) and row.name != "help")


def _block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found is not None, f"no block of {language} in the README"
    return found[1]
