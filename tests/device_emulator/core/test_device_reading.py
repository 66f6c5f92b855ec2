"""Reading a firmware version: each Device Type by its own use case, with the keys of whoever asked."""

import pytest

from smart_metering.device_types import DeviceType
from smart_metering.gbcs.message import CraFlag
from smart_metering.gbcs.read_firmware_version import decode_read_response
from smart_metering.identifiers import Eui
from smart_metering.instants import MINUTE_MS, parse_instant
from smart_metering.sm_wan import Receipt, Smets1Response
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import (
    ACB,
    NETWORK_OPERATOR,
    SUPPLIER,
    V1,
    V2,
    Bench,
    firmware,
    gbcs,
    has_mac_between,
    only_message,
    smets1_template,
    template,
    without,
)


@pytest.mark.parametrize(
    ("use_case", "device_type", "originator"),
    [
        (UseCase.ECS52, DeviceType.ESME, SUPPLIER),
        (UseCase.ECS52, DeviceType.ESME, NETWORK_OPERATOR),
        (UseCase.ECS52, DeviceType.ESME, ACB),
        (UseCase.ECS52, DeviceType.CHF, ACB),
        (UseCase.GCS38, DeviceType.GSME, SUPPLIER),
        (UseCase.GCS38, DeviceType.GPF, NETWORK_OPERATOR),
        (UseCase.CS08, DeviceType.PPMID, ACB),
        (UseCase.CS08, DeviceType.HCALCS, ACB),
    ],
)
def test_a_device_answers_with_its_version_and_the_mac_of_who_asked(
    use_case: UseCase, device_type: DeviceType, originator: Eui
) -> None:
    bench = Bench()
    device = bench.device(device_type)
    command = bench.read_command(use_case, device, originator)

    contents = bench.read(use_case, device, originator)

    response = only_message(contents)
    assert contents[0] == Receipt(frame="frame", delivered=True)
    assert decode_read_response(use_case, response.payload, response.counter) == V1
    assert (response.cra, response.originator, response.target) == (CraFlag.RESPONSE, device, originator)
    assert response.supplementary_party == command.supplementary_party
    assert response.supplementary_counter == command.supplementary_counter
    assert response.signature == b""
    assert has_mac_between(response, device, originator)


def test_a_repeated_reading_is_answered_again() -> None:
    bench = Bench()
    device = bench.device(DeviceType.ESME)
    command = bench.read_command(UseCase.ECS52, device, counter=1)

    first = bench.send(device, gbcs(command))
    again = bench.send(device, gbcs(command))

    assert again == first


def test_the_gas_proxy_shows_the_gas_meter_as_of_the_last_half_hour() -> None:
    bench = Bench(now=parse_instant("2025-11-21T12:10:00Z"))
    meter, proxy = bench.device(DeviceType.GSME), bench.device(DeviceType.GPF)
    octets = firmware(DeviceType.GSME)
    bench.stage(octets, meter)
    bench.activate(meter, octets)

    def shown() -> object:
        response = only_message(bench.read(UseCase.GCS38, proxy))
        return decode_read_response(UseCase.GCS38, response.payload, response.counter)

    before = shown(), bench.inside(DeviceType.GPF).mirrored_version
    bench.wait_until(parse_instant("2025-11-21T12:29:59.999Z"))
    just_before = shown()
    bench.wait(1)
    after = shown(), bench.inside(DeviceType.GPF).mirrored_version

    assert before == (V1, V1)
    assert just_before == V1
    assert after == (V2, V2)


def test_two_changes_within_half_an_hour_show_the_version_before_both() -> None:
    bench = Bench(now=parse_instant("2025-11-21T12:01:00Z"))
    meter = bench.device(DeviceType.GSME)
    second, first = firmware(DeviceType.GSME, V2), firmware(DeviceType.GSME, V1)
    for octets in (second, first, second):
        bench.stage(octets, meter)
        bench.activate(meter, octets)

    assert bench.inside(DeviceType.GSME).firmware_version == V2
    assert bench.inside(DeviceType.GPF).mirrored_version == V1
    bench.wait(30 * MINUTE_MS)
    assert bench.inside(DeviceType.GPF).mirrored_version == V2


def test_a_gas_proxy_without_a_gas_meter_cannot_read() -> None:
    bench = Bench(premises=template(without(DeviceType.GSME)))
    proxy = bench.device(DeviceType.GPF)

    response = only_message(bench.read(UseCase.GCS38, proxy))

    assert decode_read_response(UseCase.GCS38, response.payload) is None
    assert bench.inside(DeviceType.GPF).mirrored_version is None


@pytest.mark.parametrize(
    ("use_case", "device_type"),
    [
        (UseCase.ECS52, DeviceType.ESME),
        (UseCase.GCS38, DeviceType.GSME),
        (UseCase.GCS38, DeviceType.GPF),
        (UseCase.ECS52, DeviceType.CHF),
    ],
)
def test_a_smets1_device_answers_through_the_s1sp(use_case: UseCase, device_type: DeviceType) -> None:
    bench = Bench(premises=smets1_template())
    device = bench.device(device_type)
    originator = ACB if device_type is DeviceType.CHF else SUPPLIER

    contents = bench.read(use_case, device, originator)

    answer = Smets1Response(
        originator=originator,
        counter=bench.counter,
        service_reference_variant="11.2",
        success=True,
        firmware_version=V1,
    )
    assert contents == [Receipt(frame="frame", delivered=True), answer]
