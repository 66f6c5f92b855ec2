"""Commission Device (SR 8.1.1): a signed Command sets the clock of a meter, and cannot be repeated."""

from dataclasses import replace

import pytest

from smart_metering.device_types import DeviceType
from smart_metering.gbcs.commissioning import (
    ClockSetting,
    CommissionOutcome,
    decode_commission_response,
    encode_commission_command,
)
from smart_metering.gbcs.exchange import exchange_of
from smart_metering.gbcs.message import Message
from smart_metering.gbcs.protection import add_mac
from smart_metering.identifiers import Eui
from smart_metering.instants import HOUR_MS, MINUTE_MS, Instant
from smart_metering.sm_wan import Receipt
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import (
    ACB,
    NETWORK_OPERATOR,
    NOON,
    STRANGER,
    SUPPLIER,
    Bench,
    gbcs,
    is_signed_by,
    messages,
    only_message,
    secret,
)
from tests.device_emulator.commands import command

METERS = [(UseCase.ECS70, DeviceType.ESME), (UseCase.GCS28, DeviceType.GSME)]
BOTH = pytest.mark.parametrize(("use_case", "device_type"), METERS, ids=["ESME", "GSME"])
WITHIN = ClockSetting(at=Instant(NOON - MINUTE_MS), latest=Instant(NOON + MINUTE_MS))


def commission(
    bench: Bench,
    use_case: UseCase,
    device_type: DeviceType,
    setting: ClockSetting = WITHIN,
    *,
    signer: Eui | None = None,
    counter: int | None = None,
) -> Message:
    return command(
        bench,
        use_case,
        bench.device(device_type),
        lambda exchange: encode_commission_command(use_case, setting, exchange),
        signer=signer,
        counter=counter,
    )


@BOTH
def test_a_clock_is_set_to_the_time_that_the_hub_has(use_case: UseCase, device_type: DeviceType) -> None:
    bench = Bench()
    meter, message = bench.device(device_type), commission(bench, use_case, device_type)

    response = only_message(bench.send(meter, gbcs(message)))

    outcome = decode_commission_response(use_case, response.payload, exchange_of(message))
    assert outcome == CommissionOutcome(device_time=NOON, success=True)
    assert is_signed_by(response, meter)
    assert (response.mac, response.date_time, response.target) == (None, b"", SUPPLIER)
    assert bench.state.devices[meter].life.clock_set_at == NOON


@pytest.mark.parametrize("shift", [-HOUR_MS, HOUR_MS], ids=["past", "to come"])
@BOTH
def test_a_time_outside_the_interval_is_not_taken(
    use_case: UseCase, device_type: DeviceType, shift: int
) -> None:
    bench = Bench()
    meter = bench.device(device_type)
    setting = ClockSetting(at=Instant(WITHIN.at + shift), latest=Instant(WITHIN.latest + shift))
    message = commission(bench, use_case, device_type, setting)

    response = only_message(bench.send(meter, gbcs(message)))

    assert not decode_commission_response(use_case, response.payload, exchange_of(message)).success
    assert bench.state.devices[meter].life.clock_set_at is None


@BOTH
def test_a_falling_counter_meets_silence(use_case: UseCase, device_type: DeviceType) -> None:
    bench = Bench()
    meter = bench.device(device_type)
    bench.send(meter, gbcs(commission(bench, use_case, device_type, counter=5_000)))

    for counter, answers in ((4_999, 0), (5_000, 0), (5_001, 1)):
        contents = bench.send(meter, gbcs(commission(bench, use_case, device_type, counter=counter)))
        assert len(messages(contents)) == answers


@BOTH
def test_it_must_be_signed_by_the_supplier(use_case: UseCase, device_type: DeviceType) -> None:
    bench = Bench()
    meter = bench.device(device_type)
    forged = commission(bench, use_case, device_type, signer=STRANGER)
    unsigned = replace(forged, signature=b"", mac=None)

    for message in (forged, add_mac(unsigned, secret(ACB, meter))):
        assert bench.send(meter, gbcs(message)) == [Receipt(frame="frame", delivered=True)]
    assert bench.observed == 2 * ["silent: the signature is wrong"]


def test_nobody_else_commissions() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.GSME)
    message = command(
        bench,
        UseCase.GCS28,
        meter,
        lambda exchange: encode_commission_command(UseCase.GCS28, WITHIN, exchange),
        by=NETWORK_OPERATOR,
    )

    assert messages(bench.send(meter, gbcs(message))) == []
