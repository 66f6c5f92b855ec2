"""The other example of docs/hardware-in-the-loop.md: a hub that attaches itself, of premises that nobody emulates."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from smart_metering.duis.service_requests import ReadFirmwareVersion
from smart_metering.instants import MINUTE_MS
from smart_metering.response_codes import ResponseCode
from smets.client.checked import CheckedResponse
from tests.smets.running_system import ESME, HUB, RunningSystem, running

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/real_hub.py"
FLEET = "fleets: [{emulated: false}]"
PATIENCE_SECONDS = 20.0


@asynccontextmanager
async def example(world: RunningSystem) -> AsyncIterator[None]:
    """The example as a process, attached when the block begins, and killed at its end."""
    connection = world.system.connection
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(EXAMPLE), connection.dsp, str(connection.state)),
        *(world.device(HUB), world.device(ESME)),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        await hosts(world, 2)
        yield
    finally:
        process.kill()
        await process.wait()
        await hosts(world, 1)


async def hosts(world: RunningSystem, wanted: int) -> None:
    """Waits until so many are attached; the emulator is one."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if (await world.administration.now()).hosts == wanted:
                return
            await asyncio.sleep(0.02)


async def read_version(world: RunningSystem) -> CheckedResponse:
    answer = await world.supplier.send("11.2", world.device(ESME), ReadFirmwareVersion())
    await world.administration.advance(MINUTE_MS)
    return await world.supplier.await_response(answer.request_id)


async def test_it_serves_its_meter_each_time_that_it_attaches(tmp_path: Path) -> None:
    async with running(tmp_path / "state", FLEET) as world:
        for _ in range(2):
            async with example(world):
                read = await read_version(world)

                assert read.response.response_code == ResponseCode.I0
                assert world.device(ESME) in read.verified.what

        assert (await read_version(world)).response.response_code == ResponseCode.E20


def test_it_is_short() -> None:
    lines = [line for line in EXAMPLE.read_text("utf-8").splitlines() if line.strip()]

    assert len(lines) <= 65
