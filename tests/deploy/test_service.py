"""The systemd unit: what it starts is what `smets` is, and systemd has nothing against it."""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from smets.cli.__main__ import application

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "deploy" / "smets.service"
PAGE = ROOT / "docs" / "operations.md"


def settings() -> dict[str, list[str]]:
    """All values of each setting, whatever its section."""
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text("utf-8").splitlines():
        if line and line[0] not in "#[":
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize("setting", ["ExecStart", "ExecStartPost"])
def test_what_it_starts_is_a_command_of_smets_with_options_that_it_has(setting: str) -> None:
    (line,) = settings()[setting]
    program, name, *words = shlex.split(line)
    root = typer.main.get_command(application())
    assert isinstance(root, TyperGroup)
    command = root.commands[name]

    options = {option for parameter in command.params for option in parameter.opts}
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert Path(program).name in scripts
    assert Path(program).is_absolute()
    assert {word for word in words if word.startswith("--")} <= options


def test_it_writes_only_where_systemd_lets_it() -> None:
    (start,) = settings()["ExecStart"]
    (folder,) = settings()["StateDirectory"]

    assert f"--state /var/lib/{folder} " in start
    assert settings()["ProtectSystem"] == ["strict"]
    assert settings()["NoNewPrivileges"] == ["yes"]
    assert settings()["CapabilityBoundingSet"] == [""]
    assert settings()["User"] == ["smets"]


def test_systemd_has_nothing_against_it(tmp_path: Path) -> None:
    verifier = shutil.which("systemd-analyze")
    if verifier is None:
        pytest.skip("systemd-analyze is not here")
    text = UNIT.read_text("utf-8").replace("/opt/smets/bin/smets", sys.executable)
    unit = tmp_path / "smets.service"
    unit.write_text(text)

    done = subprocess.run([verifier, "verify", str(unit)], capture_output=True, text=True, check=False)

    about_it = [line for line in done.stderr.splitlines() if "smets" in line]
    assert about_it == []
    assert done.returncode == 0


def test_the_page_installs_it_where_it_looks() -> None:
    page = PAGE.read_text("utf-8")
    (start,) = settings()["ExecStart"]

    for path in re.findall(r"(/(?:opt|etc)/[\w/.]+)", start):
        folder = path.removesuffix("/bin/smets")
        assert folder in page, path
