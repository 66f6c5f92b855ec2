"""What SR 5.1 says of a schedule, judged by itself: whatever its Device and its owner are."""

from dsp.core.outcomes import Outcome, refused
from dsp.core.turn import Turn
from dsp.rules.schedules import (
    FURTHEST_OFFSET,
    READ_A_LOG,
    Frequency,
    ScheduleFault,
    fault_row,
    frequency_of,
    is_schedulable,
    next_run,
)
from smart_metering.duis.inventory_requests import DspSchedule, ReadLogPeriodOffset
from smart_metering.identifiers import Eui
from smart_metering.instants import CANCELLATION, DAY_MS, Instant
from smart_metering.pki.certificates import is_key_agreement_certificate_of
from smart_metering.response_codes import ResponseCode
from smart_metering.service_requests import service_reference_of


def fault_of_form(turn: Turn, caller: Eui, details: DspSchedule) -> Outcome | None:
    """What is wrong with the schedule, whatever its Device is."""
    srv = details.dsp_scheduled_service_reference_variant
    offset = details.read_log_period_offset
    if not is_schedulable(srv):
        return faulty(ScheduleFault.NOT_SCHEDULABLE)
    if frequency_of(details.schedule_frequency) is None:
        return faulty(ScheduleFault.FREQUENCY)
    if what := _unreadable(details):
        return refused(ResponseCode.E100, what, "choice G4")
    if details.schedule_start_date <= turn.now - DAY_MS:
        return faulty(ScheduleFault.START_IN_THE_PAST)
    if next_due(details, Instant(turn.now - 1)) is None:
        return faulty(ScheduleFault.NO_RUN)
    if offset is not None and period_of(offset)[0] > period_of(offset)[1]:
        return faulty(ScheduleFault.PERIOD)
    credential = details.ka_public_security_credential
    if credential and not is_key_agreement_certificate_of(caller, credential):
        return faulty(ScheduleFault.NO_KEY)
    return None


def next_due(details: DspSchedule, after: Instant) -> Instant | None:
    """The first run later than `after`; None: the schedule has ended."""
    frequency = Frequency(details.schedule_frequency)
    due = next_run(details.schedule_start_date, details.schedule_execution_start_time, frequency, after)
    end = details.schedule_end_date
    return due if end is None or due < end + DAY_MS else None


def period_of(offset: ReadLogPeriodOffset) -> tuple[int, int]:
    """From when to when, in milliseconds from the midnight of the run's day."""
    start = offset.start_date_offset * DAY_MS + offset.start_time
    return start, offset.end_date_offset * DAY_MS + offset.end_time


def faulty(fault: ScheduleFault) -> Outcome:
    """The answer that the row of this fault gives."""
    row = fault_row(fault)
    return refused(row.code, str(fault), row.source, row.mark)


def _unreadable(details: DspSchedule) -> str:
    """What is not as the schema has it; empty if nothing."""
    srv = details.dsp_scheduled_service_reference_variant
    dates = [date for date in (details.schedule_start_date, details.schedule_end_date) if date is not None]
    times, days = [details.schedule_execution_start_time], []
    if (offset := details.read_log_period_offset) is not None:
        times += [offset.start_time, offset.end_time]
        days = [offset.start_date_offset, offset.end_date_offset]
    expected = service_reference_of(srv)
    for is_wrong, what in (
        (details.dsp_scheduled_service_reference not in ("", expected), f"Service Reference: not {expected}"),
        (any(date % DAY_MS or date >= CANCELLATION for date in dates), "a date that is no midnight of UTC"),
        (not all(0 <= time < DAY_MS for time in times), "a time beyond the day"),
        (
            not all(-FURTHEST_OFFSET <= day <= 0 for day in days),
            f"a date offset beyond 0 to -{FURTHEST_OFFSET}",
        ),
        (
            (offset is not None) != (srv in READ_A_LOG),
            "a ReadLogPeriodOffset is for reads of a log, and all of them",
        ),
    ):
        if is_wrong:
            return what
    return ""
