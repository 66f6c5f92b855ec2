"""A premises where every party left something of its own that nobody else may find, and where to look for it.

Of each party: its EUI and its name, the counters of its RequestIDs, a text in what it asked, and the octets of what was
sent to it and by it, in hex. And a walk through every page, file and error that a browser can reach.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dsp.rules.rule_set import RuleSet
from smart_metering.administration import DeviceInside
from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import Generation
from smart_metering.duis.device_requests import ReadDeviceLog
from smart_metering.duis.inventory_requests import (
    DeviceDetails,
    PropertyFilter,
    ReadInventory,
    UpdateInventory,
)
from smart_metering.duis.service_requests import Body, ReadFirmwareVersion, UpdateFirmware
from smart_metering.duis.service_responses import DecodedValue, GbcsPayload, ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.instants import HOUR_MS
from smart_metering.ota.image import encode as encode_file
from smart_metering.records import changed
from smart_metering.rpc.v1 import central_products_list_pb2 as cpl_pb2
from smart_metering.rpc.v1 import dcc_user_interface_pb2
from smart_metering.rpc.v1 import inventory_administration_pb2 as administration_pb2
from smart_metering.wire.conversion import to_message
from tests.dsp.rpc.loopback import HandHeldHost, as_user
from tests.dsp.ssi.browsing import Browser, Site, serving
from tests.support.dsp_premises import (
    AGENT,
    CHF,
    DEVICE_TYPES,
    DISTRIBUTOR,
    ESME,
    EXPORT_SUPPLIER,
    GAS_SUPPLIER,
    GAS_TRANSPORTER,
    GSME,
    MANUFACTURER,
    MODEL,
    NOWHERE,
    OTHER_SUPPLIER,
    OTHER_USER,
    ROLES,
    SUPPLIER,
    V1,
    V2,
    cpl_entry,
    firmware_file,
    party,
)
from tests.support.hand_made_device import ACB
from tests.support.scripted_emulator import ScriptedEmulator, scripted_emulator

PASSWORD = "a password of the canaries"
FIRST_COUNTER = {eui: 710_000_000 + 1_000_000 * number for number, eui in enumerate(ROLES)}
READS = (
    (SUPPLIER, ESME),
    (DISTRIBUTOR, ESME),
    (GAS_SUPPLIER, GSME),
    (GAS_TRANSPORTER, GSME),
)
REFUSED = (AGENT, EXPORT_SUPPLIER, OTHER_SUPPLIER)


def account_of(eui: Eui) -> str:
    """By which a party signs in."""
    return f"account-{eui[-8:-6].lower()}"


def name_of(eui: Eui) -> str:
    """That nobody else may read."""
    return f"Canary {account_of(eui)} Limited"


def text_of(eui: Eui) -> str:
    """What it wrote in a request."""
    return f"canary-text-{account_of(eui)}"


@dataclass
class Lived:
    """The premises after all of that. `secrets` are texts that only this party may find."""

    site: Site
    emulator: ScriptedEmulator
    secrets: dict[Eui, set[str]] = field(default_factory=dict)
    requests: dict[Eui, list[str]] = field(default_factory=dict)

    @asynccontextmanager
    async def signed_in(self, eui: Eui) -> AsyncIterator[Browser]:
        """By its account."""
        async with self.site.browser() as browser:
            await browser.get("/sign-in")
            entered = await browser.post("/sign-in", {"account": account_of(eui), "password": PASSWORD})
            assert entered.status == 303, entered.source
            await browser.get("/about")
            yield browser

    def secrets_of_others(self, eui: Eui) -> Iterator[str]:
        """What must not be found by this party."""
        for other, secrets in self.secrets.items():
            if other != eui:
                yield from secrets


@asynccontextmanager
async def lived_in(folder: Path, rules: RuleSet) -> AsyncIterator[Lived]:
    """No development sign-in, and an account for each party."""
    async with (
        scripted_emulator() as emulator,
        serving(folder, rules=rules, development_sign_in=False, emulators=(emulator.address,)) as site,
    ):
        lived = Lived(site, emulator)
        host = HandHeldHost(site.dcc)
        await _load(lived)
        await host.attach()
        await _live(lived, host)
        await _read_what_was_received(lived)
        yield lived
        await host.detach()


async def _load(lived: Lived) -> None:
    batch = administration_pb2.InventoryBatch(
        parties=[
            to_message(changed(party(eui), name=name_of(eui)), administration_pb2.Party) for eui in ROLES
        ]
    )
    await lived.site.dcc.administration.Load(iter([batch]))
    for eui in ROLES:
        await lived.site.dcc.dsp.identity.accounts.add(account_of(eui), PASSWORD, eui, is_operator=False)
        lived.secrets[eui] = {eui, eui.replace("-", "").lower(), name_of(eui), text_of(eui)}
        lived.requests[eui] = []
    for device, device_type in DEVICE_TYPES.items():
        lived.emulator.devices[device] = DeviceInside(
            device_id=device,
            device_type=device_type,
            generation=Generation.SMETS2,
            comms_hub=CHF,
            device_manufacturer=MANUFACTURER,
            device_model=MODEL,
            firmware_version=V2,
            supplier=SUPPLIER if device == ESME else GAS_SUPPLIER,
            network_operator=DISTRIBUTOR if device == ESME else GAS_TRANSPORTER,
            readings=(DecodedValue(name="Register", value="reading-of-nobody"),),
        )


async def _live(lived: Lived, host: HandHeldHost) -> None:
    dcc = lived.site.dcc
    for eui in ROLES:
        where = PropertyFilter(post_code="BS1 6PN", address_identifier=text_of(eui))
        await _ask(lived, eui, "8.2", ReadInventory(property_filter=where), ACB)
    details = UpdateInventory(device_id=ESME, update_device_details=DeviceDetails(esme_variant="ADE"))
    await _ask(lived, SUPPLIER, "8.4", details, ACB)
    for eui, device in ((SUPPLIER, ESME), (GAS_SUPPLIER, GSME)):
        await _send_firmware(lived, eui, device)
    host.devices[ESME].version = V2
    await dcc.cpl.Remove(cpl_pb2.RemoveCplEntry(entry_id=cpl_entry(ESME, V1).entry_id))
    for eui, device in READS:
        await _ask(lived, eui, "11.2", ReadFirmwareVersion(), device)
    for eui in REFUSED:
        await _ask(lived, eui, "11.2", ReadFirmwareVersion(), ESME)
    await dcc.advance(60_000)
    for device in (CHF, ESME):
        host.devices[device].silent = True
        await _ask(lived, OTHER_USER, "8.9", ReadDeviceLog(), device)
    await dcc.advance(HOUR_MS)
    for eui, device in READS:  # These are under way.
        await _ask(lived, eui, "11.2", ReadFirmwareVersion(), device)


async def _send_firmware(lived: Lived, by: Eui, device: Eui) -> None:
    """A campaign of this party's own, which it also lists."""
    chunk = dcc_user_interface_pb2.FirmwareChunk(content=encode_file(firmware_file(V2)))
    file = await lived.site.dcc.users.UploadFirmware(iter([chunk]), metadata=as_user(by))
    body = UpdateFirmware(firmware_file=file.sha256, firmware_version=V2, device_id_list=(device,))
    await _ask(lived, by, "11.1", body, ACB)


async def _ask(lived: Lived, by: Eui, srv: str, body: Body, target: Eui) -> None:
    dcc, whole = lived.site.dcc, target == ACB
    dcc.counter = FIRST_COUNTER[by] + 1_000 * len(lived.requests[by])
    variant = CommandVariant.NON_DEVICE if whole else CommandVariant.SEND
    request = dcc.request(srv, body, target=target, by=by, variant=variant)
    await (dcc.non_device(request, by=by) if whole else dcc.send(request, by=by))
    lived.requests[by].append(request.request_id)
    lived.secrets[by] |= {str(dcc.counter), f"{dcc.counter:016x}", f"{dcc.counter:016X}"}


async def _read_what_was_received(lived: Lived) -> None:
    """The octets of each Response, which is one party's."""
    for eui in ROLES:
        for message in await lived.site.dcc.inbox(eui):
            if isinstance(message, ServiceResponse) and isinstance(message.body, GbcsPayload):
                lived.secrets[eui].add(message.body.gbcs_payload.hex())


def addresses(lived: Lived, records: int) -> Iterable[str]:
    """Every page, with everything that can be asked of it; also what is not there."""
    yield from ("/about", "/inventory", "/nothing", "/", "/explain", "/audit", "/audit?show=titles")
    yield from (
        f"/inventory?q={text}" for text in (SUPPLIER, ESME, text_of(SUPPLIER), "BS1+6PN", "712000000")
    )
    for device in (*DEVICE_TYPES, NOWHERE, ACB, SUPPLIER):
        yield f"/devices/{device}"
        for path in ("/audit", "/audit.csv", "/audit.json"):
            yield f"{path}?device={device}"
            yield f"{path}?device={device}&show=titles"
    yield from ("/audit.csv", "/audit.json", "/audit.csv?show=titles", "/audit?kind=DCCAlert")
    yield from (f"/audit/records/{number}" for number in range(records + 2))
    yield from ("/campaigns", "/live", "/live?of=all", "/cpl", "/cpl?q=ESME", "/faults", "/clock")
    yield f"/cpl/product?type=ESME&manufacturer={MANUFACTURER}&model={MODEL}&version={V1}"
    yield from (f"/campaigns/files/{file}" for file in lived.site.dcc.dsp.runtime.engine.state.firmware_files)
    for number in range(records + 2):
        yield from (f"/campaigns/{number}", f"/campaigns/{number}/progress")
    for requests in lived.requests.values():
        yield from (f"/explain?request_id={request_id}" for request_id in requests)
