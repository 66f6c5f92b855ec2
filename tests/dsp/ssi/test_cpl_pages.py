"""The Central Products List as operators have it: searched, added to, taken from; and the Devices it suspends."""

import pytest

from dsp.core.inventory_index import InventoryIndex
from dsp.core.products import devices_by_product, devices_of_product, statuses_of_product
from smart_metering.records import changed
from smart_metering.smi_statuses import SmiStatus
from tests.dsp.ssi.browsing import OPERATOR, Browser, Shown, Site
from tests.dsp.ssi.test_inventory_page import load_meters
from tests.support.dsp_premises import ESME, MANUFACTURER, MODEL, SUPPLIER, V1, V3, cpl_entry, image_hash

PRODUCT = f"/cpl/product?type=ESME&manufacturer={MANUFACTURER}&model={MODEL}&version={V1}"
NEW = {"type": "ESME", "manufacturer": MANUFACTURER, "model": MODEL, "version": V3}
XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


async def remove(browser: Browser) -> Shown:
    """V1 of the ESME off the list, by the form of its page; the page that follows."""
    await browser.get(PRODUCT)
    done = await browser.post("/cpl/remove", {"entry_id": cpl_entry(ESME, V1).entry_id})
    assert done.status == 303, done.source
    return await browser.get(done.leads_to)


async def test_the_list_tells_how_many_devices_run_each_product(site: Site) -> None:
    async with site.signed_in(OPERATOR) as browser:
        shown = await browser.get("/cpl?q=esme+00000001")

    (row,) = shown.tree.xpath("//tbody/tr")
    assert [cell.text_content() for cell in row][:5] == ["ESME V1", "ESME", MANUFACTURER, MODEL, V1]
    assert row[-1].text_content() == "1"
    assert "1 to 1 of 1" in shown.text


async def test_the_list_is_paged_by_entry(site: Site) -> None:
    async with site.signed_in(OPERATOR) as browser:
        for number in range(60):
            await browser.post("/cpl/add", {**NEW, "version": f"{number:08X}", "model": "PAGED"})
        first = await browser.get("/cpl?q=paged")
        second = await browser.get(first.attributes("//a[@rel='next']/@href")[0])

    assert (len(first.texts("//tbody/tr")), len(second.texts("//tbody/tr"))) == (50, 10)
    assert "51 to 60 of 60" in second.text
    assert not set(first.texts("//tbody/tr/th")) & set(second.texts("//tbody/tr/th"))
    assert len(first.response.content) < 60_000


async def test_an_entry_that_is_removed_suspends_its_devices_and_lists_them(site: Site) -> None:
    async with site.signed_in(OPERATOR) as browser:
        shown = await remove(browser)

    assert "1 Devices were Suspended" in shown.text
    assert "not on the list" in shown.text
    assert shown.texts("//section[@id='watched']//tbody/tr/th") == [ESME]


async def test_an_entry_that_is_put_back_restores_them(site: Site) -> None:
    async with site.signed_in(OPERATOR) as browser:
        gone = await remove(browser)
        back = await browser.post(
            "/cpl/add",
            {
                name: gone.attributes(f"//form[@action='/cpl/add']/input[@name='{name}']/@value")[0]
                for name in NEW
            },
        )
        shown = await browser.get(back.leads_to)

    assert "0 Devices were Suspended, 1 restored" in shown.text
    assert shown.texts("//section[@id='watched']//tbody/tr/th") == []


async def test_an_entry_is_added_with_its_hash_and_variants(site: Site) -> None:
    async with site.signed_in(OPERATOR) as browser:
        fields = {**NEW, "image_hash": image_hash(V3).hex(), "esme_variants": "A, ad"}
        done = await browser.post("/cpl/add", fields)

    assert done.status == 303
    entry = next(it for it in site.dcc.dsp.runtime.engine.state.cpl.values() if it.firmware_version == V3)
    assert (entry.manufacturer_image_hash, entry.esme_variants) == (image_hash(V3), ("A", "AD"))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"version": "3"}, "firmware version '3'"),
        ({"image_hash": "zz"}, "64 hexadecimal digits"),
        ({"image_hash": "00"}, "expected 32 or none"),
        ({"type": "IHD"}, "expected one of"),
        ({"type": ""}, "expected one of"),
        ({"manufacturer": ""}, "expected both"),
        ({"esme_variants": "Q"}, "expected some of"),
        ({"model": "x" * 101}, "more than 100 characters"),
        ({"version": V1}, "has this model and version already"),
    ],
)
async def test_what_can_be_no_entry_is_refused_with_the_reason(
    site: Site, change: dict[str, str], what: str
) -> None:
    async with site.signed_in(OPERATOR) as browser:
        refused = await browser.post("/cpl/add", {**NEW, "entry_id": "new", **change})

    assert refused.status == 400
    assert what in refused.text


async def test_what_is_not_on_the_list_cannot_be_removed(site: Site) -> None:
    async with site.signed_in(OPERATOR) as browser:
        refused = await browser.post("/cpl/remove", {"entry_id": "nothing"})
        unknown = await browser.get(PRODUCT.replace(V1, "99999999"))

    assert (refused.status, unknown.status) == (404, 404)


async def test_names_of_outsiders_are_shown_as_text(site: Site) -> None:
    async with site.signed_in(OPERATOR) as browser:
        done = await browser.post("/cpl/add", {**NEW, "manufacturer": XSS, "model": XSS, "entry_id": XSS})
        shown = [await browser.get(done.leads_to), await browser.get("/cpl")]

    assert all(XSS not in it.source for it in shown)
    assert all(not it.tree.xpath("//img | //script[not(@src)]") for it in shown)
    assert all(XSS.casefold() in it.text.casefold() for it in shown)


async def test_suspended_devices_are_listed_page_by_page(site: Site) -> None:
    await load_meters(site, 120)
    async with site.signed_in(OPERATOR) as browser:
        first = await browser.get(PRODUCT)
        second = await browser.get(first.attributes("//a[@rel='next']/@href")[0])

    listed = "//section[@id='watched']//tbody/tr/th"
    assert (len(first.texts(listed)), "1 to 50 of 120" in first.text) == (50, True)
    assert second.texts(listed)[0] == "00-DB-99-00-00-00-00-32"


async def test_counts_by_index_are_what_one_by_one_they_are(site: Site) -> None:
    await load_meters(site, 70)
    state = site.dcc.dsp.runtime.engine.state
    other = changed(
        state.devices[ESME], device=changed(state.devices[ESME].device, device_model=MODEL.lower())
    )
    index = InventoryIndex([*((id_, it) for id_, it in state.devices.items() if id_ != ESME), (ESME, other)])
    product = ("ESME", MANUFACTURER, MODEL, V1)

    assert devices_by_product(index)[product] == 71
    assert statuses_of_product(index, product) == {"Suspended": 70, "Commissioned": 1}
    found = devices_of_product(index, product, SmiStatus.SUSPENDED, after="00-DB-99-00-00-00-00-41", limit=10)
    assert (found.devices[0], len(found.devices), found.first, found.count) == (
        "00-DB-99-00-00-00-00-42",
        4,
        67,
        70,
    )
    assert devices_of_product(index, product, SmiStatus.COMMISSIONED, after="", limit=10).devices == (ESME,)


async def test_a_user_has_no_such_pages(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        shown = [await browser.get("/cpl"), await browser.get(PRODUCT)]
        sent = [
            await browser.post("/cpl/add", NEW),
            await browser.post("/cpl/remove", {"entry_id": "ESME V1"}),
        ]
        about = await browser.get("/about")

    assert {it.status for it in (*shown, *sent)} == {403}
    assert "/cpl" not in about.attributes("//nav//a/@href")
    assert "ESME V1" in site.dcc.dsp.runtime.engine.state.cpl
