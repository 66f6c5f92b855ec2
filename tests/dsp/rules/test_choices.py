"""The table of choices: every question of the domain once, every switch by one row, every default as the row says."""

from dataclasses import fields

import pytest

from dsp.rules.choices import CHOICES, Choice, Switches, Times, choice
from smart_metering.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from smart_metering.marks import Mark
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus

SWITCH_NAMES = [field.name for field in fields(Switches)]


@pytest.mark.parametrize("switch", SWITCH_NAMES)
def test_each_switch_is_named_by_exactly_one_row(switch: str) -> None:
    assert len([row for row in CHOICES if row.switch == switch]) == 1


@pytest.mark.parametrize("row", [row for row in CHOICES if row.switch], ids=lambda row: row.name)
def test_each_row_with_a_switch_names_one_that_there_is(row: Choice) -> None:
    assert row.switch in SWITCH_NAMES


def test_the_questions_of_the_domain_are_all_there_in_their_order() -> None:
    names = [row.name for row in CHOICES]

    assert [name for name in names if name.startswith("Q") and name[1:].isdigit()] == [
        f"Q{number}" for number in range(1, 27)
    ]
    assert len(names) == len(set(names))


def test_a_row_is_found_by_its_name() -> None:
    assert choice("Q6").switch == "restore_needs_active_cpl"
    assert all(choice(row.name) is row for row in CHOICES)


def test_each_row_asks_and_answers_and_is_marked_a_choice() -> None:
    assert all(row.question and row.choice and row.mark is Mark.CHOICE for row in CHOICES)


def test_the_defaults_are_the_recommended_choices() -> None:
    assert Switches() == Switches(
        non_device_empty_answer=ResponseCode.I0,  # Q1
        suspendable=frozenset(
            {SmiStatus.INSTALLED_NOT_COMMISSIONED, SmiStatus.COMMISSIONED, SmiStatus.RECOVERED}
        ),  # Q5
        communications_hubs_are_suspended=True,  # Q5
        restore_needs_active_cpl=True,  # Q6
        read_teaches_before_secmp0105=False,  # Q8
        network_operator_read_restores=True,  # Q11
        correct_variant_while_suspended=False,  # Q15
        unverified_response_teaches=True,
        firmware_version_must_match_header=True,
    )


def test_the_times_are_the_recommended_ones() -> None:
    assert Times() == Times(
        response_timeout_ms=30 * SECOND_MS,
        attempt_interval_ms=10 * SECOND_MS,
        attempts=3,
        late_response_ms=DAY_MS,
        distribution_ms=HOUR_MS,
        distribution_retry_ms=HOUR_MS,
        distribution_deadline_ms=5 * DAY_MS,
        furthest_future_date_ms=30 * DAY_MS,
        future_dated_outcome_ms=15 * MINUTE_MS,
        sequence_memory_ms=30 * DAY_MS,
        alert_storm_window_ms=5 * MINUTE_MS,
        alerts_before_storm=10,
    )
