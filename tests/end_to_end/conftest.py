"""A system that is ready to be started as a test wants it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from dsp.rules.releases import LATEST
from smart_metering.device_types import Generation
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.instants import MINUTE_MS
from smart_metering.response_codes import ResponseCode
from tests.end_to_end.premises import meter
from tests.end_to_end.system import Settings, System, running
from tests.support.hand_made_device import SEED

Start = Callable[..., Awaitable[System]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts a system with its own state; it is stopped after the test."""
    async with AsyncExitStack() as stack:
        started = 0

        async def start(
            premises: int = 1,
            *,
            release: str = LATEST,
            seed: str = SEED.decode(),
            generation: Generation = Generation.SMETS2,
        ) -> System:
            nonlocal started
            started += 1
            settings = Settings(
                folder=tmp_path / str(started),
                release=release,
                seed=seed,
                generation=generation,
                premises=premises,
            )
            return await stack.enter_async_context(running(settings))

        yield start


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def the_system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    folder: Path = tmp_path_factory.mktemp("bad input")
    async with running(Settings(folder=folder, premises=3)) as system:
        yield system


@pytest_asyncio.fixture(loop_scope="module")
async def system(the_system: System) -> AsyncIterator[System]:
    """The one system of all these tests; after each of them it must still serve."""
    yield the_system
    position = len(await the_system.received())
    good = await the_system.ask(the_system.read_version(meter()))
    await the_system.advance(MINUTE_MS)
    codes = [
        response.response_code
        for response in await the_system.inbox(after=position)
        if isinstance(response, ServiceResponse) and response.request_id == good.request_id
    ]
    assert codes == [ResponseCode.I0]
