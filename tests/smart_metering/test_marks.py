"""Marks: the five of the domain reference."""

from smart_metering.marks import Mark


def test_the_marks_are_the_five_letters() -> None:
    assert "".join(Mark) == "CLWUR"
