"""Schedules as rows: runs by the calendar, each against days written out here, and codes that each mean one thing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsp.rules.schedules import (
    FAILURE_ROWS,
    FAULT_ROWS,
    FREQUENCIES,
    READ_A_LOG,
    REMOVAL_ROWS,
    Failure,
    Frequency,
    Removal,
    ScheduleFault,
    failure_row,
    fault_row,
    frequency_of,
    is_schedulable,
    next_run,
    removal_row,
)
from smart_metering.dcc_alerts import DccAlertCode, definition_of
from smart_metering.instants import DAY_MS, HOUR_MS, Instant, format_instant, parse_instant
from smart_metering.marks import Mark
from smart_metering.service_requests import SERVICE_REQUESTS

SCHEDULABLE = {
    "4.2", "4.6.1", "4.6.2", "4.8.1", "4.8.2", "4.8.3", "4.10", "4.12.1", "4.12.2", "4.14", "4.15", "4.16", "4.17",
    "14.1",
}  # fmt: skip


def days(start: str, frequency: Frequency, runs: int, start_time: int = 0) -> list[str]:
    """The days of the first runs."""
    start_date = parse_instant(f"{start}T00:00:00Z")
    found, after = [], Instant(start_date - 1)
    for _ in range(runs):
        after = next_run(start_date, start_time, frequency, after)
        found.append(format_instant(after)[:10])
    return found


@pytest.mark.parametrize(
    ("start", "frequency", "expected"),
    [
        ("2024-02-27", Frequency.DAILY, ["2024-02-27", "2024-02-28", "2024-02-29", "2024-03-01"]),
        ("2023-12-25", Frequency.WEEKLY, ["2023-12-25", "2024-01-01", "2024-01-08", "2024-01-15"]),
        ("2023-11-15", Frequency.MONTHLY, ["2023-11-15", "2023-12-15", "2024-01-15", "2024-02-15"]),
        ("2023-01-31", Frequency.MONTHLY, ["2023-01-31", "2023-02-28", "2023-03-31", "2023-04-30"]),
        ("2024-01-30", Frequency.MONTHLY, ["2024-01-30", "2024-02-29", "2024-03-30", "2024-04-30"]),
        ("2023-11-30", Frequency.QUARTERLY, ["2023-11-30", "2024-02-29", "2024-05-30", "2024-08-30"]),
        ("2023-08-31", Frequency.HALF_YEARLY, ["2023-08-31", "2024-02-29", "2024-08-31", "2025-02-28"]),
        (
            "2024-02-29",
            Frequency.YEARLY,
            ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"],
        ),
    ],
)
def test_runs_follow_the_calendar_and_a_short_month_moves_only_its_own(
    start: str, frequency: Frequency, expected: list[str]
) -> None:
    assert days(start, frequency, len(expected)) == expected


@pytest.mark.parametrize("frequency", Frequency)
def test_a_run_is_at_its_time_of_the_day_and_later_than_what_was_before(frequency: Frequency) -> None:
    start_date = parse_instant("2021-11-21T00:00:00Z")
    first = Instant(start_date + 2 * HOUR_MS)

    assert next_run(start_date, 2 * HOUR_MS, frequency, Instant(0)) == first
    assert next_run(start_date, 2 * HOUR_MS, frequency, Instant(first - 1)) == first
    second = next_run(start_date, 2 * HOUR_MS, frequency, first)
    assert second > first
    assert second % DAY_MS == 2 * HOUR_MS
    assert next_run(start_date, 2 * HOUR_MS, frequency, Instant(second - 1)) == second


INSTANTS = st.integers(min_value=0, max_value=parse_instant("2200-01-01T00:00:00Z"))


@given(
    start=st.integers(min_value=0, max_value=60_000),
    time=st.integers(min_value=0, max_value=DAY_MS - 1),
    frequency=st.sampled_from(Frequency),
    after=INSTANTS,
)
def test_no_run_is_left_out_and_none_comes_twice(
    start: int, time: int, frequency: Frequency, after: int
) -> None:
    start_date = Instant(start * DAY_MS)

    found = next_run(start_date, time, frequency, Instant(after))

    assert found > after
    assert found >= start_date + time
    assert (found - time) % DAY_MS == 0
    assert next_run(start_date, time, frequency, Instant(found - 1)) == found, "it is a run"
    between = Instant((after + found) // 2)
    if between > after:
        assert next_run(start_date, time, frequency, between) == found, "and none lies between"


def test_each_frequency_has_one_row_that_counts_either_days_or_months() -> None:
    assert [row.frequency for row in FREQUENCIES] == list(Frequency)
    assert all((row.days > 0) != (row.months > 0) for row in FREQUENCIES)
    assert [str(frequency) for frequency in Frequency] == [
        "Daily", "Weekly", "Monthly", "Quarterly", "Half-Yearly", "Yearly",
    ]  # fmt: skip


def test_a_frequency_is_spelt_as_duis_spells_it() -> None:
    assert frequency_of("Half-Yearly") is Frequency.HALF_YEARLY
    assert frequency_of("HALF_YEARLY") is None
    assert frequency_of("daily") is None
    assert frequency_of("") is None


def test_what_may_be_scheduled_is_what_the_schema_lists() -> None:
    assert {row.srv for row in SERVICE_REQUESTS if is_schedulable(row.srv)} == SCHEDULABLE
    assert not is_schedulable("4.8.4")
    assert SCHEDULABLE > READ_A_LOG


def test_each_fault_has_one_row_and_each_code_one_meaning() -> None:
    assert [row.fault for row in FAULT_ROWS] == list(ScheduleFault)
    assert all(fault_row(row.fault) is row for row in FAULT_ROWS)
    assert len({row.code for row in FAULT_ROWS}) == len(FAULT_ROWS)
    assert {row.code[:4] for row in FAULT_ROWS} == {"E050", "W050"}
    assert {row.mark for row in FAULT_ROWS} == {Mark.CHOICE}


def test_each_removal_and_each_failure_has_an_alert_of_its_own_that_can_carry_it() -> None:
    assert [row.removal for row in REMOVAL_ROWS] == list(Removal)
    assert [row.failure for row in FAILURE_ROWS] == list(Failure)
    assert {removal_row(removal).code for removal in Removal} == {
        DccAlertCode.N4, DccAlertCode.N5, DccAlertCode.N6, DccAlertCode.N17, DccAlertCode.N40,
    }  # fmt: skip
    assert {definition_of(row.code).body for row in REMOVAL_ROWS} == {"DSPScheduleRemoval"}
    assert len({failure_row(failure).code for failure in Failure}) == len(Failure)
    assert {definition_of(row.code).body for row in FAILURE_ROWS} == {"CommandFailure"}
    assert {row.mark for row in (*REMOVAL_ROWS, *FAILURE_ROWS)} == {Mark.WEAK}
