"""What is asked is read to the letter, and every way of being wrong is refused before anything is made of it."""

import re
from xml.etree import ElementTree

import pytest
from lxml import etree

from dsp.smki_http.documents import (
    MOST_OCTETS,
    BadParameters,
    Search,
    read_retrieval,
    read_search,
    write_retrieval_response,
    write_search_response,
)
from tests.dsp.smki_http.broken_requests import (
    BROKEN_RETRIEVALS,
    BROKEN_SEARCHES,
    owner,
    retrieving,
    searching,
)
from tests.support.dsp_premises import ESME


def test_a_search_by_owner_is_read() -> None:
    assert read_search(searching(owner(ESME.lower())).encode()) == Search(owner=ESME)


def test_a_search_for_an_organisation_is_read_with_its_filters() -> None:
    filters = (
        "<CertificateUsage>DS</CertificateUsage><CertificateRole>2</CertificateRole>"
        "<CertificateStatus>I</CertificateStatus>"
    )
    name = f"<CertificateSubjectName>{ESME}</CertificateSubjectName>"

    read = read_search(searching(name + filters).encode())

    assert read == Search(owner=ESME, usage="DS", role=2, status="I")


@pytest.mark.parametrize("serial", ["1f", "1F", "001F", "\n 1f\n"])
def test_a_serial_number_is_read_in_either_case(serial: str) -> None:
    assert read_retrieval(retrieving(serial).encode()) == 0x1F


@pytest.mark.parametrize("octets", BROKEN_SEARCHES)
def test_a_broken_search_is_refused(octets: bytes) -> None:
    with pytest.raises(BadParameters):
        read_search(octets)


@pytest.mark.parametrize("octets", BROKEN_RETRIEVALS)
def test_a_broken_retrieval_is_refused(octets: bytes) -> None:
    with pytest.raises(BadParameters):
        read_retrieval(octets)


def test_there_are_enough_ways_of_being_wrong() -> None:
    assert len(set(BROKEN_SEARCHES)) + len(set(BROKEN_RETRIEVALS)) >= 70


def test_a_document_type_is_refused_before_the_parser_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(etree, "fromstring", lambda *_: pytest.fail("it was parsed"))

    with pytest.raises(BadParameters, match="a document type: expected none"):
        read_search(b"<!DOCTYPE a>" + b"<a>" * (MOST_OCTETS // 3))


@pytest.mark.parametrize("message", ["\x00\x01", "\ud800", "\uffff", "a" * 100_000, "<&>\"'", "]]>"])
def test_whatever_was_wrong_the_answer_is_xml(message: str) -> None:
    for octets in (
        write_search_response(401, message, "1"),
        write_retrieval_response(401, message, "1"),
    ):
        said = ElementTree.fromstring(octets).findtext("ResponseMessage")
        assert said is not None
        assert len(said) <= 300


def test_elements_have_no_prefix_and_nothing_stands_between_them() -> None:
    octets = write_search_response(402, "none", "1")

    assert re.search(rb">\s+<", octets.partition(b"?>")[2].strip()) is None
    assert b"xmlns" not in octets
    assert b":" not in octets
