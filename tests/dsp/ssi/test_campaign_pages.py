"""Firmware campaigns by the pages: a file uploaded, 11.1 sent, watched to its end, what is lost made good."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dsp.bootstrap import Dsp, DspSettings
from dsp.core.campaigns import FirmwareRequest, Step
from dsp.rules.releases import rules_as_of
from dsp.runtime import campaign_desk
from dsp.runtime.user_requests import UserRequests
from dsp.ssi import campaigns as pages
from dsp.ssi.settings import SsiSettings
from operations.tls import ProtectionError
from smart_metering.command_variants import CommandVariant
from smart_metering.duis.inventory_requests import ReadInventory
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.instants import MINUTE_MS
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from tests.dsp.ssi.browsing import OPERATOR, Site
from tests.dsp.ssi.campaigning import a_hub, keys_in, serving_with, started, steps, upload
from tests.support.dsp_premises import (
    DISTRIBUTOR,
    ESME,
    GSME,
    IMPORT_MPAN,
    NOWHERE,
    OTHER_SUPPLIER,
    START,
    SUPPLIER,
    V2,
)
from tests.support.hand_made_device import SEED


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """Pages that can sign for the supplier."""
    async with serving_with(tmp_path / "state", keys_in(tmp_path)) as site:
        yield site


async def reads_inventory(site: Site, times: int) -> None:
    """8.2 by MPxN, by the supplier's own system: like an 11.1, it is about the ACB."""
    acb, body = site.dcc.dsp.runtime.engine.acb.eui, ReadInventory(mpxn=IMPORT_MPAN)
    for _ in range(times):
        request = site.dcc.request("8.2", body, target=acb, variant=CommandVariant.NON_DEVICE)
        answer = await site.dcc.non_device(request)
        assert answer.response_code is ResponseCode.I0


async def test_a_campaign_goes_its_whole_way_with_a_loss_made_good(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser, a_hub(site) as hub:
        address = await started(browser)
        seen = [steps(await browser.get(address))]
        await hub.has_the_file()
        seen.append(steps(await browser.get(address)))
        hub.host.devices[ESME].silent = True
        asked = await browser.post(address, {"step": Step.AT_HUB, "srv": "11.3"})
        told = await browser.get(asked.leads_to)
        seen.append(steps(told))
        await site.dcc.advance(2 * MINUTE_MS)
        seen.append(steps(await browser.get(address)))
        hub.host.devices[ESME].silent, hub.host.devices[ESME].version = False, V2  # It had acted.
        await browser.post(address, {"step": Step.NO_ANSWER, "srv": "11.2"})
        read = await browser.get(address)
        await site.dcc.advance(MINUTE_MS)
        last = await browser.get(address)
        chart = json.loads((await browser.http.get(f"{address}/progress")).content)
        unchanged = await browser.http.get(f"{address}/progress?seen={chart['changes']}")

    assert seen == [{Step.ON_ITS_WAY: 1}, {Step.AT_HUB: 1}, {Step.ASKED: 1}, {Step.NO_ANSWER: 1}]
    assert "11.3 was sent to 1 Devices: 1 requests were accepted." in told.text
    assert "11.2 asked" in read.text
    assert steps(last) == {Step.ACTIVE: 1}
    assert "1 of 1 run the version" in last.text
    assert [step["name"] for step in chart["steps"]] == [
        Step.ON_ITS_WAY,
        Step.ASKED,  # at the same instant as it was at the hub
        Step.NO_ANSWER,
        Step.ACTIVE,
    ]
    assert unchanged.status_code == 204
    assert len(last.response.content) < 60_000


async def test_a_campaign_is_the_same_after_a_restart(tmp_path: Path) -> None:
    state, keys, shown, charts = tmp_path / "state", keys_in(tmp_path), [], []
    async with serving_with(state, keys) as site, site.signed_in(SUPPLIER) as browser, a_hub(site) as hub:
        address = await started(browser)
        await hub.has_the_file()
        await browser.post(address, {"step": Step.AT_HUB, "srv": "11.3"})
        await site.dcc.advance(MINUTE_MS)
        shown.append(steps(await browser.get(address)))
        charts.append(json.loads((await browser.http.get(f"{address}/progress")).content))
    async with serving_with(state, keys) as site, site.signed_in(SUPPLIER) as browser:
        shown.append(steps(await browser.get(address)))
        charts.append(json.loads((await browser.http.get(f"{address}/progress")).content))
        listed = await browser.get("/campaigns")

    assert shown[0] == shown[1] == {Step.ACTIVE: 1}
    assert charts[0] == charts[1]
    assert listed.attributes("//tbody/tr/th/a/@href") == [address]


async def test_campaigns_are_listed_behind_other_requests(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaign_desk, "REQUESTS_TOGETHER", 20)
    async with site.signed_in(SUPPLIER) as browser:
        addresses = [await started(browser)]
        await reads_inventory(site, 50)
        addresses.append(await started(browser))
        await reads_inventory(site, 50)
        listed = await browser.get("/campaigns")
        monkeypatch.setattr(campaign_desk, "MOST_PAGES", 2)
        first = await browser.get("/campaigns")
        second = await browser.get(first.attributes("//a[@rel='next']/@href")[0])

    assert listed.attributes("//tbody/tr/th/a/@href") == addresses[::-1]
    assert not listed.attributes("//a[@rel='next']/@href")
    assert "None among these of your requests" in first.text
    assert second.attributes("//tbody/tr/th/a/@href") == addresses[1:]


async def test_campaigns_are_listed_page_by_page(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "CAMPAIGNS_SHOWN", 2)
    async with site.signed_in(SUPPLIER) as browser:
        addresses = [await started(browser) for _ in range(3)]
        first = await browser.get("/campaigns")
        second = await browser.get(first.attributes("//a[@rel='next']/@href")[0])

    assert first.attributes("//tbody/tr/th/a/@href") == [addresses[2], addresses[1]]
    assert second.attributes("//tbody/tr/th/a/@href") == addresses[:1]


async def test_the_page_leads_to_what_was_sent_though_other_requests_came_in_between(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    update = UserRequests.update_firmware

    async def and_then_more(
        requests: UserRequests, user: Eui, srv: str, body: FirmwareRequest
    ) -> ServiceResponse:
        answer = await update(requests, user, srv, body)
        await reads_inventory(site, 1)
        await update(requests, user, srv, changed(body, device_id_list=(NOWHERE,)))
        return answer

    monkeypatch.setattr(UserRequests, "update_firmware", and_then_more)
    async with site.signed_in(SUPPLIER) as browser:
        shown = await browser.get(await started(browser))

    assert steps(shown) == {Step.ON_ITS_WAY: 1}


async def test_what_a_users_own_system_sends_is_followed_too(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser, a_hub(site) as hub:
        address = await started(browser)
        await hub.has_the_file()
        hub.host.devices[ESME].version = V2
        await site.dcc.send(site.dcc.read_version())
        await site.dcc.advance(MINUTE_MS)
        shown = await browser.get(address)

    assert steps(shown) == {Step.ACTIVE: 1}


async def test_a_file_that_did_not_reach_the_hub_is_sent_again(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser, a_hub(site) as hub:
        address = await started(browser)
        await hub.has_the_file(success=False)
        failed = await browser.get(address)
        again = await browser.post(address, {"step": Step.NOT_DELIVERED, "srv": "11.1"})
        second = await browser.get(again.leads_to)
        await hub.has_the_file()
        first, arrived = await browser.get(address), await browser.get(again.leads_to)

    assert steps(failed) == steps(first) == {Step.NOT_DELIVERED: 1}
    assert again.leads_to != address
    assert (steps(second), steps(arrived)) == ({Step.ON_ITS_WAY: 1}, {Step.AT_HUB: 1})


async def test_devices_that_are_left_out_are_named_with_the_reason(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        address = await started(browser, f"{ESME.lower()}, {GSME}\n{NOWHERE};")
        shown = await browser.get(f"{address}?step=left+out+of+the+request")

    assert steps(shown) == {Step.LEFT_OUT: 2, Step.ON_ITS_WAY: 1}
    rows = shown.texts("//section[h2[@id='devices']]//tbody/tr")
    assert [row.split()[0] for row in rows] == [GSME, NOWHERE]
    assert all("not yours, or not known to the SMI" in row for row in rows)


async def test_a_request_that_is_refused_says_why(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        shown = await browser.get(await started(browser, NOWHERE))

    assert "no Device in the list passes" in shown.text
    assert steps(shown) == {Step.LEFT_OUT: 1}


async def test_a_search_picks_ones_own_devices_alone(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        file = (await upload(browser)).leads_to
        found = await browser.get(f"{file}?q=00-DB-12&all=yes")
        done = await browser.post(file, {"q": "00-DB-12", "type": "ESME"})
        shown = await browser.get(done.leads_to)
        nothing = await browser.post(file, {"type": "GSME"})

    assert "7 Devices are so" in found.text
    assert shown.texts("//section[h2[@id='devices']]//tbody/tr/th") == [ESME]
    assert nothing.status == 400


async def test_without_keys_11_3_is_not_sent_and_the_page_says_what_to_do(tmp_path: Path) -> None:
    async with (
        serving_with(tmp_path / "state", None) as site,
        site.signed_in(SUPPLIER) as browser,
        a_hub(site) as hub,
    ):
        address = await started(browser)
        await hub.has_the_file()
        shown = await browser.get(address)
        refused = await browser.post(address, {"step": Step.AT_HUB, "srv": "11.3"})

    assert "11.3 is not sent from here" in shown.text
    assert not shown.attributes("//button[contains(@id, '11.3')]/@id")
    assert (refused.status, "your own key" in refused.text) == (409, True)


async def test_with_keys_the_page_says_that_they_are_a_development_convenience(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        shown = await browser.get(await started(browser))

    assert "A development convenience" in shown.text


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"step": Step.ACTIVE, "srv": "11.3"},
        {"step": Step.ON_ITS_WAY, "srv": "11.1"},
        {"step": "x", "srv": "11.2"},
    ],
)
async def test_what_no_button_sends_is_refused(site: Site, fields: dict[str, str]) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        refused = await browser.post(await started(browser), fields)

    assert refused.status == 400


async def test_a_campaign_is_its_users_alone(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        address = await started(browser)
    found = {}
    for other in (DISTRIBUTOR, OTHER_SUPPLIER):
        async with site.signed_in(other) as browser:
            found[other] = [
                (await browser.get(address)).status,
                (await browser.get(f"{address}/progress")).status,
                (await browser.post(address, {"step": Step.AT_HUB, "srv": "11.3"})).status,
                (await browser.get("/campaigns")).texts("//tbody/tr"),
            ]
    async with site.signed_in(OPERATOR) as browser:
        refused = await browser.get(address)

    assert found == {DISTRIBUTOR: [404, 404, 404, []], OTHER_SUPPLIER: [404, 404, 404, []]}
    assert refused.status == 403


@pytest.mark.parametrize("number", ["0", "1", "999999", "x", "9" * 30, "%2e%2e", "-1"])
async def test_a_campaign_that_is_not_there_is_said_not_to_be(site: Site, number: str) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        shown = await browser.get(f"/campaigns/{number}")

    assert shown.status == 404


async def test_requests_of_the_page_are_under_ids_that_no_clock_gives(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        await started(browser)
        await started(browser)
        shown = await browser.get("/campaigns")

    requests = shown.texts("//tbody/tr/td[last()]")
    assert [int(it.rpartition(":")[2]) for it in requests] == [START - 2, START - 1]


def test_keys_of_parties_are_given_to_a_development_system_alone(tmp_path: Path) -> None:
    ssi = SsiSettings(listen="127.0.0.1:0", development_keys=tmp_path)
    with pytest.raises(ProtectionError, match="development sign-in"):
        Dsp(
            DspSettings(
                listen="127.0.0.1:0", state=tmp_path, seed=SEED, rules=rules_as_of(), epoch=START, ssi=ssi
            )
        )
