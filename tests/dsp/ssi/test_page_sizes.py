"""No page is over 150 kB: with 1,000 Devices, long names, full pages of records, long histories."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from smart_metering.administration import DeviceInside, LoadedDevice, LoggedEvent
from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import DeviceType, Generation
from smart_metering.duis.device_requests import ReadDeviceLog
from smart_metering.duis.service_requests import UpdateFirmware
from smart_metering.duis.service_responses import DecodedValue, InventoryDevice
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui, eui_from_number
from smart_metering.ota.image import encode as encode_firmware
from smart_metering.records import changed
from smart_metering.rpc.v1 import central_products_list_pb2 as cpl_pb2
from smart_metering.rpc.v1 import inventory_administration_pb2 as administration_pb2
from smart_metering.smi_statuses import SmiStatus
from smart_metering.wire.conversion import to_message
from tests.dsp.ssi.browsing import OPERATOR, Browser, Site, serving
from tests.support.dsp_premises import (
    CHF,
    DISTRIBUTOR,
    ESME,
    MANUFACTURER,
    ROLES,
    START,
    SUPPLIER,
    V1,
    V2,
    cpl_entry,
    firmware_file,
    party,
    registration,
)
from tests.support.hand_made_device import ACB
from tests.support.scripted_emulator import ScriptedEmulator, scripted_emulator

MOST_OCTETS = 150_000
DEVICES, RECORDS, SUSPENSIONS = 1_000, 60, 150
FULL = 50
MODEL_OF_MANY = "43310001"
LONG = "a name as long as anybody would give one, and then some more of it: "
FIRST = 0x00DB_AA00_0000_0000


HUBS = [eui_from_number(FIRST + number * 2) for number in range(DEVICES // 2)]
METERS = [eui_from_number(FIRST + number * 2 + 1) for number in range(DEVICES // 2)]


def mpan(number: int) -> str:
    return f"13{number:011d}"


def many_devices() -> list[LoadedDevice]:
    """Hubs, no two of one model, and a meter behind each."""
    shown = InventoryDevice(
        device_id=CHF,
        device_type=DeviceType.CHF,
        device_status=SmiStatus.COMMISSIONED,
        device_manufacturer=MANUFACTURER,
        csp_region="North",
    )
    rows: list[LoadedDevice] = []
    for number, (hub, meter) in enumerate(zip(HUBS, METERS, strict=True)):
        version = FirmwareVersion(f"{number + 1:08X}")
        known = changed(shown, device_id=hub, device_model=f"{LONG}{number}", device_firmware_version=version)
        rows.append(LoadedDevice(device=known, comms_hub=hub))
        metered = changed(
            shown,
            device_id=meter,
            device_type=DeviceType.ESME,
            device_model=MODEL_OF_MANY,
            device_firmware_version=V1,
            import_mpxn=mpan(number),
            esme_variant="AD",
            uprn=str(number + 1),
        )
        rows.append(LoadedDevice(device=metered, comms_hub=hub))
    return rows


def talkative(emulator: ScriptedEmulator) -> None:
    """The emulator's meter has much to say of itself."""
    emulator.devices[ESME] = DeviceInside(
        device_id=ESME,
        device_type=DeviceType.ESME,
        generation=Generation.SMETS2,
        comms_hub=CHF,
        device_manufacturer=MANUFACTURER,
        device_model=LONG,
        firmware_version=V1,
        readings=tuple(DecodedValue(name=f"{LONG}{number}", value=LONG) for number in range(100)),
        log=tuple(LoggedEvent(at=START, code=number, name=LONG) for number in range(100)),
    )


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with scripted_emulator() as emulator:
        talkative(emulator)
        async with serving(tmp_path / "state", emulators=(emulator.address,)) as site:
            dcc = site.dcc
            parties = [changed(party(eui), name=f"{LONG}{eui}") for eui in ROLES]
            batch = administration_pb2.InventoryBatch(
                parties=[to_message(it, administration_pb2.Party) for it in parties],
                devices=[to_message(it, administration_pb2.LoadedDevice) for it in many_devices()],
                registrations=[
                    to_message(registration(mpan(number), by), administration_pb2.Registration)
                    for number in range(len(METERS))
                    for by in (SUPPLIER, DISTRIBUTOR)
                ],
            )
            await dcc.administration.Load(iter([batch]))
            for _ in range(RECORDS):
                await dcc.send(dcc.request("8.9", ReadDeviceLog()))
            of_many = changed(cpl_entry(ESME, V2), device_model=MODEL_OF_MANY, entry_id="many")
            await dcc.cpl.Add(to_message(of_many, cpl_pb2.CplEntry))
            entry = cpl_entry(ESME, V1)
            for _ in range(SUSPENSIONS):
                await dcc.cpl.Remove(cpl_pb2.RemoveCplEntry(entry_id=entry.entry_id))
                await dcc.cpl.Add(to_message(entry, cpl_pb2.CplEntry))
            yield site


async def for_many(site: Site) -> str:
    """The RequestID of an 11.1 for each of the meters."""
    body = UpdateFirmware(
        firmware_image=encode_firmware(firmware_file(V2)), firmware_version=V2, device_id_list=tuple(METERS)
    )
    request = site.dcc.request("11.1", body, target=ACB, variant=CommandVariant.NON_DEVICE)
    answer = await site.dcc.non_device(request)
    assert answer.response_code == "I0"
    return request.request_id


async def links(browser: Browser, reader: Eui | None) -> list[str]:
    """To each record of the first list, to the campaign and its file, to the products of the CPL."""
    if reader is OPERATOR:
        found = (await browser.get("/cpl")).attributes("//main//a/@href[starts-with(., '/cpl/product')]")
        assert found
        return found
    records = (await browser.get("/audit")).attributes("//tbody//td[last()]/a/@href")
    campaigns = (await browser.get("/campaigns")).attributes("//tbody//th/a/@href")
    assert reader != SUPPLIER or (len(records) == FULL and len(campaigns) == 1)
    files = [
        href
        for campaign in campaigns
        for href in (await browser.get(campaign)).attributes("//a/@href[starts-with(., '/campaigns/files/')]")
    ]
    return [*records, *campaigns, *files]


@pytest.mark.parametrize("reader", [SUPPLIER, DISTRIBUTOR, OPERATOR])
async def test_no_page_is_large(site: Site, reader: Eui | None) -> None:
    request_id = await for_many(site)
    pages = [
        "/inventory",
        f"/inventory?hub={CHF}",
        f"/devices/{ESME}",
        "/about",
        f"/explain?request_id={request_id}",
        "/live",
    ]
    if reader is OPERATOR:
        pages += ["/cpl", "/faults", "/clock"]
    else:
        pages += ["/audit", f"/audit?device={ESME}", f"/audit?device={ESME}&show=titles", "/campaigns"]
    sizes: dict[str, int] = {}

    async with site.signed_in(reader) as browser, site.browser() as guest:
        sizes["/sign-in"] = len((await guest.get("/sign-in")).response.content)
        for page in pages:
            shown = await browser.get(page)
            sizes[page] = len(shown.response.content)
        for more in await links(browser, reader):
            sizes[more] = len((await browser.get(more)).response.content)

    assert {page: size for page, size in sizes.items() if size > MOST_OCTETS} == {}
