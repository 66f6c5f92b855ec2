"""A DSP with its premises loaded, over loopback."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.dsp.rpc.loopback import Dcc, running


@pytest.fixture
async def dcc(tmp_path: Path) -> AsyncIterator[Dcc]:
    """Stepped time, one premises on V1, everybody known."""
    async with running(tmp_path / "state") as dcc:
        await dcc.load_premises()
        yield dcc
