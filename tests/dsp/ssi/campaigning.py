"""A site whose pages can sign for the supplier, firmware to upload there, and a hub that says what became of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from dsp.ssi.settings import SsiSettings
from smart_metering.identifiers import eui_octets
from smart_metering.instants import MINUTE_MS
from smart_metering.ota.image import encode as encode_file
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.key_folders import write_private_keys
from smart_metering.sm_wan import FirmwareAtHub
from tests.dsp.rpc.loopback import HandHeldHost, running
from tests.dsp.ssi.browsing import Browser, Shown, Site
from tests.support.dsp_premises import (
    CHF,
    ESME,
    SUPPLIER,
    V2,
    firmware_file,
    image_hash,
)
from tests.support.hand_made_device import SEED

FILE = encode_file(firmware_file(V2))
MULTIPART = "multipart/form-data; boundary=x"
XSS = "<script>alert(1)</script>.bin"


def keys_in(tmp_path: Path) -> Path:
    """A folder of the supplier's keys, as a development system has it."""
    folder = tmp_path / "parties"
    credentials = DevelopmentPki(SEED).organisation(SUPPLIER, "02").values()
    write_private_keys(folder / eui_octets(SUPPLIER).hex(), credentials)
    return folder


@asynccontextmanager
async def serving_with(state: Path, keys: Path | None) -> AsyncIterator[Site]:
    """A DSP on this state, with one premises, that was given these keys."""
    ssi = SsiSettings(listen="127.0.0.1:0", development_keys=keys)
    async with running(state, ssi=ssi, development_sign_in=True) as dcc:
        if not dcc.dsp.runtime.engine.state.devices:
            await dcc.load_premises()
        yield Site(dcc)


async def upload(browser: Browser, octets: bytes = FILE, name: str = "image.ota", token: str = "") -> Shown:
    """As a form of the page sends it."""
    await browser.get("/campaigns")
    sent = await browser.http.post(
        "/campaigns/files",
        files={"firmware": (name, octets)},
        headers={"X-CSRF-Token": token or browser.csrf_token},
    )
    return Shown(sent)


async def started(browser: Browser, devices: str = ESME) -> str:
    """The address of a new campaign."""
    file = (await upload(browser)).leads_to
    await browser.get(file)
    done = await browser.post(file, {"devices": devices})
    assert done.status == 303, done.text
    return done.leads_to


def steps(shown: Shown) -> dict[str, int]:
    """How many Devices stand where."""
    rows = shown.tree.xpath("//section[h2[@id='steps']]//tbody/tr")
    return {row[0].text_content().strip(): int(row[1].text_content().replace(",", "")) for row in rows}


@dataclass
class Hub:
    """A host, and what it says of a firmware file."""

    host: HandHeldHost

    async def has_the_file(self, *, success: bool = True) -> None:
        """Once the DSP has sent it."""
        await self.host.dcc.advance(60 * MINUTE_MS)
        downlinks = [it for frame in self.host.frames("downlinks") for it in frame.downlinks.downlinks]
        asked = next(it for it in reversed(downlinks) if it.WhichOneof("content") == "firmware_for_devices")
        request_id = asked.firmware_for_devices.request_id
        self.host.uplink(CHF, FirmwareAtHub(request_id=request_id, success=success))
        await self.host.dcc.advance(0)


@asynccontextmanager
async def a_hub(site: Site) -> AsyncIterator[Hub]:
    """Whose ESME has V2 staged."""
    host = HandHeldHost(site.dcc)
    host.devices[ESME].staged = (image_hash(V2), V2)
    await host.attach()
    yield Hub(host)
    await host.detach()
