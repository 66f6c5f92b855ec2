"""A firmware file on its way in by the page: read within limits, shown field by field, refused with the reason."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from smart_metering.ota.image import MAXIMUM_FIRMWARE_FILE_OCTETS
from tests.dsp.ssi.browsing import Site
from tests.dsp.ssi.campaigning import FILE, MULTIPART, XSS, keys_in, serving_with, upload
from tests.support.dsp_premises import (
    SUPPLIER,
    V2,
    image_hash,
)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """Pages that can sign for the supplier."""
    async with serving_with(tmp_path / "state", keys_in(tmp_path)) as site:
        yield site


async def test_every_field_of_an_uploaded_file_is_shown(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        done = await upload(browser)
        shown = await browser.get(done.leads_to)

    rows = {
        row[0].text_content(): row[1].text_content()
        for row in shown.tree.xpath("//section[h2[@id='fields']]//tbody/tr")
    }
    assert rows["file version"] == V2
    assert rows["manufacturer code"] == "106C"
    assert rows["Manufacturer Image hash"] == image_hash(V2).hex()
    assert rows["manifest"] == rows["signature"] == "none"
    assert "1 to" not in shown.text
    assert len(shown.response.content) < 60_000


@pytest.mark.parametrize(
    ("octets", "status", "what"),
    [
        (b"x" * 100, 422, "not a firmware file"),
        (FILE[:-1], 422, "total size"),
        (b"", 400, "expected a file that is not empty"),
        (bytes(MAXIMUM_FIRMWARE_FILE_OCTETS + 1), 413, "at most 10240000 octets"),
        (bytes(MAXIMUM_FIRMWARE_FILE_OCTETS + 100_000), 413, ""),
    ],
    ids=["foreign", "cut", "empty", "long", "longer"],
)
async def test_what_is_no_firmware_file_is_refused_with_the_reason(
    site: Site, tmp_path: Path, octets: bytes, status: int, what: str
) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        refused = await upload(browser, octets)

    assert refused.status == status
    assert what in refused.text
    assert not list((tmp_path / "state" / "firmware").glob("*"))


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"firmware=1", "application/x-www-form-urlencoded", 415),
        (b"nonsense", MULTIPART, 400),
        (b"nonsense", "multipart/form-data", 415),
        (
            b'--x\r\nContent-Disposition: form-data; name="firmware"\r\n\r\nabc',
            MULTIPART,
            400,
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="else"\r\n\r\nabc\r\n--x--\r\n',
            MULTIPART,
            400,
        ),
    ],
)
async def test_an_upload_that_cannot_be_read_is_refused(
    site: Site, body: bytes, media_type: str, status: int
) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        headers = {"X-CSRF-Token": browser.csrf_token, "Content-Type": media_type}
        refused = await browser.http.post("/campaigns/files", content=body, headers=headers)

    assert refused.status_code == status


async def test_a_file_name_is_shown_as_text(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        refused = await upload(browser, b"x" * 100, XSS)

    assert XSS not in refused.source
    assert XSS in refused.text


async def test_an_upload_from_no_page_of_ours_is_refused(site: Site) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        refused = await upload(browser, token="another")

    assert refused.status == 403


@pytest.mark.parametrize("file", ["0" * 64, "x", "%2e%2e%2fdsp.sqlite"])
async def test_a_file_that_is_not_there_is_said_not_to_be(site: Site, file: str) -> None:
    async with site.signed_in(SUPPLIER) as browser:
        shown = await browser.get(f"/campaigns/files/{file}")

    assert shown.status == 404
