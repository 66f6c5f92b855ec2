"""The JSON Schema for editors: it takes every scenario that ships, as YAML reads it, and knows every key."""

import re

import pytest
import yaml
from jsonschema import Draft202012Validator

from smets.scenarios import shipped
from smets.scenarios.schema import json_schema

SCHEMA = Draft202012Validator(json_schema())


class _AsEditorsRead(yaml.SafeLoader):
    """YAML 1.2, where yes and no are text, and dates too."""

    @classmethod
    def resolvers(cls) -> dict[str, list[tuple[str, re.Pattern[str]]]]:
        """By the first character of a scalar."""
        rows = {
            first: [row for row in rows if not row[0].endswith((":bool", ":timestamp"))]
            for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }
        for first in "tf":
            rows[first] = [("tag:yaml.org,2002:bool", re.compile("true|false"))]
        return rows


_AsEditorsRead.yaml_implicit_resolvers = _AsEditorsRead.resolvers()


def _faults(text: str) -> list[str]:
    return [error.message for error in SCHEMA.iter_errors(yaml.load(text, Loader=_AsEditorsRead))]


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("name", shipped.names())
def test_it_takes_what_ships(name: str) -> None:
    assert _faults(shipped.path_of(name).read_text("utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "seed: 17\nfleets: [{count: 3, firmware: {ESME: 00000002}}]",
        "steps: [{send: {srv: 11.2, to: ESME}}, {advance: 0}, {note: here}]",
        "expect: [{devices: ESME, agree: yes}, {devices: {type: ESME, first: 2}, agree: true}]",
        "steps: [{power: {devices: ESME, state: off, at_activation: no}}]",
    ],
)
def test_it_takes_what_is_right(text: str) -> None:
    assert _faults(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "sed: 17",
        "steps: [{advence: 1h}]",
        "steps: [{send: {to: ESME}}]",
        "fleets: [{count: many}]",
        "fleets: [{status: Suspend}]",
        "expect: [{devices: ESME, agree: perhaps}]",
        "steps: [{hub: {devices: CHF, state: of}}]",
    ],
)
def test_it_refuses_what_is_wrong(text: str) -> None:
    assert len(_faults(text)) >= 1
