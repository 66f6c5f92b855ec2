"""Cells: how a value of a row is written in a table."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from dsp.rules.releases import MODIFICATIONS, rules_with
from dsp.rules.rule_set import RuleSet
from smart_metering.device_types import ALL_TYPES, TYPE_1, DeviceType, Generation
from smart_metering.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from smart_metering.marks import Mark
from smart_metering.service_requests import ServiceRequestDefinition
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole

NOTHING = "-"

_UNITS = ((DAY_MS, "day"), (HOUR_MS, "hour"), (MINUTE_MS, "minute"), (SECOND_MS, "second"))
_SURENESS = (Mark.CERTAIN, Mark.LIKELY, Mark.WEAK, Mark.UNKNOWN, Mark.CHOICE)

R = TypeVar("R")


def class_of(definition: ServiceRequestDefinition) -> str:
    """Critical, non-critical or non-device."""
    if definition.non_device:
        return "non-device"
    return "Critical" if definition.critical else "non-critical"


def device_types(members: frozenset[DeviceType]) -> str:
    """The sets that have a name by it, all others by their members."""
    names = {ALL_TYPES: "all", TYPE_1: "Type 1"}
    return names.get(members) or in_order(member for member in DeviceType if member in members)


def user_roles(members: frozenset[UserRole]) -> str:
    """In the order of the enumeration."""
    everybody = members == frozenset(UserRole)
    return "all" if everybody else in_order(role for role in UserRole if role in members)


def generations(members: frozenset[Generation]) -> str:
    """One of them, or both."""
    both = members == frozenset(Generation)
    return "both" if both else in_order(generation for generation in Generation if generation in members)


def statuses(members: frozenset[SmiStatus]) -> str:
    """In the order of the schema."""
    return in_order(status for status in SmiStatus if status in members)


def in_order(members: Iterable[str]) -> str:
    """One after the other, or a dash for none."""
    return " ".join(members) or NOTHING


def yes(value: bool) -> str:
    """Yes, or a dash."""
    return "yes" if value else NOTHING


def least_sure(marks: Iterable[Mark]) -> Mark:
    """The mark of what rests on all of these."""
    return max(marks, key=_SURENESS.index)


def setting(value: object) -> str:
    """The default of a switch."""
    match value:
        case bool():
            return "yes" if value else "no"
        case frozenset():
            return statuses(value)
        case _:
            return str(value)


def duration(milliseconds: int) -> str:
    """In the largest unit that it is a whole number of."""
    unit, word = next((unit, word) for unit, word in _UNITS if milliseconds % unit == 0)
    return f"{milliseconds // unit} {word}{'' if milliseconds == unit else 's'}"


def with_origin(rows_of: Callable[[RuleSet], Iterable[R]]) -> list[tuple[str, R]]:
    """Each row of a table that modifications lengthen, with the modification that brought it."""
    names = tuple(MODIFICATIONS)
    found = [("always", row) for row in rows_of(rules_with(()))]
    for count, name in enumerate(names):
        before = list(rows_of(rules_with(names[:count])))
        after = rows_of(rules_with(names[: count + 1]))
        found += [(f"with {name}", row) for row in after if row not in before]
    return found
