"""Cells: how a single value is written in a table."""

from collections.abc import Iterable

from smart_metering.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from smart_metering.marks import Mark
from smart_metering.service_requests import ServiceRequestDefinition

NOTHING = "-"

_UNITS = ((DAY_MS, "day"), (HOUR_MS, "hour"), (MINUTE_MS, "minute"), (SECOND_MS, "second"))
_SURENESS = (Mark.CERTAIN, Mark.LIKELY, Mark.WEAK, Mark.UNKNOWN, Mark.CHOICE)


def class_of(definition: ServiceRequestDefinition) -> str:
    """Critical, non-critical or non-device."""
    if definition.non_device:
        return "non-device"
    return "Critical" if definition.critical else "non-critical"


def in_order(members: Iterable[str]) -> str:
    """One after the other, or a dash for none."""
    return " ".join(members) or NOTHING


def yes(value: bool) -> str:
    """Yes, or a dash."""
    return "yes" if value else NOTHING


def least_sure(marks: Iterable[Mark]) -> Mark:
    """The mark of what rests on all of these."""
    return max(marks, key=_SURENESS.index)


def duration(milliseconds: int) -> str:
    """In the largest unit that it is a whole number of."""
    unit, word = next((unit, word) for unit, word in _UNITS if milliseconds % unit == 0)
    return f"{milliseconds // unit} {word}{'' if milliseconds == unit else 's'}"
