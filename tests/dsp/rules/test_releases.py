"""SEC Releases and modifications: what each puts in force, by name or day, and what is said to a name in no table."""

from datetime import date
from itertools import chain, combinations

import pytest

from dsp.rules.choices import Switches, Times
from dsp.rules.releases import (
    LATEST,
    MODIFICATIONS,
    RELEASES,
    UnknownRule,
    release_named,
    rules_as_of,
    rules_called,
    rules_with,
)
from dsp.rules.rule_set import RuleSet
from smart_metering.marks import Mark

TITLES = "SAT-TITLES"


def names(rules: RuleSet) -> set[str]:
    return set(rules.modifications)


def test_the_rules_of_each_release() -> None:
    assert names(rules_as_of("June 2021")) == set()
    assert names(rules_as_of("November 2021")) == {"SECMP0105", "SECMP0007"}
    assert names(rules_as_of("November 2022")) == {"SECMP0105", "SECMP0007", TITLES}


def test_the_day_of_each_release_and_how_sure_it_is() -> None:
    days = {release.name: (release.day, release.mark) for release in RELEASES}

    assert days["November 2021"] == ("2021-11-04", Mark.CERTAIN)
    assert days["November 2022"] == ("2022-11-03", Mark.UNKNOWN), "its report names it as a target only"


def test_secmp0125_is_of_no_release_for_its_day_is_not_known() -> None:
    assert not any("SECMP0125" in release.modifications for release in RELEASES)


@pytest.mark.parametrize(
    ("day", "release"),
    [
        ("2021-06-24", "June 2021"),
        ("2021-11-03", "June 2021"),
        ("2021-11-04", "November 2021"),
        ("2022-05-01", "November 2021"),
        ("2022-11-02", "November 2021"),
        ("2022-11-03", "November 2022"),
        ("2030-01-01", "November 2022"),
    ],
)
def test_a_day_means_the_release_in_force_on_it(day: str, release: str) -> None:
    assert release_named(day).name == release
    assert rules_as_of(day) == rules_as_of(release)


def test_the_latest_release_is_in_force_unless_another_is_asked_for() -> None:
    assert RELEASES[-1].name == LATEST
    assert rules_as_of() == rules_as_of(LATEST) == rules_as_of("latest")


def test_a_release_keeps_what_the_ones_before_it_brought() -> None:
    seen: list[str] = []
    for release in RELEASES:
        seen += release.modifications

        assert names(rules_as_of(release.name)) == set(seen)


def test_releases_stand_in_the_order_of_their_days_and_name_modifications_of_the_table() -> None:
    days = [date.fromisoformat(release.day) for release in RELEASES]

    assert days == sorted(days)
    assert set(chain.from_iterable(release.modifications for release in RELEASES)) <= set(MODIFICATIONS)


@pytest.mark.parametrize("name", MODIFICATIONS)
@pytest.mark.parametrize("release", [release.name for release in RELEASES])
def test_each_modification_can_be_put_on_or_off_alone_beside_a_release(release: str, name: str) -> None:
    brought = names(rules_as_of(release))

    assert rules_as_of(release, with_modifications=[name]) == rules_with({*brought, name})
    assert rules_as_of(release, without_modifications=[name]) == rules_with(brought - {name})


def test_a_modification_is_put_on_or_off_not_both() -> None:
    with pytest.raises(UnknownRule, match="SECMP0105: expected with it or without it, not both"):
        rules_as_of(with_modifications=["SECMP0105"], without_modifications=["SECMP0105"])


def test_each_modification_is_itself_and_can_stand_alone() -> None:
    for name in MODIFICATIONS:
        assert rules_with([name]).modifications == (name,)


SUBSETS = [chosen for size in range(len(MODIFICATIONS) + 1) for chosen in combinations(MODIFICATIONS, size)]


@pytest.mark.parametrize("chosen", SUBSETS, ids=lambda chosen: "+".join(chosen) or "none")
def test_the_order_in_which_modifications_are_named_changes_nothing(chosen: tuple[str, ...]) -> None:
    backwards = rules_with(reversed(chosen))

    assert backwards == rules_with(chosen) == rules_with([*chosen, *chosen])
    assert set(backwards.modifications) == set(chosen)


@pytest.mark.parametrize("chosen", SUBSETS, ids=lambda chosen: "+".join(chosen) or "none")
def test_a_rule_book_may_be_called_by_its_modifications(chosen: tuple[str, ...]) -> None:
    assert rules_called(",".join(chosen) or "none") == rules_with(chosen)
    assert rules_called("none" + "".join(f"+{name}" for name in chosen)) == rules_with(chosen)
    without = "".join(f"-{name}" for name in MODIFICATIONS if name not in chosen)
    assert rules_called(",".join(MODIFICATIONS) + without) == rules_with(chosen)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("June 2021", set()),
        ("latest", {"SECMP0105", "SECMP0007", TITLES}),
        ("2022-05-01", {"SECMP0105", "SECMP0007"}),
        ("2022-05-01-SECMP0105", {"SECMP0007"}),
        ("2022-05-01+SAT-TITLES", {"SECMP0105", "SECMP0007", TITLES}),
        ("latest+SECMP0125", {"SECMP0105", "SECMP0007", "SECMP0125", TITLES}),
        ("latest-SECMP0105", {"SECMP0007", TITLES}),
        ("latest-SAT-TITLES+SECMP0125-SECMP0007", {"SECMP0105", "SECMP0125"}),
        ("SAT-TITLES", {TITLES}),
        ("SECMP0007, SAT-TITLES", {"SECMP0007", TITLES}),
        ("none", set()),
    ],
)
def test_what_people_call_a_rule_book(text: str, expected: set[str]) -> None:
    assert rules_called(text) == rules_with(expected)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("June 2020", r"'June 2020' are unknown; expected a SEC Release \(June 2021, November 2021,"),
        ("latest+SECMP9999", r"modifications separated by commas \(SECMP0105, "),
        ("", "a day like 2022-05-01, none, or modifications"),
        ("SECMP0105,", "and behind it .NAME or -NAME"),
        ("latest+SECMP0125-SECMP0125", "SECMP0125: expected with it or without it"),
        ("2021-02-30", "'2021-02-30': .*; expected a day of the calendar"),
        ("2021-06-23", r"expected 2021-06-24 \(June 2021\) or later"),
    ],
)
def test_a_rule_book_that_nobody_knows_is_told_what_was_expected(text: str, what: str) -> None:
    with pytest.raises(UnknownRule, match=what):
        rules_called(text)


def test_no_modification_means_the_base_tables() -> None:
    assert rules_with(()) == RuleSet()


def test_switches_and_times_are_taken_as_they_are() -> None:
    switches, times = Switches(restore_needs_active_cpl=False), Times(attempts=1)

    rules = rules_as_of(switches=switches, times=times)

    assert (rules.switches, rules.times) == (switches, times)


@pytest.mark.parametrize("text", ["June 2020", "", "none", "SECMP0105", "20220501", "2022-5-1"])
def test_an_unknown_release_is_told_which_there_are(text: str) -> None:
    expected = (
        f"{text!r} is unknown; expected one of: June 2021, November 2021, .*latest, or a day like 2022-05-01"
    )
    with pytest.raises(UnknownRule, match=expected):
        rules_as_of(text)


def test_an_unknown_modification_is_told_which_there_are() -> None:
    expected = "'SECMP9999' is unknown; expected any of: SECMP0105, SECMP0007"

    with pytest.raises(UnknownRule, match=expected):
        rules_with(["SECMP0105", "SECMP9999"])
    with pytest.raises(UnknownRule, match=expected):
        rules_as_of(with_modifications=["SECMP9999"])
    with pytest.raises(UnknownRule, match=expected):
        rules_as_of(without_modifications=["SECMP9999"])
