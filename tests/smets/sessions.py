"""Sessions of the documents: their commands played on a system that `smets up` runs, and the page as it came out.

A session begins at `$ smets up FLEET &` in a block of a page; the fleet file is the last block of YAML before it, and
the session goes on through the blocks that follow, up to `$ kill %1` or the next `smets up`. What is behind a `|` is
done by a shell. A block that begins with `# NAME` is a file of that name from there on. Ports are `PORT` on the page,
seconds that a scenario took are 0.1, the folder of the session is `~/meters`, and
the counter of a RequestID that was made of the present is COUNTER.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from typer.testing import CliRunner

from smets.cli.__main__ import application

PROMPT = "$ "
FOLDER = "~/meters"
READY = "Ctrl-C stops it"

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_UP = re.compile(r"smets up (\S+)(.*) &")
_PORT = re.compile(r"(127\.0\.0\.1:)[0-9]+")
_PRESENT = re.compile(r"\b1[7-9][0-9]{11}\b")  # in milliseconds; emulated time is years before
_SECONDS = re.compile(r"[0-9]+\.[0-9]{2} s\)")
_FILE = re.compile(r"# ([a-z0-9.-]+)\n")
_PROGRESS = re.compile(r'\{"scenario": .*\}\n')


def played(page: str, folder: Path) -> str:
    """The page, each of its sessions told anew; the folder is the one that they are played in."""
    player = Player(folder)
    told: list[str] = []
    done = 0
    try:
        for block in _BLOCK.finditer(page):
            if block[1] == "yaml" and "fleets:" in block[2]:
                player.fleet_file = block[2]
            if named := _FILE.match(block[2]):
                (folder / named[1]).write_text(
                    block[2] if named[1].endswith(".yaml") else block[2].removeprefix(named[0])
                )
            if block[1] == "" and block[2].startswith(PROMPT):
                told += [page[done : block.start(2)], player.play(block[2])]
                done = block.end(2)
    finally:
        player.stop()
    return "".join(told) + page[done:]


def sessions(page: str) -> int:
    """How many commands a page plays."""
    return len(re.findall(r"^\$ smets ", page, re.MULTILINE))


class Player:
    """Plays the commands of blocks, one after another, as one shell would."""

    def __init__(self, folder: Path) -> None:
        self.fleet_file = ""
        self._folder = folder
        self._runner = CliRunner()
        self._running: subprocess.Popen[str] | None = None

    def play(self, block: str) -> str:
        """The commands of the block, each with what it says now."""
        commands = [line.removeprefix(PROMPT) for line in block.splitlines() if line.startswith(PROMPT)]
        return "".join(f"{PROMPT}{command}\n{self._told(command)}" for command in commands)

    def stop(self) -> None:
        """As `kill %1` does."""
        if self._running is not None:
            self._running.send_signal(signal.SIGTERM)
            self._running.communicate(timeout=30)
            self._running = None

    def _told(self, command: str) -> str:
        if up := _UP.fullmatch(command):
            return self._plain(self._start(up[1], up[2].split()))
        if command == "kill %1":
            self.stop()
            return ""
        with _inside(self._folder):
            return self._plain(self._run(command))

    def _start(self, fleet: str, options: list[str]) -> str:
        self.stop()
        (self._folder / fleet).write_text(self.fleet_file)
        self._running = subprocess.Popen(
            [sys.executable, "-m", "smets.cli", "up", fleet, *options],
            cwd=self._folder,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._running.stdout is not None
        said = []
        for line in self._running.stdout:
            said.append(line)
            if line.startswith(READY):
                return "".join(said)
        raise AssertionError(f"smets up {fleet} ended: {''.join(said)}")

    def _run(self, command: str) -> str:
        first, _, behind = command.partition(" | ")
        if not first.startswith("smets "):
            return _shell(command, "")
        arguments = subprocess.run(
            ["bash", "-c", f"printf '%s\\0' {first}"], capture_output=True, text=True, check=True
        ).stdout.split("\0")[1:-1]
        done = self._runner.invoke(application(), arguments, prog_name="smets")
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return _shell(behind, done.output) if behind else done.output

    def _plain(self, text: str) -> str:
        """Without what is another each time, and without spaces at the ends of lines."""
        text = _PORT.sub(r"\1PORT", text.replace(str(self._folder), FOLDER))
        text = _PRESENT.sub("COUNTER", text)
        text = _SECONDS.sub("0.1 s)", _PROGRESS.sub("", text))
        return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def _shell(command: str, text: str) -> str:
    return subprocess.run(
        ["bash", "-c", command], input=text, capture_output=True, text=True, check=True
    ).stdout


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
