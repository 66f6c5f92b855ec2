"""A system that is ready to be started as a test wants it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from dsp.rules.releases import LATEST
from smart_metering.device_types import Generation
from tests.support.hand_made_device import SEED
from tests.support.processes import Settings, System, running

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
