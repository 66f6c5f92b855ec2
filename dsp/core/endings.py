"""How a request on its way ends: in time, never, or refused after all; and what follows from it."""

from collections.abc import Callable
from enum import Enum, auto

from dsp.core import sequences
from dsp.core.authorisation import AT_EXECUTION, authorise
from dsp.core.change_of_supplier import refused_later
from dsp.core.command_failures import tell_of_failed_run
from dsp.core.installation import device_log_uncertain
from dsp.core.outstanding import attempt, begin, push, put
from dsp.core.records import Outstanding, Stage
from dsp.core.repeated_checks import asking_again
from dsp.core.turn import Turn
from dsp.rules.schedules import Failure
from smart_metering.decisions import Decision
from smart_metering.instants import CANCELLATION, Instant
from smart_metering.marks import Mark
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode


class End(Enum):
    """How a request came to its end."""

    SUCCEEDED = auto()
    FAILED = auto()  # The Device said so.
    REFUSED = auto()  # by the checks, made again when it was to go
    WAITED_IN_VAIN = auto()
    UNDELIVERED = auto()
    UNANSWERED = auto()


def expire(turn: Turn, key: str, due: Instant) -> None:
    """What the post book says for `key` at its time."""
    outstanding = turn.state.outstanding[key]
    assert outstanding.due == due, outstanding
    turn.cause = str(outstanding.request.request_id)
    match outstanding.stage:
        case Stage.WAITING:
            turn.state.remove_outstanding(outstanding)
            why = Decision(
                code=ResponseCode.E31,
                row="the request before it never ended",
                source="choice G51",
                mark=Mark.CHOICE,
            )
            push(turn, outstanding, ResponseCode.E31, why)
            ended(turn, outstanding, End.WAITED_IN_VAIN)
        case Stage.HELD:
            execute(turn, outstanding)
        case Stage.SENDING if turn.now < outstanding.give_up_at:
            attempt(turn, outstanding)
        case Stage.SENDING if outstanding.delivered:
            _give_up(turn, outstanding, ResponseCode.E21, "delivered, no Response in time")
        case Stage.SENDING:
            _give_up(turn, outstanding, ResponseCode.E20, "never delivered to the Device")
        case Stage.DATED:
            _give_up(turn, outstanding, ResponseCode.E30, "no outcome of the future-dated command")
        case Stage.LATE | Stage.LOCAL:
            turn.state.remove_outstanding(outstanding)


def execute(turn: Turn, outstanding: Outstanding) -> None:
    """A request that was held, or waited, may go: the checks are made again, as of when it is to be executed."""
    turn.cause = str(outstanding.request.request_id)
    asking = asking_again(turn, outstanding.user, outstanding.request, _execution(turn, outstanding))
    refusal = authorise(asking, AT_EXECUTION)
    if refusal is None:
        hub = turn.state.devices[outstanding.device].comms_hub
        assert hub is not None, outstanding
        begin(turn, changed(outstanding, comms_hub=hub))  # It may stand on another HAN by now.
        return
    turn.state.remove_outstanding(outstanding)
    push(turn, outstanding, ResponseCode(refusal.code), refusal)
    ended(turn, outstanding, End.REFUSED)


def ended(turn: Turn, outstanding: Outstanding, end: End) -> None:
    """What follows: those that wait for it in a sequence go or fail, and some ends are told by a DCC Alert."""
    sequences.released(turn, outstanding.request.request_id, end is End.SUCCEEDED)
    follow = TOLD_BY_AN_ALERT.get((outstanding.request.service_reference_variant, end))
    if follow is not None:
        follow(turn, outstanding)
    if outstanding.schedule_id and end in FAILED_RUNS:
        request_id = outstanding.request.request_id
        tell_of_failed_run(turn, outstanding.user, FAILED_RUNS[end], request_id, outstanding.schedule_id)


def _give_up(turn: Turn, outstanding: Outstanding, code: ResponseCode, row: str) -> None:
    """Nobody waits any longer; but a late Response still counts for a while."""
    source = "DUIS; time of choice G17" if code is ResponseCode.E30 else "DUIS; times of choice Q19"
    if not outstanding.schedule_id:  # The owner of a schedule never sent it: a DCC Alert tells of the run.
        push(turn, outstanding, code, Decision(code=code, row=row, source=source, mark=Mark.CHOICE))
    due = Instant(turn.now + turn.rules.times.late_response_ms)
    put(turn, changed(outstanding, stage=Stage.LATE, due=due))
    ended(turn, outstanding, End.UNANSWERED if outstanding.delivered else End.UNDELIVERED)


def _execution(turn: Turn, outstanding: Outstanding) -> Instant:
    """A Device that keeps the date itself is sent the Command ahead of it; responsibility is asked of the date."""
    dated = getattr(outstanding.request.body, "execution_date_time", None)
    return dated if dated is not None and turn.now <= dated < CANCELLATION else turn.now


TOLD_BY_AN_ALERT: dict[tuple[str, End], Callable[[Turn, Outstanding], None]] = {
    ("6.23", End.REFUSED): refused_later,
    ("8.11", End.UNDELIVERED): device_log_uncertain,
    ("8.11", End.UNANSWERED): device_log_uncertain,
}
"""SRVs some ends of which are also told by a DCC Alert."""

FAILED_RUNS = {End.UNDELIVERED: Failure.UNDELIVERED, End.UNANSWERED: Failure.UNANSWERED}
