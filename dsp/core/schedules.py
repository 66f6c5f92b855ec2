"""DSP schedules: 5.1 creates one, 5.2 shows one's own, 5.3 deletes them; each run is a request that the DSP makes.

A run is judged again as of its day. One that is refused, or that no Device answers, is told by CommandFailure; the
schedule stays, and ends by itself after its end date.
"""

from collections.abc import Callable

from dsp.core import outstanding
from dsp.core.asking import Asking, role_of, used_key
from dsp.core.authorisation import (
    AT_EXECUTION,
    Check,
    authorise,
    caller_is_responsible,
    device_type_fits,
    granted,
    role_may_ask,
    target_exists,
)
from dsp.core.command_failures import tell_of_failed_run
from dsp.core.outcomes import Outcome, refused
from dsp.core.records import Schedule, ScheduleNumber
from dsp.core.registrations import supplier_on_device
from dsp.core.repeated_checks import asking_again
from dsp.core.request_ids import free_request_id
from dsp.core.schedule_form import fault_of_form, faulty, next_due, period_of
from dsp.core.service_audit_trail import made_here, note_request, post
from dsp.core.timetable import Due
from dsp.core.transform import use_case_of
from dsp.core.turn import Turn
from dsp.rules.schedules import (
    LEFT_THE_SERVICE,
    MOST_SCHEDULES,
    Failure,
    Removal,
    ScheduleFault,
    removal_row,
)
from smart_metering.command_variants import CommandVariant
from smart_metering.decisions import Decision
from smart_metering.device_types import DeviceType
from smart_metering.duis.device_requests import ReadActiveImportProfileData, ReadLogPeriod
from smart_metering.duis.inventory_requests import (
    DeleteSchedule,
    DspSchedule,
    ReadSchedule,
)
from smart_metering.duis.service_requests import Body, ServiceRequest, UninterpretedBody
from smart_metering.duis.service_responses import (
    DccAlert,
    DspScheduleId,
    DspScheduleRemoval,
    DspSchedules,
    DspSchedulesRead,
    NotEmulated,
)
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import DAY_MS, Instant
from smart_metering.marks import Mark
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.service_requests import service_reference_of
from smart_metering.user_roles import UserRole


def create(turn: Turn, asking: Asking) -> Outcome:
    """5.1: judged as a schedule, then as the request that it will send. The Device may be Suspended (choice Q21)."""
    details = asking.received.request.body
    assert isinstance(details, DspSchedule)
    srv = details.dsp_scheduled_service_reference_variant
    fault = fault_of_form(turn, asking.received.caller, details)
    if fault is not None:
        return fault
    details = changed(details, dsp_scheduled_service_reference=service_reference_of(srv))
    due = next_due(details, Instant(turn.now - 1))
    assert due is not None, details
    user = asking.received.caller
    run = asking_again(turn, user, _request(details, RequestId(user, details.device_id, 0), due), at=due)
    refusal = authorise(run, AT_CREATION)
    if refusal is not None:
        return Outcome(code=ResponseCode(refusal.code), decision=refusal)
    if len(_schedules_of(turn, user, details.device_id)) >= MOST_SCHEDULES:
        return faulty(ScheduleFault.TOO_MANY)
    role, target = role_of(run), run.target
    assert role is not None, run
    assert target is not None, run
    if not _is_emulated(srv, target.device.device_type):
        return Outcome(code=None, body=NotEmulated(service_reference_variant=srv), decision=granted(asking))
    schedule = Schedule(schedule_id=_new_id(turn), user=user, role=role, details=details, due=due)
    _put(turn, schedule)
    body = DspScheduleId(dsp_schedule_id=schedule.schedule_id)
    return Outcome(code=ResponseCode.I0, body=body, decision=granted(asking))


def read(turn: Turn, asking: Asking) -> Outcome:
    """5.2: the caller's own schedules."""
    body = asking.received.request.body
    assert isinstance(body, ReadSchedule)
    found = _find(turn, asking, body, ScheduleFault.READ_UNKNOWN, ScheduleFault.READ_NONE)
    if isinstance(found, Outcome):
        return found
    shown = tuple(
        DspSchedules(dsp_schedule_id=schedule.schedule_id, dsp_schedule_details=schedule.details)
        for schedule in found
    )
    return Outcome(code=ResponseCode.I0, body=DspSchedulesRead(dsp_schedules=shown), decision=granted(asking))


def delete(turn: Turn, asking: Asking) -> Outcome:
    """5.3: the caller's own schedules. A run that is on its way is still answered."""
    body = asking.received.request.body
    assert isinstance(body, DeleteSchedule)
    found = _find(turn, asking, body, ScheduleFault.DELETE_UNKNOWN, ScheduleFault.DELETE_NONE)
    if isinstance(found, Outcome):
        return found
    for schedule in found:
        turn.state.remove_schedule(schedule)
    return Outcome(code=turn.rules.switches.non_device_empty_answer, decision=granted(asking))


def remove_for_device(turn: Turn, device_id: Eui, reason: Removal) -> None:
    """Removes what of the Device's schedules the reason ends, and tells each owner, schedule by schedule."""
    row = removal_row(reason)
    for schedule in turn.state.schedules_with(device_id):
        if row.former_supplier_only and not _is_of_a_former_supplier(turn, schedule):
            continue
        turn.state.remove_schedule(schedule)
        alert = DccAlert(
            dcc_alert_code=row.code,
            response_date_time=turn.now,
            body=DspScheduleRemoval(device_id=device_id, dsp_schedule_id=schedule.schedule_id),
            decision=Decision(code=row.code, row=row.removal, source=row.source, mark=row.mark),
        )
        post(turn, (schedule.user,), alert, device_id)


def expire(turn: Turn, key: str, due: Instant) -> None:
    """A run, and when the next one is."""
    schedule = turn.state.schedules[key]
    assert schedule.due == due, schedule
    if schedule.device not in turn.state.devices:
        remove_for_device(turn, schedule.device, Removal.NOT_IN_THE_SMI)
        return
    _run(turn, schedule)
    following = next_due(schedule.details, turn.now)  # Of several runs that were missed, this one was made.
    if following is None:
        turn.state.remove_schedule(schedule)
    else:
        _put(turn, changed(schedule, due=following))


def _run(turn: Turn, schedule: Schedule) -> None:
    """Sends the request of one run, if the checks let it."""
    request_id = free_request_id(turn.state, schedule.user, schedule.device, turn.now)
    request = _request(schedule.details, request_id, schedule.due)
    turn.cause = str(request.request_id)
    asking = asking_again(turn, schedule.user, request)
    turn.state.used_requests.add(used_key(asking.received))
    refusal, role, target = authorise(asking, AT_EXECUTION), role_of(asking), asking.target
    noted = made_here(turn, asking.received, role, schedule_id=schedule.schedule_id)
    note_request(turn, noted, refused=refusal is not None, why=refusal)
    if refusal is not None:
        owner, request_id = schedule.user, request.request_id
        tell_of_failed_run(turn, owner, Failure.REFUSED, request_id, schedule.schedule_id, refusal)
        return
    assert role is not None, asking
    assert target is not None, asking
    use_case = use_case_of(asking.definition.srv, target.device.device_type)
    assert use_case is not None, asking
    outstanding.accept(turn, asking, target, role, use_case, None, schedule_id=schedule.schedule_id)


def _request(details: DspSchedule, request_id: RequestId, at: Instant) -> ServiceRequest:
    """What a run sends, when it is due `at`."""
    srv = details.dsp_scheduled_service_reference_variant
    body_of = SCHEDULED_BODIES.get(srv)
    return ServiceRequest(
        request_id=request_id,
        command_variant=CommandVariant.SEND,
        service_reference=service_reference_of(srv),
        service_reference_variant=srv,
        body=UninterpretedBody() if body_of is None else body_of(details, Instant(at - at % DAY_MS)),
    )


def _profile_read(details: DspSchedule, day: Instant) -> Body:
    offset = details.read_log_period_offset
    assert offset is not None, details
    start, end = period_of(offset)
    period = ReadLogPeriod(start_date_time=Instant(day + start), end_date_time=Instant(day + end))
    certificate = details.ka_public_security_credential
    return ReadActiveImportProfileData(read_log_period=period, ka_public_security_credentials=certificate)


SCHEDULED_BODIES: dict[str, Callable[[DspSchedule, Instant], Body]] = {"4.8.1": _profile_read}
"""The body of a run, from the schedule and the midnight of its day, for each SRV that is emulated."""


def _is_emulated(srv: str, device_type: DeviceType) -> bool:
    return srv in SCHEDULED_BODIES and use_case_of(srv, device_type) is not None


# --- what 5.1 is judged by


def device_is_in_service(asking: Asking) -> Decision | None:
    """E5: what has left the service is not scheduled any more."""
    target = asking.target
    if target is None or target.device.device_status not in LEFT_THE_SERVICE:
        return None
    what = f"a schedule for a Device that is {target.device.device_status}"
    return Decision(code=ResponseCode.E5, row=what, source="choice G46", mark=Mark.CHOICE)


AT_CREATION: tuple[Check, ...] = (
    role_may_ask,
    target_exists,
    caller_is_responsible,
    device_is_in_service,
    device_type_fits,
)


# --- whose they are


def _find(
    turn: Turn,
    asking: Asking,
    body: ReadSchedule | DeleteSchedule,
    unknown: ScheduleFault,
    none: ScheduleFault,
) -> list[Schedule] | Outcome:
    """The caller's schedules that the body names, or what is answered where there are none."""
    user = asking.received.caller
    if bool(body.dsp_schedule_id) == (body.device_id is not None):
        return refused(ResponseCode.E100, "expected exactly one of DSPScheduleID, DeviceID", "choice G4")
    if body.device_id is None:
        schedule = turn.state.schedules.get(str(body.dsp_schedule_id))
        return [schedule] if schedule is not None and schedule.user == user else faulty(unknown)
    if body.device_id not in turn.state.devices:
        return refused(ResponseCode.E19, f"{body.device_id} is not in the SMI", "DUIS", Mark.CERTAIN)
    return _schedules_of(turn, user, body.device_id) or faulty(none)


def _schedules_of(turn: Turn, user: Eui, device_id: Eui) -> list[Schedule]:
    return [schedule for schedule in turn.state.schedules_with(device_id) if schedule.user == user]


def _is_of_a_former_supplier(turn: Turn, schedule: Schedule) -> bool:
    """Its owner scheduled it as the supplier whose credentials the Device had."""
    if schedule.role not in (UserRole.IS, UserRole.GS):
        return False
    return schedule.user != supplier_on_device(turn.state, turn.state.devices[schedule.device])


def _put(turn: Turn, schedule: Schedule) -> None:
    turn.state.put_schedule(schedule)
    turn.timetable.put(schedule.due, schedule.device, Due.SCHEDULE, str(schedule.schedule_id))


def _new_id(turn: Turn) -> int:
    former = turn.state.schedule_number.get("last")
    number = ScheduleNumber(last=former.last + 1 if former else 1)
    return turn.state.schedule_number.put(number).last
