"""The Service Audit Trail: each message a User sent or received, without payload; and the post that delivers."""

from collections.abc import Iterable

from dsp.core.inputs import RequestReceived
from dsp.core.state import AuditRecord
from dsp.core.turn import Turn
from smart_metering.device_types import DeviceType
from smart_metering.duis.service_requests import SignedPreCommand
from smart_metering.duis.service_responses import DccAlert, DeviceAlert, Message, PreCommand, ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.service_requests import definition_of
from smart_metering.user_roles import UserRole


def note_request(turn: Turn, received: RequestReceived, role: UserRole | None) -> None:
    """A Service Request or Signed Pre-Command that a User sent."""
    request = received.request
    kind = "SignedPreCommand" if isinstance(request.body, SignedPreCommand) else "ServiceRequest"
    record = AuditRecord(
        at=turn.now,
        device=request.request_id.target,
        device_type=_device_type(turn, request.request_id.target),
        message_kind=kind,
        srv=request.service_reference_variant,
        title=_title(request.service_reference_variant),
        user=received.caller,
        user_role=role,
        request_id=str(request.request_id),
        command_variant=request.command_variant,
    )
    _append(turn, record)


def note_answer(
    turn: Turn, received: RequestReceived, answer: ServiceResponse, role: UserRole | None
) -> None:
    """What the User got back at once: an Acknowledgement, a Pre-Command, or the answer to a non-device request."""
    target = received.request.request_id.target
    kind = "PreCommand" if isinstance(answer.body, PreCommand) else "Acknowledgement"
    record = AuditRecord(
        at=turn.now,
        device=target,
        device_type=_device_type(turn, target),
        message_kind=kind,
        srv=received.request.service_reference_variant,
        title=_title(received.request.service_reference_variant),
        user=received.caller,
        user_role=role,
        request_id=answer.request_id,
        response_code=answer.response_code or "",
    )
    _append(turn, record)


def post(turn: Turn, users: Iterable[Eui], message: Message, device: Eui) -> None:
    """Delivers the message to each user's stream, and notes that each received it."""
    recipients = list(dict.fromkeys(users))
    turn.deliver(recipients, message)
    for user in recipients:
        _append(turn, _received(turn, user, message, device))


def _received(turn: Turn, user: Eui, message: Message, device: Eui) -> AuditRecord:
    kind, srv, title, request_id, response_id, code = _labels(message)
    return AuditRecord(
        at=turn.now,
        device=device,
        device_type=_device_type(turn, device),
        message_kind=kind,
        srv=srv,
        title=title,
        user=user,
        request_id=request_id,
        response_id=response_id,
        response_code=code,
    )


def _labels(message: Message) -> tuple[str, str, str, str, str, str]:
    match message:
        case ServiceResponse():
            srv = message.service_reference_variant
            code = message.response_code or ""
            return "ServiceResponse", srv, _title(srv), message.request_id, message.response_id, code
        case DeviceAlert():
            return "DeviceAlert", "", f"{message.alert_code:04X}", "", message.response_id, ""
        case DccAlert():
            return "DCCAlert", "", message.dcc_alert_code, "", "", ""


def _append(turn: Turn, record: AuditRecord) -> None:
    turn.state.audit_trail.append(record, user=record.user, device=record.device, at=record.at)


def _title(srv: str) -> str:
    definition = definition_of(srv)
    return definition.name if definition else ""


def _device_type(turn: Turn, device: Eui) -> DeviceType | None:
    known = turn.state.devices.get(device)
    return known.device.device_type if known else None
