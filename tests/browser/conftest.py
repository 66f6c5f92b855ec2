"""One Chromium for all tests of a worker: each opens windows of its own, with nothing in them from another."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest_asyncio

from tests.browser.chromium import launched

if TYPE_CHECKING:
    from playwright.async_api import Browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator["Browser"]:
    """For tests marked `asyncio(loop_scope="session")`: it lives in that loop."""
    async with launched() as browser:
        yield browser
