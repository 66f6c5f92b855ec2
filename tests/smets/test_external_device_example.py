"""The example of docs/hardware-in-the-loop.md is run: a meter outside answers the DSP through its emulated hub."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from smart_metering.duis.service_requests import ActivateFirmware, ReadFirmwareVersion
from smart_metering.instants import MINUTE_MS
from smart_metering.response_codes import ResponseCode
from smets.client.checked import CheckedResponse
from smets.local_system.mqtt import MqttSettings
from tests.smets.running_system import ESME, HUB, RunningSystem, running
from tests.support.brokers import KINDS, Broker, running_broker

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/external_device.py"
FLEET = "fleets: [{external: [ESME]}]"
PATIENCE_SECONDS = 20.0


@pytest.fixture(params=KINDS)
async def broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Broker]:
    async with running_broker(request.param, tmp_path) as broker:
        yield broker


@asynccontextmanager
async def example(world: RunningSystem, address: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The example as a process, in the place of the ESME; there, when the block begins."""
    host, _, port = address.rpartition(":")
    state = world.system.settings.state
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(EXAMPLE), host, port, str(state), world.device(HUB), world.device(ESME)),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        await online(world, True)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def online(world: RunningSystem, wanted: bool) -> None:
    """Waits until the hub knows it."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if (await world.emulator.inspect(world.device(ESME))).online is wanted:
                return
            await asyncio.sleep(0.02)


async def read_version(world: RunningSystem) -> CheckedResponse:
    answer = await world.supplier.send("11.2", world.device(ESME), ReadFirmwareVersion())
    await world.administration.advance(MINUTE_MS)
    return await world.supplier.await_response(answer.request_id)


async def test_it_answers_and_its_protection_is_verified(tmp_path: Path, broker: Broker) -> None:
    mqtt = MqttSettings(broker=f"mqtt://{broker.address}")
    async with running(tmp_path / "state", FLEET, mqtt=mqtt) as world, example(world, broker.address):
        read = await read_version(world)
        activate = ActivateFirmware(firmware_hash=bytes(32))
        answer = await world.supplier.send("11.3", world.device(ESME), activate)
        await world.administration.advance(MINUTE_MS)
        activated = await world.supplier.await_response(answer.request_id)

        assert read.response.response_code == ResponseCode.I0
        assert read.outcome is not None
        assert read.outcome.text == "firmware 00000001"
        assert world.device(ESME) in read.verified.what
        assert activated.outcome is not None
        assert activated.outcome.text == "noImageHeld, firmware 00000001"


async def test_it_goes_on_over_a_broker_that_died(tmp_path: Path, broker: Broker) -> None:
    mqtt = MqttSettings(broker=f"mqtt://{broker.address}")
    async with running(tmp_path / "state", FLEET, mqtt=mqtt) as world, example(world, broker.address):
        await broker.kill()
        asked = asyncio.create_task(read_version(world))
        await asyncio.sleep(0.1)
        await broker.start()

        assert (await asked).response.response_code == ResponseCode.I0  # Time waits for it, broker or none.


async def test_once_it_died_nobody_reaches_it(tmp_path: Path, broker: Broker) -> None:
    mqtt = MqttSettings(broker=f"mqtt://{broker.address}")
    async with running(tmp_path / "state", FLEET, mqtt=mqtt) as world:
        async with example(world, broker.address) as process:
            process.kill()
            await online(world, False)

        assert (await read_version(world)).response.response_code == ResponseCode.E20


async def test_with_the_broker_of_the_system(tmp_path: Path) -> None:
    async with running(tmp_path / "state", FLEET, mqtt=MqttSettings()) as world:
        async with example(world, world.system.connection.mqtt):
            assert (await read_version(world)).response.response_code == ResponseCode.I0
        await world.emulator.set_external(world.device(ESME), False)

        assert (await read_version(world)).response.response_code == ResponseCode.I0


def test_it_is_short() -> None:
    lines = [line for line in EXAMPLE.read_text("utf-8").splitlines() if line.strip()]

    assert len(lines) <= 60
