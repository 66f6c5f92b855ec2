"""Activating firmware: every outcome, at once and at a date, and who hears of it."""

import pytest

from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.device_types import DeviceType
from smart_metering.gbcs.activate_firmware import (
    ActivationCode,
    ActivationOutcome,
    decode_activate_firmware_response,
    decode_future_dated_outcome,
)
from smart_metering.gbcs.date_times import decode_dlms_date_time
from smart_metering.gbcs.message import CraFlag, Message
from smart_metering.instants import CANCELLATION, HOUR_MS, Instant
from smart_metering.ota.making import Defect
from smart_metering.sm_wan import Receipt
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import (
    NOON,
    SUPPLIER,
    V1,
    V2,
    V3,
    Bench,
    firmware,
    gbcs,
    image_hash,
    is_signed_by,
    only_message,
)

ACTIVATED_BY_CS06 = (DeviceType.ESME, DeviceType.GSME, DeviceType.HCALCS)


def outcome_of(response: Message) -> ActivationOutcome | None:
    return decode_activate_firmware_response(response.payload)


@pytest.mark.parametrize("device_type", ACTIVATED_BY_CS06)
def test_a_staged_image_runs_and_the_signed_response_names_it(device_type: DeviceType) -> None:
    bench = Bench()
    device = bench.device(device_type)
    octets = firmware(device_type)
    bench.stage(octets, device)

    contents = bench.activate(device, octets)

    response = only_message(contents)
    assert contents[0] == Receipt(frame="frame", delivered=True)
    assert (response.cra, response.counter, response.target) == (CraFlag.RESPONSE, bench.counter, SUPPLIER)
    assert response.mac is None
    assert is_signed_by(response, device)
    assert decode_dlms_date_time(response.date_time) == bench.now
    assert outcome_of(response) == ActivationOutcome(ActivationCode.SUCCESS, V2)
    inside = bench.inside(device_type)
    assert (inside.firmware_version, inside.pending_version) == (V2, None)


@pytest.mark.parametrize("device_type", ACTIVATED_BY_CS06)
def test_without_an_image_the_outcome_still_names_what_runs(device_type: DeviceType) -> None:
    bench = Bench()

    response = only_message(bench.activate(bench.device(device_type), firmware(device_type)))

    assert outcome_of(response) == ActivationOutcome(ActivationCode.NO_IMAGE_HELD, V1)


def test_a_retry_finds_no_image_and_names_the_new_version() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    octets = firmware(DeviceType.ESME)
    bench.stage(octets, meter)
    bench.activate(meter, octets)

    response = only_message(bench.activate(meter, octets))

    assert outcome_of(response) == ActivationOutcome(ActivationCode.NO_IMAGE_HELD, V2)


def test_another_hash_is_a_mismatch_and_the_image_stays() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    bench.stage(firmware(DeviceType.ESME, V2), meter)

    response = only_message(bench.activate(meter, firmware(DeviceType.ESME, V3)))

    assert outcome_of(response) == ActivationOutcome(ActivationCode.HASH_MISMATCH, V1)
    assert bench.inside(DeviceType.ESME).pending_version == V2


@pytest.mark.parametrize(
    "octets",
    [
        firmware(DeviceType.ESME, esme_variants=("A",), defect=Defect.WRONG_VARIANT),
        firmware(DeviceType.ESME, defect=Defect.ROLLBACK),
        firmware(DeviceType.ESME, lowest_version=V2),
    ],
    ids=["another variant", "rollback", "too low to upgrade from"],
)
def test_an_image_that_cannot_run_here_fails_at_activation(octets: bytes) -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    receipt = only_message(bench.stage(octets, meter))

    response = only_message(bench.activate(meter, octets))

    assert receipt.message_code == UseCase.ESME_FIRMWARE_RECEIPT
    assert outcome_of(response) == ActivationOutcome(ActivationCode.ACTIVATION_FAILURE, V1)
    assert bench.inside(DeviceType.ESME).pending_version == V2
    assert any("activation failed" in what for what in bench.observed)


def test_an_image_may_change_what_a_meter_is() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    octets = firmware(DeviceType.ESME, esme_variants=("A",), resulting_variant="AD")
    bench.stage(octets, meter)

    bench.activate(meter, octets)

    assert bench.inside(DeviceType.ESME).esme_variant == "AD"


def test_going_back_is_accepted_unless_the_image_forbids_it() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    for version in (V3, V2):
        octets = firmware(DeviceType.ESME, version)
        bench.stage(octets, meter)
        bench.activate(meter, octets)

    assert bench.inside(DeviceType.ESME).firmware_version == V2


# --- future-dated


DATE = Instant(NOON + 24 * HOUR_MS)


def test_a_dated_command_is_accepted_now_and_its_outcome_told_at_the_date() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    octets = firmware(DeviceType.ESME)
    bench.stage(octets, meter)

    accepted = only_message(bench.activate(meter, octets, execution_time=DATE))
    counter = bench.counter
    before = bench.inside(DeviceType.ESME)
    nothing = bench.wait_until(Instant(DATE - 1))
    alert = only_message(bench.wait(1))

    assert outcome_of(accepted) is None
    assert (before.firmware_version, before.activation_due) == (V1, DATE)
    assert nothing == []
    told = decode_future_dated_outcome(alert.payload)
    assert (alert.cra, alert.message_code) == (CraFlag.ALERT, UseCase.CS06_ALERT)
    assert (alert.target, alert.counter, alert.date_time) == (SUPPLIER, DATE, b"")
    assert is_signed_by(alert, meter)
    assert told.alert_code is DeviceAlertCode.FUTURE_DATED_COMMAND_SUCCESSFUL
    assert (told.execution_time, told.originator_counter) == (DATE, counter)
    assert told.outcome == ActivationOutcome(ActivationCode.SUCCESS, V2)
    after = bench.inside(DeviceType.ESME)
    assert (after.firmware_version, after.activation_due) == (V2, None)


def test_a_dated_command_that_fails_is_told_as_not_actioned() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    bench.activate(meter, firmware(DeviceType.ESME), execution_time=DATE)

    told = decode_future_dated_outcome(only_message(bench.wait_until(DATE)).payload)

    assert told.alert_code is DeviceAlertCode.FUTURE_DATED_COMMAND_FAILED
    assert told.outcome == ActivationOutcome(ActivationCode.NO_IMAGE_HELD, V1)


def test_a_cancelled_command_is_never_carried_out() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    octets = firmware(DeviceType.ESME)
    bench.stage(octets, meter)
    bench.activate(meter, octets, execution_time=DATE)

    accepted = only_message(bench.activate(meter, octets, execution_time=CANCELLATION))

    assert outcome_of(accepted) is None
    assert bench.emulator.next_deadline() is None
    assert bench.wait_until(DATE) == []
    assert bench.inside(DeviceType.ESME).firmware_version == V1


def test_another_date_takes_the_place_of_the_stored_one() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    octets = firmware(DeviceType.ESME)
    bench.stage(octets, meter)
    bench.activate(meter, octets, execution_time=DATE)
    later = Instant(DATE + HOUR_MS)

    bench.activate(meter, octets, execution_time=later)

    assert bench.wait_until(DATE) == []
    assert len(bench.wait_until(later)) == 1
    assert bench.emulator.next_deadline() is None


def test_a_date_in_the_past_is_carried_out_at_once() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    octets = firmware(DeviceType.ESME)
    bench.stage(octets, meter)

    contents = bench.activate(meter, octets, execution_time=Instant(NOON - HOUR_MS))

    assert len(contents) == 3  # receipt, acceptance, outcome
    assert bench.uplinks[-1].at == bench.now
    assert bench.inside(DeviceType.ESME).firmware_version == V2


def test_events_of_one_instant_happen_in_device_order() -> None:
    bench = Bench()
    devices = [bench.device(device_type) for device_type in (DeviceType.HCALCS, DeviceType.ESME)]
    for device in devices:
        command = bench.activate_command(device, bytes(32), execution_time=DATE)
        bench.send(device, gbcs(command))
    bench.uplinks.clear()

    bench.wait_until(DATE)

    assert [uplink.device for uplink in bench.uplinks] == sorted(devices)


def test_an_alert_counter_rises_even_within_one_millisecond() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    past = Instant(NOON - HOUR_MS)

    counters = []
    for _ in range(2):
        bench.activate(meter, firmware(DeviceType.ESME), execution_time=past)
        counters.append(only_message([bench.uplinks[-1].content]).counter)

    assert counters == [NOON, NOON + 1]


def test_the_hash_is_of_the_manufacturer_image_alone() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    octets = firmware(DeviceType.ESME)
    bench.stage(octets, meter)

    assert bench.inside(DeviceType.ESME).pending_hash == image_hash(octets)
