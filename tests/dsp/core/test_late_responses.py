"""Responses that come late or twice, frames that are repeated, and Devices that speak out of turn."""

from dataclasses import replace

import pytest

from smart_metering.gbcs.message import decode, encode
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS, SECOND_MS
from smart_metering.sm_wan import Gbcs
from tests.support.dsp_premises import ESME, GSME, SUPPLIER, V1, V2, image_hash
from tests.support.dsp_world import DspWorld, premises


def given_up() -> tuple[DspWorld, bytes]:
    """A world in which 11.3 ended in E21, though the Device acted; and what the Device said."""
    world = premises()
    device = world.devices[ESME]
    device.staged = (image_hash(V2), V2)
    device.silent = True
    world.activate(ESME)
    answer = device.answer(device.heard[0])
    assert isinstance(answer, Gbcs)
    world.advance(30 * SECOND_MS)
    assert world.take(SUPPLIER) == ["E21"]
    assert world.version(ESME) == V1
    return world, answer.gbcs


@pytest.mark.parametrize("late_ms", [0, 1, DAY_MS - 1])
def test_a_late_response_is_passed_on_and_still_teaches(late_ms: int) -> None:
    world, said = given_up()
    world.advance(late_ms)

    world.say(ESME, said)

    assert world.take(SUPPLIER) == ["I0"]
    assert world.version(ESME) == V2


def test_after_a_day_a_late_response_counts_no_longer() -> None:
    world, said = given_up()
    world.advance(DAY_MS)

    world.say(ESME, said)

    assert world.take(SUPPLIER) == []
    assert world.version(ESME) == V1
    assert world.engine.next_deadline() is None


def test_a_repeated_response_is_taken_once() -> None:
    world, said = given_up()

    for _ in range(3):
        world.say(ESME, said)

    assert world.take(SUPPLIER) == ["I0"]


def test_a_frame_that_the_host_repeats_is_taken_once() -> None:
    world = premises()
    before = world.engine.state.journal.last_position

    for sequence in (100, 100, 99, 101):
        world.uplink(ESME, Gbcs(gbcs=b"noise"), sequence=sequence)

    assert len(world.observed) == 2
    assert world.engine.state.host_positions["emulator"].sequence == 101
    assert world.engine.state.journal.last_position == before + 4, "what came is written down all the same"


def test_a_response_to_nothing_is_ignored() -> None:
    world = premises()
    world.read_version(ESME)
    stale = world.devices[ESME].said[0]

    world.say(ESME, stale)

    assert world.take(SUPPLIER) == ["I0"]


def test_a_device_that_the_smi_does_not_have_behind_that_hub_is_not_heard() -> None:
    world, said = given_up()
    world.devices[ESME].comms_hub = Eui("00-DB-12-34-56-78-91-00")

    world.say(ESME, said)

    assert world.take(SUPPLIER) == []
    assert "knows no such Device" in world.observed[-1]


def test_one_device_does_not_speak_for_another() -> None:
    world, said = given_up()

    world.say(GSME, said)

    assert world.take(SUPPLIER) == []
    assert "in the name of" in world.observed[-1]


def test_a_response_without_any_protection_is_not_heard() -> None:
    world = premises()
    device = world.devices[ESME]
    device.silent = True
    world.read_version(ESME)
    answer = device.answer(device.heard[0])
    assert isinstance(answer, Gbcs)

    world.say(ESME, encode(replace(decode(answer.gbcs), mac=None)))

    assert world.take(SUPPLIER) == []
    assert "does not verify" in world.observed[-1]


def test_a_user_s_own_retry_is_a_request_of_its_own() -> None:
    world, _ = given_up()
    world.devices[ESME].silent = False

    world.activate(ESME)

    heard = [decode(octets) for octets in world.devices[ESME].heard]
    assert [message.counter for message in heard] == [1, 1, 1, 2]
    assert world.take(SUPPLIER) == ["I0"]
    assert world.version(ESME) == V2, "noImageHeld, and the version that runs"
