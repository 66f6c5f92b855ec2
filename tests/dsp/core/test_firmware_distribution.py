"""The firmware's way to the hubs: sent in its time, sent again, arrived (N60) or given up (N61)."""

import pytest

from dsp.core.inputs import HubsClaimed
from dsp.rules.choices import Times
from dsp.rules.releases import rules_as_of
from smart_metering.duis.service_responses import CspFirmwareDeliveryStatus, DccAlert
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS, HOUR_MS, MINUTE_MS
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.sm_wan import FirmwareAtHub, FirmwareForDevices
from tests.support.dsp_premises import (
    CHF,
    DISTRIBUTOR,
    ESME,
    GAS_SUPPLIER,
    HCALCS,
    OTHER_SUPPLIER,
    START,
    SUPPLIER,
    V2,
    loaded_device,
    registration,
)
from tests.support.dsp_world import DspWorld, premises

SECOND_ESME = Eui("00-DB-12-34-56-78-90-12")
SECOND_HUB = Eui("00-DB-12-34-56-78-91-00")
THIRD_ESME = Eui("00-DB-12-34-56-78-91-02")


def under_way(*devices: Eui) -> tuple[DspWorld, str]:
    """A world in which 11.1 for these ESMEs was accepted, and its RequestID."""
    world = premises()
    hub, esme = loaded_device(CHF), loaded_device(ESME)
    world.load(
        devices=[
            changed(esme, device=changed(esme.device, device_id=SECOND_ESME)),
            changed(hub, device=changed(hub.device, device_id=SECOND_HUB), comms_hub=SECOND_HUB),
            changed(esme, device=changed(esme.device, device_id=THIRD_ESME), comms_hub=SECOND_HUB),
        ]
    )
    answer = world.update_firmware(devices or (ESME,))
    assert answer.response_code is ResponseCode.I0
    return world, answer.request_id


def at_hub(world: DspWorld, request_id: str, *, success: bool, hub: Eui = CHF) -> None:
    world.uplink(hub, FirmwareAtHub(request_id=request_id, success=success))


def test_the_file_is_named_to_the_hub_after_an_hour() -> None:
    world, request_id = under_way(ESME, SECOND_ESME)
    name = world.upload(V2)
    world.advance(HOUR_MS - 1)
    before = list(world.sent)

    world.advance(1)

    (frame,) = world.sent
    assert before == []
    assert (frame.comms_hub, frame.device, frame.at) == (CHF, CHF, START + HOUR_MS)
    assert frame.content == FirmwareForDevices(
        request_id=request_id, firmware_file=name, devices=(ESME, SECOND_ESME)
    )


def test_each_hub_gets_the_devices_of_its_own_han() -> None:
    world, _ = under_way(ESME, THIRD_ESME, SECOND_ESME)

    world.advance(HOUR_MS)

    contents = {frame.comms_hub: frame.content for frame in world.sent}
    devices = {
        hub: content.devices for hub, content in contents.items() if isinstance(content, FirmwareForDevices)
    }
    assert devices == {CHF: (ESME, SECOND_ESME), SECOND_HUB: (THIRD_ESME,)}


@pytest.mark.parametrize(("success", "code", "status"), [(True, "N60", "Success"), (False, "N61", "Failure")])
def test_the_hub_s_word_is_told_to_the_requester_for_each_device(
    success: bool, code: str, status: str
) -> None:
    world, request_id = under_way(ESME, SECOND_ESME)
    world.advance(HOUR_MS)

    at_hub(world, request_id, success=success)

    bodies = [message.body for message in world.inbox[SUPPLIER] if isinstance(message, DccAlert)]
    assert bodies == [
        CspFirmwareDeliveryStatus(
            update_firmware_request_id=request_id,
            comms_hub_device_id=CHF,
            target_device_id=device,
            firmware_version=V2,
            time_stamp=world.now,
            comms_hub_transfer_status=status,
        )
        for device in (ESME, SECOND_ESME)
    ]
    assert world.take(SUPPLIER) == [code, code]
    assert [world.take(user) for user in (DISTRIBUTOR, GAS_SUPPLIER)] == [[], []]


def test_the_hub_s_word_ends_the_distribution() -> None:
    world, request_id = under_way()
    world.advance(HOUR_MS)
    at_hub(world, request_id, success=True)

    at_hub(world, request_id, success=True)
    world.advance(10 * DAY_MS)

    assert world.take(SUPPLIER) == ["N60"]
    assert len(world.sent) == 1
    assert world.update_firmware([ESME]).response_code is ResponseCode.I0, "none is in progress"


def test_a_word_on_another_request_or_from_another_hub_ends_nothing() -> None:
    world, request_id = under_way()
    world.advance(HOUR_MS)

    at_hub(world, "another", success=True)
    at_hub(world, request_id, success=True, hub=SECOND_HUB)

    assert world.take(SUPPLIER) == []
    assert world.engine.state.distributing[ESME]


@pytest.mark.parametrize("arrives", [True, False], ids=["arrives", "is given up"])
def test_what_has_left_the_smi_meanwhile_is_told_nobody(arrives: bool) -> None:
    world, request_id = under_way(ESME, SECOND_ESME)
    world.engine.state.devices.remove(ESME)
    world.advance(HOUR_MS)

    if arrives:
        at_hub(world, request_id, success=True)
    else:
        world.advance(5 * DAY_MS)

    assert world.take(SUPPLIER) == ["N60" if arrives else "N61"]
    assert not world.engine.state.distributing


def test_each_hub_s_word_is_for_its_own_devices() -> None:
    world, request_id = under_way(ESME, THIRD_ESME)
    world.advance(HOUR_MS)

    at_hub(world, request_id, success=False, hub=SECOND_HUB)

    assert world.take(SUPPLIER) == ["N61"]
    assert set(world.engine.state.distributing) == {ESME}


def test_a_silent_hub_is_asked_every_hour_and_given_up_after_five_days() -> None:
    world, _ = under_way()

    world.advance(5 * DAY_MS - 1)
    times = [frame.at - START for frame in world.sent]
    before = world.take(SUPPLIER)
    world.advance(1)

    assert times == [hour * HOUR_MS for hour in range(1, 120)]
    assert before == []
    assert world.take(SUPPLIER) == ["N61"]
    assert world.engine.next_deadline() is None
    assert not world.engine.state.distributing


def test_the_times_of_a_distribution_can_be_chosen() -> None:
    times = Times(
        distribution_ms=MINUTE_MS, distribution_retry_ms=2 * MINUTE_MS, distribution_deadline_ms=4 * MINUTE_MS
    )
    world = premises(rules_as_of(times=times))
    world.update_firmware([ESME])

    world.advance(DAY_MS)

    assert [frame.at - START for frame in world.sent] == [MINUTE_MS, 3 * MINUTE_MS]
    assert world.take(SUPPLIER) == ["N61"]


def test_a_hub_that_is_there_again_is_told_once_more_what_it_was_told() -> None:
    world, _ = under_way(ESME, SECOND_ESME, THIRD_ESME)
    claim = HubsClaimed(host="emulator", comms_hubs=(CHF,))
    world.give(claim)
    before = list(world.sent)
    world.advance(HOUR_MS)
    world.sent.clear()

    world.give(claim)

    assert before == [], "not before its time"
    assert [frame.comms_hub for frame in world.sent] == [CHF]


def test_the_requester_is_told_also_when_it_is_no_longer_responsible() -> None:
    world, request_id = under_way()
    world.load(registrations=[changed(registration("1200012345678", SUPPLIER), party=OTHER_SUPPLIER)])
    world.advance(HOUR_MS)

    at_hub(world, request_id, success=True)

    assert world.take(SUPPLIER) == ["N60"]
    assert world.take(OTHER_SUPPLIER) == []


def test_two_requests_to_one_hub_go_their_own_ways() -> None:
    world, first = under_way(ESME)
    second = world.update_firmware([HCALCS]).request_id
    world.advance(HOUR_MS)

    at_hub(world, second, success=True)

    assert world.take(SUPPLIER) == ["N60"]
    assert set(world.engine.state.distributing) == {ESME}
    at_hub(world, first, success=False)
    assert world.take(SUPPLIER) == ["N61"]
