"""Is a Pre-Command the command of the Service Request that it answers? Only then may the User sign it.

Each row of PAYLOADS names the use case that serves an SRV, and what its payload must say. A request for which there
is no row is not signed: nobody could say what would be signed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from smart_metering.duis.service_requests import ActivateFirmware, Body, ServiceRequest
from smart_metering.errors import DecodeError
from smart_metering.gbcs.activate_firmware import decode_activate_firmware_command
from smart_metering.gbcs.message import CraFlag, Message, decode
from smart_metering.identifiers import RequestId
from smart_metering.use_cases import UseCase
from smets.client.errors import NotWhatWasAsked

Differences = Iterator[tuple[str, object, object]]  # what, as found, as expected


@dataclass(frozen=True, slots=True)
class PayloadRow:
    """`compare` yields what the payload says and what it should, each with its name."""

    srv: str
    use_case: UseCase
    compare: Callable[[bytes, Body, RequestId], Differences]


def correlated(request: ServiceRequest, octets: bytes) -> Message:
    """The Pre-Command as a message, unsigned; raises NotWhatWasAsked, naming every difference."""
    row = _BY_SRV.get(request.service_reference_variant)
    if row is None:
        raise NotWhatWasAsked(
            f"{request.request_id}: a Pre-Command of {request.service_reference_variant} cannot be checked yet, "
            f"so it is not signed; expected one of {', '.join(_BY_SRV)}"
        )
    try:
        message = decode(octets)
        compared = [*_header(message, request.request_id, row.use_case)]
        compared += row.compare(message.payload, request.body, request.request_id)
    except DecodeError as error:
        raise NotWhatWasAsked(f"{request.request_id}: the Pre-Command cannot be read: {error}") from None
    differences = [f"{what} {found}, expected {asked}" for what, found, asked in compared if found != asked]
    if differences:
        raise NotWhatWasAsked(f"{request.request_id}: the Pre-Command has {'; '.join(differences)}")
    return message


def _header(message: Message, asked: RequestId, use_case: UseCase) -> Differences:
    yield "CRA flag", message.cra.name, CraFlag.COMMAND.name
    yield "message code", f"{message.message_code:04X}", f"{use_case:04X}"
    yield "originator", message.originator, asked.originator
    yield "target", message.target, asked.target
    yield "originator counter", message.counter, asked.counter
    yield "supplementary party", message.supplementary_party, None
    yield "signature", "present" if message.signature else "absent", "absent"
    yield "MAC", "present" if message.mac else "absent", "absent"


def _compare_activate_firmware(payload: bytes, body: Body, asked: RequestId) -> Differences:
    assert isinstance(body, ActivateFirmware), body
    command = decode_activate_firmware_command(payload)
    yield "firmware hash", command.manufacturer_image_hash.hex(), body.firmware_hash.hex()
    yield "execution date-time", command.execution_time, _whole_seconds(body.execution_date_time)
    yield "counter in its payload", command.originator_counter, asked.counter


def _whole_seconds(instant: int | None) -> int | None:
    """A Command carries whole seconds."""
    return None if instant is None else instant // 1000 * 1000


PAYLOADS = (
    # SRV                use case       what the payload says
    PayloadRow("11.3",   UseCase.CS06,  _compare_activate_firmware),
)  # fmt: skip

_BY_SRV = {row.srv: row for row in PAYLOADS}
