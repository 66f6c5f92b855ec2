"""Sequences: a request that names the one before it goes once that one has succeeded, and not at all if it failed.

Of a request that belongs to a sequence it is remembered how it ended; of any other nothing. Whoever waited is held
until the very instant at which the one before it succeeds, and is then executed as everything that is held: after
its checks were made again.
"""

from collections import deque
from itertools import takewhile

from dsp.core.asking import Asking
from dsp.core.records import Outstanding, SequencedRequest, Stage
from dsp.core.service_audit_trail import REFUSING, post
from dsp.core.state import State
from dsp.core.timetable import Due
from dsp.core.turn import Turn
from dsp.rules.sequences import CAN_WAIT, SequenceFault, sequence_row
from smart_metering.command_variants import CommandVariant
from smart_metering.decisions import Decision
from smart_metering.duis.service_requests import ServiceRequest
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.identifiers import RequestId
from smart_metering.instants import CANCELLATION, Instant
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.service_requests import FutureDating, definition_of


def waits_for(state: State, request: ServiceRequest) -> RequestId | None:
    """The request that has to succeed first, while it has not ended; None: this one may go."""
    preceding = request.preceding_service_request_id
    if preceding is None:
        return None
    before = state.sequenced_requests.get(str(preceding))
    return preceding if before is not None and before.ended_at is None else None


def sequence_fault(asking: Asking) -> Decision | None:
    """Why the request cannot follow the one it names. A Pre-Command follows nothing: what is sent later does."""
    request = asking.received.request
    preceding = request.preceding_service_request_id
    if preceding is None or request.command_variant is CommandVariant.TRANSFORM:
        return None
    if request.first_in_sequence:
        return _refused(SequenceFault.CONTRADICTION)
    before = asking.state.sequenced_requests.get(str(preceding))
    memory_ms = asking.rules.times.sequence_memory_ms
    is_theirs = preceding.originator == asking.received.caller
    if before is None or not is_theirs or _is_old(before, asking.now, memory_ms):
        return _refused(SequenceFault.UNKNOWN)
    if before.ended_at is None:
        return None if request.command_variant in CAN_WAIT else _refused(SequenceFault.CANNOT_WAIT)
    return None if before.succeeded else _refused(SequenceFault.FAILED)


def answered(turn: Turn, request: ServiceRequest, code: ResponseCode | None) -> None:
    """A request got its answer at once. If it belongs to a sequence, others may follow it: now, or when it ends."""
    follows = request.preceding_service_request_id is not None
    if not (follows or request.first_in_sequence) or request.command_variant is CommandVariant.TRANSFORM:
        return
    if code is None or code.startswith(REFUSING):
        return
    _forget_the_oldest(turn)
    turn.state.sequenced_requests.put(SequencedRequest(request_id=request.request_id))
    if code is not ResponseCode.I99:
        _has_ended(turn, request.request_id, succeeded=True)


def released(turn: Turn, request_id: RequestId, succeeded: bool) -> None:
    """A request has ended; only its first end counts. Whoever waited for it goes, or is told that it never will."""
    if not _has_ended(turn, request_id, succeeded):
        return
    if succeeded:
        for outstanding in turn.state.waiting_for(request_id):
            _let_go(turn, outstanding)
        return
    former_cause, failed = turn.cause, deque([request_id])
    while failed:
        for outstanding in turn.state.waiting_for(failed.popleft()):
            _refuse(turn, outstanding)
            _has_ended(turn, outstanding.request.request_id, succeeded=False)
            failed.append(outstanding.request.request_id)
    turn.cause = former_cause


def _has_ended(turn: Turn, request_id: RequestId, succeeded: bool) -> bool:
    """Writes down the end of a request; whether it is of a sequence, and had not ended before."""
    before = turn.state.sequenced_requests.get(str(request_id))
    if before is None or before.ended_at is not None:
        return False
    book = turn.state.sequenced_requests
    book.remove(str(request_id))  # What has ended stands in the book in the order in which it ended.
    book.put(changed(before, ended_at=turn.now, succeeded=succeeded))
    return True


def _let_go(turn: Turn, outstanding: Outstanding) -> None:
    """It is held until now, or until its date if it is the DSP that keeps that."""
    due = _goes_at(turn, outstanding.request)
    turn.state.put_outstanding(changed(outstanding, stage=Stage.HELD, due=due))
    turn.timetable.put(due, outstanding.device, Due.OUTSTANDING, str(outstanding.command))


def _goes_at(turn: Turn, request: ServiceRequest) -> Instant:
    definition = definition_of(request.service_reference_variant)
    assert definition is not None, request
    dated = getattr(request.body, "execution_date_time", None)
    ahead_ms = _ahead_ms(turn, definition.future_dated)
    if ahead_ms is None or dated is None or dated >= CANCELLATION:
        return turn.now
    return Instant(max(turn.now, dated - ahead_ms))


def _ahead_ms(turn: Turn, future_dated: FutureDating) -> int | None:
    """How long before its date the DSP sends what it keeps; None: it keeps no such request."""
    match future_dated:
        case FutureDating.DSP:
            return 0
        case FutureDating.DSP_AND_DEVICE:
            return turn.rules.times.change_of_supplier_lead_ms
        case _:
            return None


def _refuse(turn: Turn, outstanding: Outstanding) -> None:
    request, decision = outstanding.request, _refused(SequenceFault.FAILED)
    turn.cause = str(request.request_id)
    turn.state.remove_outstanding(outstanding)
    response = ServiceResponse(
        request_id=str(request.request_id),
        response_code=ResponseCode(decision.code),
        response_date_time=turn.now,
        service_reference=request.service_reference,
        service_reference_variant=request.service_reference_variant,
        decision=decision,
    )
    post(turn, (outstanding.user,), response, outstanding.device, role=outstanding.role)


def _forget_the_oldest(turn: Turn) -> None:
    """Makes room: what ended too long ago for anything to follow it, oldest first; what is under way stays."""
    book, memory_ms = turn.state.sequenced_requests, turn.rules.times.sequence_memory_ms
    ended = (before for before in book.values() if before.ended_at is not None)
    for before in list(takewhile(lambda before: _is_old(before, turn.now, memory_ms), ended)):
        book.remove(str(before.request_id))


def _is_old(before: SequencedRequest, now: Instant, memory_ms: int) -> bool:
    return before.ended_at is not None and now - before.ended_at > memory_ms


def _refused(fault: SequenceFault) -> Decision:
    row = sequence_row(fault)
    return Decision(code=row.code, row=str(fault), source=row.source, mark=row.mark)
