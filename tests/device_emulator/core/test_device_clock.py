"""A Device whose own clock is wrong: how it dates what it says, and when it does what it has a date for."""

from pathlib import Path

import pytest

from device_emulator.core.engineer_records import DeviceClockSet
from device_emulator.devices.tampers import Tamper
from smart_metering.device_types import DeviceType
from smart_metering.gbcs.commissioning import (
    ClockSetting,
    CommissionOutcome,
    decode_commission_response,
    encode_commission_command,
)
from smart_metering.gbcs.date_times import decode_dlms_date_time
from smart_metering.gbcs.generic_alerts import decode_generic_alert
from smart_metering.gbcs.message import Message
from smart_metering.instants import DAY_MS, HOUR_MS, MINUTE_MS, Instant, parse_instant
from smart_metering.use_cases import UseCase
from tests.device_emulator import meter_questions
from tests.device_emulator.bench import NOON, V1, V2, Bench, firmware, messages, only_message
from tests.device_emulator.by_hand import (
    clock_ahead,
    clock_reads,
    dated_outcomes,
    outages_told,
    refused,
    switch,
    tamper,
)
from tests.device_emulator.commands import ask
from tests.device_emulator.restarting import woken

FAST, SLOW = 2 * HOUR_MS, -2 * HOUR_MS
DATE = Instant(NOON + DAY_MS)


def with_dated_activation() -> Bench:
    bench = Bench()
    meter, octets = bench.device(DeviceType.ESME), firmware(DeviceType.ESME)
    bench.stage(octets, meter)
    bench.activate(meter, octets, execution_time=DATE)
    return bench


@pytest.mark.parametrize("ahead", [FAST, SLOW])
def test_answers_alerts_and_log_are_dated_by_the_devices_clock(ahead: int) -> None:
    bench = Bench()
    meter, octets = bench.device(DeviceType.ESME), firmware(DeviceType.ESME)
    clock_ahead(bench, meter, ahead)

    receipt = only_message(bench.stage(octets, meter))
    response = only_message(bench.activate(meter, octets))
    alert = only_message(tamper(bench, meter, Tamper.COVER))

    own = Instant(bench.now + ahead)
    assert decode_dlms_date_time(response.date_time) == own
    assert decode_generic_alert(False, alert.payload).at == own
    assert (receipt.counter, alert.counter) == (own, own + 1)
    assert [event.at for event in bench.inside(DeviceType.ESME).log] == [own, own]
    assert bench.inside(DeviceType.ESME).clock_ahead == ahead


def test_an_outage_is_told_in_the_devices_own_time() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    clock_ahead(bench, meter, SLOW)
    switch(bench, meter, on=False)
    bench.wait(HOUR_MS)

    ((_, outage),) = outages_told(switch(bench, meter, on=True))

    assert (outage.interrupted_at, outage.restored_at) == (NOON + SLOW, NOON + SLOW + HOUR_MS)


@pytest.mark.parametrize("ahead", [FAST, SLOW])
def test_a_date_comes_when_the_devices_clock_says_so(ahead: int) -> None:
    bench = with_dated_activation()

    clock_ahead(bench, bench.device(DeviceType.ESME), ahead)

    assert bench.emulator.next_deadline() == DATE - ahead
    bench.wait_until(Instant(DATE - ahead - 1))
    assert bench.inside(DeviceType.ESME).firmware_version == V1
    (told,) = dated_outcomes(bench.wait(1))
    assert told.execution_time == DATE
    assert bench.inside(DeviceType.ESME).firmware_version == V2


def test_a_clock_that_jumps_past_a_date_has_it_happen_now() -> None:
    bench = with_dated_activation()
    meter = bench.device(DeviceType.ESME)

    clock_reads(bench, meter, Instant(DATE + HOUR_MS))

    assert bench.inside(DeviceType.ESME).firmware_version == V2
    assert bench.inside(DeviceType.ESME).clock_ahead == DATE + HOUR_MS - bench.now


def test_a_command_that_comes_to_a_wrong_clock_is_dated_by_it() -> None:
    bench = Bench()
    meter, octets = bench.device(DeviceType.ESME), firmware(DeviceType.ESME)
    bench.stage(octets, meter)
    clock_ahead(bench, meter, FAST)

    bench.activate(meter, octets, execution_time=DATE)

    assert bench.emulator.next_deadline() == DATE - FAST


def test_a_wrong_clock_outlives_a_restart(tmp_path: Path) -> None:
    bench = with_dated_activation()
    clock_ahead(bench, bench.device(DeviceType.ESME), SLOW)

    again = woken(bench, tmp_path)

    assert again.emulator.next_deadline() == DATE - SLOW


def test_counters_of_alerts_rise_though_the_clock_goes_back() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)

    counters = []
    for ahead in (FAST, SLOW, 0):
        clock_ahead(bench, meter, ahead)
        counters.append(only_message(tamper(bench, meter, Tamper.COVER)).counter)

    assert counters == [NOON + FAST, NOON + FAST + 1, NOON + FAST + 2]


def test_registers_count_in_true_time() -> None:
    bench, twin = Bench(), Bench()
    clock_ahead(bench, bench.device(DeviceType.ESME), FAST)
    for each in (bench, twin):
        each.wait(DAY_MS)

    assert meter_questions.registers(bench) == meter_questions.registers(twin)


def commission(bench: Bench, setting: ClockSetting) -> tuple[Message, CommissionOutcome]:
    asked = ask(
        bench,
        UseCase.ECS70,
        bench.device(DeviceType.ESME),
        lambda exchange: encode_commission_command(UseCase.ECS70, setting, exchange),
    )
    return asked.response, decode_commission_response(UseCase.ECS70, asked.response.payload, asked.exchange)


def test_commissioning_sets_the_clock_right_and_moves_its_dates() -> None:
    bench = with_dated_activation()
    clock_ahead(bench, bench.device(DeviceType.ESME), FAST)

    _, outcome = commission(
        bench, ClockSetting(at=Instant(bench.now - MINUTE_MS), latest=Instant(bench.now + MINUTE_MS))
    )

    assert outcome.success
    assert bench.inside(DeviceType.ESME).clock_ahead == 0
    assert bench.emulator.next_deadline() == DATE


def test_a_clock_that_is_not_set_tells_its_own_time() -> None:
    bench = Bench()
    clock_ahead(bench, bench.device(DeviceType.ESME), FAST)

    _, outcome = commission(
        bench, ClockSetting(at=Instant(NOON + HOUR_MS), latest=Instant(NOON + 3 * HOUR_MS))
    )

    assert outcome == CommissionOutcome(device_time=Instant(NOON + FAST), success=False)
    assert bench.inside(DeviceType.ESME).clock_ahead == FAST


@pytest.mark.parametrize("device_type", [DeviceType.CHF, DeviceType.GPF, DeviceType.IHD])
def test_what_has_no_clock_of_its_own_is_refused(device_type: DeviceType) -> None:
    bench = Bench()

    refused(
        bench, DeviceClockSet(device=bench.device(device_type), ahead_ms=1), f"{device_type} has no clock"
    )


@pytest.mark.parametrize("reading", ["1999-12-31T23:59:59.999Z", "2100-01-01T00:00:00Z"])
def test_a_time_that_gbcs_cannot_write_is_refused(reading: str) -> None:
    bench = Bench()
    meter, at = bench.device(DeviceType.GSME), parse_instant(reading)

    refused(bench, DeviceClockSet(device=meter, reading=at), "expected 2000-01-01T00:00:00.000Z to 2099")
    refused(bench, DeviceClockSet(device=meter, ahead_ms=at - NOON), "cannot read that")


@pytest.mark.parametrize("reading", ["2000-01-01T00:00:00Z", "2099-12-31T23:59:59Z"])
def test_the_ends_of_what_it_may_read_can_be_told(reading: str) -> None:
    bench = Bench()
    meter, at = bench.device(DeviceType.GSME), parse_instant(reading)
    clock_reads(bench, meter, at)

    alert = only_message(tamper(bench, meter, Tamper.COVER))

    assert decode_generic_alert(True, alert.payload).at == at
    assert messages(bench.read(UseCase.GCS38, meter)) != []
