"""A DSP that takes DUIS XML, and a User's Receive Response Service."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.dsp.duis_http.duis_over_http import DuisDcc, duis_dsp
from tests.support.receive_response import ReceiveResponseService, receive_response_service


@pytest.fixture
async def service() -> AsyncIterator[ReceiveResponseService]:
    async with receive_response_service() as service:
        yield service


@pytest.fixture
async def duis(tmp_path: Path) -> AsyncIterator[DuisDcc]:
    async with duis_dsp(tmp_path) as duis:
        yield duis
