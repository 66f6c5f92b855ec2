"""EUIs and RequestIDs: read strictly, written in one form."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.identifiers import (
    Eui,
    InvalidIdentifier,
    RequestId,
    eui_from_number,
    eui_from_octets,
    eui_number,
    eui_octets,
    parse_eui,
    parse_request_id,
)

SUPPLIER = Eui("90-B3-D5-1F-30-01-00-00")
METER = Eui("00-DB-12-34-56-78-90-A0")

numbers = st.integers(0, 2**64 - 1)
euis = numbers.map(eui_from_number)
request_ids = st.builds(RequestId, euis, euis, numbers)


@given(euis)
def test_an_eui_comes_back_from_its_text_its_octets_and_its_number(eui: Eui) -> None:
    assert parse_eui(eui) == eui
    assert eui_from_octets(eui_octets(eui)) == eui
    assert eui_from_number(eui_number(eui)) == eui


@given(euis)
def test_an_eui_is_read_in_either_case_and_kept_in_upper_case(eui: Eui) -> None:
    assert parse_eui(eui.lower()) == eui


def test_the_octets_and_the_number_of_an_eui_are_big_endian() -> None:
    assert eui_octets(SUPPLIER) == bytes.fromhex("90B3D51F30010000")
    assert eui_number(SUPPLIER) == 0x90B3D51F30010000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "90B3D51F30010000",
        "90-B3-D5-1F-30-01-00",
        "90-B3-D5-1F-30-01-00-00-00",
        "90-B3-D5-1F-30-01-00-0G",
        "90:B3:D5:1F:30:01:00:00",
        "90-B3-D5-1F-30-01-00-00\n",
        " 90-B3-D5-1F-30-01-00-00",
        "٩0-B3-D5-1F-30-01-00-00",
    ],
)
def test_text_that_is_no_eui_is_refused_and_told_what_was_expected(text: str) -> None:
    with pytest.raises(InvalidIdentifier, match="expected 8 octets in hex") as refusal:
        parse_eui(text)

    assert repr(text) in str(refusal.value)


@pytest.mark.parametrize("octets", [b"", bytes(7), bytes(9)])
def test_an_eui_of_other_than_8_octets_is_refused(octets: bytes) -> None:
    with pytest.raises(InvalidIdentifier, match=f"EUI of {len(octets)} octets .*: expected 8"):
        eui_from_octets(octets)


@pytest.mark.parametrize("number", [-1, 2**64])
def test_a_number_beyond_8_octets_is_no_eui(number: int) -> None:
    with pytest.raises(InvalidIdentifier, match=f"EUI number {number}: expected"):
        eui_from_number(number)


@given(request_ids)
def test_a_request_id_comes_back_from_its_text(request_id: RequestId) -> None:
    assert parse_request_id(str(request_id)) == request_id


def test_a_response_id_swaps_the_parties_and_keeps_the_counter() -> None:
    request_id = RequestId(SUPPLIER, METER, 1660057693921)

    assert str(request_id) == "90-B3-D5-1F-30-01-00-00:00-DB-12-34-56-78-90-A0:1660057693921"
    assert request_id.response_id == "00-DB-12-34-56-78-90-A0:90-B3-D5-1F-30-01-00-00:1660057693921"


@pytest.mark.parametrize("counter", ["0", "1", str(2**64 - 1)])
def test_a_counter_is_any_decimal_number_of_8_octets(counter: str) -> None:
    assert parse_request_id(f"{SUPPLIER}:{METER}:{counter}").counter == int(counter)


@pytest.mark.parametrize(
    "counter", ["", "00", "007", "-1", "+1", "1.0", " 1", "1\n", "٣", str(2**64), "9" * 5000]
)
def test_any_other_counter_is_refused_by_name(counter: str) -> None:
    with pytest.raises(InvalidIdentifier, match=r"counter: .*expected a decimal number"):
        parse_request_id(f"{SUPPLIER}:{METER}:{counter}")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (f"{SUPPLIER}:{METER}", "expected originator:target:counter"),
        (f"{SUPPLIER}:{METER}:1:2", "expected originator:target:counter"),
        (f"supplier:{METER}:1", "originator: EUI 'supplier': expected 8 octets"),
        (f"{SUPPLIER}:meter:1", "target: EUI 'meter': expected 8 octets"),
    ],
)
def test_a_bad_request_id_is_refused_and_told_which_part_is_wrong(text: str, complaint: str) -> None:
    with pytest.raises(InvalidIdentifier, match=re.escape(complaint)):
        parse_request_id(text)


@pytest.mark.parametrize("counter", [-1, 2**64])
def test_we_never_make_a_request_id_that_cannot_be_written(counter: int) -> None:
    with pytest.raises(AssertionError):
        RequestId(SUPPLIER, METER, counter)


@given(request_ids)
def test_every_request_id_we_write_matches_the_schema(reference_data: Path, request_id: RequestId) -> None:
    pattern = schema_pattern(reference_data, "RequestIDType")

    assert pattern.fullmatch(str(request_id))


@given(st.from_regex(r"(0|[1-9][0-9]{0,20}|0[0-9]{1,3})", fullmatch=True))
def test_we_take_the_counters_that_the_schema_takes_and_no_others(reference_data: Path, counter: str) -> None:
    text = f"{SUPPLIER}:{METER}:{counter}"
    valid = schema_pattern(reference_data, "RequestIDType").fullmatch(text) is not None

    assert is_taken(text) == valid


def is_taken(text: str) -> bool:
    try:
        parse_request_id(text)
    except InvalidIdentifier:
        return False
    return True


def schema_pattern(reference_data: Path, type_name: str) -> re.Pattern[str]:
    schema = ET.parse(reference_data / "xsd" / "duis-5.4.xsd").getroot()
    xs = "{http://www.w3.org/2001/XMLSchema}"
    pattern = schema.find(f"{xs}simpleType[@name='{type_name}']/{xs}restriction/{xs}pattern")
    assert pattern is not None
    return re.compile(pattern.attrib["value"])
