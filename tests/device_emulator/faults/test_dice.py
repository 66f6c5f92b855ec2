"""Keyed dice: a throw follows from its key, in every process, on every machine."""

import subprocess
import sys

from device_emulator.faults.dice import throw


def test_a_key_always_throws_the_same() -> None:
    assert [throw(6, "seed", "rule", n) for n in range(8)] == [throw(6, "seed", "rule", n) for n in range(8)]


def test_another_process_throws_the_same() -> None:
    code = "from device_emulator.faults.dice import throw; print([throw(1000, 'a', n) for n in range(5)])"

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert told.strip() == str([throw(1000, "a", n) for n in range(5)])


def test_every_side_comes_about_equally_often() -> None:
    thrown = [throw(5, "seed", n) for n in range(5_000)]

    assert all(900 < thrown.count(side) < 1_100 for side in range(5))
    assert set(thrown) == set(range(5))
