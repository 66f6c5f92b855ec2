"""A file is sent as it is, but for its counter, its white space between elements, and a signature that it had."""

import pytest

from smart_metering.duis.service_requests import ReadFirmwareVersion
from smart_metering.duis_xml.messages import read_request
from smart_metering.identifiers import Eui, parse_request_id
from smets.duis.documents import pretty, read_document
from smets.duis.faults import NoDocument, Unconforming
from tests.support.duis_files import METER, SUPPLIER, read_version_file
from tests.support.duis_xml import NOW, known_certificates, signer_of

SIGNER = signer_of(Eui(SUPPLIER))


def signed(text: str) -> bytes:
    return read_document(text.encode()).signed(SIGNER)


def test_a_file_of_people_is_signed_on_one_line_and_verifies() -> None:
    octets = signed(read_version_file())

    assert b"> " not in octets
    assert b"\n" not in octets
    request = read_request(octets, known_certificates().get, NOW)
    assert (request.request.body, request.schema_version) == (ReadFirmwareVersion(), "5.2")
    assert request.request_id == f"{SUPPLIER}:{METER}:1000".lower()


def test_the_counter_is_replaced_and_the_parties_stay_as_they_are_written() -> None:
    document = read_document(read_version_file().encode()).counted(2**64 - 1)

    assert document.request_id == parse_request_id(f"{SUPPLIER}:{METER}:{2**64 - 1}")
    assert f"{SUPPLIER}:{METER}:{2**64 - 1}".lower() in document.signed(SIGNER).decode()


def test_a_signature_that_was_there_is_replaced() -> None:
    once = signed(read_version_file())

    again = read_document(once).counted(7).signed(SIGNER)

    assert again.count(b"<ds:Signature ") == 1
    assert read_request(again, known_certificates().get, NOW).request.request_id.counter == 7


def test_reading_and_signing_leave_a_document_as_it_was() -> None:
    document = read_document(read_version_file().encode())

    first = document.signed(SIGNER)
    document.request()
    document.counted(5)

    assert document.signed(SIGNER) == first


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ("<a/>", "element a, expected one of DUIS"),
        (read_version_file().replace("Request", "Response"), "Response, expected a Request"),
        (read_version_file(variant=9), "Header/CommandVariant: '9', expected 1 to 8"),
        (read_version_file(originator="supplier"), "Header/RequestID"),
        (read_version_file().replace("Header>", "Haeder>"), "Header/RequestID"),
    ],
)
def test_what_is_no_request_is_refused_with_what_is_wrong(wrong: str, what: str) -> None:
    with pytest.raises(Unconforming, match=what):
        read_document(wrong.encode())


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (b"", "not well-formed"),
        (b"\xff", "not UTF-8"),
        (b"<!DOCTYPE a><a/>", "document type"),
        (b"<!DOCTYPE a>" + read_version_file().encode(), "XML declaration"),
    ],
)
def test_what_is_no_xml_is_told_apart(wrong: bytes, what: str) -> None:
    with pytest.raises(NoDocument, match=what):
        read_document(wrong)


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (read_version_file(body="<sr:ReadFirmware/>"), "Body: ReadFirmware, expected one of"),
        (read_version_file().replace(' schemaVersion="5.2"', ""), "no schemaVersion"),
    ],
)
def test_what_a_request_asks_for_is_held_against_the_tables(wrong: str, what: str) -> None:
    document = read_document(wrong.encode())

    with pytest.raises(Unconforming, match=what):
        document.request()


def test_people_see_one_element_a_line_and_no_signature() -> None:
    shown = pretty(signed(read_version_file()))

    assert "Signature" not in shown
    assert "\n    <sr:CommandVariant>1</sr:CommandVariant>\n" in shown
    assert pretty(b"no XML") == "no XML"
