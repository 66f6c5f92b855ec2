"""Rows of rules as plain cells: records of any table, under the headings of their fields.

Whoever shows rows asks here, so that a row reads alike on the page and on a screen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from enum import Enum

from dsp.rules.differences import Row
from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import ALL_TYPES, TYPE_1, Generation
from smart_metering.use_cases import UseCase
from smart_metering.user_roles import UserRole
from smets.tables.cells import NOTHING, duration, yes

HEADINGS = {
    "srv": "SRV",
    "variants": "CVs",
    "device_type": "Device Type",
    "device_types": "Device Types",
    "statuses": "SMI Statuses",
    "status": "SMI Status",
    "role": "User Role",
    "roles": "User Roles",
    "success_needed": "Only a success",
    "supply": "Registered for",
    "origins": "From",
    "result": "To",
    "actor": "At whose wish",
    "told": "Who is told",
    "before_suspension": "Then restored to",
    "dated": "Response dated",
}
"""Of the fields whose heading is not simply their name."""

ABSENT = {"variants": "all", "use_cases": "all", "origins": "not in the SMI"}
"""What None means in these fields; in others nothing."""

AS_CODE = {"element"}
"""Fields whose values are names of a contract."""

_WHOLE: tuple[tuple[frozenset[Enum], str], ...] = (
    (frozenset(ALL_TYPES), "all"),
    (frozenset(TYPE_1), "Type 1"),
    (frozenset(Generation), "both"),
    (frozenset(UserRole), "all"),
)
_LAST = ("source", "mark")


@dataclass(frozen=True, slots=True)
class Columns:
    """The fields that a table shows, and their headings."""

    names: tuple[str, ...]
    headings: tuple[str, ...]


def columns_of(rows: Sequence[Row]) -> Columns:
    """Of rows of one kind: their fields in their order, source and mark last; without those that are empty in all."""
    names = [field.name for field in fields(rows[0])]
    told = [
        name for name in names if name in ABSENT or any(getattr(row, name) not in (None, "") for row in rows)
    ]
    shown = (*(name for name in told if name not in _LAST), *(name for name in _LAST if name in names))
    return Columns(shown, tuple(heading(name) for name in shown))


def heading(name: str) -> str:
    """Of a field, or of a table by the name of its field."""
    return HEADINGS.get(name, name.replace("_", " ").capitalize())


def cells_of(row: Row, columns: Columns) -> tuple[str, ...]:
    """In the order of the columns."""
    return tuple(cell(getattr(row, name), name) for name in columns.names)


def cell(value: object, name: str = "") -> str:
    """A value as text; `name` is the field that it stands in."""
    match value:
        case None | "":
            return ABSENT.get(name, NOTHING)
        case bool():
            return yes(value)
        case frozenset() | tuple():
            return _several(value, name)
        case CommandVariant():
            return f"{value:d}"
        case UseCase():
            return f"{value.name} ({value:04X})"
        case int() if name.endswith("_ms"):
            return duration(value)
        case str() if name in AS_CODE:
            return f"`{value}`"
        case type():
            return f"`{value.__name__}`"
        case _:
            return str(value)


def setting(value: object) -> str:
    """A value that can be chosen: as `cell`, but `no` for what is off."""
    return ("yes" if value else "no") if isinstance(value, bool) else cell(value)


def plain(row: Row) -> dict[str, object]:
    """A row for JSON: its fields by name, sets as lists in the order of their enumeration."""
    return {field.name: _plain(getattr(row, field.name)) for field in fields(row)}


def _plain(value: object) -> object:
    match value:
        case frozenset() | tuple():
            return [_plain(member) for member in _ordered(value)]
        case None | bool() | int():
            return value
        case _:
            return str(value)


def _several(values: Iterable[object], name: str) -> str:
    members = frozenset(values)
    for whole, word in _WHOLE:
        if members == whole:
            return word
    parts = [cell(value, name) for value in _ordered(values)]
    return (", " if any(" " in part for part in parts) else " ").join(parts) or NOTHING


def _ordered(values: Iterable[object]) -> list[object]:
    """A tuple as it is; a set in the order of its enumeration."""
    members = list(values)
    if isinstance(values, tuple):
        return members
    kinds = {type(member) for member in members if isinstance(member, Enum)}
    return [member for kind in kinds for member in kind if member in members] or sorted(members, key=str)
