"""Response codes: those of the schema, with meanings where they are known."""

from collections import Counter

from smart_metering.marks import Mark
from smart_metering.response_codes import RESPONSE_CODES, ResponseCode, definition_of


def test_there_is_one_row_for_each_code() -> None:
    assert [row.code for row in RESPONSE_CODES] == list(ResponseCode)
    assert all(definition_of(code).code is code for code in ResponseCode)


def test_a_member_is_named_by_its_code() -> None:
    assert all(code.name == code.value for code in ResponseCode)


def test_a_meaning_is_given_unless_it_is_unknown() -> None:
    assert all(bool(row.meaning) == (row.mark is not Mark.UNKNOWN) for row in RESPONSE_CODES)
    assert all(row.source for row in RESPONSE_CODES)


def test_fifteen_meanings_are_certain_and_fifty_three_are_our_choice() -> None:
    assert Counter(row.mark for row in RESPONSE_CODES) == {
        Mark.CERTAIN: 15,
        Mark.CHOICE: 53,
        Mark.UNKNOWN: 126,
    }


def test_no_code_of_a_single_service_request_is_passed_off_as_known() -> None:
    of_one_service_request = [row for row in RESPONSE_CODES if len(row.code) == 7]

    assert {row.mark for row in of_one_service_request} == {Mark.CHOICE, Mark.UNKNOWN}
