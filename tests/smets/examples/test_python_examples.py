"""The examples in Python run, each as a user runs it: against a system that is found by its state folder."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.smets.running_system import RunningSystem, running

EXAMPLES = Path(__file__).parents[3] / "examples"
METER = "00-DB-12-34-00-00-00-02"
SAID = {
    "asynchronous.py": "E21: the meter says nothing\n"
    "I0: the meter says firmware 00000001\n"
    "SMI 00000001, Device 00000001\n",
    "campaign.py": "{'firmware 00000001': 2}\n",
    "synchronous.py": f"alert N28 about {METER}\n"
    "firmware 00000001\n"
    f"MAC of {METER} for 90-B3-D5-1F-30-01-00-00 verified\n",
}


OTHERWISE = {"external_device.py", "real_hub.py"}
"""Run by tests of their own: they are no clients."""


def test_every_example_is_run() -> None:
    assert {path.name for path in EXAMPLES.glob("*.py")} == {*SAID, *OTHERWISE}


@pytest.mark.parametrize("name", SAID)
async def test_an_example_says_what_it_is_for(name: str, tmp_path: Path) -> None:
    async with running(tmp_path / "state") as world:
        code, said, errors = await _run(world, name)

    assert code == 0, errors
    assert said == SAID[name]


async def _run(world: RunningSystem, name: str) -> tuple[int | None, str, str]:
    connection = world.system.connection
    connection.write()
    example = await asyncio.create_subprocess_exec(
        *(sys.executable, str(EXAMPLES / name)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "SMETS_STATE": str(connection.state)},
    )
    said, errors = await asyncio.wait_for(example.communicate(), 60)
    return example.returncode, said.decode(), errors.decode()
