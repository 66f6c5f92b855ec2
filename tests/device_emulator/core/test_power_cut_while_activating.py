"""A power cut while a Device activates firmware: the old version runs again, and who hears of it."""

import pytest

from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.device_types import DeviceType
from smart_metering.gbcs.activate_firmware import (
    ActivationCode,
    ActivationOutcome,
    decode_activate_firmware_response,
)
from smart_metering.gbcs.firmware_alerts import PpmidActivationCode, decode_ppmid_activation
from smart_metering.instants import DAY_MS, HOUR_MS, MINUTE_MS, Instant
from smart_metering.sm_wan import Receipt, Smets1Response
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import (
    NOON,
    V1,
    V2,
    Bench,
    firmware,
    image_hash,
    messages,
    only_message,
    smets1_template,
)
from tests.device_emulator.by_hand import (
    cut_at_activation,
    dated_outcomes,
    switch,
)


@pytest.mark.parametrize("device_type", [DeviceType.ESME, DeviceType.GSME, DeviceType.HCALCS])
def test_a_cut_while_it_activates_leaves_the_old_version_and_no_response(device_type: DeviceType) -> None:
    bench = Bench()
    device, octets = bench.device(device_type), firmware(device_type)
    bench.stage(octets, device)
    cut_at_activation(bench, device)
    assert bench.inside(device_type).cut_at_activation

    contents = bench.activate(device, octets)

    assert contents == [Receipt(frame="frame", delivered=True)]
    inside = bench.inside(device_type)
    assert (inside.firmware_version, inside.pending_version) == (V1, V2)
    assert (inside.off_since, inside.cut_at_activation) == (bench.now, False)
    bench.wait(MINUTE_MS)
    back = switch(bench, device, on=True)
    assert [it.message_code for it in messages(back)] == [UseCase.ECS80] * (device_type is DeviceType.ESME)
    response = only_message(bench.activate(device, octets))
    assert decode_activate_firmware_response(response.payload) == ActivationOutcome(
        ActivationCode.SUCCESS, V2
    )


def test_the_command_that_was_cut_short_cannot_be_repeated() -> None:
    bench = Bench()
    meter, octets = bench.device(DeviceType.ESME), firmware(DeviceType.ESME)
    bench.stage(octets, meter)
    cut_at_activation(bench, meter)
    bench.activate(meter, octets)
    switch(bench, meter, on=True)

    bench.counter -= 1

    assert messages(bench.activate(meter, octets)) == []


def test_of_a_dated_activation_that_was_cut_short_the_failure_is_told() -> None:
    bench = Bench()
    meter, octets = bench.device(DeviceType.ESME), firmware(DeviceType.ESME)
    bench.stage(octets, meter)
    date = Instant(NOON + HOUR_MS)
    bench.activate(meter, octets, execution_time=date)
    cut_at_activation(bench, meter)

    assert bench.wait(HOUR_MS) == []
    assert bench.inside(DeviceType.ESME).off_since == date
    bench.wait(MINUTE_MS)
    (told,) = dated_outcomes(switch(bench, meter, on=True))

    assert told.alert_code == DeviceAlertCode.FUTURE_DATED_COMMAND_FAILED
    assert told.outcome == ActivationOutcome(ActivationCode.ACTIVATION_FAILURE, V1)
    assert (told.execution_time, bench.inside(DeviceType.ESME).activation_due) == (date, None)
    assert bench.wait(DAY_MS) == []


def test_a_ppmid_whose_activation_was_cut_short_tells_by_cs09() -> None:
    bench = Bench()
    device, octets = bench.device(DeviceType.PPMID), firmware(DeviceType.PPMID)
    cut_at_activation(bench, device)

    bench.stage(octets, device)
    off_since = bench.inside(DeviceType.PPMID).off_since
    told = decode_ppmid_activation(only_message(switch(bench, device, on=True)).payload)

    assert off_since == bench.now
    assert (told.code, told.version) == (PpmidActivationCode.FAILURE, V1)


def test_of_smets1_the_s1sp_tells() -> None:
    bench = Bench(premises=smets1_template())
    meter, octets = bench.device(DeviceType.ESME), firmware(DeviceType.ESME)
    bench.distribute(octets, meter)
    bench.activate(meter, octets, execution_time=Instant(bench.now + HOUR_MS))
    cut_at_activation(bench, meter)
    bench.wait(HOUR_MS)

    (told,) = switch(bench, meter, on=True)

    assert isinstance(told, Smets1Response)
    assert (told.success, told.activation_code) == (False, "activationFailure")


def test_without_an_image_nothing_activates_and_nothing_is_cut() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    cut_at_activation(bench, meter)

    response = only_message(bench.activate(meter, firmware(DeviceType.ESME)))

    assert decode_activate_firmware_response(response.payload) == ActivationOutcome(
        ActivationCode.NO_IMAGE_HELD, V1
    )
    assert bench.inside(DeviceType.ESME).cut_at_activation


def test_on_takes_a_planned_cut_back() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    cut_at_activation(bench, meter)

    assert switch(bench, meter, on=True) == []

    assert not bench.inside(DeviceType.ESME).cut_at_activation


def test_a_change_of_firmware_stands_in_the_log() -> None:
    bench = Bench()
    meter, octets = bench.device(DeviceType.ESME), firmware(DeviceType.ESME)
    bench.stage(octets, meter)

    bench.activate(meter, octets)

    (event,) = bench.inside(DeviceType.ESME).log
    assert (event.at, event.code) == (bench.now, DeviceAlertCode.EXECUTING_FIRMWARE_VERSION_CHANGED)
    assert event.name == "Change in Executing Firmware"


def test_a_hash_that_does_not_fit_cuts_nothing() -> None:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    bench.stage(firmware(DeviceType.ESME), meter)
    cut_at_activation(bench, meter)

    bench.activate(meter, firmware(DeviceType.ESME, V1))

    assert bench.inside(DeviceType.ESME).off_since is None
    assert image_hash(firmware(DeviceType.ESME)) == bench.inside(DeviceType.ESME).pending_hash
