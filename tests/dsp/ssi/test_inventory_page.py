"""The inventory as a reader has it before him: searched, paged, counted, and kept apart from what it was asked with."""

import pytest

from smart_metering.rpc.v1 import inventory_administration_pb2 as administration_pb2
from smart_metering.smi_statuses import SmiStatus
from smart_metering.wire.conversion import to_message
from tests.dsp.ssi.browsing import OPERATOR, Shown, Site
from tests.support.dsp_premises import (
    CHF,
    DEVICE_TYPES,
    ESME,
    GSME,
    IHD,
    IMPORT_MPAN,
    OTHER_USER,
    SUPPLIER,
    UPRN,
    loaded_device,
)

ALL = sorted(DEVICE_TYPES)


def listed(shown: Shown) -> list[str]:
    """The Device IDs of the table."""
    return shown.texts("//tbody/tr/th")


async def test_the_inventory_lists_every_device_with_its_standing(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        shown = await browser.get("/inventory")

    assert shown.status == 200
    assert listed(shown) == ALL
    row = shown.texts(f"//tbody/tr[th='{ESME}']/td")
    assert row == ["ESME", "Commissioned", "106C 433100AC", "00000001", "Active", IMPORT_MPAN, UPRN, CHF]
    assert shown.texts(f"//tbody/tr[th='{IHD}']/td")[:5] == ["IHD", "no status", "106C 433100AC", "", ""]
    assert "1 to 7 of 7" in shown.text


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        (f"q={ESME.lower()}", [ESME]),
        ("q=00-DB-12", ALL),
        ("q=00DB123456789003", [GSME]),
        (f"q={IMPORT_MPAN}", [ESME]),
        (f"q={UPRN}", ALL),
        (f"q={UPRN}&type=ESME", [ESME]),
        ("q=BS1+6PN", []),
        ("q=nothing", []),
        ("type=GSME", [GSME]),
        ("status=none", [IHD]),
        ("status=Suspended", []),
        ("model=106C+433100AC&version=00000001&type=ESME", [ESME]),
        ("version=00000002", []),
        (f"hub={CHF.lower()}", ALL),
        ("hub=nonsense", []),
        (f"hub={CHF}&q={ESME}", [ESME]),
    ],
)
async def test_a_search_finds_what_it_names(site: Site, search: str, expected: list[str]) -> None:
    async with site.signed_in(OTHER_USER) as browser:
        shown = await browser.get(f"/inventory?{search}")

    assert shown.status == 200
    assert listed(shown) == expected


async def test_what_is_no_identifier_is_said_to_be_none(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        shown = await browser.get("/inventory?q=what+is+this")

    assert "That is no identifier." in shown.text
    assert shown.attributes("//input[@name='q']/@value") == ["what is this"]


@pytest.mark.parametrize("search", ["q=a&q=b", f"q={'x' * 101}", "q=%00", "q=%ff"])
async def test_a_search_that_cannot_be_read_is_refused(site: Site, search: str) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        shown = await browser.get(f"/inventory?{search}")

    assert shown.status == 400


async def test_pages_lead_on_and_back_with_the_search(site: Site) -> None:
    await load_meters(site, 120)
    async with site.signed_in(OPERATOR) as browser:
        first = await browser.get("/inventory?status=Suspended")
        second = await browser.get(first.attributes("//a[@rel='next']/@href")[0])
        third = await browser.get(second.attributes("//a[@rel='next']/@href")[0])
        back = await browser.get(third.attributes("//a[@rel='prev']/@href")[0])

    assert [len(listed(it)) for it in (first, second, third)] == [50, 50, 20]
    assert "51 to 100 of 120" in second.text
    assert listed(back) == listed(second)
    assert first.attributes("//a[@rel='prev']/@href") == third.attributes("//a[@rel='next']/@href") == []
    assert "Suspended 120" in first.text


async def test_a_page_of_the_inventory_is_small(site: Site) -> None:
    await load_meters(site, 120)
    async with site.signed_in(SUPPLIER) as browser:
        shown = await browser.get("/inventory")

    assert len(shown.response.content) < 60_000


async def load_meters(site: Site, count: int) -> None:
    """So many Suspended ESMEs beyond the premises."""
    premises = administration_pb2.InventoryBatch()
    for number in range(count):
        loaded = to_message(loaded_device(ESME, SmiStatus.SUSPENDED), administration_pb2.LoadedDevice)
        loaded.device.device_id = f"00-DB-99-00-00-00-00-{number:02X}"
        loaded.device.import_mpxn = loaded.device.export_mpan = loaded.device.uprn = ""
        premises.devices.append(loaded)
    await site.dcc.administration.Load(iter([premises]))
