"""Instants: milliseconds since 1970, as text and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_metering.instants import (
    CANCELLATION,
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    SECOND_MS,
    Instant,
    InvalidInstant,
    format_instant,
    parse_instant,
)

FIRST_MS = -62_135_596_800_000  # 0001-01-01
LAST_MS = 253_402_300_799_999  # the last millisecond of 9999


@given(st.integers(FIRST_MS, LAST_MS))
def test_an_instant_comes_back_from_its_text(milliseconds: int) -> None:
    instant = Instant(milliseconds)

    assert parse_instant(format_instant(instant)) == instant


def test_an_instant_counts_milliseconds_from_1970_and_is_written_in_utc() -> None:
    assert parse_instant("1970-01-01T00:00:00.000Z") == 0
    assert format_instant(Instant(1_763_690_400_000)) == "2025-11-21T02:00:00.000Z"


def test_the_units_are_made_of_each_other() -> None:
    assert parse_instant("1970-01-02T03:04:05Z") == DAY_MS + 3 * HOUR_MS + 4 * MINUTE_MS + 5 * SECOND_MS


@pytest.mark.parametrize(
    "text",
    [
        "2025-11-21T02:00:00Z",
        "2025-11-21T02:00:00.0Z",
        "2025-11-21T02:00:00.00Z",
        "2025-11-21T02:00:00.000999999999Z",
        "2025-11-21T02:00:00+00:00",
        "2025-11-21T03:30:00+01:30",
        "2025-11-20T21:00:00.000-05:00",
    ],
)
def test_one_instant_has_many_spellings(text: str) -> None:
    assert format_instant(parse_instant(text)) == "2025-11-21T02:00:00.000Z"


def test_what_is_finer_than_a_millisecond_is_cut_off_also_before_1970() -> None:
    assert parse_instant("1970-01-01T00:00:00.0019Z") == 1
    assert parse_instant("1969-12-31T23:59:59.9999Z") == -1


def test_the_date_that_cancels_is_written_as_duis_writes_it() -> None:
    assert format_instant(CANCELLATION) == "3000-12-31T00:00:00.000Z"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2025-11-21",
        "2025-11-21T02:00:00",
        "2025-11-21 02:00:00Z",
        "2025-11-21T02:00Z",
        "20251121T020000Z",
        "2025-W47-5T02:00:00Z",
        "2025-11-21T02:00:00.Z",
        "2025-11-21T02:00:00,5Z",
        "2025-11-21T02:00:00Z\n",
        "٢025-11-21T02:00:00Z",
    ],
)
def test_another_form_is_refused_and_told_what_was_expected(text: str) -> None:
    with pytest.raises(InvalidInstant, match="expected a form like") as refusal:
        parse_instant(text)

    assert repr(text) in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        "2025-02-29T00:00:00Z",
        "2025-13-01T00:00:00Z",
        "2025-01-01T25:00:00Z",
        "2025-01-01T00:00:60Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_a_date_outside_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(InvalidInstant, match="expected a date of the calendar"):
        parse_instant(text)
