"""Scenarios that are wrong: each fault with its line, what is said of it, and what was perhaps meant."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from smets.fleet.reading import FleetFileError
from smets.scenarios.expectations import AnswerModel, ExpectationModel
from smets.scenarios.model import (
    CorrectModel,
    DeviceClockModel,
    HubModel,
    NextEventModel,
    PowerModel,
    ProductModel,
    RandomModel,
    RecoveryModel,
    RegistrationModel,
    RepeatModel,
    ScenarioModel,
    SendModel,
    StepModel,
    TamperModel,
)
from smets.scenarios.planning import scenario_of
from smets.scenarios.selectors import SelectorModel

CASES = Path(__file__).with_name("one_fault.txt")
MODELS = (
    StepModel,
    SendModel,
    AnswerModel,
    NextEventModel,
    ProductModel,
    RegistrationModel,
    CorrectModel,
    RecoveryModel,
    PowerModel,
    HubModel,
    TamperModel,
    DeviceClockModel,
    RepeatModel,
    RandomModel,
    ExpectationModel,
    SelectorModel,
)
OWN = ("name", "description", "steps", "expect")
"""Of a scenario; what it says of its fleet is tried with fleet files."""


def _cases() -> Iterator[tuple[str, int, str]]:
    _, *cases = CASES.read_text("utf-8").split("\n\n")
    for case in cases:
        text, _, fault = case.rpartition("\n----\n")
        line, _, what = fault.strip().partition(": ")
        yield text, int(line), what


WRONG = list(_cases())


@pytest.mark.parametrize(("text", "line", "what"), WRONG, ids=[row[2][:60] for row in WRONG])
def test_one_fault_is_said_once_with_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(FleetFileError) as refused:
        scenario_of(text, "scenario.yaml")

    (fault,) = refused.value.faults
    assert fault.line == line
    assert what in str(fault)
    assert str(refused.value) == f"scenario.yaml:{line}: {fault}"


def test_every_key_is_wrong_once() -> None:
    tried = {place for _, _, what in WRONG for place in _keys_on(what.partition(": ")[0])}
    keys = {(model.__name__, key) for model in MODELS for key in model.model_fields}
    keys |= {(ScenarioModel.__name__, key) for key in OWN} | {("PremisesModel", "list")}

    assert keys - tried == set()


def test_several_faults_are_said_at_once_in_the_order_of_their_lines() -> None:
    wrong = """steps:
  - advance: soon
  - send: {srv: 11.2, to: ESME, expct: {}}
  - hub: {devices: CHF}
expect:
  - {user: supplier, alert: N32}
"""

    with pytest.raises(FleetFileError) as refused:
        scenario_of(wrong, "a.yaml")

    told = str(refused.value).splitlines()
    assert [row.split(" ")[0] for row in told] == ["a.yaml:2:", "a.yaml:3:", "a.yaml:4:", "a.yaml:6:"]
    assert "did you mean 'expect'?" in told[1]


def test_what_does_not_fit_together_is_said_at_once_too() -> None:
    wrong = """fleets: [{name: homes}]
steps:
  - send: {srv: 11.2, to: houses/ESME}
  - power: {devices: CHF, state: off}
  - clear_faults: [silence]
expect:
  - {devices: homes/2/ESME, status: Suspended}
"""

    with pytest.raises(FleetFileError) as refused:
        scenario_of(wrong, "a.yaml")

    assert [fault.line for fault in refused.value.faults] == [3, 4, 5, 7]


def test_a_fault_of_a_repeated_step_is_said_once() -> None:
    wrong = "fleets: [{}]\nsteps: [{repeat: {times: 50, steps: [{power: {devices: GPF, state: off}}]}}]\n"

    with pytest.raises(FleetFileError) as refused:
        scenario_of(wrong)

    assert len(refused.value.faults) == 1


def _keys_on(path: str) -> Iterator[tuple[str, str]]:
    """The model and key of each part of a place: `steps[0].send.srv`."""
    kind: type[BaseModel] | None = ScenarioModel
    for part in re.sub(r"\[[0-9]+\]", "", path).split("."):
        if kind is None or part not in kind.model_fields:
            return
        yield kind.__name__, part
        kind = _model_in(kind.model_fields[part].annotation)


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(argument) for argument in get_args(annotation))
    return next((model for model in found if model is not None), None)
