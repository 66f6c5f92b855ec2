"""The pictures of the documents, taken anew: `scripts/take_pictures [FOLDER]`, docs/images unless it is named.

A fleet is started, a meter gets new firmware and its Response is lost; Chromium then looks at the pages as a reader.
Time is stepped and everything is drawn from the seed, so the same code gives the same pictures on the same machine.
"""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from smets.cli.exits import Exit
from smets.local_system.connection import read_connection
from tests.browser.chromium import Reader, Theme, launched, reading
from tests.smets.cli.command_line import CommandLine, running
from tests.support.processes import ROOT

IMAGES = ROOT / "docs" / "images"
MOST_OCTETS = 150_000
COLOURS = 256
SUPPLIER, NETWORK_OPERATOR = "90-B3-D5-1F-30-01-00-00", "90-B3-D5-1F-30-02-00-00"
METER = "00-DB-12-34-00-00-00-02"
PREMISES = 12
FLEET = f"""
fleets: [{{template: smets2, count: {PREMISES}}}]
firmware:
  esme-2: {{device_type: ESME, version: "00000002"}}
faults:
  - {{name: unlucky, fate: lose, direction: FROM_DEVICE, srvs: [11.3], device: {METER}, next: 1}}
"""
OPTIONS = ("--ssi-listen", "127.0.0.1:0", "--ssi-development-sign-in")
METERS = tuple(f"00-DB-12-34-00-00-00-{number:X}2" for number in range(PREMISES))
ACTIVATED = METERS[1:8]


@dataclass(frozen=True, slots=True)
class Picture:
    """What `user` sees at `path`, from the top of the page to its end; `through` is a link there that leads further.

    `awaited` names what a script draws, so that it is not missing.
    """

    name: str
    user: str
    path: str
    theme: Theme = "light"
    through: str = ""
    awaited: str = ""


BEFORE = (
    #       name            user              path                                theme
    Picture("audit-before", NETWORK_OPERATOR, f"/audit?device={METER}&show=titles"),
)  # fmt: skip
AFTER = (
    Picture("inventory",    SUPPLIER,         "/inventory?type=ESME"),
    Picture("device",       SUPPLIER,         f"/devices/{METER}"),
    Picture("device-dark",  SUPPLIER,         f"/devices/{METER}",                "dark"),
    Picture("explain",      SUPPLIER,         "{activation}"),
    Picture("campaign",     SUPPLIER,         "/campaigns", through="#list ~ * th a", awaited="#plot canvas"),
    Picture("audit-titles", NETWORK_OPERATOR, f"/audit?device={METER}&show=titles"),
)  # fmt: skip


def lose_a_response(line: CommandLine) -> str:
    """The main job, by hand. The address of what became of the activation."""
    image = str(line.state / "firmware" / "esme-2.ota")
    line.run("send", "4.1.1", METER, "--advance", "1m")
    line.run("cpl", "remove", "ESME-AB01-010A030B-00000001")
    line.run("send", "4.1.1", METER, exit_code=Exit.ANSWERED_WITH_ERROR)
    line.run("send", "11.1", *METERS, "--firmware", image)
    line.run("clock", "advance", "2h")
    for meter in ACTIVATED:
        line.run("send", "11.3", meter, "--firmware", image, "--advance", "1m")
    activation = ("send", "11.3", METER, "--firmware", image, "--advance", "1m")
    lost = line.ask(*activation, exit_code=Exit.ANSWERED_WITH_ERROR)
    return f"/explain?request_id={lost['request_id']}"


async def take(line: CommandLine, pictures: Sequence[Picture], folder: Path, **places: str) -> None:
    """Each in a window of its own."""
    address = read_connection(line.state).ssi
    async with launched() as browser:
        for picture in pictures:
            async with reading(address, folder, browser=browser, theme=picture.theme) as reader:
                await reader.develops(picture.user)
                await reader.goes_to(picture.path.format(**places))
                if picture.through:
                    await reader.page.locator(picture.through).first.click()
                if picture.awaited:
                    await reader.page.locator(picture.awaited).first.wait_for()
                await _take(reader, picture)


async def _take(reader: Reader, picture: Picture) -> None:
    file = await reader.pictured(picture.name)
    with Image.open(file) as image:
        colours = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    colours.save(file, optimize=True)
    size = file.stat().st_size
    print(f"{file}: {size} octets")
    assert size <= MOST_OCTETS, f"{file}: {size} octets, expected {MOST_OCTETS} at the most"
    assert not reader.complaints, reader.complaints


def main() -> None:
    """The same story under the rules before and after the modification of the Service Audit Trail."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    for pictures, options in ((BEFORE, ("--without", "SAT-TITLES")), (AFTER, ())):
        with (
            tempfile.TemporaryDirectory(prefix="pictures-") as place,
            running(Path(place), FLEET, PREMISES, *OPTIONS, *options) as line,
        ):
            activation = lose_a_response(line)
            asyncio.run(take(line, pictures, folder, activation=activation))


if __name__ == "__main__":
    main()
