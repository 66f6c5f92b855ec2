"""Premises with Devices outside, behind an emulator, a DSP played by hand, and brokers to choose from."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.device_emulator.rpc.conftest import certificates, settings
from tests.support.brokers import KINDS, Broker, running_broker

__all__ = ["certificates", "settings"]  # fixtures


@pytest.fixture(params=KINDS)
async def broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Broker]:
    """Each of them, running."""
    async with running_broker(request.param, tmp_path) as broker:
        yield broker
