"""Premises with Devices outside, behind an emulator, a DSP played by hand, and brokers to choose from."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.device_emulator.rpc.conftest import certificates, settings
from tests.support.brokers import Broker, embedded, mosquitto

__all__ = ["certificates", "settings"]  # fixtures


@pytest.fixture(params=["mosquitto", "mosquitto without a memory", "embedded"])
async def broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Broker]:
    """Each of them, running."""
    made = (
        embedded()
        if request.param == "embedded"
        else mosquitto(tmp_path, persistent=request.param == "mosquitto")
    )
    await made.start()
    yield made
    await made.kill()
