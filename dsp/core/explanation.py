"""Explain: what became of one request, hop by hop, read out of what was written down when it happened.

Both logs are read by the RequestID that caused what stands in them. A request may come more than once: a Critical one
is transformed and then sent signed, under one RequestID; each time is told from the door on.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dsp.core.authorisation import AT_EXECUTION, CHECKS
from dsp.core.explained_checks import (
    GRANTED,
    Asked,
    access_is_granted,
    explain_checks,
    explain_own_checks,
    no_check_asked,
    refusing_check,
)
from dsp.core.own_checks import own_checks
from dsp.core.records import AuditRecord, ListedDevices, SmiChange
from dsp.core.state import State
from dsp.rules.audit_visibility import MessageKind
from dsp.rules.rule_set import RuleSet
from smart_metering.command_variants import Service, service_of
from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.dcc_alerts import definition_of as dcc_alert
from smart_metering.decisions import Decision
from smart_metering.device_alerts import DEVICE_ALERTS
from smart_metering.identifiers import RequestId
from smart_metering.instants import Instant
from smart_metering.records import Record, changed
from smart_metering.response_codes import ResponseCode
from smart_metering.service_requests import definition_of

REQUESTS = frozenset({MessageKind.SERVICE_REQUEST, MessageKind.SIGNED_PRE_COMMAND})
ACKNOWLEDGEMENTS = frozenset({MessageKind.ACKNOWLEDGEMENT, MessageKind.PRE_COMMAND})
_ALERT_NAMES = {f"{row.code:04X}": row.name for row in DEVICE_ALERTS}


class Place(StrEnum):
    """Where something happened to a request, or because of it."""

    DOOR = "door"
    ACCESS_CONTROL = "access control"
    LISTED_DEVICES = "listed Devices"
    TRANSFORM = "transform"
    POST_BOOK = "post book"
    SM_WAN = "SM WAN"
    SMI = "SMI"
    DCC_ALERT = "DCC Alert"
    DEVICE_ALERT = "Device Alert"
    ANSWER = "answer"
    LEFT_OUT = "left out"


class Hop(Record, frozen=True, kw_only=True):
    """What happened at one place. `party` is who sent it or was told; `decision` the row that decided.

    `checks` are those of access control, all in their order: their code is granted, the one that refused, or not asked.
    """

    at: Instant
    place: str
    what: str
    party: str = ""
    device_id: str = ""
    decision: Decision | None = None
    checks: tuple[Decision, ...] = ()


class Explanation(Record, frozen=True, kw_only=True):
    """Hops in the order of time. Without an SRV the request is older than is kept, and only what came of it is told."""

    request_id: str
    service_reference_variant: str = ""
    device_id: str = ""
    hops: tuple[Hop, ...] = ()


def explain(
    request_id: RequestId,
    records: Sequence[AuditRecord],
    changes: Sequence[SmiChange],
    *,
    rules: RuleSet,
    state: State,
    now: Instant,
) -> Explanation | None:
    """`records` and `changes` are those with this cause, as they were written. None: nobody ever heard of it."""
    teller = _Teller(request_id=request_id, rules=rules, state=state)
    told = _in_order(list(teller.tell(records)), changes)
    told += [*_still_outstanding(state, request_id, now), *_still_distributed(state, request_id, now)]
    if not told:
        return None
    first = next((record for record in records if record.message_kind in REQUESTS), None)
    return Explanation(
        request_id=str(request_id),
        service_reference_variant=first.srv if first else "",
        device_id=first.device if first else request_id.target,
        hops=tuple(told),
    )


@dataclass(frozen=True, slots=True)
class _Line:
    """A hop; `tells_of_change`: what changed in the SMI at its instant came before it."""

    hop: Hop
    tells_of_change: bool = False


@dataclass(slots=True, kw_only=True)
class _Teller:
    """Reads the messages one after the other. `request` is the last that came in, `is_late` that it was given up."""

    request_id: RequestId
    rules: RuleSet
    state: State
    request: AuditRecord | None = None
    is_late: bool = False

    def tell(self, records: Sequence[AuditRecord]) -> Iterator[_Line]:
        """In the order of the log."""
        answers: set[int] = set()
        for index, record in enumerate(records):
            match MessageKind(record.message_kind):
                case MessageKind.SERVICE_REQUEST | MessageKind.SIGNED_PRE_COMMAND:
                    self.request = record
                    at = _answer_to(records, index)
                    if at is not None:
                        answers.add(at)
                    if at is None and self._is_of_the_dcc(record):
                        yield _Line(_arrival(record, ", of the DSP's own accord"))
                        continue
                    yield _Line(_arrival(record, ", a run of a DSP schedule" if at is None else ""))
                    answer = None if at is None else records[at]
                    yield _Line(self._access(record, answer))
                    for row in answer.listed if answer is not None else ():
                        yield _Line(_listed(record, row))
                case MessageKind.DCC_ALERT:
                    name = dcc_alert(DccAlertCode(record.title)).name
                    yield _Line(_alert(record, Place.DCC_ALERT, name), tells_of_change=True)
                case (
                    MessageKind.DEVICE_ALERT
                ):  # It goes to the party that the Device names: by no row of ours.
                    name = _ALERT_NAMES.get(record.title, "")
                    yield _Line(_alert(record, Place.DEVICE_ALERT, name), tells_of_change=True)
                case MessageKind.SERVICE_RESPONSE if index not in answers:
                    yield _Line(self._conclusion(record))
                    yield _Line(_hop(record, Place.ANSWER, f"Service Response {record.response_code}"))
                case kind:
                    yield _Line(self._answer(record), tells_of_change=kind is MessageKind.SERVICE_RESPONSE)

    def _is_of_the_dcc(self, record: AuditRecord) -> bool:
        """Nobody was asked whether it may."""
        return record.user not in self.state.parties

    def _access(self, record: AuditRecord, answer: AuditRecord | None) -> Hop:
        """What access control said. Only a run of a schedule is not answered at once."""
        asked, made = self._asked(record), AT_EXECUTION if answer is None else CHECKS
        refusal = record.decision or (answer.decision if answer is not None else None)
        if record.by_room:
            assert asked is not None, record
            assert refusal is not None, record
            return self._own_checks(record, asked, refusal)
        if not record.refused:
            assert asked is not None, record
            granted = access_is_granted(asked)
            checks = explain_checks(asked, None, made)
            return _hop(record, Place.ACCESS_CONTROL, _granted_as(record), granted, checks=checks)
        assert refusal is not None, record
        checks = explain_checks(asked, refusal, made) if asked is not None else no_check_asked()
        return _hop(record, Place.ACCESS_CONTROL, f"refused: {refusal.code}", refusal, checks=checks)

    def _own_checks(self, record: AuditRecord, asked: Asked, refusal: Decision) -> Hop:
        """It passed every check that is made of each request; what serves it refused, by a check of its own or else."""
        checks = explain_own_checks(asked, refusal)
        if _is_by_own_check(asked, refusal):
            what = f"refused: {refusal.code}, by the checks of {asked.definition.srv} itself"
            return _hop(record, Place.ACCESS_CONTROL, what, refusal, checks=checks)
        granted = access_is_granted(asked)
        return _hop(record, Place.ACCESS_CONTROL, _granted_as(record), granted, checks=checks)

    def _answer(self, record: AuditRecord) -> Hop:
        """What the User was given at once. What access control said stands there already."""
        assert self.request is not None, record
        decision = record.decision
        is_told = decision is not None and (decision.code == GRANTED or self._access_told(decision))
        code = record.response_code or "no code"
        place, what = (
            Place.ANSWER,
            code if record.response_code else "passed every check, but is not emulated",
        )
        if record.message_kind == MessageKind.PRE_COMMAND:
            place, what = Place.TRANSFORM, f"{code}: a Pre-Command, to be signed"
        elif code == ResponseCode.I99:
            place, what = Place.POST_BOOK, f"{code}: taken and acknowledged"
        return _hop(record, place, what, None if is_told else decision)

    def _access_told(self, refusal: Decision) -> bool:
        """Whether the refusal stands at access control already."""
        assert self.request is not None, refusal
        asked = self._asked(self.request)
        if not self.request.by_room or asked is None:
            return self.request.refused
        return _is_by_own_check(asked, refusal)

    def _conclusion(self, record: AuditRecord) -> Hop:
        """Where a Service Response that comes later comes from: the Device, the checks made again, or the post book."""
        if record.response_id:
            late = "late " if self.is_late else ""
            after = f" after {_attempts(record.attempts)}" if record.attempts else ""
            what = f"{late}Response of the Device{after}"
            return changed(_hop(record, Place.SM_WAN, what, record.decision), party="")
        refusal = record.decision
        if refusal is not None and not record.attempts and refusing_check(refusal) in AT_EXECUTION:
            return self._refused_again(record, refusal)
        what = f"{record.response_code}: never sent"
        if record.attempts:
            self.is_late = True
            how = "delivered" if record.delivered else "never delivered"
            what = f"{record.response_code}: given up after {_attempts(record.attempts)}, {how}"
        return changed(_hop(record, Place.POST_BOOK, what, refusal), party="")

    def _refused_again(self, record: AuditRecord, refusal: Decision) -> Hop:
        """The checks are made again when a request that was held is to go."""
        assert self.request is not None, record
        request = changed(
            self.request, at=record.at, user_role=record.user_role, device_status=record.device_status
        )
        asked = self._asked(request)
        assert asked is not None, record
        checks = explain_checks(asked, refusal, AT_EXECUTION)
        what = f"asked again, refused: {refusal.code}"
        return _hop(record, Place.ACCESS_CONTROL, what, refusal, checks=checks)

    def _asked(self, record: AuditRecord) -> Asked | None:
        definition = definition_of(record.srv)
        if definition is None:
            return None
        return Asked(
            record=record,
            request_id=self.request_id,
            definition=definition,
            rules=self.rules,
            state=self.state,
        )


def _answer_to(records: Sequence[AuditRecord], index: int) -> int | None:
    """Where the answer stands that a request was given at once, before another came; a run of a schedule has none."""
    request = records[index]
    variant = request.command_variant
    is_whole = variant is not None and service_of(variant) is Service.NON_DEVICE
    for at in range(index + 1, len(records)):
        kind = records[at].message_kind
        if kind in REQUESTS:
            return None
        if kind in ACKNOWLEDGEMENTS or (kind == MessageKind.SERVICE_RESPONSE and is_whole):
            return at
    return None


def _hop(
    record: AuditRecord,
    place: Place,
    what: str,
    decision: Decision | None = None,
    *,
    checks: tuple[Decision, ...] = (),
) -> Hop:
    return Hop(
        at=record.at,
        place=place,
        what=what,
        party=record.user,
        device_id=record.device,
        decision=decision,
        checks=checks,
    )


def _is_by_own_check(asked: Asked, refusal: Decision) -> bool:
    check = refusing_check(refusal)
    return check in (own_checks(asked.definition.srv) if asked.definition.non_device else CHECKS)


def _granted_as(record: AuditRecord) -> str:
    return f"granted as {record.user_role}" if record.user_role is not None else "granted"


def _listed(record: AuditRecord, row: ListedDevices) -> Hop:
    more = row.count - len(row.first)
    named = ", ".join(row.first) + (f" and {more} more" if more else "")
    verdict = "passed" if row.decision.code == GRANTED else "left out"
    return changed(_hop(record, Place.LISTED_DEVICES, f"{verdict}: {named}", row.decision), party="")


def _arrival(record: AuditRecord, by_itself: str) -> Hop:
    signed = record.message_kind == MessageKind.SIGNED_PRE_COMMAND
    kind = "Signed Pre-Command" if signed else "Service Request"
    title = f" {record.title}" if record.title else ""
    variant = f", Command Variant {record.command_variant:d}" if record.command_variant else ""
    return _hop(record, Place.DOOR, f"{kind} {record.srv}{title}{variant}{by_itself}")


def _alert(record: AuditRecord, place: Place, name: str) -> Hop:
    return _hop(record, place, f"{record.title} {name}".strip(), record.decision)


def _in_order(lines: Iterable[_Line], changes: Iterable[SmiChange]) -> list[Hop]:
    """The two logs as one. At one instant a change comes before the alert, or whole answer, that tells of it."""
    ordered: list[Hop] = []
    waiting = deque(changes)
    for line in lines:
        until = line.hop.at if line.tells_of_change else line.hop.at - 1
        while waiting and waiting[0].at <= until:
            ordered.append(_changed(waiting.popleft()))
        ordered.append(line.hop)
    return [*ordered, *map(_changed, waiting)]


def _changed(change: SmiChange) -> Hop:
    return Hop(
        at=change.at,
        place=Place.SMI,
        what=change.what,
        device_id=change.device,
        decision=change.decision,
    )


def _still_outstanding(state: State, request_id: RequestId, now: Instant) -> Iterator[Hop]:
    for row in state.outstanding_with(request_id.target):
        if row.request.request_id == request_id:
            made = f"; {_attempts(row.attempts)}" if row.attempts else ""
            delivered = ", delivered" if row.delivered else ""
            what = f"still there: {row.stage}{made}{delivered}"
            yield Hop(at=now, place=Place.POST_BOOK, what=what, device_id=row.device)


def _still_distributed(state: State, request_id: RequestId, now: Instant) -> Iterator[Hop]:
    rows = [row for row in state.distributions.values() if row.request_id == request_id]
    if rows:
        devices, sent = sum(len(row.devices) for row in rows), sum(row.sent for row in rows)
        what = f"still there: firmware for {devices} Devices, sent to {sent} of {len(rows)} hubs"
        yield Hop(at=now, place=Place.POST_BOOK, what=what)


def _attempts(count: int) -> str:
    return "1 attempt" if count == 1 else f"{count} attempts"
