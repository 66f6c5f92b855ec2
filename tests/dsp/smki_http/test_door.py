"""The SMKI Repository over HTTP: what DCC's clients ask is answered as they read it, and the rest is refused."""

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from smart_metering.pki.certificates import device_certificate, read_certificate
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.keys import KeyUsage
from smart_metering.pki.serial_numbers import serial_number_of
from smart_metering.rpc.listening import CannotListen
from tests.dsp.rpc.loopback import HandHeldHost, running
from tests.dsp.smki_http.asking import DECLARATION, RETRIEVAL, SEARCH, Smki, serving
from tests.dsp.smki_http.broken_requests import BROKEN_RETRIEVALS, BROKEN_SEARCHES, owner, searching
from tests.support.dsp_premises import ESME, IHD, NOWHERE, SUPPLIER
from tests.support.hand_made_device import ACB, SEED

DS, KA = KeyUsage.DIGITAL_SIGNING, KeyUsage.KEY_AGREEMENT


@pytest.fixture
async def smki(tmp_path: Path) -> AsyncIterator[Smki]:
    async with serving(tmp_path / "state") as smki:
        await smki.dcc.load_premises()
        yield smki


async def test_a_device_has_one_certificate_in_use_for_each_usage(smki: Smki) -> None:
    answer = await smki.search(ESME.lower())

    assert (answer.status, answer.content_type) == (200, "application/xml")
    assert answer.text("ResponseCode") == "200"
    assert answer.text("ResponseMessage") == "Success"
    assert answer.text("AuditReference")
    assert [(row["CertificateUsage"], row["CertificateStatus"]) for row in answer.rows()] == [
        ("DS", "I"),
        ("KA", "I"),
    ]
    assert {row["CertificateSubjectAltName"] for row in answer.rows()} == {ESME}
    assert {row["ManufacturingFlag"] for row in answer.rows()} == {"false"}


@pytest.mark.parametrize("spelled", [str.lower, str.upper, str])
async def test_a_certificate_is_fetched_by_the_serial_number_that_the_search_gave(
    smki: Smki, spelled: type[str]
) -> None:
    for row, usage in zip((await smki.search(ESME)).rows(), (DS, KA), strict=True):
        serial = row["CertificateSerial"]
        assert serial is not None

        answer = await smki.retrieve(spelled(serial))

        assert answer.status == 200
        octets = base64.b64decode(answer.text("CertificateResponse/CertificateBody") or "", validate=True)
        assert octets == device_certificate(SEED, ESME, usage)
        assert answer.text("CertificateResponse/CertificateSerial") == serial
        assert answer.text("CertificateResponse/CertificateSubjectAltName") == ESME
        assert answer.text("CertificateResponse/CertificateStatus") == "I"
        assert answer.text("CertificateResponse/CertificateRole") is None


async def test_a_serial_number_may_have_leading_zeros(smki: Smki) -> None:
    serial = serial_number_of(device_certificate(SEED, ESME, KA))

    assert (await smki.retrieve(f"{serial:040x}")).status == 200


async def test_an_organisation_is_told_by_its_subject_and_its_role(smki: Smki) -> None:
    answer = await smki.search(SUPPLIER.lower())

    rows = answer.rows()
    assert [(row["CertificateUsage"], row["CertificateRole"]) for row in rows] == [("DS", "2"), ("KA", "2")]
    assert {row["CertificateSubjectName"] for row in rows} == {SUPPLIER}
    fetched = await smki.retrieve(rows[0]["CertificateSerial"] or "")
    assert fetched.text("CertificateResponse/CertificateSubjectName") == SUPPLIER
    assert fetched.text("CertificateResponse/CertificateSubjectAltName") is None
    assert fetched.text("CertificateResponse/CertificateRole") == "2"


async def test_the_dsps_own_certificates_are_there(smki: Smki) -> None:
    own = DevelopmentPki(SEED).certificates(ACB, "04")

    gbcs = (await smki.search(ACB)).rows()
    xml = (await smki.search(ACB, "<CertificateRole>137</CertificateRole>")).rows()

    serials = [int(row["CertificateSerial"] or "", 16) for row in gbcs + xml]
    assert serials == [serial_number_of(own[usage]) for usage in (DS, KA, KeyUsage.XML_SIGNING)]


@pytest.mark.parametrize(
    ("more", "usages"),
    [
        ("<CertificateUsage>KA</CertificateUsage>", ["KA"]),
        ("<CertificateStatus>I</CertificateStatus><CertificateUsage>DS</CertificateUsage>", ["DS"]),
    ],
)
async def test_a_search_may_be_narrowed(smki: Smki, more: str, usages: list[str]) -> None:
    assert [row["CertificateUsage"] for row in (await smki.search(ESME, more)).rows()] == usages


@pytest.mark.parametrize("owner", [NOWHERE, IHD, "FF-FF-FF-FF-FF-FF-FF-FF"])
async def test_nobodys_certificates_are_none(smki: Smki, owner: str) -> None:
    answer = await smki.search(owner)

    assert (answer.status, answer.text("ResponseCode"), answer.rows()) == (402, "402", [])


async def test_a_status_that_no_certificate_has_finds_none(smki: Smki) -> None:
    assert (await smki.search(ESME, "<CertificateStatus>R</CertificateStatus>")).status == 402


@pytest.mark.parametrize(
    "serial", ["0", "7", "f" * 40, f"{serial_number_of(device_certificate(SEED, NOWHERE, DS)):x}"]
)
async def test_a_serial_number_that_nobody_has_is_none(smki: Smki, serial: str) -> None:
    answer = await smki.retrieve(serial)

    assert (answer.status, answer.text("ResponseCode"), answer.text("CertificateResponse")) == (
        402,
        "402",
        None,
    )


async def test_serial_numbers_are_found_again_after_a_restart(tmp_path: Path) -> None:
    async with serving(tmp_path / "state") as before:
        await before.dcc.load_premises()
        host = HandHeldHost(before.dcc)
        await host.attach()
        await before.dcc.send(before.dcc.read_version())
        await before.dcc.advance(60_000)
        serials = [row["CertificateSerial"] or "" for row in (await before.search(ESME)).rows()]

    async with serving(tmp_path / "state") as after:
        assert [row["CertificateSerial"] for row in (await after.search(ESME)).rows()] == serials
        for serial in serials:
            assert (await after.retrieve(serial)).status == 200


async def test_what_a_hub_gave_is_what_is_served(smki: Smki) -> None:
    host = HandHeldHost(smki.dcc)
    await host.attach()
    await smki.dcc.send(smki.dcc.read_version())
    await smki.dcc.advance(60_000)

    rows = (await smki.search(ESME)).rows()

    given = smki.dcc.dsp.runtime.engine.state.certificates[ESME]
    assert [int(row["CertificateSerial"] or "", 16) for row in rows] == [
        serial_number_of(given.digital_signing),
        serial_number_of(given.key_agreement),
    ]


async def test_what_cannot_be_read_is_bad_parameters_and_the_door_stays_open(smki: Smki) -> None:
    for body in BROKEN_SEARCHES:
        answer = await smki.post(SEARCH, body)
        assert (answer.status, answer.text("ResponseCode"), answer.rows()) == (401, "401", []), body
    for body in BROKEN_RETRIEVALS:
        answer = await smki.post(RETRIEVAL, body)
        assert (answer.status, answer.text("ResponseCode")) == (401, "401"), body

    assert (await smki.search(ESME)).status == 200


@pytest.mark.parametrize(
    "around", [DECLARATION + "{}", "\ufeff{}", "{}\n", "\n  {}", "<!-- asked by hand -->{}"]
)
async def test_what_stands_around_the_request_does_no_harm(smki: Smki, around: str) -> None:
    body = (
        "<CertificateSearchRequest>\n  <CertificateSubjectAltName>\n"
        f"{ESME}\n</CertificateSubjectAltName>\n</CertificateSearchRequest>"
    )

    assert (await smki.post(SEARCH, around.replace("{}", body))).status == 200


@pytest.mark.parametrize("path", [SEARCH, RETRIEVAL])
async def test_a_body_that_is_too_long_is_not_read(smki: Smki, path: str) -> None:
    assert (await smki.post(path, b" " * 20_000)).status == 413


async def test_a_body_of_unknown_length_is_not_read_for_ever(smki: Smki) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1_000):
            yield b" " * 1_000

    try:
        response = await smki.http.post(SEARCH, content=endless())
    except httpx.WriteError:
        return  # The door was closed while we were still talking.
    assert response.status_code == 413


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", SEARCH, 405), ("PUT", RETRIEVAL, 405), ("POST", "", 404)]
)
async def test_what_the_interface_does_not_have_is_refused(
    smki: Smki, method: str, path: str, status: int
) -> None:
    assert (await smki.http.request(method, path)).status_code == status


async def test_any_key_and_any_content_type_are_as_good(smki: Smki) -> None:
    body = searching(owner(ESME))

    for address in (SEARCH, f"{SEARCH}?apikey=", f"{SEARCH}?apikey=a&apikey=b", f"/{SEARCH}?other=1"):
        response = await smki.http.post(address, content=body, headers={"content-type": "text/plain"})
        assert response.status_code == 200


async def test_many_ask_at_once(smki: Smki) -> None:
    serials = [row["CertificateSerial"] or "" for row in (await smki.search(ESME)).rows()]

    answers = await asyncio.gather(*(smki.retrieve(serials[number % 2]) for number in range(200)))

    assert {answer.status for answer in answers} == {200}


async def test_a_client_that_hangs_up_does_no_harm(smki: Smki) -> None:
    host, _, port = smki.dcc.dsp.smki_address.rpartition(":")
    unfinished = b"POST /services/certificatesearch HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n<"
    for words in (b"", b"POST", b"\x00\xff\r\n\r\n", unfinished):
        _, line = await asyncio.open_connection(host, int(port))
        line.write(words)
        await line.drain()
        line.close()
        await line.wait_closed()

    assert (await smki.search(ESME)).status == 200


async def test_there_is_no_repository_unless_it_is_asked_for(tmp_path: Path) -> None:
    async with running(tmp_path / "state") as dcc:
        assert dcc.dsp.smki_address == ""


@pytest.mark.parametrize("listen", ["8083", "127.0.0.1:x", "127.0.0.1:99999", "256.0.0.1:0"])
async def test_an_address_that_cannot_be_listened_on_is_named(tmp_path: Path, listen: str) -> None:
    with pytest.raises(CannotListen, match="cannot listen on"):
        async with serving(tmp_path / "state", listen):
            pass
    async with running(tmp_path / "state"):  # The state is free again.
        pass


async def test_a_port_that_is_taken_is_named(smki: Smki, tmp_path: Path) -> None:
    with pytest.raises(CannotListen, match=smki.dcc.dsp.smki_address):
        async with serving(tmp_path / "other", smki.dcc.dsp.smki_address):
            pass


async def test_derived_certificates_are_those_that_the_emulator_gives(smki: Smki) -> None:
    row = (await smki.search(ESME)).rows()[1]
    answer = await smki.retrieve(row["CertificateSerial"] or "")

    octets = base64.b64decode(answer.text("CertificateResponse/CertificateBody") or "")

    assert (
        read_certificate(octets).public_key == DevelopmentPki(SEED).device(ESME)[KA].private_key.public_key()
    )
