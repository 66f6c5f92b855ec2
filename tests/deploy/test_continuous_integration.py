"""The pipelines of docs/continuous_integration.md: their steps happen on this machine as they stand there."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "continuous_integration.md"
PATIENCE_SECONDS = 100


def blocks() -> dict[str, str]:
    """What stands in the page, by the file name in its first line."""
    found = re.findall(r"```(?:yaml|python)\n# (\S+)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return dict(found)


def steps_of_github() -> list[str]:
    pipeline: Any = yaml.safe_load(blocks()[".github/workflows/tests.yml"])
    (job,) = pipeline["jobs"].values()
    return [step["run"] for step in job["steps"] if "run" in step]


def steps_of_gitlab() -> list[str]:
    pipeline: Any = yaml.safe_load(blocks()[".gitlab-ci.yml"])
    (job,) = pipeline.values()
    return [*job["before_script"], *job["script"], *job["after_script"]]


def without_installing(steps: Iterable[str]) -> str:
    """One script; what it would install is here."""
    lines = [line for step in steps for line in step.splitlines()]
    left = [line for line in lines if not line.startswith("pip install")]
    assert len(left) == len(lines) - 1
    return "\n".join(["set -e", *left])


def supplier_s_project(folder: Path) -> dict[str, str]:
    """The files of the page, and an environment in which `smets` and `pytest` are those that run this test."""
    for name in ("fleet.yaml", "tests/test_reads.py"):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(blocks()[name])
    programs = folder / "bin"
    programs.mkdir()
    for name, module in (("smets", "smets.cli"), ("pytest", "pytest")):
        program = programs / name
        program.write_text(f'#!/usr/bin/env bash\nexec "{sys.executable}" -m {module} "$@"\n')
        program.chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "SMETS_STATE": ".smets"}


@pytest.mark.parametrize("steps", [steps_of_github(), steps_of_gitlab()], ids=["GitHub", "GitLab"])
def test_the_steps_of_a_pipeline_happen(steps: list[str], tmp_path: Path) -> None:
    environment = supplier_s_project(tmp_path)

    done = subprocess.run(
        ["bash", "-c", without_installing(steps)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )

    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "1 passed" in said
    assert said.count("has ended") == 3
    assert (tmp_path / "report.xml").exists()
    assert '"request_id"' in (tmp_path / ".smets" / "logs" / "dsp.log").read_text("utf-8")
    assert not (tmp_path / ".smets" / "connection.json").exists()


@pytest.mark.parametrize("name", [".github/workflows/tests.yml", ".gitlab-ci.yml"])
def test_a_pipeline_keeps_what_tells_of_a_failure(name: str) -> None:
    text = blocks()[name]

    assert ".smets/logs" in text
    assert "up.log" in text
    assert "always" in text
