"""DSP schedules as rows: how often they run, what 5.1 to 5.3 refuse, and which DCC Alerts tell of them.

The codes and alerts exist in the DUIS 5.4 schema; which of them means what is chosen here.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.instants import DAY_MS, Instant
from smart_metering.marks import Mark
from smart_metering.response_codes import ResponseCode
from smart_metering.service_requests import definition_of
from smart_metering.smi_statuses import SmiStatus

MOST_SCHEDULES = 99  # of one User for one Device: the answer to 5.2 lists no more (DUIS 5.4 schema)
FURTHEST_OFFSET = 400  # days before the run that its read may begin (DUIS 5.4 schema)

LEFT_THE_SERVICE = frozenset({SmiStatus.DECOMMISSIONED, SmiStatus.WITHDRAWN})
"""What such a Device had of schedules was removed, so it gets none (choice G46)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


# --- how often


class Frequency(StrEnum):
    """ScheduleFrequency of DUIS 5.4."""

    DAILY = "Daily"
    WEEKLY = "Weekly"
    MONTHLY = "Monthly"
    QUARTERLY = "Quarterly"
    HALF_YEARLY = "Half-Yearly"
    YEARLY = "Yearly"


@dataclass(frozen=True, slots=True)
class FrequencyRow:
    """From one run to the next: so many days, or so many months of the calendar."""

    frequency: Frequency
    days: int
    months: int
    source: str
    mark: Mark


_DAYS = "DUIS 5.4 schema"
_MONTHS = "DUIS 5.4 schema; short months: choice G45"

FREQUENCIES = (
    #            frequency               days  months  source    mark
    FrequencyRow(Frequency.DAILY,        1,    0,      _DAYS,    Mark.LIKELY),
    FrequencyRow(Frequency.WEEKLY,       7,    0,      _DAYS,    Mark.LIKELY),
    FrequencyRow(Frequency.MONTHLY,      0,    1,      _MONTHS,  Mark.CHOICE),
    FrequencyRow(Frequency.QUARTERLY,    0,    3,      _MONTHS,  Mark.CHOICE),
    FrequencyRow(Frequency.HALF_YEARLY,  0,    6,      _MONTHS,  Mark.CHOICE),
    FrequencyRow(Frequency.YEARLY,       0,    12,     _MONTHS,  Mark.CHOICE),
)  # fmt: skip


def frequency_of(text: str) -> Frequency | None:
    """The frequency that DUIS spells so."""
    return Frequency(text) if text in set(Frequency) else None


def next_run(start_date: Instant, start_time: int, frequency: Frequency, after: Instant) -> Instant:
    """The first run later than `after`. `start_date` is a midnight of UTC, `start_time` milliseconds after it.

    Months are counted from the start date, so that a short month does not move the runs that follow it.
    """
    first = Instant(start_date + start_time)
    if after < first:
        return first
    row = next(row for row in FREQUENCIES if row.frequency is frequency)
    if row.days:
        period = row.days * DAY_MS
        return Instant(first + ((after - first) // period + 1) * period)
    start, reached = _date(start_date), _date(after)
    passed = (reached.year - start.year) * 12 + reached.month - start.month
    runs = passed // row.months
    candidates = (
        Instant(_midnight(start, (runs + more) * row.months) + start_time) for more in range(2)
    )  # the run of the period that `after` lies in may be over
    return next(candidate for candidate in candidates if candidate > after)


def _date(at: Instant) -> datetime:
    return _EPOCH + timedelta(milliseconds=at)


def _midnight(start: datetime, months: int) -> Instant:
    """The start's day, so many months later: the last day of a month that is too short."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    return Instant((datetime(year, month + 1, day, tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1))


# --- what may be scheduled, and what is refused


def is_schedulable(srv: str) -> bool:
    """Whether the DSP may send this SRV by itself."""
    definition = definition_of(srv)
    return definition is not None and definition.dcc_scheduled


READ_A_LOG = frozenset({"4.6.1", "4.6.2", "4.8.1", "4.8.2", "4.8.3", "4.10", "4.14", "4.17"})
"""Those whose schedule says, by ReadLogPeriodOffset, from when to when to read (DUIS 5.4 schema)."""


class ScheduleFault(StrEnum):
    """Why 5.1, 5.2 or 5.3 is refused; the value says it."""

    NOT_SCHEDULABLE = "the SRV is none that the DSP schedules"
    FREQUENCY = "ScheduleFrequency is none of DUIS"
    START_IN_THE_PAST = "ScheduleStartDate is in the past"
    NO_RUN = "no run falls between now and ScheduleEndDate"
    PERIOD = "the read that is scheduled would end before it begins"
    TOO_MANY = f"the User has {MOST_SCHEDULES} schedules for this Device"
    NO_KEY = "KAPublicSecurityCredential is no key agreement certificate of the User"
    READ_UNKNOWN = "the User has no schedule of this id to read"
    READ_NONE = "the User has no schedule for this Device to read"
    DELETE_UNKNOWN = "the User has no schedule of this id to delete"
    DELETE_NONE = "the User has no schedule for this Device to delete"


@dataclass(frozen=True, slots=True)
class FaultRow:
    """The code that answers one fault."""

    fault: ScheduleFault
    code: ResponseCode
    source: str
    mark: Mark


_Q18 = "choice Q18"
_F, _R = ScheduleFault, ResponseCode

FAULT_ROWS = (
    #        fault                 code        source  mark
    FaultRow(_F.NOT_SCHEDULABLE,   _R.E050101, _Q18,   Mark.CHOICE),
    FaultRow(_F.FREQUENCY,         _R.E050102, _Q18,   Mark.CHOICE),
    FaultRow(_F.START_IN_THE_PAST, _R.E050103, _Q18,   Mark.CHOICE),
    FaultRow(_F.NO_RUN,            _R.E050105, _Q18,   Mark.CHOICE),
    FaultRow(_F.PERIOD,            _R.E050107, _Q18,   Mark.CHOICE),
    FaultRow(_F.TOO_MANY,          _R.E050108, _Q18,   Mark.CHOICE),
    FaultRow(_F.NO_KEY,            _R.E050109, _Q18,   Mark.CHOICE),
    FaultRow(_F.READ_UNKNOWN,      _R.E050201, _Q18,   Mark.CHOICE),
    FaultRow(_F.READ_NONE,         _R.W050201, _Q18,   Mark.CHOICE),
    FaultRow(_F.DELETE_UNKNOWN,    _R.E050301, _Q18,   Mark.CHOICE),
    FaultRow(_F.DELETE_NONE,       _R.W050301, _Q18,   Mark.CHOICE),
)  # fmt: skip


def fault_row(fault: ScheduleFault) -> FaultRow:
    """The row of this fault."""
    return next(row for row in FAULT_ROWS if row.fault is fault)


# --- what the owner is told


class Removal(StrEnum):
    """Why the DSP removes schedules of a Device by itself."""

    DECOMMISSIONED = "the Device was decommissioned"
    WITHDRAWN = "the Device was withdrawn"
    CHANGE_OF_SUPPLIER = "the Device has another supplier's credentials"
    NOT_IN_THE_SMI = "the Device left the SMI"
    BY_THE_DCC = "the DCC removed it"


@dataclass(frozen=True, slots=True)
class RemovalRow:
    """The alert, DSPScheduleRemoval, that the owner gets; whether only a former supplier's schedules are removed."""

    removal: Removal
    code: DccAlertCode
    former_supplier_only: bool
    source: str
    mark: Mark


_TOLD = "DUIS 5.4 schema; code: choice G48"

REMOVAL_ROWS = (
    #          why                         code              former supplier's  source  mark
    RemovalRow(Removal.DECOMMISSIONED,     DccAlertCode.N4,  False,             _TOLD,  Mark.WEAK),
    RemovalRow(Removal.WITHDRAWN,          DccAlertCode.N5,  False,             _TOLD,  Mark.WEAK),
    RemovalRow(Removal.CHANGE_OF_SUPPLIER, DccAlertCode.N6,  True,              _TOLD,  Mark.WEAK),
    RemovalRow(Removal.NOT_IN_THE_SMI,     DccAlertCode.N17, False,             _TOLD,  Mark.WEAK),
    RemovalRow(Removal.BY_THE_DCC,         DccAlertCode.N40, False,             _TOLD,  Mark.WEAK),
)  # fmt: skip


def removal_row(removal: Removal) -> RemovalRow:
    """The row of this reason."""
    return next(row for row in REMOVAL_ROWS if row.removal is removal)


class Failure(StrEnum):
    """Why a run of a schedule came to nothing."""

    REFUSED = "an access check, made again for the run, refused it"
    UNDELIVERED = "never delivered to the Device"
    UNANSWERED = "delivered, no Response in time"


@dataclass(frozen=True, slots=True)
class FailureRow:
    """The alert, CommandFailure, that the owner gets."""

    failure: Failure
    code: DccAlertCode
    source: str
    mark: Mark


FAILURE_ROWS = (
    #          what failed          code              source  mark
    FailureRow(Failure.REFUSED,     DccAlertCode.N10, _TOLD,  Mark.WEAK),
    FailureRow(Failure.UNDELIVERED, DccAlertCode.N12, _TOLD,  Mark.WEAK),
    FailureRow(Failure.UNANSWERED,  DccAlertCode.N13, _TOLD,  Mark.WEAK),
)  # fmt: skip


def failure_row(failure: Failure) -> FailureRow:
    """The row of this failure."""
    return next(row for row in FAILURE_ROWS if row.failure is failure)
