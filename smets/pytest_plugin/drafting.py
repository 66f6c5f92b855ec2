"""The fleet file of a test as it grows: a file or a text first, then premises and firmware as the test names them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from smets.fleet.lines import Fault, Plain
from smets.fleet.model import FleetModel
from smets.fleet.reading import FleetFileError, read
from smets.pytest_plugin.words import plain_mapping
from smets.scenarios.expectations import AnswerModel, ExpectationModel
from smets.scenarios.model import ScenarioModel, SendModel
from smets.scenarios.planning import Scenario, plan_scenario, scenario_of
from smets.scenarios.texts import OF_RULES, plain_of, text_of

NAMING = ("parties", "templates")
GROWING = frozenset({"version", "name", "description", "fleets", "firmware", "templates", "seed"})
"""What a second file may say; all else is settled once the system is there."""

T = TypeVar("T")


class SaidModel(FleetModel):
    """What a test says beside its fleet, in the words of a scenario."""

    send: SendModel | None = None
    expect: ExpectationModel | None = None
    answer: AnswerModel | None = None


@dataclass(slots=True)
class Draft:
    """`plain` is what the file says so far, `source` what faults call it."""

    plain: dict[str, Plain] = field(default_factory=dict)
    source: str = "fleet"

    def planned(self) -> Scenario:
        """Raises FleetFileError, without lines: nobody wrote this text."""
        return without_lines(scenario_of, text_of(self.plain), self.source)

    def said(self, what: Mapping[str, object]) -> SaidModel:
        """Words of a scenario, checked with the names that this file defines. Raises FleetFileError."""
        named: dict[str, Plain] = {key: self.plain[key] for key in NAMING if key in self.plain}
        text = text_of({**named, **plain_mapping(what)})
        return without_lines(lambda text, source: read(text, SaidModel, source)[0], text, "smets")

    def grown(self, addition: Mapping[str, Plain]) -> "Draft":
        """With more fleets, firmware and templates. Raises FleetFileError for what is settled, or defined twice."""
        settled = [key for key in addition if key not in GROWING]
        if settled:
            what = "is settled: the system is there; say it by the first fleet of the test, or by the marker smets"
            raise FleetFileError(self.source, [Fault(0, key, what) for key in settled])
        plain = dict(self.plain)
        plain["fleets"] = [*_list(plain.get("fleets")), *_list(addition.get("fleets"))]
        for key in ("firmware", "templates"):
            here, more = _mapping(plain.get(key)), _mapping(addition.get(key))
            if twice := [name for name in more if here.get(name, more[name]) != more[name]]:
                what = "is there already, and is another"
                raise FleetFileError(self.source, [Fault(0, f"{key}.{name}", what) for name in twice])
            plain[key] = {**here, **more}
        return Draft({key: value for key, value in plain.items() if value}, self.source)


def first_draft(
    text: str, source: str, keys: Mapping[str, object], defaults: Mapping[str, object]
) -> tuple[Draft, Scenario]:
    """A file, in which `keys` are said otherwise, and `defaults` where it says nothing of them; and what it comes to.

    Raises FleetFileError, with the lines of the file.
    """
    _, lines = read(text, ScenarioModel, source)
    plain, said = plain_of(text), plain_mapping(keys)
    if {"release", "modifications"} & said.keys():
        plain = {key: value for key, value in plain.items() if key not in OF_RULES}
    draft = Draft({**plain_mapping(defaults), **plain, **said}, source)
    changed = text_of(draft.plain)
    model, _ = without_lines(lambda text, source: read(text, ScenarioModel, source), changed, source)
    return draft, plan_scenario(model, lines, source, changed)


def without_lines(make: Callable[[str, str], T], text: str, source: str) -> T:
    """What is made of a text that nobody wrote. Raises FleetFileError."""
    try:
        return make(text, source)
    except FleetFileError as error:
        faults = [Fault(0, fault.path, fault.what) for fault in error.faults]
        raise FleetFileError(source, faults) from None


def _list(value: Plain | None) -> list[Plain]:
    return value if isinstance(value, list) else []


def _mapping(value: Plain | None) -> dict[str, Plain]:
    return value if isinstance(value, dict) else {}
