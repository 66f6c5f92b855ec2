"""Reads a file of a fleet: what it says, or every fault of the file at once, each with its line."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, TypeGuard, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from smets.fleet.defaults import PARTIES, TEMPLATES
from smets.fleet.lines import Fault, Lines, Plain, load, spoken
from smets.fleet.lines import Path as Place
from smets.fleet.model import FleetModel
from smets.fleet.texts import did_you_mean

M = TypeVar("M", bound=FleetModel)

_IN_YAML = {
    "a valid tuple": "a list",
    "a valid dictionary": "a mapping",
    "Tuple should have": "list should have",
    " after validation": "",
}
_QUOTED = re.compile(r"'([^']*)'")


class FleetFileError(ValueError):
    """A fleet file with faults; its text has a line for each, as compilers write them."""

    def __init__(self, path: str, faults: list[Fault]) -> None:
        self.path = path
        self.faults = sorted(faults, key=lambda fault: (fault.file, fault.line))
        super().__init__("\n".join(f"{fault.file or path}{_line(fault)}: {fault}" for fault in self.faults))


def read_file(path: Path, kind: type[M]) -> tuple[M, Lines]:
    """What the model `kind` has room for. Raises FleetFileError, also of a file that cannot be read or is empty."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise FleetFileError(str(path), [Fault(0, "", f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError as error:
        raise FleetFileError(str(path), [Fault(0, "", f"is not UTF-8: {error.reason}")]) from None
    fleet, lines = read(text, kind, str(path))
    if not fleet.model_fields_set:
        raise FleetFileError(
            str(path), [Fault(0, "", "is empty: expected fleets, like 'fleets: [{template: smets2}]'")]
        )
    return fleet, lines


def read_fleet(text: str, name: str = "fleet") -> tuple[FleetModel, Lines]:
    """A fleet alone. Raises FleetFileError."""
    return read(text, FleetModel, name)


def read(text: str, kind: type[M], name: str) -> tuple[M, Lines]:
    """`name` is what the faults call the file. Raises FleetFileError."""
    plain, lines, faults = load(text)
    context = {
        "party": _names(plain, "parties") or [*PARTIES],
        "template": [*TEMPLATES, *_names(plain, "templates")],
    }
    try:
        fleet = kind.model_validate(plain, context=context)
    except ValidationError as error:
        faults += [_fault(kind, details, lines) for details in _telling(error.errors())]
    else:
        if not faults:
            return fleet, lines
    raise FleetFileError(name, faults)


def _line(fault: Fault) -> str:
    return f":{fault.line}" if fault.line else ""


def _names(plain: Mapping[str, Plain], key: str) -> list[str]:
    value = plain.get(key)
    return [*value] if isinstance(value, dict) else []


def _telling(errors: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Without the lists that are too short only because what they hold is wrong."""
    places = [details["loc"] for details in errors]
    for details in errors:
        here = details["loc"]
        within = any(place[: len(here)] == here and place != here for place in places)
        if details["type"] != "too_short" or not within:
            yield details


def _fault(model: type[BaseModel], details: ErrorDetails, lines: Lines) -> Fault:
    place: Place = tuple(part for part in details["loc"] if part != "[key]")
    return Fault(lines.nearest(place), spoken(place), in_words(model, details, place))


def in_words(model: type[BaseModel], details: ErrorDetails, place: Place) -> str:
    """What is wrong at a place of the model, as people say it."""
    kind, found = details["type"], details["input"]
    if kind == "extra_forbidden":
        known = list(_fields_around(model, place))
        return f"there is no such key{did_you_mean(str(place[-1]), known)} (expected: {', '.join(known)})"
    if kind in ("enum", "literal_error"):
        expected = _QUOTED.findall(str(details.get("ctx", {}).get("expected", "")))
        return (
            f"{found!r} is not allowed{did_you_mean(str(found), expected)} (expected: {', '.join(expected)})"
        )
    if kind == "missing":
        return "is missing"
    message = details["msg"].removeprefix("Value error, ")
    if kind == "value_error":
        return message
    for theirs, ours in _IN_YAML.items():
        message = message.replace(theirs, ours)
    return f"{message[:1].lower()}{message[1:]}, found {_shown(found)}"


def _shown(found: object) -> str:
    if isinstance(found, dict):
        return "a mapping"
    if isinstance(found, list):
        return "a list"
    return repr(found)


def _fields_around(model: type[BaseModel], place: Place) -> Iterator[str]:
    """The keys for which there is room in the mapping where the last part of the place stands."""
    kind: object = model
    for part in place[:-1]:
        kind = _within(kind, part)
    if _is_model(kind):
        yield from kind.model_fields


def _within(kind: object, part: str | int) -> object:
    """What stands under a key of a model or of a mapping, or in a list."""
    if _is_model(kind):
        field = kind.model_fields.get(str(part))
        return _plainly(field.annotation) if field is not None else None
    held = [_plainly(argument) for argument in get_args(kind)]
    return held[1 if get_origin(kind) is dict else 0] if held else None


def _plainly(kind: object) -> object:
    """Without what it may be left out for, and without what is said beside it."""
    if get_origin(kind) in (Union, UnionType):
        kind = next((held for held in get_args(kind) if held is not NoneType), kind)
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _is_model(kind: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
