"""SEC Releases and modifications: what each puts in force, and what is said to a name that is in no table."""

from datetime import date
from itertools import chain, combinations

import pytest

from dsp.rules.choices import Switches, Times
from dsp.rules.releases import LATEST, MODIFICATIONS, RELEASES, UnknownRule, rules_as_of, rules_with
from dsp.rules.rule_set import RuleSet


def test_the_rules_before_and_after_november_2021() -> None:
    assert rules_as_of("June 2021").modifications == ()
    assert rules_as_of("November 2021").modifications == ("SECMP0105", "SECMP0007")
    assert {release.name: release.day for release in RELEASES}["November 2021"] == "2021-11-04"


def test_the_latest_release_is_in_force_unless_another_is_asked_for() -> None:
    assert RELEASES[-1].name == LATEST
    assert rules_as_of() == rules_as_of(LATEST)


def test_a_release_keeps_what_the_ones_before_it_brought() -> None:
    seen: list[str] = []
    for release in RELEASES:
        seen += release.modifications

        assert set(rules_as_of(release.name).modifications) == set(seen)


def test_releases_stand_in_the_order_of_their_days_and_name_modifications_of_the_table() -> None:
    days = [date.fromisoformat(release.day) for release in RELEASES]

    assert days == sorted(days)
    assert set(chain.from_iterable(release.modifications for release in RELEASES)) <= set(MODIFICATIONS)


def test_each_modification_is_itself_and_can_stand_alone() -> None:
    for name in MODIFICATIONS:
        assert rules_with([name]).modifications == (name,)


SUBSETS = [names for size in range(len(MODIFICATIONS) + 1) for names in combinations(MODIFICATIONS, size)]


@pytest.mark.parametrize("names", SUBSETS, ids=lambda names: "+".join(names) or "none")
def test_the_order_in_which_modifications_are_named_changes_nothing(names: tuple[str, ...]) -> None:
    backwards = rules_with(reversed(names))

    assert backwards == rules_with(names) == rules_with([*names, *names])
    assert set(backwards.modifications) == set(names)


def test_no_modification_means_the_base_tables() -> None:
    assert rules_with(()) == RuleSet()


def test_switches_and_times_are_taken_as_they_are() -> None:
    switches, times = Switches(restore_needs_active_cpl=False), Times(attempts=1)

    rules = rules_as_of(switches=switches, times=times)

    assert (rules.switches, rules.times) == (switches, times)


def test_an_unknown_release_is_told_which_there_are() -> None:
    with pytest.raises(
        UnknownRule, match="'June 2020' is unknown; expected one of: June 2021, November 2021"
    ):
        rules_as_of("June 2020")


def test_an_unknown_modification_is_told_which_there_are() -> None:
    with pytest.raises(UnknownRule, match="'SECMP9999' is unknown; expected any of: SECMP0105, SECMP0007"):
        rules_with(["SECMP0105", "SECMP9999"])
