"""The rules that a fleet runs under: the file's, changed by the command line; what contradicts is refused."""

import pytest

from dsp.rules.releases import UnknownRule
from smets.fleet.model import FleetModel
from smets.fleet.reading import read_fleet
from smets.fleet.rules_in_force import under_rules

Rules = tuple[str | None, tuple[str, ...], tuple[str, ...], tuple[str, ...] | None]


def fleet(text: str) -> FleetModel:
    return read_fleet(text)[0]


def rules_of(model: FleetModel) -> Rules:
    return model.release, model.with_modifications, model.without_modifications, model.modifications


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("", (None, (), (), None)),
        ("release: 2022-05-01", ("2022-05-01", (), (), None)),
        ("release: latest\nwith_modifications: [SECMP0125]", ("latest", ("SECMP0125",), (), None)),
        ("without_modifications: [SECMP0105]", (None, (), ("SECMP0105",), None)),
        ("modifications: []", (None, (), (), ())),
    ],
)
def test_a_file_says_its_rules_and_the_command_line_may_leave_them_alone(text: str, rules: Rules) -> None:
    assert rules_of(fleet(text)) == rules
    assert under_rules(fleet(text)) == fleet(text)


def test_a_release_stands_in_place_of_all_that_the_file_says_of_rules() -> None:
    for text in ("modifications: [SECMP0125]", "release: latest\nwith_modifications: [SECMP0125]"):
        other = under_rules(fleet(text), release="June 2021", with_modifications=["SECMP0105"])

        assert rules_of(other) == ("June 2021", ("SECMP0105",), (), None)


def test_a_modification_is_put_on_or_off_beside_what_the_file_says() -> None:
    file = fleet(
        "release: November 2021\nwith_modifications: [SECMP0125]\nwithout_modifications: [SECMP0007]"
    )

    other = under_rules(file, with_modifications=["SECMP0007"], without_modifications=["SECMP0105"])

    assert rules_of(other) == ("November 2021", ("SECMP0125", "SECMP0007"), ("SECMP0105",), None)


def test_nothing_else_of_the_file_changes() -> None:
    file = fleet("seed: s\nclock: {rate: 2}\nfleets: [{count: 3}]")

    other = under_rules(file, release="June 2021")

    assert other.model_copy(update={"release": None}) == file


@pytest.mark.parametrize(
    ("text", "asked", "what"),
    [
        ("modifications: []", {"with_modifications": ["SECMP0105"]}, "beside a --release"),
        ("", {"release": "June 2020"}, "expected one of: June 2021"),
        ("", {"release": "2020-01-01"}, "expected 2021-06-24"),
        ("", {"without_modifications": ["SECMP9999"]}, "expected any of: SECMP0105"),
        ("", {"with_modifications": ["A"], "without_modifications": ["A"]}, "'A' is unknown"),
        (
            "",
            {"with_modifications": ["SECMP0105"], "without_modifications": ["SECMP0105"]},
            "not both",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, asked: dict[str, object], what: str) -> None:
    with pytest.raises(UnknownRule, match=what):
        under_rules(fleet(text), **asked)  # type: ignore[arg-type]  # the few that a case names
