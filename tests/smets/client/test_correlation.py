"""A Pre-Command is signed only if it is the command of its Service Request in every field."""

from dataclasses import replace

import pytest

from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import DeviceType
from smart_metering.duis.device_requests import CommissionDeviceSynchroniseClock, JoinServiceCritical
from smart_metering.duis.service_requests import ActivateFirmware, ServiceRequest, UninterpretedBody
from smart_metering.gbcs.activate_firmware import ActivateFirmwareCommand, encode_activate_firmware_command
from smart_metering.gbcs.commissioning import ClockSetting, encode_commission_command
from smart_metering.gbcs.exchange import exchange_of
from smart_metering.gbcs.joining import Join, encode_join_command
from smart_metering.gbcs.message import CraFlag, Message, encode
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import CANCELLATION, Instant
from smart_metering.records import changed
from smart_metering.use_cases import UseCase
from smets.client.correlation import correlated
from smets.client.errors import NotWhatWasAsked

SUPPLIER = Eui("90-B3-D5-1F-30-01-00-00")
METER = Eui("00-DB-12-34-00-00-00-02")
OTHER = Eui("00-DB-12-34-00-00-00-12")
HASH = bytes(range(32))
COUNTER = 1_700_000_000_000
DATE = Instant(1_700_000_100_000)


def _request(date: Instant | None = None) -> ServiceRequest:
    return ServiceRequest(
        request_id=RequestId(SUPPLIER, METER, COUNTER),
        command_variant=CommandVariant.TRANSFORM,
        service_reference_variant="11.3",
        body=ActivateFirmware(firmware_hash=HASH, execution_date_time=date),
    )


def _payload(hash_: bytes = HASH, counter: int = COUNTER, date: Instant | None = None) -> bytes:
    return encode_activate_firmware_command(ActivateFirmwareCommand(hash_, counter, date))


PRE_COMMAND = Message(
    cra=CraFlag.COMMAND,
    counter=COUNTER,
    originator=SUPPLIER,
    target=METER,
    message_code=UseCase.CS06,
    payload=_payload(),
)


@pytest.mark.parametrize("date", [None, DATE, CANCELLATION], ids=["now", "dated", "cancelled"])
def test_the_command_of_the_request_is_taken_as_it_is(date: Instant | None) -> None:
    pre_command = replace(PRE_COMMAND, payload=_payload(date=date))

    assert correlated(_request(date), encode(pre_command)) == pre_command


@pytest.mark.parametrize(
    ("pre_command", "what"),
    [
        (replace(PRE_COMMAND, cra=CraFlag.RESPONSE), "CRA flag RESPONSE"),
        (replace(PRE_COMMAND, message_code=UseCase.ECS52), "message code 0059, expected 0012"),
        (replace(PRE_COMMAND, originator=OTHER), f"originator {OTHER}"),
        (replace(PRE_COMMAND, target=OTHER), f"target {OTHER}, expected {METER}"),
        (replace(PRE_COMMAND, counter=COUNTER + 1), "originator counter"),
        (replace(PRE_COMMAND, supplementary_party=OTHER), f"supplementary party {OTHER}"),
        (replace(PRE_COMMAND, signature=bytes(64)), "signature present"),
        (replace(PRE_COMMAND, signature=b"", mac=bytes(12)), "MAC present"),
        (replace(PRE_COMMAND, payload=_payload(hash_=bytes(32))), "firmware hash 0000"),
        (replace(PRE_COMMAND, payload=_payload(counter=7)), "counter in its payload 7"),
        (replace(PRE_COMMAND, payload=_payload(date=DATE)), f"execution date-time {DATE}, expected None"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_another_command_is_not_signed_and_the_difference_is_named(pre_command: Message, what: str) -> None:
    with pytest.raises(NotWhatWasAsked) as refused:
        correlated(_request(), encode(pre_command))

    assert what in str(refused.value)


def test_every_difference_is_named_at_once() -> None:
    with pytest.raises(NotWhatWasAsked, match=r"originator .*; target"):
        correlated(_request(), encode(replace(PRE_COMMAND, originator=OTHER, target=OTHER)))


def test_octets_that_are_no_message_are_not_signed() -> None:
    with pytest.raises(NotWhatWasAsked, match="cannot be read: octet"):
        correlated(_request(), encode(PRE_COMMAND)[:-1])


def test_what_nobody_can_check_is_not_signed() -> None:
    request = changed(_request(), service_reference_variant="7.1", body=UninterpretedBody())

    with pytest.raises(NotWhatWasAsked, match=r"a Pre-Command of 7\.1 cannot be checked yet"):
        correlated(request, encode(PRE_COMMAND))


# --- 8.1.1 and 8.7.1 -----------------------------------------------------------------------------------------

NOW = Instant(1_700_000_000_123)
CLOCK = changed(
    _request(),
    service_reference_variant="8.1.1",
    body=CommissionDeviceSynchroniseClock(current_date_time=NOW, tolerance_period=60),
)
JOIN = changed(_request(), service_reference_variant="8.7.1", body=JoinServiceCritical(other_device_id=OTHER))


def _clock(use_case: UseCase, at: int = NOW, latest: int = NOW + 60_000) -> Message:
    message = replace(PRE_COMMAND, message_code=use_case)
    setting = ClockSetting(at=Instant(at), latest=Instant(latest))
    return replace(message, payload=encode_commission_command(use_case, setting, exchange_of(message)))


def _join(other: Eui = OTHER) -> Message:
    join = Join(other_device=other, device_type=DeviceType.PPMID)
    payload = encode_join_command(UseCase.CS03A1, join)
    return replace(PRE_COMMAND, message_code=UseCase.CS03A1, payload=payload)


@pytest.mark.parametrize("use_case", [UseCase.ECS70, UseCase.GCS28])
def test_a_clock_is_set_as_exactly_as_its_use_case_writes_times(use_case: UseCase) -> None:
    pre_command = _clock(use_case)

    assert correlated(CLOCK, encode(pre_command)) == pre_command


def test_a_join_is_signed_for_the_device_that_was_named() -> None:
    assert correlated(JOIN, encode(_join())) == _join()


@pytest.mark.parametrize(
    ("request_", "pre_command", "what"),
    [
        (CLOCK, _clock(UseCase.ECS70, at=NOW - 1_000), "start of the validity interval"),
        (CLOCK, _clock(UseCase.GCS28, latest=NOW + 61_000), "end of the validity interval"),
        (CLOCK, _join(), "message code 000D, expected 0062 or 007F"),
        (CLOCK, replace(_clock(UseCase.ECS70), counter=COUNTER + 1), "cannot be read"),
        (CLOCK, replace(_clock(UseCase.GCS28), counter=COUNTER + 1), "originator counter"),
        (CLOCK, replace(_clock(UseCase.ECS70), payload=b"\x00"), "cannot be read"),
        (JOIN, _join(METER), f"other Device {METER}, expected {OTHER}"),
        (JOIN, replace(_join(), target=OTHER), f"target {OTHER}"),
        (JOIN, PRE_COMMAND, "message code 0012, expected 000D"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_another_clock_or_join_is_not_signed(
    request_: ServiceRequest, pre_command: Message, what: str
) -> None:
    with pytest.raises(NotWhatWasAsked) as refused:
        correlated(request_, encode(pre_command))

    assert what in str(refused.value)
