"""Whatever outsiders wrote into names, models, addresses and searches is shown as text, and nothing of it runs."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest
from lxml import html

from dsp.ssi.exports import safe_cell
from smart_metering.administration import DeviceInside, Fate, FaultRule, LoggedEvent
from smart_metering.device_types import DeviceType, Generation
from smart_metering.duis.inventory_requests import PropertyFilter
from smart_metering.duis.service_responses import DecodedValue
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.records import changed
from smart_metering.rpc.v1 import central_products_list_pb2 as cpl_pb2
from smart_metering.rpc.v1 import inventory_administration_pb2 as administration_pb2
from smart_metering.wire.conversion import to_message
from tests.dsp.ssi.browsing import OPERATOR, Shown, Site, serving
from tests.support.dsp_premises import (
    CHF,
    DEVICE_TYPES,
    ESME,
    MANUFACTURER,
    MODEL,
    START,
    SUPPLIER,
    V1,
    cpl_entry,
    loaded_device,
    party,
)
from tests.support.scripted_emulator import ScriptedEmulator, scripted_emulator

ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    "</title><svg onload=alert(1)>",
    "{{ 7*7 }}${7*7}<%= 7*7 %>",
    "javascript:alert(1)",
)
OURS = {
    "/static/vendor/htmx-2.0.11.min.js",
    "/static/vendor/uplot-1.6.32.min.js",
    "/static/app.js",
    "/static/campaign.js",
    "/static/live.js",
}
ALLOWED_SCHEMES = ("/", "#")


def assert_runs_nothing(shown: Shown) -> None:
    """No script but ours, nothing inline, no address but of this site."""
    tree = shown.tree
    assert {str(src).partition("?")[0] for src in tree.xpath("//script/@src")} <= OURS
    assert not tree.xpath("//script[not(@src)]")
    assert not tree.xpath("//style | //@style | //iframe | //object | //embed | //base")
    assert not [name for name in attribute_names(tree) if name.startswith("on")]
    for address in (*tree.xpath("//@href"), *tree.xpath("//@src"), *tree.xpath("//@action")):
        assert str(address).startswith(ALLOWED_SCHEMES), address
    assert "49" not in shown.texts("//h1")


def attribute_names(tree: html.HtmlElement) -> set[str]:
    return {str(name).lower() for element in tree.iter() for name in element.attrib}


@pytest.fixture
async def emulator() -> AsyncIterator[ScriptedEmulator]:
    async with scripted_emulator() as emulator:
        yield emulator


@pytest.fixture(params=ATTACKS)
async def attacked(
    request: pytest.FixtureRequest, tmp_path: Path, emulator: ScriptedEmulator
) -> AsyncIterator[tuple[Site, str]]:
    """Every text that an administration, an emulator or a User may set is an attack."""
    attack: str = request.param
    where = PropertyFilter(post_code=attack, address_identifier=attack)
    batch = administration_pb2.InventoryBatch(
        parties=[to_message(changed(party(SUPPLIER), name=attack), administration_pb2.Party)]
    )
    for device in DEVICE_TYPES:
        loaded = loaded_device(device)
        texts = {"device_model": attack, "uprn": attack, "csp_region": attack, "han_variant": attack}
        shown = changed(loaded.device, **texts, property_filter=where, connectivity=attack, s1sp=attack)
        batch.devices.append(to_message(changed(loaded, device=shown), administration_pb2.LoadedDevice))
    emulator.devices[ESME] = DeviceInside(
        device_id=ESME,
        device_type=DeviceType.ESME,
        generation=Generation.SMETS2,
        comms_hub=CHF,
        device_manufacturer=attack,
        device_model=attack,
        firmware_version=FirmwareVersion("00000001"),
        readings=(DecodedValue(name=attack, value=attack),),
        log=(LoggedEvent(at=START, code=1, name=attack),),
    )
    emulator.drawn = [
        Fate(
            at=START,
            device_id=ESME,
            direction=attack,
            rule=attack,
            fate=attack,
            originator=SUPPLIER,
            counter=1,
        )
    ]
    emulator.rules = [FaultRule(name=attack, fate="lose", references=(attack,), one_in=1)]
    entry = changed(cpl_entry(ESME, V1), entry_id=attack, device_manufacturer=attack, device_model=attack)
    async with serving(tmp_path / "state", emulators=(emulator.address,)) as site:
        await site.dcc.administration.Load(iter([batch]))
        await site.dcc.cpl.Add(to_message(entry, cpl_pb2.CplEntry))
        await site.dcc.send(site.dcc.read_version())
        yield site, attack


async def test_what_others_wrote_is_shown_as_text(attacked: tuple[Site, str]) -> None:
    site, attack = attacked
    addresses = (
        "/inventory",
        f"/devices/{ESME}",
        f"/explain?request_id={SUPPLIER}:{ESME}:1",
        "/audit",
        "/about",
        "/live?of=all",
        "/campaigns",
        "/faults",
        "/cpl?q=" + quote(attack),
        f"/cpl/product?type=ESME&manufacturer={quote(attack)}&model={quote(attack)}&version={V1}",
    )
    async with site.signed_in(OPERATOR) as operator, site.signed_in(SUPPLIER) as supplier:
        shown = [await browser.get(address) for browser in (operator, supplier) for address in addresses]

    for page in shown:
        assert_runs_nothing(page)
    assert " ".join(attack.split()) in shown[0].text
    assert " ".join(attack.split()) in shown[1].text
    assert shown[1].text.count(" ".join(attack.split())) > 8
    assert " ".join(attack.split()) in shown[2].text
    assert " ".join(attack.split()) in shown[7].text, "the faults"
    assert " ".join(attack.split()) in shown[8].text, "the CPL"
    assert " ".join(attack.split()).upper() in shown[9].text.upper(), "a product"


@pytest.mark.parametrize("attack", ATTACKS)
async def test_what_was_asked_is_shown_as_text(site: Site, attack: str) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        for path, name in (
            ("/inventory", "q"),
            ("/inventory", "model"),
            ("/inventory", "type"),
            ("/inventory", "after"),
            ("/audit", "device"),
            ("/audit", "kind"),
            ("/audit", "from"),
            ("/explain", "request_id"),
            ("/nothing", "x"),
            ("/live", "of"),
            ("/campaigns", "before"),
        ):
            assert_runs_nothing(Shown(await browser.http.get(path, params={name: attack})))
        assert_runs_nothing(await browser.get(f"/campaigns/files/{quote(attack, safe='')}"))
        assert_runs_nothing(await browser.get(f"/campaigns/{quote(attack, safe='')}"))
        assert_runs_nothing(Shown(await browser.http.get(f"/devices/{attack.replace('/', '')}")))
    async with site.signed_in(OPERATOR) as operator:
        for path, name in (
            ("/cpl", "q"),
            ("/cpl", "after"),
            ("/cpl/product", "model"),
            ("/cpl/product", "status"),
        ):
            asked = {
                "type": "ESME",
                "manufacturer": MANUFACTURER,
                "model": MODEL,
                "version": V1,
                name: attack,
            }
            assert_runs_nothing(Shown(await operator.http.get(path, params=asked)))
        for path, name in (
            ("/cpl/add", "model"),
            ("/cpl/remove", "entry_id"),
            ("/faults/set", "name"),
            ("/clock/rate", "rate"),
        ):
            assert_runs_nothing(await operator.post(path, {name: attack}))
    async with site.browser() as guest:
        assert_runs_nothing(Shown(await guest.http.get("/sign-in", params={"then": attack})))
        await guest.get("/sign-in")
        assert_runs_nothing(await guest.post("/sign-in", {"account": attack, "password": attack}))
        assert_runs_nothing(await guest.post("/develop", {"party": attack}))


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"])
def test_no_cell_of_a_file_is_a_formula(value: str) -> None:
    assert safe_cell(value) == f"'{value}"


@pytest.mark.parametrize(
    ("value", "cell"), [("11.2", "11.2"), (-1, "-1"), (None, ""), ("", ""), ("a=1", "a=1")]
)
def test_what_is_no_formula_is_as_it_was(value: object, cell: str) -> None:
    assert safe_cell(value) == cell
