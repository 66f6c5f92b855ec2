"""SMETS1: 11.1 only registers an image, 11.3 does all, and the S1SP's answer to it carries no version."""

import pytest

from smart_metering.device_types import DeviceType
from smart_metering.gbcs.activate_firmware import ActivationCode
from smart_metering.instants import HOUR_MS, Instant
from smart_metering.ota.making import Defect
from smart_metering.records import changed
from smart_metering.sm_wan import FirmwareAtHub, Receipt, Smets1Response
from tests.device_emulator.bench import (
    NOON,
    STRANGER,
    SUPPLIER,
    V1,
    V2,
    Bench,
    firmware,
    gbcs,
    image_hash,
    smets1_template,
)

ONE_STEP = (DeviceType.ESME, DeviceType.GSME)


def smets1_bench() -> Bench:
    return Bench(premises=smets1_template())


def answer(bench: Bench, code: ActivationCode) -> Smets1Response:
    return Smets1Response(
        originator=SUPPLIER,
        counter=bench.counter,
        service_reference_variant="11.3",
        success=code is ActivationCode.SUCCESS,
        activation_code=code.mmc_name,
    )


@pytest.mark.parametrize("device_type", ONE_STEP)
def test_an_image_is_registered_without_a_word_of_the_device(device_type: DeviceType) -> None:
    bench = smets1_bench()

    contents = bench.distribute(firmware(device_type), bench.device(device_type))

    assert contents == [FirmwareAtHub(request_id="11.1", success=True)]
    assert bench.emulator.next_deadline() is None
    inside = bench.inside(device_type)
    assert (inside.firmware_version, inside.pending_version) == (V1, V2)


@pytest.mark.parametrize("device_type", ONE_STEP)
def test_11_3_installs_it_and_the_answer_carries_no_version(device_type: DeviceType) -> None:
    bench = smets1_bench()
    device = bench.device(device_type)
    octets = firmware(device_type)
    bench.distribute(octets, device)

    contents = bench.activate(device, octets)

    assert contents == [Receipt(frame="frame", delivered=True), answer(bench, ActivationCode.SUCCESS)]
    assert bench.inside(device_type).firmware_version == V2


def test_a_retry_finds_no_image_and_still_carries_no_version() -> None:
    bench = smets1_bench()
    meter = bench.device(DeviceType.ESME)
    octets = firmware(DeviceType.ESME)
    bench.distribute(octets, meter)
    bench.activate(meter, octets)

    assert bench.activate(meter, octets)[1] == answer(bench, ActivationCode.NO_IMAGE_HELD)


@pytest.mark.parametrize("defect", [Defect.BAD_SIGNATURE, Defect.WRONG_DEVICE_TYPE, Defect.ROLLBACK])
def test_every_defect_is_found_at_activation(defect: Defect) -> None:
    bench = smets1_bench()
    meter = bench.device(DeviceType.ESME)
    octets = firmware(DeviceType.ESME, defect=defect)
    bench.distribute(octets, meter)

    assert bench.activate(meter, octets)[1] == answer(bench, ActivationCode.ACTIVATION_FAILURE)
    assert bench.inside(DeviceType.ESME).firmware_version == V1


def test_the_s1sp_checks_signature_and_counter_just_the_same() -> None:
    bench = smets1_bench()
    meter = bench.device(DeviceType.ESME)
    octets = firmware(DeviceType.ESME)
    forged = gbcs(bench.activate_command(meter, image_hash(octets), signer=STRANGER))
    good = gbcs(bench.activate_command(meter, image_hash(octets)))

    assert len(bench.send(meter, forged)) == 1
    assert len(bench.send(meter, good)) == 2
    assert len(bench.send(meter, good)) == 1


def test_a_dated_command_is_accepted_at_once_and_answered_at_its_date() -> None:
    bench = smets1_bench()
    meter = bench.device(DeviceType.ESME)
    octets = firmware(DeviceType.ESME)
    date = Instant(NOON + HOUR_MS)
    bench.distribute(octets, meter)

    now = bench.activate(meter, octets, execution_time=date)
    then = bench.wait_until(date)

    accepted = changed(answer(bench, ActivationCode.SUCCESS), accepted=True, activation_code="")
    assert now == [Receipt(frame="frame", delivered=True), accepted]
    assert then == [answer(bench, ActivationCode.SUCCESS)]
