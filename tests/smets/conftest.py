"""A running system for each test that asks for one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.smets.running_system import RunningSystem, running


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[RunningSystem]:
    """Two SMETS2 premises on a system of their own, in stepped time."""
    async with running(tmp_path / "state") as world:
        yield world
