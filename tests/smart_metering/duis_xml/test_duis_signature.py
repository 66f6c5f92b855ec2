"""Signatures of the profile verify, whoever's tool made them; certificates are asked for what a signer must be."""

import hashlib
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from lxml import etree

from smart_metering.command_variants import CommandVariant
from smart_metering.duis.service_requests import UpdateFirmware
from smart_metering.duis_xml.faults import NotDuisError, RefusedRequestError, SignatureFault
from smart_metering.duis_xml.messages import read_request, read_response, write_response
from smart_metering.duis_xml.names import signature
from smart_metering.duis_xml.reading import read_tree
from smart_metering.duis_xml.signature import (
    EXCLUSIVE,
    SigningCertificate,
    certificates_by_serial,
    read_signing_certificate,
    sign,
    take_out,
    take_verified,
)
from smart_metering.errors import DecodeError
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.instants import DAY_MS, Instant, format_instant
from smart_metering.ota.image import file_digest
from smart_metering.pki.certificates import device_certificate
from smart_metering.pki.keys import KeyUsage, sign_plainly
from smart_metering.response_codes import ResponseCode
from tests.smart_metering.pki.certified import with_null
from tests.support.duis_attacks import of
from tests.support.duis_xml import (
    ACB,
    DSP_SIGNING,
    METER,
    NOW,
    SUPPLIER,
    credential_of,
    known_certificates,
    read_version,
    request_of,
    signed,
    signer_of,
)


def test_the_digest_is_of_the_inclusive_canonical_form_without_the_signature() -> None:
    root = read_tree(signed(read_version()))
    digest = of(root, "DigestValue").text

    take_out(root)

    assert digest == b64encode(hashlib.sha256(etree.tostring(root, method="c14n")).digest()).decode()


def test_a_signature_with_a_further_exclusive_transform_is_taken() -> None:
    root = read_tree(signed(read_version()))
    bare = read_tree(signed(read_version()))
    take_out(bare)
    digest = hashlib.sha256(etree.tostring(bare, method="c14n", exclusive=True)).digest()
    etree.SubElement(of(root, "Transforms"), signature("Transform")).set("Algorithm", EXCLUSIVE)
    of(root, "DigestValue").text = b64encode(digest).decode()
    canonical = etree.tostring(of(root, "SignedInfo"), method="c14n", exclusive=True)
    value = sign_plainly(credential_of(SUPPLIER).private_key, canonical)
    of(root, "SignatureValue").text = b64encode(value).decode()

    assert read_request(etree.tostring(root), known_certificates().get, NOW).request == read_version()


def test_white_space_after_the_signature_is_part_of_the_document() -> None:
    root = read_tree(signed(read_version()))
    take_out(root)
    root[-1].tail = "\n"
    sign(root, signer_of(SUPPLIER))
    of(root, "Signature").tail = " "

    with pytest.raises(SignatureFault, match="digest"):
        take_verified(root, SUPPLIER, known_certificates().get, NOW)


def test_what_is_verified_is_taken_out() -> None:
    root = read_tree(signed(read_version()))

    certificate = take_verified(root, SUPPLIER, known_certificates().get, NOW)

    assert certificate.holder.entity == SUPPLIER
    assert not list(root.iter(signature("Signature")))
    assert take_out(root) is None


@pytest.mark.parametrize(
    ("at", "taken"),
    [
        (NOW, True),
        (NOW - DAY_MS, True),
        (NOW + DAY_MS, True),
        (NOW - DAY_MS - 1, False),
        (NOW + DAY_MS + 1, False),
    ],
)
def test_an_expired_certificate_is_refused_if_wanted(at: int, taken: bool) -> None:
    known = known_certificates()[signer_of(SUPPLIER).serial_number]
    dated = SigningCertificate(
        serial_number=known.serial_number,
        holder=known.holder,
        not_before=Instant(NOW - DAY_MS),
        not_after=Instant(NOW + DAY_MS),
    )
    octets = signed(read_version())

    assert read_request(octets, lambda _: dated, Instant(at)).request == read_version()
    if taken:
        read = read_request(octets, lambda _: dated, Instant(at), refuse_expired=True)
        assert read.request == read_version()
    else:
        with pytest.raises(RefusedRequestError, match=r"E48.*not valid at this time"):
            read_request(octets, lambda _: dated, Instant(at), refuse_expired=True)


def test_a_signing_certificate_tells_when_it_is_valid() -> None:
    octets = credential_of(SUPPLIER).certificate

    certificate = read_signing_certificate(octets)

    parsed = x509.load_der_x509_certificate(octets)
    assert certificate.serial_number == parsed.serial_number
    assert format_instant(certificate.not_before) == "2015-01-01T00:00:00.000Z"
    assert parsed.not_valid_after_utc == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert format_instant(certificate.not_after) == "9999-12-31T23:59:59.000Z"


def test_a_signing_certificate_with_a_needless_null_is_read_as_that_without_it() -> None:
    octets = credential_of(SUPPLIER).certificate

    assert read_signing_certificate(with_null(octets)) == read_signing_certificate(octets)


@pytest.mark.parametrize(
    "octets",
    [
        device_certificate(b"a seed", METER, KeyUsage.DIGITAL_SIGNING),
        credential_of(SUPPLIER, "02", KeyUsage.KEY_AGREEMENT).certificate,
        b"no certificate",
    ],
    ids=["a Device's", "for key agreement", "none"],
)
def test_other_certificates_sign_no_xml(octets: bytes) -> None:
    with pytest.raises(DecodeError):
        read_signing_certificate(octets)
    assert not certificates_by_serial([octets])


def test_published_organisations_can_sign(reference_data: Path) -> None:
    pems = [
        path.read_bytes() for path in sorted((reference_data / "rtds" / "keystore").rglob("90b3*-ds.pem"))
    ]
    ders = [x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER) for pem in pems]

    known = certificates_by_serial(ders)

    assert len(known) == len(ders) > 3
    # The second supplier's, by which DCC's tool signs for it.
    assert known[76986165265641917001207597343644863443].holder.organisation_role == "02"


def test_a_refusal_says_what_it_answers() -> None:
    octets = signed(read_version()).replace(b"<sr:CommandVariant>1", b"<sr:CommandVariant>2")

    with pytest.raises(RefusedRequestError) as refusal:
        read_request(octets, known_certificates().get, NOW)

    answer = refusal.value.response(NOW)
    assert answer.response_code is ResponseCode.E48
    assert answer.request_id == str(read_version().request_id)
    assert answer.decision is not None
    assert "digest" in answer.decision.row
    written = write_response(answer, signer=signer_of(ACB, DSP_SIGNING))
    read = read_response(written)
    assert read.response_code is ResponseCode.E48  # type: ignore[union-attr]


def test_a_refusal_of_an_unreadable_request_id_has_none() -> None:
    octets = signed(read_version()).replace(b"<sr:RequestID>90", b"<sr:RequestID>XX")

    with pytest.raises(RefusedRequestError, match=r"E100.*RequestID") as refusal:
        read_request(octets, known_certificates().get, NOW)

    assert b"RequestID" not in write_response(refusal.value.response(NOW))


@pytest.mark.parametrize("name", ["gfi-esme-sample.ota", "gfi-ppmid-sample.ota"])
def test_a_published_firmware_file_arrives_whole(name: str, reference_data: Path) -> None:
    file = (reference_data / "firmware" / name).read_bytes()
    body = UpdateFirmware(
        firmware_image=file, firmware_version=FirmwareVersion("00000000"), device_id_list=(METER,)
    )

    read = read_request(
        signed(request_of("11.1", body, CommandVariant.NON_DEVICE, ACB)), known_certificates().get, NOW
    )

    assert read.firmware is not None
    assert file_digest(read.firmware) == file_digest(file)


def test_an_image_of_ten_megabytes_is_read_and_a_larger_one_refused() -> None:
    largest = UpdateFirmware(
        firmware_image=bytes(10_240_000),
        firmware_version=FirmwareVersion("00020001"),
        device_id_list=(METER,),
    )
    octets = signed(request_of("11.1", largest, CommandVariant.NON_DEVICE, ACB))

    assert read_request(octets, known_certificates().get, NOW).firmware == largest.firmware_image
    longer = octets.replace(b"<sr:FirmwareImage>AAAA", b"<sr:FirmwareImage>AAAAAAAA")
    root = read_tree(longer)
    take_out(root)
    sign(root, signer_of(SUPPLIER))
    with pytest.raises(RefusedRequestError, match=r"E100.*10240003 octets"):
        read_request(etree.tostring(root), known_certificates().get, NOW)


def test_a_response_is_no_request_and_the_other_way_round() -> None:
    octets = signed(read_version())

    with pytest.raises(NotDuisError, match="expected a Response"):
        read_response(octets)
    with pytest.raises(NotDuisError, match="expected a Request"):
        read_request(
            octets.replace(b"sr:Request ", b"sr:Response ").replace(b"/sr:Request>", b"/sr:Response>"),
            known_certificates().get,
            NOW,
        )
