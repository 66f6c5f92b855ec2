"""The clock as operators have it: shown, stepped, let run; and left alone by everybody else."""

import pytest

from dsp.ssi.views.clock import STEPS
from tests.dsp.rpc.loopback import HandHeldHost
from tests.dsp.ssi.browsing import OPERATOR, Browser, Site
from tests.support.dsp_premises import START, SUPPLIER


def now(site: Site) -> int:
    return site.dcc.dsp.runtime.clock.now() - START


async def test_the_clock_shows_the_time_and_its_rate(site: Site) -> None:
    async with site.signed_in(OPERATOR) as browser:
        shown = await browser.get("/clock")

    assert "2021-11-21 02:00:00" in shown.texts("//p[@class='figure']")[0]
    assert "stands still until it is stepped" in shown.text
    assert shown.attributes("//button[@name='by']/@value") == [*STEPS, "event"]


@pytest.mark.parametrize(("by", "passed"), STEPS.items())
async def test_the_clock_is_stepped_by_so_much(site: Site, by: str, passed: int) -> None:
    async with site.signed_in(OPERATOR) as browser:
        await browser.get("/clock")
        done = await browser.post("/clock/step", {"by": by})

    assert (done.leads_to, now(site)) == ("/clock", passed)


async def test_the_clock_goes_to_the_next_event(site: Site) -> None:
    host = HandHeldHost(site.dcc, latency=7_000)
    await host.attach()
    await site.dcc.send(site.dcc.read_version())
    async with site.signed_in(OPERATOR) as browser:
        await browser.post("/clock/step", {"by": "event"})
    await host.detach()

    assert now(site) == 7_000


async def test_time_runs_at_a_rate_and_is_not_stepped_then(site: Site) -> None:
    async with site.signed_in(OPERATOR) as browser:
        ran = await browser.post("/clock/rate", {"rate": "60"})
        shown = await browser.get("/clock")
        refused = await browser.post("/clock/step", {"by": "1s"})
        await browser.post("/clock/rate", {"rate": "0"})
        stands = await browser.get("/clock")

    assert ran.status == 303
    assert "60 times as fast" in shown.text
    assert (refused.status, "set the rate to 0" in refused.text) == (409, True)
    assert "stands still" in stands.text


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/clock/step", {"by": "1y"}, 400),
        ("/clock/step", {}, 400),
        ("/clock/rate", {"rate": "fast"}, 400),
        ("/clock/rate", {"rate": "-1"}, 409),
        ("/clock/rate", {"rate": "nan"}, 409),
    ],
)
async def test_what_the_clock_cannot_do_is_refused(
    site: Site, path: str, fields: dict[str, str], status: int
) -> None:
    async with site.signed_in(OPERATOR) as browser:
        refused = await browser.post(path, fields)

    assert (refused.status, now(site)) == (status, 0)


async def moved(browser: Browser) -> set[int]:
    return {
        (await browser.get("/clock")).status,
        (await browser.post("/clock/step", {"by": "1d"})).status,
        (await browser.post("/clock/rate", {"rate": "1"})).status,
    }


async def test_a_user_moves_no_clock(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        assert await moved(browser) == {403}

    assert now(site) == 0
