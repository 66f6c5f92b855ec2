"""The pages of a DSP with one premises, over loopback."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.dsp.ssi.browsing import Site, serving


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """With development sign-in, under the latest rules."""
    async with serving(tmp_path / "state") as site:
        yield site
