"""A system that `smets up` runs, and the commands of `smets` over its state folder, each within the test's own process.

What only a process of its own shows (signals, streams, imports) the tests of `smets` alone and of its sessions see.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from smets.cli.__main__ import application


class CommandLine:
    """Runs `smets` over one state folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state"
        self._runner = CliRunner()

    def run(
        self, *arguments: str, exit_code: int = 0, stdin: str = "", variables: Mapping[str, str] | None = None
    ) -> str:
        """What it says; on stdout if it ends as expected. `variables` are those of its environment."""
        done = self._runner.invoke(
            application(),
            arguments,
            prog_name="smets",
            input=stdin,
            env={"SMETS_STATE": str(self.state), **(variables or {})},
        )
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        assert done.exit_code == exit_code, done.stdout + done.stderr
        return done.stdout if exit_code == 0 else done.stdout + done.stderr

    def ask(self, *arguments: str, exit_code: int = 0) -> dict[str, object]:
        """The answer as data."""
        answer = json.loads(self.run(*arguments, "--json", exit_code=exit_code).splitlines()[-1])
        return answer if isinstance(answer, dict) else {"rows": answer}


@contextmanager
def running(folder: Path, fleet_file: str, premises: int, *options: str) -> Iterator[CommandLine]:
    """A fleet of so many premises that stands, stopped in the end as a user stops it."""
    (folder / "fleet.yaml").write_text(fleet_file)
    line = CommandLine(folder)
    up = subprocess.Popen(
        [sys.executable, "-m", "smets.cli", "up", str(folder / "fleet.yaml"), "--json", *options],
        env={**os.environ, "SMETS_STATE": str(line.state)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert up.stdout is not None
    ready = json.loads(up.stdout.readline())
    assert ready["launched"]["premises"] == premises
    try:
        yield line
    finally:
        up.send_signal(signal.SIGTERM)
        ended = up.wait(20)
        up.stdout.close()
    assert ended == 0
    assert not (line.state / "connection.json").exists()
    for pid in (ready["dsp_pid"], ready["emulator_pid"]):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def rows_of(answer: dict[str, object]) -> list[dict[str, object]]:
    rows = answer["rows"]
    assert isinstance(rows, list)
    return rows


def field(answer: object, *path: str) -> object:
    """What stands at the end of the path."""
    for name in path:
        assert isinstance(answer, dict), answer
        answer = answer[name]
    return answer
