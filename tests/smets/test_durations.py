"""Durations as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smets.durations import InvalidDuration, format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("0", 0), ("500ms", 500), ("30s", 30_000), ("5m", 300_000), ("2h", 7_200_000), ("7d", 604_800_000)],
)
def test_a_number_and_a_unit(text: str, milliseconds: int) -> None:
    assert parse_duration(text) == milliseconds


def test_parts_add_up() -> None:
    assert parse_duration("1h30m") == 5_400_000


@pytest.mark.parametrize("text", ["", "3", "3x", "-3s", "1.5h", "s", "3 s", "1h 30m"])
def test_anything_else_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(InvalidDuration, match="expected a form like"):
        parse_duration(text)


@given(st.integers(0, 10**12))
def test_what_is_written_is_read_again(milliseconds: int) -> None:
    assert parse_duration(format_duration(milliseconds)) == milliseconds
