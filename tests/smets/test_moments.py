"""Instants as people say them."""

import pytest

from smart_metering.instants import DAY_MS, HOUR_MS, MINUTE_MS, InvalidInstant, parse_instant
from smets.durations import InvalidDuration
from smets.moments import moment

NOW = parse_instant("2021-11-04T09:30:00Z")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("now", NOW),
        ("+2h", NOW + 2 * HOUR_MS),
        ("-7d", NOW - 7 * DAY_MS),
        ("-1h30m", NOW - 90 * MINUTE_MS),
        ("-0", NOW),
        ("2021-11-05T02:00:00Z", parse_instant("2021-11-05T02:00:00Z")),
        ("2021-11-05T03:00:00+01:00", parse_instant("2021-11-05T02:00:00Z")),
        ("2021-11-05", parse_instant("2021-11-05T00:00:00Z")),
    ],
)
def test_a_moment_is_of_the_calendar_or_counts_from_now(text: str, at: int) -> None:
    assert moment(text, NOW) == at


@pytest.mark.parametrize("text", ["tomorrow", "2021-13-01", "", "2h", "2021-11-05T02:00:00"])
def test_any_other_text_is_told_every_form(text: str) -> None:
    with pytest.raises(InvalidInstant, match=r"expected .*'2021-11-05', or 'now', '\+2h', '-7d'"):
        moment(text, NOW)


def test_a_sign_needs_a_duration() -> None:
    with pytest.raises(InvalidDuration):
        moment("-", NOW)
