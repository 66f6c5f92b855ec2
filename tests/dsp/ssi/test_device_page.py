"""The page of a Device: what the SMI has of it, its premises, and apart from that what the Device itself says."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dsp.rules.releases import rules_with
from smart_metering.administration import DeviceInside, LoggedEvent
from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import DeviceType, Generation
from smart_metering.duis.device_requests import ReadDeviceLog
from smart_metering.duis.inventory_requests import DeviceDetails, UpdateInventory
from smart_metering.duis.service_responses import DecodedValue
from smart_metering.identifiers import Eui
from tests.dsp.rpc.loopback import HandHeldHost
from tests.dsp.ssi.browsing import OPERATOR, Shown, Site, serving, words_of
from tests.support.dsp_premises import (
    CHF,
    DEVICE_TYPES,
    DISTRIBUTOR,
    ESME,
    GAS_SUPPLIER,
    GSME,
    IMPORT_MPAN,
    MANUFACTURER,
    MODEL,
    NOWHERE,
    OTHER_USER,
    START,
    SUPPLIER,
    V1,
    V2,
)
from tests.support.hand_made_device import ACB
from tests.support.scripted_emulator import ScriptedEmulator, scripted_emulator


@pytest.fixture
async def emulator() -> AsyncIterator[ScriptedEmulator]:
    async with scripted_emulator() as emulator:
        emulator.devices[ESME] = inside()
        yield emulator


@pytest.fixture
async def site(tmp_path: Path, emulator: ScriptedEmulator) -> AsyncIterator[Site]:
    """A DSP that finds the emulator in a file."""
    (tmp_path / "emulator").write_text(f"{emulator.address}\n", "ascii")
    rules = rules_with(("SECMP0105", "SECMP0125"))
    async with serving(tmp_path / "state", emulators=(f"@{tmp_path / 'emulator'}",), rules=rules) as site:
        yield site


def inside() -> DeviceInside:
    """The ESME runs other firmware than the SMI has."""
    return DeviceInside(
        device_id=ESME,
        device_type=DeviceType.ESME,
        generation=Generation.SMETS2,
        comms_hub=CHF,
        device_manufacturer=MANUFACTURER,
        device_model=MODEL,
        esme_variant="AD",
        firmware_version=V2,
        supplier=SUPPLIER,
        network_operator=DISTRIBUTOR,
        readings=(DecodedValue(name="ActiveImportRegister", value="4711 Wh"),),
        clock_ahead=-90_000,
        log=(LoggedEvent(at=START, code=0x8F3F, name="Unauthorised Physical Access"),),
    )


def facts(shown: Shown) -> dict[str, str]:
    """The SMI's entry."""
    names, texts = (
        shown.texts("//section[h2[@id='entry']]//dt"),
        shown.texts("//section[h2[@id='entry']]//dd"),
    )
    return dict(zip(names, texts, strict=True))


def itself(shown: Shown) -> str:
    """What the Device's own part says."""
    return shown.texts("//section[h2[@id='itself']]")[0]


def section(shown: Shown, name: str) -> list[list[str]]:
    """The rows of a table."""
    rows = shown.tree.xpath(f"//section[h2[@id='{name}']]//tbody/tr")
    return [[words_of(cell) for cell in row] for row in rows]


async def test_the_entry_of_the_smi_stands_there(site: Site) -> None:
    async with site.signed_in(OTHER_USER) as browser:
        shown = await browser.get(f"/devices/{ESME}")

    assert shown.heading == f"ESME {ESME}"
    assert facts(shown)["import MPxN"] == IMPORT_MPAN
    assert facts(shown)["Comms Hub"] == CHF
    assert shown.texts("//h1/following-sibling::span[contains(@class, 'badge')]") == [
        "Commissioned",
        "Active",
    ]
    assert section(shown, "history")[0][1:3] == ["Commissioned", "loaded"]


async def test_the_premises_are_drawn_with_all_that_are_on_the_han(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        shown = await browser.get(f"/devices/{GSME}")

    drawn = shown.texts("//*[local-name()='text'][@class='mono']")
    assert sorted(drawn) == sorted(DEVICE_TYPES)
    assert sorted(shown.attributes("//*[local-name()='svg']//*[local-name()='a']/@href")) == sorted(
        f"/devices/{device}" for device in DEVICE_TYPES if device != GSME
    )
    titles = shown.texts("//*[local-name()='svg']//*[local-name()='title']")
    assert {f"GPF belongs to {GSME}", f"HCALCS belongs to {ESME}", "this Device"} <= set(titles)
    assert "SM WAN: not attached" in shown.text


async def test_a_hub_that_is_attached_is_drawn_so(site: Site) -> None:
    host = HandHeldHost(site.dcc)
    await host.attach()
    async with site.signed_in(SUPPLIER) as browser:
        shown = await browser.get(f"/devices/{CHF}")
    await host.detach()

    assert "not attached" not in shown.text
    assert "this Device" in shown.texts("//*[local-name()='title']")


@pytest.mark.parametrize("device", [NOWHERE, "nothing", "00-DB", "%2e%2e"])
async def test_a_device_that_is_not_there_is_said_not_to_be(site: Site, device: str) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        shown = await browser.get(f"/devices/{device}")

    assert shown.status == 404


async def test_what_the_device_itself_says_stands_apart_and_where_it_differs_is_told(site: Site) -> None:
    async with site.signed_in(OPERATOR) as browser:
        shown = await browser.get(f"/devices/{ESME}")

    rows = {row[0]: row[1:] for row in section(shown, "itself")}
    assert rows["firmware version"] == [V1, f"{V2} differs"]
    assert rows["model"] == [MODEL, MODEL]
    assert rows["its clock"] == ["", "90 s behind"]
    assert rows["credentials of supplier"] == ["", SUPPLIER]
    assert "ActiveImportRegister 4711 Wh" in itself(shown)
    assert "8F3F Unauthorised Physical Access" in itself(shown)
    assert facts(shown)["firmware version"] == V1


@pytest.mark.parametrize("user", [SUPPLIER, DISTRIBUTOR])
async def test_who_is_responsible_sees_the_device_itself_without_its_registers_and_others(
    site: Site, user: Eui
) -> None:
    async with site.signed_in(user) as browser:
        shown = await browser.get(f"/devices/{ESME}")

    assert f"{V2} differs" in itself(shown)
    assert "4711" not in shown.source
    assert {SUPPLIER, DISTRIBUTOR} & set(shown.source.split()) <= {user}


@pytest.mark.parametrize("user", [GAS_SUPPLIER, OTHER_USER])
async def test_who_is_not_responsible_is_told_for_whom_it_is(site: Site, user: Eui) -> None:
    async with site.signed_in(user) as browser:
        shown = await browser.get(f"/devices/{ESME}")

    assert "a User responsible for the Device or the operator" in itself(shown)
    assert V2 not in shown.source


async def test_what_no_emulator_knows_is_said_to_be_unknown(site: Site, emulator: ScriptedEmulator) -> None:
    async with site.signed_in(OPERATOR) as browser:
        shown = await browser.get(f"/devices/{GSME}")

    assert "it is no Device of the emulator" in itself(shown)


async def test_an_emulator_that_comes_later_or_elsewhere_is_found(tmp_path: Path) -> None:
    where = tmp_path / "where"
    async with (
        serving(tmp_path / "state", emulators=(f"@{where}",)) as site,
        site.signed_in(OPERATOR) as browser,
    ):
        before = await browser.get(f"/devices/{ESME}")
        where.write_text("127.0.0.1:1", "ascii")
        silent = await browser.get(f"/devices/{ESME}")
        async with scripted_emulator() as emulator:
            emulator.devices[ESME] = inside()
            where.write_text(emulator.address, "ascii")
            found = await browser.get(f"/devices/{ESME}")

    assert "no emulator has said yet where it listens" in itself(before)
    assert "does not answer (UNAVAILABLE)" in itself(silent)
    assert f"{V2} differs" in itself(found)


async def test_a_dsp_that_was_told_of_no_emulator_says_so(tmp_path: Path) -> None:
    async with serving(tmp_path / "state") as site, site.signed_in(OPERATOR) as browser:
        shown = await browser.get(f"/devices/{ESME}")

    assert "not told of an emulator" in itself(shown)


async def test_a_request_under_way_is_shown_to_who_sent_it_and_the_operator(site: Site) -> None:
    await site.dcc.send(site.dcc.request("8.9", ReadDeviceLog(), target=CHF, by=OTHER_USER), by=OTHER_USER)
    await site.dcc.send(site.dcc.read_version())
    owed = {}
    for user in (SUPPLIER, OTHER_USER, OPERATOR):
        async with site.signed_in(user) as browser:
            owed[user] = [section(await browser.get(f"/devices/{it}"), "owed") for it in (ESME, CHF)]

    assert owed[SUPPLIER][0][0][0] == f"{SUPPLIER}:{ESME}:2"
    assert owed[SUPPLIER][0][0][1] == "11.2 Read Firmware Version"
    assert owed[SUPPLIER][0][0][-1] == "you"
    assert owed[SUPPLIER][1] == owed[OTHER_USER][0] == []
    assert [row[-1] for rows in owed[OPERATOR] for row in rows] == [SUPPLIER, OTHER_USER]


async def test_without_titles_a_cause_is_told_to_who_sent_the_request_and_the_operator(site: Site) -> None:
    details = UpdateInventory(device_id=ESME, update_device_details=DeviceDetails(esme_variant="ADE"))
    request = site.dcc.request("8.4", details, target=ACB, variant=CommandVariant.NON_DEVICE)
    await site.dcc.non_device(request)
    newest = {}
    for user in (SUPPLIER, DISTRIBUTOR, OPERATOR):
        async with site.signed_in(user) as browser:
            newest[user] = section(await browser.get(f"/devices/{ESME}"), "history")[0][2:]

    what = "esme_variant AD -> ADE"
    assert newest[SUPPLIER] == newest[OPERATOR] == [f"8.4 of {SUPPLIER}: {what}", f"{SUPPLIER}:{ACB}:1"]
    assert newest[DISTRIBUTOR] == ["by a request of another User", ""]


async def test_a_firmware_version_that_the_smi_learned_stands_in_the_firmware_history(site: Site) -> None:
    host = HandHeldHost(site.dcc)
    host.devices[ESME].version = V2
    await host.attach()
    await site.dcc.send(site.dcc.read_version())
    await site.dcc.advance(60_000)
    shown = {}
    for user in (SUPPLIER, DISTRIBUTOR):
        async with site.signed_in(user) as browser:
            shown[user] = section(await browser.get(f"/devices/{ESME}"), "firmware")
    await host.detach()

    assert shown[SUPPLIER][0][1] == f"{V1} -> {V2}"
    assert "Response to 11.2 from ESME (SECMP0105 report" in shown[SUPPLIER][0][2]
    assert shown[SUPPLIER][0][3] == f"{SUPPLIER}:{ESME}:1"
    assert shown[DISTRIBUTOR][0][3] == ""
