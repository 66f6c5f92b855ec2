"""What follows from a Device's word: its User gets it, the SMI changes or learns, and who waits for it may go on."""

from collections.abc import Callable
from dataclasses import dataclass

from dsp.core import change_of_supplier, installation
from dsp.core.endings import End, ended
from dsp.core.learning import LEARNED, Shown, compare_mirror, judge, learn
from dsp.core.reading import Told, joined_with
from dsp.core.records import Outstanding, SmiDevice
from dsp.core.service_audit_trail import post
from dsp.core.turn import Turn
from smart_metering.decisions import Decision
from smart_metering.device_types import DeviceType
from smart_metering.duis.device_requests import JoinServiceNonCritical, UpdateHanDeviceLog
from smart_metering.duis.service_requests import SignedPreCommand
from smart_metering.duis.service_responses import ResponseBody, ServiceResponse
from smart_metering.gbcs.message import decode
from smart_metering.marks import Mark
from smart_metering.response_codes import ResponseCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """A Response to `outstanding`, and what it tells."""

    outstanding: Outstanding
    told: Told


def conclude(
    turn: Turn,
    device: SmiDevice,
    awaited: Outstanding,
    body: ResponseBody | None,
    told: Told,
    *,
    verified: bool,
    over: bool,
) -> Decision:
    """The Response goes to who asked (without a body: who asked brought it); then what it means is carried out.

    `over`: the request has ended with it; else the Device keeps the Command until its date.
    """
    srv = awaited.request.service_reference_variant
    shown = Shown(
        srv=srv, version=told.version, success=bool(told.success), verified=verified, role=awaited.role
    )
    decision = judge(turn, device, shown) if srv in SHOWING_FIRMWARE else _read_as(srv, told, over)
    if body is not None:
        _push(turn, awaited, body, decision)
    if srv not in SHOWING_FIRMWARE:
        if told.success and not told.accepted and srv in SUCCESSES:
            SUCCESSES[srv](turn, device, Concluded(outstanding=awaited, told=told))
    elif device.device.device_type is DeviceType.GPF:
        compare_mirror(turn, device, told.version, awaited.user)
    elif decision.code == LEARNED and told.version is not None:
        learn(turn, device, told.version, decision)
    if told.success and isinstance(awaited.request.body, SignedPreCommand):
        change_of_supplier.proved(turn, turn.state.devices[awaited.device], awaited.user)
    if over:
        ended(turn, awaited, End.FAILED if told.success is False else End.SUCCEEDED)
    return decision


def learn_from(turn: Turn, device: SmiDevice, srv: str, told: Told) -> None:
    """What an alert shows that nobody asked for, or no longer."""
    decision = judge(turn, device, Shown(srv=srv, version=told.version, success=bool(told.success)))
    if decision.code == LEARNED and told.version is not None:
        learn(turn, device, told.version, decision)


def _read_as(srv: str, told: Told, over: bool) -> Decision:
    """What the DSP made of a Response that is not about firmware."""
    if told.success is None:
        return Decision(code="passed on", row="only its User can read it", source="GBCS", mark=Mark.LIKELY)
    if told.accepted:
        verdict = "the dated one is cancelled" if over else "accepted for its date"
    else:
        verdict = "success" if told.success else "failure"
    return Decision(code=verdict, row=f"Response to {srv}: {verdict}", source="GBCS", mark=Mark.CERTAIN)


def _push(turn: Turn, awaited: Outstanding, body: ResponseBody, decision: Decision) -> None:
    request = awaited.request
    response = ServiceResponse(
        request_id=str(request.request_id),
        response_id=request.request_id.response_id,
        response_code=ResponseCode.I0,
        response_date_time=turn.now,
        service_reference=request.service_reference,
        service_reference_variant=request.service_reference_variant,
        body=body,
        decision=decision,
    )
    post(
        turn,
        (awaited.user,),
        response,
        awaited.device,
        role=awaited.role,
        attempts=awaited.attempts,
        delivered=True,
    )


def _han_changed(turn: Turn, hub: SmiDevice, concluded: Concluded) -> None:
    request = concluded.outstanding.request
    assert isinstance(request.body, UpdateHanDeviceLog), request
    request_id, user = str(request.request_id), concluded.outstanding.user
    if request.body.request_type == "Add":
        installation.added_to_han(turn, hub, request.body, request_id, user)
    else:
        installation.removed_from_han(turn, hub, request.body, request_id, user)


def _joined(turn: Turn, device: SmiDevice, concluded: Concluded) -> None:
    """A Signed Pre-Command names the other Device only inside."""
    body = concluded.outstanding.request.body
    if isinstance(body, JoinServiceNonCritical):
        other = body.other_device_id
    else:
        other = joined_with(decode(concluded.outstanding.octets))
    installation.joined_service(turn, device, other)


def _supplier_changed(turn: Turn, device: SmiDevice, concluded: Concluded) -> None:
    change_of_supplier.succeeded(turn, device, concluded.outstanding)


def _commissioned(turn: Turn, device: SmiDevice, _concluded: Concluded) -> None:
    installation.commissioned(turn, device)


def _device_log_read(turn: Turn, device: SmiDevice, concluded: Concluded) -> None:
    installation.joined_han(turn, device, concluded.told.connected)


SHOWING_FIRMWARE = frozenset({"11.2", "11.3"})
"""Whose Responses can show which firmware version the Device runs."""

SUCCESSES: dict[str, Callable[[Turn, SmiDevice, Concluded], None]] = {
    "6.23": _supplier_changed,
    "8.1.1": _commissioned,
    "8.7.1": _joined,
    "8.7.2": _joined,
    "8.9": _device_log_read,
    "8.11": _han_changed,
}
"""What a successful Response means to the SMI."""
