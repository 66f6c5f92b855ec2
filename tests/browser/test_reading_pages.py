"""The pages in Chromium: signed in to, searched, read, looked at in light and dark, by keyboard, without scripts."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from smart_metering.administration import DeviceInside
from smart_metering.device_types import DeviceType, Generation
from smart_metering.duis.device_requests import ReadDeviceLog
from smart_metering.duis.service_responses import DecodedValue
from tests.browser.chromium import THEMES, reading
from tests.dsp.rpc.loopback import HandHeldHost
from tests.dsp.ssi.browsing import Site, serving
from tests.support.dsp_premises import (
    CHF,
    DEVICE_TYPES,
    ESME,
    GSME,
    MANUFACTURER,
    MODEL,
    OTHER_USER,
    SUPPLIER,
    V2,
)
from tests.support.scripted_emulator import scripted_emulator

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

REQUEST = f"{SUPPLIER}:{ESME}:1"
PAGES = {
    "sign-in": "",
    "inventory": "/inventory",
    "nothing-found": "/inventory?q=what",
    "device": f"/devices/{ESME}",
    "audit": "/audit",
    "record": "/audit/records/3",
    "titles": f"/audit?device={ESME}&show=titles",
    "explain": f"/explain?request_id={REQUEST}",
    "about": "/about",
    "not-there": "/nothing",
}


@pytest_asyncio.fixture(loop_scope="session")
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """A lived-in premises: a version was learned, and another User asked for a log."""
    async with scripted_emulator() as emulator:
        emulator.devices[ESME] = DeviceInside(
            device_id=ESME,
            device_type=DeviceType.ESME,
            generation=Generation.SMETS2,
            comms_hub=CHF,
            device_manufacturer=MANUFACTURER,
            device_model=MODEL,
            esme_variant="ADE",
            firmware_version=V2,
            readings=(DecodedValue(name="ActiveImportRegister", value="4711 Wh"),),
        )
        async with serving(tmp_path / "state", emulators=(emulator.address,)) as site:
            host = HandHeldHost(site.dcc)
            host.devices[ESME].version = V2
            await host.attach()
            await site.dcc.send(site.dcc.read_version())
            await site.dcc.advance(60_000)
            host.devices[ESME].silent = True
            request = site.dcc.request("8.9", ReadDeviceLog(), target=ESME, by=OTHER_USER)
            await site.dcc.send(request, by=OTHER_USER)
            await site.dcc.advance(60_000)
            yield site
            await host.detach()


def address(site: Site) -> str:
    return site.dcc.dsp.ssi_address


async def test_a_user_signs_in_searches_and_reads_a_device(
    site: Site, browser: "Browser", tmp_path: Path
) -> None:
    async with reading(address(site), tmp_path, browser=browser) as reader:
        await reader.develops(SUPPLIER)
        assert await reader.page.locator("tbody tr").count() == len(DEVICE_TYPES)

        await reader.page.keyboard.press("/")
        await reader.page.keyboard.type(GSME)
        await reader.page.get_by_text("1 to 1 of 1").wait_for()
        assert f"q={GSME}" in reader.page.url

        await reader.page.get_by_role("link", name=GSME).first.click()
        await reader.page.locator("svg.picture").get_by_text("ESME", exact=True).click()
        await reader.page.wait_for_url(f"**/devices/{ESME}")
        picture = await reader.pictured("device")

        assert await reader.page.locator("section.emulator").get_by_text("differs").is_visible()
        assert picture.stat().st_size > 10_000
        assert not reader.complaints


@pytest.mark.parametrize("width", [1280, 480])
async def test_no_page_has_a_barrier(site: Site, browser: "Browser", tmp_path: Path, width: int) -> None:
    found: list[str] = []
    async with reading(address(site), tmp_path, browser=browser, width=width) as reader:
        await reader.goes_to("/sign-in")
        for name, path in PAGES.items():
            if path:
                await reader.goes_to(path)
            for theme in THEMES:
                await reader.wears(theme)
                found += [f"{name}, {theme}: {barrier}" for barrier in await reader.barriers()]
                await reader.pictured(f"{name}-{theme}-{width}")
            if not path:
                await reader.develops(SUPPLIER)

    assert found == []
    assert [text for text in reader.complaints if "404" not in text] == []


async def test_everything_works_without_scripts(site: Site, browser: "Browser", tmp_path: Path) -> None:
    async with reading(address(site), tmp_path, browser=browser, scripts=False) as reader:
        await reader.develops(SUPPLIER)
        await reader.page.get_by_label("Type").select_option("GSME")
        await reader.page.get_by_role("button", name="Search").click()
        await reader.page.get_by_role("link", name=GSME).first.click()

        assert GSME in await reader.page.locator("h1").inner_text()
        await reader.page.get_by_role("button", name="Theme: system").click()
        assert await reader.page.locator("html").get_attribute("data-theme") == "dark"


async def test_the_keyboard_reaches_the_content_past_the_navigation(
    site: Site, browser: "Browser", tmp_path: Path
) -> None:
    async with reading(address(site), tmp_path, browser=browser) as reader:
        await reader.develops(SUPPLIER)
        await reader.goes_to("/inventory")

        await reader.page.keyboard.press("Tab")
        assert await reader.page.evaluate("document.activeElement.textContent") == "Skip to the content"
        await reader.page.keyboard.press("Enter")
        await reader.page.keyboard.press("Tab")

        assert await reader.page.evaluate("document.activeElement.id") == "q"


async def test_a_server_that_went_away_is_told_within_the_page(
    site: Site, browser: "Browser", tmp_path: Path
) -> None:
    async with reading(address(site), tmp_path, browser=browser) as reader:
        await reader.develops(SUPPLIER)
        await reader.page.context.set_offline(True)

        await reader.page.get_by_label("Type").select_option("GSME")

        await reader.page.get_by_text("The server cannot be reached.").wait_for()
