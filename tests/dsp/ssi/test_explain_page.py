"""A request explained as a page: hop by hop and drawn, with its faults, to who sent it and to the operator alone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from smart_metering.administration import Fate
from smart_metering.duis.service_requests import ReadFirmwareVersion
from smart_metering.identifiers import Eui
from tests.dsp.rpc.loopback import HandHeldHost
from tests.dsp.ssi.browsing import OPERATOR, Shown, Site, serving
from tests.support.dsp_premises import DISTRIBUTOR, ESME, GSME, OTHER_SUPPLIER, START, SUPPLIER, V2
from tests.support.scripted_emulator import ScriptedEmulator, scripted_emulator

REQUEST = f"{SUPPLIER}:{ESME}:1"


@pytest.fixture
async def emulator() -> AsyncIterator[ScriptedEmulator]:
    async with scripted_emulator() as emulator:
        yield emulator


@pytest.fixture
async def site(tmp_path: Path, emulator: ScriptedEmulator) -> AsyncIterator[Site]:
    """The supplier read the version of an ESME that runs another than the SMI had."""
    async with serving(tmp_path / "state", emulators=(emulator.address,)) as site:
        host = HandHeldHost(site.dcc)
        host.devices[ESME].version = V2
        await host.attach()
        await site.dcc.send(site.dcc.read_version())
        await site.dcc.advance(60_000)
        yield site
        await host.detach()


async def explained(site: Site, user: Eui | None, request_id: str = REQUEST) -> Shown:
    async with site.signed_in(user) as browser:
        return await browser.get(f"/explain?request_id={request_id}")


def places(shown: Shown) -> list[str]:
    """Where each hop of the list was."""
    return shown.texts("//ol/li/span[contains(@class, 'badge')]")


async def test_a_request_is_told_hop_by_hop_with_the_row_that_decided(site: Site) -> None:
    shown = await explained(site, SUPPLIER)

    assert places(shown) == ["door", "access control", "post book", "SM WAN", "answer", "SMI"]
    hops = shown.texts("//ol/li")
    assert "Service Request 11.2 Read Firmware Version" in hops[0]
    assert "granted as IS" in hops[1]
    assert "passed" in shown.texts("//ol/li[2]//details//li")[0]
    assert f"firmware version 00000001 -> {V2}" in hops[5]
    assert "Response to 11.2 from ESME (SECMP0105 report" in hops[5]
    assert "(you)" in hops[4]


async def test_the_picture_has_a_step_for_each_hop_that_leads_to_it(site: Site) -> None:
    shown = await explained(site, SUPPLIER)

    links = shown.attributes("//*[local-name()='svg']//*[local-name()='a']/@href")
    assert links == [f"#hop-{number}" for number in (1, 2, 3, 4, 4, 5, 6)]  # the Command, and its Response
    assert {f"#{hop}" for hop in shown.attributes("//ol/li/@id")} == set(links)
    lanes = shown.texts("//*[local-name()='svg']/*[local-name()='g']/*[local-name()='text']")
    assert lanes == ["User", "DSP", "SMI", "Device"]


async def test_a_fault_that_was_drawn_stands_among_the_hops(site: Site, emulator: ScriptedEmulator) -> None:
    emulator.drawn = [
        Fate(
            at=START,
            device_id=ESME,
            direction="FROM_DEVICE",
            rule="first is lost",
            fate="lose",
            reference="11.2",
            originator=SUPPLIER,
            counter=1,
        )
    ]

    shown = await explained(site, SUPPLIER)

    assert places(shown)[3] == "fault"
    assert "fault rule 'first is lost'" in shown.texts("//ol/li[4]")[0]
    assert "lost" in shown.attributes("//*[local-name()='svg']//*[local-name()='path']/@class")


async def test_the_operator_is_told_who_sent_it(site: Site) -> None:
    shown = await explained(site, OPERATOR)

    assert f"({SUPPLIER})" in shown.texts("//ol/li[1]")[0]


@pytest.mark.parametrize("user", [DISTRIBUTOR, OTHER_SUPPLIER])
@pytest.mark.parametrize("request_id", [REQUEST, f"{SUPPLIER}:{ESME}:4711"])
async def test_of_a_request_of_another_nothing_is_told_not_even_whether_there_is_one(
    site: Site, user: Eui, request_id: str
) -> None:
    shown = await explained(site, user, request_id)

    assert shown.status == 404
    assert shown.text.count("or none that you sent") == 1


async def test_a_request_that_is_refused_shows_which_check_refused_it(site: Site) -> None:
    await site.dcc.send(site.dcc.request("11.2", ReadFirmwareVersion(), target=GSME))

    shown = await explained(site, SUPPLIER, f"{SUPPLIER}:{GSME}:2")

    assert "refused: E4" in shown.texts("//ol/li[2]")[0]
    assert "refused: E4" in shown.texts("//ol/li[2]//details//li")[-1]
    assert "Not asked: " in shown.texts("//ol/li[2]//details")[0]


async def test_what_is_no_request_id_is_refused(site: Site) -> None:
    assert (await explained(site, SUPPLIER, "nothing")).status == 400


async def test_the_page_without_a_request_asks_for_one(site: Site) -> None:
    shown = await explained(site, SUPPLIER, "")

    assert shown.status == 200
    assert shown.tree.xpath("//input[@name='request_id']")


async def test_where_no_emulator_is_known_the_page_says_that_faults_are_not(tmp_path: Path) -> None:
    async with serving(tmp_path / "state") as site:
        await site.dcc.send(site.dcc.read_version())

        shown = await explained(site, SUPPLIER)

    assert "Whether a fault was drawn is not known" in shown.text
    assert places(shown)[-1] == "post book"
