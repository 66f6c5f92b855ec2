"""The scenarios that ship: each holds, says what it shows and by which rule, and fails where that rule is another."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from smets.scenarios import shipped
from smets.scenarios.planning import Scenario, read_scenario, scenario_of
from smets.scenarios.playing import Player
from smets.scenarios.results import ScenarioResult
from smets.scenarios.running import Running
from smets.scenarios.texts import under, with_seed

ROOT = Path(shipped.__file__).parents[2]
MARKED = re.compile(r"\((?:C|L|R|U|L, choice Q2)\)")
NAMES = shipped.names()

BROKEN = (
    # scenario                                                      release          with          without
    ("acceptance/d02-read-firmware-before-secmp0105",               "November 2021", (),           ()),
    ("acceptance/d02-read-firmware-after-secmp0105",                "",              (),           ("SECMP0105",)),
    ("acceptance/d03-other-reads-after-secmp0105",                  "June 2021",     (),           ()),
    ("acceptance/d09-lost-response-before-secmp0105",               "",              ("SECMP0105",), ()),
    ("acceptance/d10-lost-response-and-a-retry-after-secmp0105",    "",              (),           ("SECMP0105",)),
    ("acceptance/d11-lost-response-and-a-read-after-secmp0105",     "",              (),           ("SECMP0105",)),
    ("acceptance/d12-retry-of-a-commissioned-meter-after-secmp0105", "June 2021",    (),           ()),
    ("acceptance/d13-restored-to-the-status-before",                "",              (),           ("SECMP0105",)),
    ("acceptance/d14-the-gas-proxy-shows-a-mismatch",               "",              (),           ("SECMP0105",)),
    ("acceptance/d15-a-retry-of-smets1-without-a-version",          "",              (),           ("SECMP0105",)),
    ("acceptance/d17-the-same-version-restores-nothing",            "",              (),           ("SECMP0105",)),
    ("acceptance/d18-the-table-of-8.4-before-secmp0125",            "",              ("SECMP0125",), ()),
    ("acceptance/d18-the-table-of-8.4-after-secmp0125",             "",              (),           ("SECMP0125",)),
    ("acceptance/d19-what-users-see-before-titles",                 "November 2022", (),           ()),
    ("acceptance/d19-what-users-see-after-titles",                  "",              (),           ("SAT-TITLES",)),
    ("acceptance/d20-three-months-of-audit-trail",                  "November 2021", (),           ()),
    ("modifications/secmp0105-before",                              "November 2021", (),           ()),
    ("modifications/secmp0105-after",                               "June 2021",     (),           ()),
    ("modifications/secmp0007-before",                              "",              ("SECMP0007",), ()),
    ("modifications/secmp0007-after",                               "",              (),           ("SECMP0007",)),
    ("modifications/secmp0125-before",                              "",              ("SECMP0125",), ()),
    ("modifications/secmp0125-after",                               "",              (),           ("SECMP0125",)),
    ("modifications/audit-trail-titles-before",                     "",              ("SAT-TITLES",), ()),
    ("modifications/audit-trail-titles-after",                      "",              (),           ("SAT-TITLES",)),
)  # fmt: skip


def _otherwise() -> Iterator[tuple[str, str, str, str]]:
    _, *cases = Path(__file__).with_name("otherwise.txt").read_text("utf-8").split("\n\n")
    for case in cases:
        name, said, otherwise, _, line = map(str.strip, case.strip().splitlines())
        yield name, said, otherwise if otherwise != "nothing" else "", line


OTHERWISE = list(_otherwise())


def _scenario(name: str) -> Scenario:
    return read_scenario(shipped.path_of(name))


async def _played(scenario: Scenario) -> ScenarioResult:
    return await Running().in_process(scenario)


def _told(result: ScenarioResult) -> str:
    return "\n".join(
        [result.error, *(f"{step.number} {step.told}\n{failure}" for step, failure in result.failures)]
    )


@pytest.mark.parametrize("name", NAMES)
async def test_it_holds(name: str) -> None:
    scenario = _scenario(name)

    result = await _played(scenario)

    assert result.passed, _told(result)
    assert len(result.steps) == len(scenario.acts) + len(scenario.expectations)


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_shows_and_by_which_rule(name: str) -> None:
    model = _scenario(name).model

    lines = model.description.splitlines()

    assert model.name
    assert 2 <= len(lines) <= 4
    assert lines[0].endswith(".")
    assert "Rule: " in model.description
    assert MARKED.search(model.description), model.description
    assert model.steps
    assert model.expect
    assert model.release is not None
    assert "seed" in model.model_fields_set


@pytest.mark.parametrize(("name", "release", "on", "off"), BROKEN, ids=[row[0] for row in BROKEN])
async def test_it_does_not_hold_under_the_other_rules(
    name: str, release: str, on: tuple[str, ...], off: tuple[str, ...]
) -> None:
    scenario = _scenario(name)
    other = under(scenario.text, scenario.source, release=release, on=on, off=off)

    result = await _played(scenario_of(other, scenario.source))

    assert not result.passed
    assert not result.error


@pytest.mark.parametrize(
    ("name", "said", "otherwise", "line"), OTHERWISE, ids=[f"{row[0]} {row[2][:30]}" for row in OTHERWISE]
)
async def test_it_does_not_hold_where_something_else_happens(
    name: str, said: str, otherwise: str, line: str
) -> None:
    text = _scenario(name).text
    assert said in text

    result = await _played(scenario_of(text.replace(said, otherwise), name))

    failed = [text.replace(said, otherwise).splitlines()[step.line - 1] for step, _ in result.failures]
    assert any(line in row for row in failed), _told(result) or "it held"


@pytest.mark.parametrize("seed", ["another", "and another"])
async def test_the_case_of_secmp0105_does_not_hang_on_its_seed(seed: str) -> None:
    for name in ("modifications/secmp0105-after", "modifications/audit-trail-titles-after"):
        result = await _played(scenario_of(with_seed(_scenario(name).text, seed), name))

        assert result.passed, _told(result)


async def test_a_scenario_played_again_is_the_same_to_the_octet() -> None:
    traces = []

    async def gather(player: Player) -> None:
        traces.append(await player.system.emulator.trace())

    for _ in range(2):
        await Running(harvest=gather).in_process(_scenario("firmware/hub-off-for-a-day"))

    assert traces[0] == traces[1]


def test_every_acceptance_scenario_ships() -> None:
    numbers = {int(name.split("/d")[1][:2]) for name in NAMES if name.startswith("acceptance/")}

    assert numbers == set(range(1, 21))


def test_names_are_found_whole_in_part_and_by_folder() -> None:
    assert shipped.called("firmware/wrong-hash") == ["firmware/wrong-hash"]
    assert shipped.called("d17") == ["acceptance/d17-the-same-version-restores-nothing"]
    assert len(shipped.called("modifications")) == 8
    assert shipped.called("firmware/") == [name for name in NAMES if name.startswith("firmware/")]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("lost-response", "several scenarios have that in their names: acceptance/d09"),
        ("firmware/wrong-hsh", "did you mean 'firmware/wrong-hash'?; see 'smets scenarios list'"),
        ("../running", "no scenario of that name ships"),
    ],
)
def test_a_name_that_means_none_or_several_is_told(text: str, what: str) -> None:
    with pytest.raises(shipped.NoSuchScenario, match=re.escape(what)):
        shipped.one_called(text)


def test_the_wheel_has_the_scenarios() -> None:
    """All that lies in the packages is in it, unless git leaves it out."""
    assert '"smets"' in (ROOT / "pyproject.toml").read_text("utf-8")
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert not {"*.yaml", "library/", "scenarios/"} & set(ignored)
