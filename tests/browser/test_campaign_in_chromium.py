"""A firmware campaign by hand, in Chromium, over a whole system: losses made good; a suspension; what is live."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from dsp.core.campaigns import Step
from dsp.core.records import SmiChange
from dsp.runtime.live_desk import MOST_EVENTS
from smets.local_system.connection import read_connection
from tests.browser.chromium import THEMES, Reader, reading
from tests.dsp.ssi.browsing import Site, serving
from tests.smets.cli.command_line import CommandLine, running
from tests.support.dsp_premises import ESME, START, SUPPLIER

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

METERS = 12
FLEET = f"""
fleets: [{{count: {METERS}}}]
firmware:
  esme-2: {{device_type: ESME, version: "00000002"}}
"""
OPTIONS = ("--ssi-listen", "127.0.0.1:0", "--ssi-development-sign-in")
PRODUCT = "/cpl/product?type=ESME&manufacturer=AB01&model=010A030B&version=00000001"
MANY = 20_000


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """A fleet whose pages sign in whoever asks, and can sign for the parties."""
    with running(tmp_path_factory.mktemp("campaign"), FLEET, METERS, *OPTIONS) as line:
        yield line


@pytest_asyncio.fixture(loop_scope="session")
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with serving(tmp_path / "state") as site:
        yield site


async def advance(line: CommandLine, by: str) -> None:
    """The clock, by another hand."""
    await asyncio.to_thread(line.run, "clock", "advance", by)


async def stand_at(reader: Reader, step: Step, count: int) -> None:
    """Waits until the open page shows so many there."""
    row = reader.page.locator("section:has(#steps) tbody tr").filter(has_text=step)
    await row.locator("td.number").get_by_text(str(count), exact=True).wait_for()


async def sends(reader: Reader, text: str) -> None:
    await reader.page.get_by_role("button", name=text).first.click()
    await reader.page.get_by_role("status").get_by_text(f"sent to {METERS} Devices").wait_for()


async def test_a_campaign_with_losses_is_brought_to_its_end_from_the_page(
    line: CommandLine, browser: "Browser", tmp_path: Path
) -> None:
    async with reading(read_connection(line.state).ssi, tmp_path, browser=browser) as reader:
        await reader.develops("Operator")
        await reader.goes_to("/faults")
        await reader.page.get_by_label("SRVs (none: any)").fill("11.3")
        await reader.page.get_by_label("Direction").select_option("FROM_DEVICE")
        await reader.page.get_by_label("The next n of each Device").fill("1")
        await reader.page.get_by_role("button", name="Set").click()
        await reader.page.get_by_role("rowheader", name="lose 11.3").wait_for()
        barriers = await reader.barriers()
        await reader.pictured("faults")
        await reader.page.get_by_role("button", name="Sign out").click()

        await reader.develops(SUPPLIER)
        await reader.goes_to("/campaigns")
        barriers += await reader.barriers()
        await reader.page.get_by_label("Firmware file").set_input_files(
            line.state / "firmware" / "esme-2.ota"
        )
        await reader.page.get_by_role("button", name="Upload and inspect").click()
        await reader.page.wait_for_url("**/campaigns/files/*")
        assert await reader.page.get_by_role("rowheader", name="manufacturer code").is_visible()
        barriers += await reader.barriers()
        await reader.pictured("firmware-file")

        await reader.page.get_by_role("button", name="Send to those of them that are yours").click()
        await stand_at(reader, Step.ON_ITS_WAY, METERS)
        await advance(line, "1d")
        await stand_at(reader, Step.VERIFIED, METERS)
        await sends(reader, "Activate (11.3)")
        await advance(line, "2m")
        await stand_at(reader, Step.NO_ANSWER, METERS)
        barriers += await reader.barriers()
        await reader.pictured("campaign-losses")
        await sends(reader, "Read the version (11.2)")
        await advance(line, "2m")
        await stand_at(reader, Step.ACTIVE, METERS)
        await reader.page.get_by_role("heading", name=f"{METERS} of {METERS} run the version").wait_for()
        await reader.pictured("campaign-done")

        assert await reader.page.locator("#plot canvas").count() == 1
        assert barriers == []
        assert reader.complaints == []

        standing = reader.page.locator("#up-to-date")
        await reader.page.context.set_offline(True)
        await standing.filter(has_text="Not up to date: the server does not answer").wait_for()
        await reader.page.context.set_offline(False)
        await reader.page.locator("#up-to-date:empty").wait_for(state="attached")
        await reader.page.context.clear_cookies()
        await standing.filter(has_text="Your session has ended: sign in").wait_for()


async def test_devices_that_are_suspended_appear_in_the_open_page(
    line: CommandLine, browser: "Browser", tmp_path: Path
) -> None:
    async with reading(read_connection(line.state).ssi, tmp_path, browser=browser) as reader:
        await reader.develops("Operator")
        await reader.goes_to(
            PRODUCT.replace("ESME", "GSME").replace("AB01", "AB02").replace("010A030B", "020A0301")
        )
        barriers = await reader.barriers()
        assert await reader.page.locator("#watched tbody tr").count() == 0

        entry = await reader.page.locator("section:has(#standing) strong").first.inner_text()
        await asyncio.to_thread(line.run, "cpl", "remove", entry)

        await reader.page.locator("#watched tbody tr").nth(METERS - 1).wait_for()
        await reader.page.locator("#standing-now").get_by_text("not on the list").wait_for()
        await reader.pictured("suspended-live")
        barriers += await reader.barriers()

        assert await reader.page.locator("#live-number").inner_text() == str(METERS)
        assert barriers == []
        assert reader.complaints == []


async def test_a_page_that_is_left_open_stays_small(site: Site, browser: "Browser", tmp_path: Path) -> None:
    state, runtime = site.dcc.dsp.runtime.engine.state, site.dcc.dsp.runtime
    async with reading(site.dcc.dsp.ssi_address, tmp_path, browser=browser) as reader:
        await reader.develops("Operator")
        await reader.goes_to("/live")
        await reader.page.locator("#live-line").get_by_text("connected", exact=True).wait_for()

        for number in range(MANY):
            change = SmiChange(at=START, device=ESME, what=f"change {number}")
            state.smi_changes.append(change, device=ESME, cause="")
            if number % 500 == 0:
                await runtime.flush()
        await runtime.flush()
        await reader.page.get_by_role("cell", name=f"change {MANY - 1}", exact=True).wait_for()
        await reader.page.locator("#live-count").get_by_text(f"{MANY:,}", exact=True).wait_for()

        assert await reader.page.locator("#live-rows tr").count() == MOST_EVENTS
        assert await reader.page.evaluate("document.querySelectorAll('*').length") < 3_000
        assert await reader.barriers() == []
        await reader.pictured("live")
        assert reader.complaints == []


async def test_a_paused_page_stands_still_and_goes_on(site: Site, browser: "Browser", tmp_path: Path) -> None:
    state, runtime = site.dcc.dsp.runtime.engine.state, site.dcc.dsp.runtime

    async def happens(what: str) -> None:
        state.smi_changes.append(SmiChange(at=START, device=ESME, what=what), device=ESME, cause="")
        await runtime.flush()

    async with reading(site.dcc.dsp.ssi_address, tmp_path, browser=browser) as reader:
        await reader.develops("Operator")
        await reader.goes_to("/live")
        await reader.page.locator("#live-line").get_by_text("connected", exact=True).wait_for()
        await reader.page.get_by_role("button", name="Pause").click()
        await happens("while it is paused")
        await reader.page.locator("#live-count").get_by_text("1", exact=True).wait_for()
        paused = await reader.page.locator("#live-rows tr").count()
        await reader.page.get_by_role("button", name="Go on").click()
        await reader.page.get_by_role("cell", name="while it is paused").wait_for()

        assert paused == 0
        assert reader.complaints == []


async def test_no_page_of_an_operator_has_a_barrier(site: Site, browser: "Browser", tmp_path: Path) -> None:
    found: list[str] = []
    async with reading(site.dcc.dsp.ssi_address, tmp_path, browser=browser) as reader:
        await reader.develops("Operator")
        for name, path in {"cpl": "/cpl", "clock": "/clock", "faults": "/faults", "live": "/live"}.items():
            await reader.goes_to(path)
            for theme in THEMES:
                await reader.wears(theme)
                found += [f"{name}, {theme}: {barrier}" for barrier in await reader.barriers()]
                await reader.pictured(f"{name}-{theme}")

    assert found == []
