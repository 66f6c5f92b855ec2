"""What the markers of a test ask for: keys of a fleet file, a file, a scenario; and what is wrong with that."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

import pytest

KEYS = (
    "seed",
    "release",
    "with_modifications",
    "without_modifications",
    "modifications",
    "switches",
    "clock",
)
"""Of a fleet file: what a system is made of before anything stands in it."""

ARGUMENTS = {"smets": (*KEYS, "fleet"), "scenario": ("file", *KEYS)}


class WrongMarker(ValueError):
    """A marker that cannot be read, with what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`keys` stand in place of the file's. `fleet` is a file or a text, `scenario` a file or the name of one that
    ships; both may be empty."""

    keys: Mapping[str, object] = field(default_factory=dict)
    fleet: object = ""
    scenario: str = ""


def asked_by(markers: Iterable[pytest.Mark]) -> Asked:
    """Of one test, the nearest marker of a name first. Raises WrongMarker."""
    nearest: dict[str, pytest.Mark] = {}
    for marker in markers:
        if marker.name in ARGUMENTS:
            nearest.setdefault(marker.name, marker)
    said: dict[str, object] = {}
    for name in ARGUMENTS:
        if name in nearest:
            said |= _arguments(nearest[name])
    fleet, scenario = said.pop("fleet", ""), said.pop("file", "")
    if fleet and scenario:
        raise WrongMarker(
            "expected smets(fleet=...) or scenario(...), not both: a scenario file has its fleet"
        )
    if "scenario" in nearest and not scenario:
        raise WrongMarker("scenario(): expected a file, like scenario('lost_response.yaml')")
    return Asked(keys=said, fleet=fleet, scenario=str(scenario))


def _arguments(marker: pytest.Mark) -> dict[str, object]:
    """One argument may stand without its name: the scenario's file."""
    known = ARGUMENTS[marker.name]
    said = dict(marker.kwargs)
    places = ("file",) if marker.name == "scenario" else ()
    if len(marker.args) > len(places):
        raise WrongMarker(
            f"{marker.name}{marker.args!r}: expected names with values: {', '.join(f'{key}=...' for key in known)}"
        )
    said |= dict(zip(places, marker.args, strict=False))
    for name in said:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise WrongMarker(
                f"{marker.name}({name}=...): there is no such argument{hint} (expected: {', '.join(known)})"
            )
    return said
