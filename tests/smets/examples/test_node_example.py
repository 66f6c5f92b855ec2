"""The client in Node.js runs as a user runs it: installed from its lock file, on a real system, over a killed DSP."""

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from smart_metering.device_types import DeviceType
from tests.smets.running_system import ESME, RunningSystem

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "node"
INSTALL = (
    "npm",
    "ci",
    "--ignore-scripts",
    "--prefer-offline",
    "--no-audit",
    "--no-fund",
    "--fetch-retries=0",
)
NO_NETWORK = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT"
)
PATIENCE_SECONDS = 30.0


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with what it needs, in a folder of its own."""
    missing = [tool for tool in ("node", "npm") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"the Node example is not run: {' and '.join(missing)} not found on the PATH")
    folder = tmp_path_factory.mktemp("example") / "node"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("node_modules"))
    done = subprocess.run(INSTALL, cwd=folder, capture_output=True, text=True, timeout=100, check=False)
    if done.returncode and NO_NETWORK.search(done.stderr):
        pytest.skip("the Node example is not run: npm reaches no registry")
    assert done.returncode == 0, done.stderr
    return folder


async def test_it_reads_a_version_and_follows_alerts_over_a_killed_dsp(
    world: RunningSystem, installed: Path
) -> None:
    meter = world.device(ESME)

    async with _running(installed, world.system.connection.dsp, world.supplier.eui, meter, "1") as lines:
        answer = await anext(lines)
        response = await anext(lines)
        await world.system.kill_dsp()
        broken = await anext(lines)
        await world.system.restart_dsp()
        await _suspend_all_meters(world)
        alert = await anext(lines)
        rest = [line async for line in lines]

    assert answer.startswith(f"answer I99 to {world.supplier.eui}:{meter}:")
    assert re.fullmatch(r"response I0, \d+ octets of GBCS: dd0+451100000000df09[0-9a-f]+", response)
    assert broken == "the line is broken, going on after 1"
    assert alert.startswith('alert N28 at position 2: {"associated_type1_devices":[],"device_id"')
    assert rest == []


async def test_it_says_why_the_dsp_does_not_know_it(world: RunningSystem, installed: Path) -> None:
    done = await _process(
        installed, world.system.connection.dsp, "90-B3-D5-1F-30-99-99-99", world.device(ESME)
    )
    _, errors = await asyncio.wait_for(done.communicate(), PATIENCE_SECONDS)

    assert done.returncode == 1
    assert "is no party that is loaded" in errors.decode()


@asynccontextmanager
async def _running(folder: Path, *arguments: str) -> AsyncIterator[AsyncIterator[str]]:
    """What the example says, line by line, until it ends by itself."""
    process = await _process(folder, *arguments)
    assert process.stdout is not None
    try:
        yield _lines(process.stdout)
        assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _process(folder: Path, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *("node", "read_version.mjs", *arguments),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "SMETS_PROTOS": str(ROOT / "protos")},
    )


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[str]:
    while line := await asyncio.wait_for(stream.readline(), PATIENCE_SECONDS):
        yield line.decode().rstrip("\n")


async def _suspend_all_meters(world: RunningSystem) -> None:
    for entry in await world.administration.cpl_entries():
        if entry.device_type is DeviceType.ESME:
            await world.administration.remove_cpl_entry(entry.entry_id)
