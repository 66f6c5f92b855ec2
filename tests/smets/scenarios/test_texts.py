"""The text of a scenario changed from the command line: the rest stays what it was, and where it was."""

import pytest

from dsp.rules.releases import UnknownRule
from smets.scenarios.planning import scenario_of
from smets.scenarios.texts import plain_of, under, with_seed

TEXT = """# a comment
name: one  # another
release: November 2021
seed: first
with_modifications:
  - SECMP0125

fleets:
  - {name: homes}
steps:
  - advance: 1h
"""


def test_another_seed_keeps_every_line() -> None:
    changed = with_seed(TEXT, "0x: 1")

    assert scenario_of(changed).seed == "0x: 1"
    assert [act.line for act in scenario_of(changed).acts] == [act.line for act in scenario_of(TEXT).acts]
    assert plain_of(changed) == {**plain_of(TEXT), "seed": "0x: 1"}


def test_other_rules_take_the_place_of_those_of_the_file_and_keep_every_line() -> None:
    changed = under(TEXT, "a.yaml", release="June 2021", on=("SECMP0105",), off=())

    model = scenario_of(changed).model
    assert (model.release, model.with_modifications) == ("June 2021", ("SECMP0105",))
    assert [act.line for act in scenario_of(changed).acts] == [11]


def test_rules_beside_those_of_the_file_are_added() -> None:
    model = scenario_of(under(TEXT, "a.yaml", release="", on=(), off=("SECMP0105",))).model

    assert model.release == "November 2021"
    assert model.with_modifications == ("SECMP0125",)
    assert model.without_modifications == ("SECMP0105",)


@pytest.mark.parametrize(
    "text", ["{name: one, seed: a, fleets: [{}]}", "---\nname: one\n...\n", "", "seed: |\n  a\nname: b"]
)
def test_whatever_its_form_the_text_says_the_same_otherwise(text: str) -> None:
    assert plain_of(with_seed(text, "b")) == {**plain_of(text), "seed": "b"}


def test_rules_that_cannot_be_are_refused() -> None:
    with pytest.raises(UnknownRule):
        under("modifications: []\nfleets: [{}]\n", "a.yaml", release="", on=("SECMP0105",), off=())
