"""What was acknowledged outlives kill -9: a real process, killed in the middle of its commits."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ledger.committing_child import open_ledger

ROOT = Path(__file__).resolve().parents[2]


def kill_in_the_middle(path: Path, acknowledgements: int) -> tuple[int, int]:
    """Runs the child until it has printed so many numbers, then kills it; the last number, and how it ended."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.ledger.committing_child", str(path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        acknowledged = 0
        for _ in range(acknowledgements):
            acknowledged = max(acknowledged, int(child.stdout.readline()))
        os.kill(child.pid, signal.SIGKILL)
        for line in child.stdout.read().splitlines(keepends=True):
            if line.endswith(b"\n"):
                acknowledged = max(acknowledged, int(line))
    return acknowledged, child.returncode


@pytest.mark.parametrize("acknowledgements", [1, 50, 200])
def test_everything_acknowledged_is_there_after_a_kill(tmp_path: Path, acknowledgements: int) -> None:
    path = tmp_path / "ledger.db"

    acknowledged, ending = kill_in_the_middle(path, acknowledgements)

    _, store, last, numbers = open_ledger(path)
    kept = [record.number for _, record in store.read(numbers, limit=1_000_000)]
    assert ending == -signal.SIGKILL
    assert numbers.last_position >= acknowledged
    assert kept == list(range(1, numbers.last_position + 1))
    assert last["last"].number == numbers.last_position
    store.close()


def test_a_killed_process_is_followed_by_one_that_goes_on_counting(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    first, _ = kill_in_the_middle(path, 20)

    second, _ = kill_in_the_middle(path, 20)

    _, store, _, numbers = open_ledger(path)
    kept = [record.number for _, record in store.read(numbers, limit=1_000_000)]
    assert second > first
    assert kept == list(range(1, numbers.last_position + 1))
    store.close()
