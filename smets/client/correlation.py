"""Is a Pre-Command the command of the Service Request that it answers? Only then may the User sign it.

Each row of PAYLOADS names a use case that serves an SRV, and what its payload must say. A request for which there is no
row is not signed: nobody could say what would be signed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from smart_metering.duis.device_requests import CommissionDeviceSynchroniseClock, JoinServiceCritical
from smart_metering.duis.service_requests import ActivateFirmware, Body, ServiceRequest
from smart_metering.errors import DecodeError
from smart_metering.gbcs.activate_firmware import decode_activate_firmware_command
from smart_metering.gbcs.commissioning import (
    ClockSetting,
    decode_commission_command,
    encode_commission_command,
)
from smart_metering.gbcs.exchange import exchange_of
from smart_metering.gbcs.joining import decode_join_command
from smart_metering.gbcs.message import CraFlag, Message, decode
from smart_metering.identifiers import RequestId
from smart_metering.instants import SECOND_MS, Instant
from smart_metering.use_cases import UseCase
from smets.client.errors import NotWhatWasAsked

Differences = Iterator[tuple[str, object, object]]  # what, as found, as expected


@dataclass(frozen=True, slots=True)
class PayloadRow:
    """`compare` yields what the payload says and what the body asks for, each with its name."""

    srv: str
    use_case: UseCase
    compare: Callable[[Message, Body], Differences]


def correlated(request: ServiceRequest, octets: bytes) -> Message:
    """The Pre-Command as a message, unsigned; raises NotWhatWasAsked, naming every difference."""
    rows = {int(row.use_case): row for row in PAYLOADS if row.srv == request.service_reference_variant}
    if not rows:
        raise NotWhatWasAsked(
            f"{request.request_id}: a Pre-Command of {request.service_reference_variant} cannot be checked yet, "
            f"so it is not signed; expected one of {', '.join(dict.fromkeys(row.srv for row in PAYLOADS))}"
        )
    try:
        message = decode(octets)
        compared = [*_header(message, request.request_id, rows)]
        if (row := rows.get(message.message_code)) is not None:
            compared += row.compare(message, request.body)
    except DecodeError as error:
        raise NotWhatWasAsked(f"{request.request_id}: the Pre-Command cannot be read: {error}") from None
    differences = [f"{what} {found}, expected {asked}" for what, found, asked in compared if found != asked]
    if differences:
        raise NotWhatWasAsked(f"{request.request_id}: the Pre-Command has {'; '.join(differences)}")
    return message


def _header(message: Message, asked: RequestId, rows: dict[int, PayloadRow]) -> Differences:
    code = f"{message.message_code:04X}"
    yield "CRA flag", message.cra.name, CraFlag.COMMAND.name
    yield "message code", code, code if message.message_code in rows else _one_of(rows)
    yield "originator", message.originator, asked.originator
    yield "target", message.target, asked.target
    yield "originator counter", message.counter, asked.counter
    yield "supplementary party", message.supplementary_party, None
    yield "signature", "present" if message.signature else "absent", "absent"
    yield "MAC", "present" if message.mac else "absent", "absent"


def _one_of(rows: dict[int, PayloadRow]) -> str:
    return " or ".join(f"{use_case:04X}" for use_case in rows)


def _compare_activate_firmware(message: Message, body: Body) -> Differences:
    assert isinstance(body, ActivateFirmware), body
    command = decode_activate_firmware_command(message.payload)
    yield "firmware hash", command.manufacturer_image_hash.hex(), body.firmware_hash.hex()
    yield "execution date-time", command.execution_time, _whole_seconds(body.execution_date_time)
    yield "counter in its payload", command.originator_counter, message.counter


def _compare_commission(message: Message, body: Body) -> Differences:
    """The interval in which the Device takes the time, as exactly as its use case writes times."""
    assert isinstance(body, CommissionDeviceSynchroniseClock), body
    use_case, exchange = UseCase(message.message_code), exchange_of(message)
    found = decode_commission_command(use_case, message.payload, exchange)
    latest = Instant(body.current_date_time + body.tolerance_period * SECOND_MS)
    setting = ClockSetting(at=body.current_date_time, latest=latest)
    asked = decode_commission_command(
        use_case, encode_commission_command(use_case, setting, exchange), exchange
    )
    yield "start of the validity interval", found.at, asked.at
    yield "end of the validity interval", found.latest, asked.latest


def _compare_join(message: Message, body: Body) -> Differences:
    """The type of the other Device is the DSP's to know: the request does not say it."""
    assert isinstance(body, JoinServiceCritical), body
    yield (
        "other Device",
        decode_join_command(UseCase(message.message_code), message.payload).other_device,
        body.other_device_id,
    )


def _whole_seconds(instant: int | None) -> int | None:
    """A Command carries whole seconds."""
    return None if instant is None else instant // SECOND_MS * SECOND_MS


PAYLOADS = (
    # SRV                 use case         what the payload says
    PayloadRow("8.1.1",  UseCase.ECS70,   _compare_commission),
    PayloadRow("8.1.1",  UseCase.GCS28,   _compare_commission),
    PayloadRow("8.7.1",  UseCase.CS03A1,  _compare_join),
    PayloadRow("11.3",   UseCase.CS06,    _compare_activate_firmware),
)  # fmt: skip
