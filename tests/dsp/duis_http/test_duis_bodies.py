"""Bodies that are no DUIS, too long, compressed or wrong in form; and how the DSP is told to write its answers."""

import asyncio
import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from dsp.duis_http.application import MOST_OCTETS
from dsp.duis_http.settings import DuisSettings, DuisSettingsError
from smart_metering.command_variants import CommandVariant, Service
from smart_metering.duis.inventory_requests import ReadInventory
from smart_metering.duis.service_requests import UpdateFirmware
from smart_metering.duis_xml.messages import write_request
from smart_metering.duis_xml.reading import read_tree
from smart_metering.duis_xml.signature import Signer, certificates_by_serial, take_verified
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.pki.certificates import OrganisationRole
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.keys import KeyUsage
from tests.dsp.duis_http.duis_over_http import DuisDcc, duis_dsp, signed_text, xml_signer
from tests.smart_metering.duis_xml.attacks.test_attacks import REFUSED
from tests.support.dsp_premises import ESME, SUPPLIER, V2
from tests.support.duis_attacks import SIGNED
from tests.support.duis_xml import OTHER_SUPPLIER, credential_of
from tests.support.hand_made_device import ACB, SEED

LISTEN = "127.0.0.1:0"


def dsps_signature_holds(octets: bytes) -> bool:
    """Whether the DSP signed the document; raises SignatureFault if somebody else did."""
    certificate = DevelopmentPki(SEED).certificates(ACB, OrganisationRole.ACCESS_CONTROL_BROKER)
    known = certificates_by_serial([certificate[KeyUsage.XML_SIGNING]])
    take_verified(read_tree(octets), ACB, known.get, Instant(0))
    return True


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not well-formed XML"),
        (b"no XML", "not well-formed XML"),
        (b"<a/>", "element a, expected one of DUIS"),
        (b'<sr:Response xmlns:sr="http://www.dccinterface.co.uk/ServiceUserGateway"/>', "expected a Request"),
        (b"\xff\xfe<", "not DUIS"),
    ],
)
async def test_what_is_no_duis_is_answered_by_http(tmp_path: Path, body: bytes, why: str) -> None:
    async with duis_dsp(tmp_path) as duis:
        response = await duis.post(body)

    assert (response.status_code, response.headers["content-type"]) == (400, "text/plain; charset=utf-8")
    assert why in response.text


async def test_a_request_of_another_form_is_refused_with_e100(tmp_path: Path) -> None:
    async with duis_dsp(tmp_path) as duis:
        text = write_request(duis.read_version()).decode().replace("ReadFirmwareVersion", "ReadFirmware")
        response = await duis.post(signed_text(text, xml_signer(SUPPLIER)))

    assert response.status_code == 200
    assert "<sr:ResponseCode>E100<" in response.text


async def test_a_body_that_is_compressed_is_refused(tmp_path: Path) -> None:
    async with duis_dsp(tmp_path) as duis:
        signed = write_request(duis.read_version(), signer=xml_signer(SUPPLIER))
        response = await duis.http.post(
            "/api/v1/serviceS", content=gzip.compress(signed), headers={"content-encoding": "gzip"}
        )

    assert (response.status_code, response.text) == (415, "the body is compressed, expected it as it is\n")


@pytest.mark.parametrize(("more", "status"), [(0, 400), (1, 413)])
async def test_bodies_up_to_16_mib_are_taken(tmp_path: Path, more: int, status: int) -> None:
    """The largest is no DUIS, but it is read."""
    async with duis_dsp(tmp_path) as duis:
        response = await duis.post(b" " * (MOST_OCTETS + more))

    assert response.status_code == status


async def test_the_largest_update_is_answered_and_others_need_not_wait_for_it(tmp_path: Path) -> None:
    """10,240,000 octets that are no image, to 50,000 Devices."""
    devices = tuple(
        Eui(f"00-DB-12-34-{number >> 16:02X}-{number >> 8 & 255:02X}-{number & 255:02X}-00")
        for number in range(50_000)
    )
    body = UpdateFirmware(firmware_image=bytes(10_240_000), firmware_version=V2, device_id_list=devices)
    async with duis_dsp(tmp_path) as duis:
        large = duis.request("11.1", body, CommandVariant.NON_DEVICE, target=ACB)
        signed = write_request(large, signer=xml_signer(SUPPLIER))
        sending = asyncio.create_task(duis.post(signed, Service.NON_DEVICE))
        code = await duis.code(duis.read_version())
        response = await sending

    assert len(signed) > 13_000_000
    assert code == "I99"
    assert "<sr:ResponseCode>E110101<" in response.text or "<sr:ResponseCode>E1101" in response.text


@pytest.mark.parametrize(
    "path", ["/", "/api/v1", "/api/v1/services", "/api/v1/serviceX", "/api/v1/serviceS/"]
)
async def test_there_is_nothing_else_at_this_port(tmp_path: Path, path: str) -> None:
    async with duis_dsp(tmp_path) as duis:
        response = await duis.http.post(path, content=b"<a/>")

    assert response.status_code in (404, 307)


async def test_only_posts_are_taken(tmp_path: Path) -> None:
    async with duis_dsp(tmp_path) as duis:
        statuses = [
            (await duis.http.request(it, "/api/v1/serviceS")).status_code for it in ("GET", "PUT", "DELETE")
        ]

    assert statuses == [405, 405, 405]


async def test_no_attack_is_taken_for_a_request_and_the_door_stays_open(tmp_path: Path) -> None:
    async with duis_dsp(tmp_path, load=False) as duis:
        for party in (SUPPLIER, OTHER_SUPPLIER):
            await duis.load_party(party, credential_of(party).certificate)
        journal = duis.dcc.dsp.runtime.engine.state.journal
        before = journal.last_position
        wrong = [name for name, _, attack in REFUSED if await taken(duis, attack())]
        after = journal.last_position
        good = await duis.post(SIGNED, Service.NON_DEVICE)

    assert wrong == []
    assert before == after, "nothing of it reached the engine"
    assert "<sr:ResponseCode>I0<" in good.text


async def taken(duis: DuisDcc, attack: bytes) -> bool:
    """Whether the door answered anything but no."""
    response = await duis.post(attack, Service.NON_DEVICE)
    refused = any(f"<sr:ResponseCode>{code}<" in response.text for code in ("E48", "E100"))
    return response.status_code not in (400, 413) and not (response.status_code == 200 and refused)


# --- how the DSP is told to write ------------------------------------------------------------------------------------


async def test_every_answer_is_signed_by_the_dsp(tmp_path: Path) -> None:
    async with duis_dsp(tmp_path) as duis:
        acknowledged = await duis.post(write_request(duis.read_version(), signer=xml_signer(SUPPLIER)))
        refused = await duis.post(write_request(duis.read_version()))

    assert dsps_signature_holds(acknowledged.content)
    assert dsps_signature_holds(refused.content)


async def test_acknowledgements_may_go_unsigned_but_nothing_else(tmp_path: Path) -> None:
    settings = DuisSettings(listen=LISTEN, unsigned_acknowledgements=True)
    async with duis_dsp(tmp_path, settings) as duis:
        acknowledged = await duis.post(write_request(duis.read_version(), signer=xml_signer(SUPPLIER)))
        refused = await duis.post(write_request(duis.read_version()))
        asking = duis.request("8.2", ReadInventory(device_id=ESME), CommandVariant.NON_DEVICE, target=ACB)
        answered = await duis.post(write_request(asking, signer=xml_signer(SUPPLIER)), Service.NON_DEVICE)

    assert "Signature" not in acknowledged.text
    assert "Signature" not in refused.text
    assert dsps_signature_holds(answered.content)


@pytest.mark.parametrize("version", ["5.1", "5.2", "5.3", "5.4"])
async def test_answers_say_the_schema_version_that_is_set(tmp_path: Path, version: str) -> None:
    async with duis_dsp(tmp_path, DuisSettings(listen=LISTEN, schema_version=version)) as duis:
        response = await duis.post(write_request(duis.read_version(), signer=xml_signer(SUPPLIER)))

    assert f'schemaVersion="{version}"' in response.text


@pytest.mark.parametrize(
    ("setting", "what"),
    [
        ({"schema_version": "5.0"}, "5.1, 5.2"),
        ({"response_delay": -1.0}, "0 or more"),
        ({"most_octets": 0}, "1 or more"),
    ],
)
def test_what_cannot_be_set_is_said(setting: dict[str, object], what: str) -> None:
    with pytest.raises(DuisSettingsError, match=what):
        DuisSettings(**setting)  # type: ignore[arg-type]


async def test_with_the_schemas_requests_are_held_against_them_too(
    tmp_path: Path, reference_data: Path
) -> None:
    settings = DuisSettings(listen=LISTEN, schemas=reference_data / "xsd")
    async with duis_dsp(tmp_path, settings) as duis:
        good = await duis.code(duis.read_version())
        text = write_request(duis.read_version()).decode().replace('schemaVersion="5.4"', 'schemaVersion="x"')
        bad = await duis.post(signed_text(text, xml_signer(SUPPLIER)))

    assert good == "I99"
    assert "<sr:ResponseCode>E100<" in bad.text


@pytest.mark.parametrize(("refuse_expired", "code"), [(False, "I99"), (True, "E48")])
async def test_expired_certificates_are_refused_if_that_is_wanted(
    tmp_path: Path, refuse_expired: bool, code: str
) -> None:
    """Four of those that DCC published have expired, and its clients go on signing with them."""
    settings = DuisSettings(listen=LISTEN, refuse_expired=refuse_expired)
    signer, certificate = expired_credential()
    async with duis_dsp(tmp_path, settings) as duis:
        await duis.load_party(SUPPLIER, certificate)
        response = await duis.post(write_request(duis.read_version(), signer=signer))

    assert f"<sr:ResponseCode>{code}<" in response.text


def expired_credential() -> tuple[Signer, bytes]:
    """The supplier's, as it is but for its last day."""
    own = DevelopmentPki(SEED).organisation(SUPPLIER, OrganisationRole.SUPPLIER)[KeyUsage.DIGITAL_SIGNING]
    ours = x509.load_der_x509_certificate(own.certificate)
    builder = x509.CertificateBuilder(
        issuer_name=ours.issuer,
        subject_name=ours.subject,
        public_key=own.private_key.public_key(),
        serial_number=4711,
        not_valid_before=datetime(2015, 1, 1, tzinfo=UTC),
        not_valid_after=datetime(2020, 1, 1, tzinfo=UTC),
        extensions=list(ours.extensions),
    )
    signed = builder.sign(own.private_key, hashes.SHA256())
    return Signer(private_key=own.private_key, serial_number=4711), signed.public_bytes(Encoding.DER)
