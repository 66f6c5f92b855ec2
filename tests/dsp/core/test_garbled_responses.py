"""Garbled octets: whatever becomes of a Response on its way, the engine takes it or leaves it, and never stumbles."""

import random
from collections.abc import Iterator

import pytest

from dsp.rules.choices import Switches
from dsp.rules.releases import rules_as_of
from dsp.rules.rule_set import RuleSet
from smart_metering.firmware_versions import version_octets
from smart_metering.identifiers import Eui
from smart_metering.sm_wan import Gbcs
from smart_metering.smi_statuses import SmiStatus
from tests.support.dsp_premises import ESME, OTHER_USER, SUPPLIER, V1, V2, image_hash
from tests.support.dsp_world import DspWorld, suspended

READ, READ_BY_OTHER, ACTIVATE = "11.2, directly", "11.2, through the ACB", "11.3"
ASKED_BY = {READ: SUPPLIER, READ_BY_OTHER: OTHER_USER, ACTIVATE: SUPPLIER}


def unanswered(request: str, rules: RuleSet | None = None) -> tuple[DspWorld, bytes]:
    """A Suspended ESME that is asked, and the Response, V2 in it, which has not come up yet."""
    world = suspended(ESME, rules, running=V1 if request == ACTIVATE else V2)
    device = world.devices[ESME]
    device.staged = (image_hash(V2), V2)
    device.silent = True
    if request == ACTIVATE:
        world.activate(ESME)
    else:
        world.read_version(ESME, by=ASKED_BY[request])
    answer = device.answer(device.heard[0])
    assert isinstance(answer, Gbcs)
    return world, answer.gbcs


def corruptions(octets: bytes) -> Iterator[bytes]:
    """Each octet changed in two ways, each truncation, something after the end, and keyed noise."""
    for offset in range(len(octets)):
        for flip in (0x01, 0xFF):
            yield octets[:offset] + bytes([octets[offset] ^ flip]) + octets[offset + 1 :]
        yield octets[:offset]
        yield octets[:offset] + octets[offset + 1 :]
    yield octets + b"\x00"
    yield octets + octets
    dice = random.Random(2021)
    for _ in range(200):
        noisy = bytearray(octets)
        for _ in range(dice.randint(2, 8)):
            noisy[dice.randrange(len(noisy))] = dice.randrange(256)
        if noisy != octets:
            yield bytes(noisy)


def untouched(world: DspWorld) -> bool:
    return world.version(ESME) == V1 and world.status(ESME) is SmiStatus.SUSPENDED


@pytest.mark.parametrize("request_of", [READ_BY_OTHER, ACTIVATE])
def test_what_the_dsp_can_verify_never_teaches_when_garbled_and_waits_for_the_true_one(
    request_of: str,
) -> None:
    world, octets = unanswered(request_of)

    for garbled in corruptions(octets):
        world.say(ESME, garbled)
        assert untouched(world), garbled.hex()

    assert world.inbox[ASKED_BY[request_of]] == []
    world.say(ESME, octets)
    assert world.version(ESME) == V2


def shows_a_version_in_its_place(garbled: bytes, octets: bytes) -> str | None:
    """The version that a Response of the same length shows, if only its version and its MAC are changed."""
    place = octets.rindex(version_octets(V2))
    before, after = octets[:place], octets[place + 4 : -12]
    if len(garbled) == len(octets) and garbled.startswith(before) and garbled[place + 4 : -12] == after:
        return garbled[place : place + 4].hex().upper()
    return None


def test_what_only_the_user_can_verify_teaches_the_version_it_shows_or_nothing() -> None:
    _, octets = unanswered(READ)
    taught = set()

    for garbled in corruptions(octets):
        world, _ = unanswered(READ)
        world.say(ESME, garbled)
        if not untouched(world):
            assert world.version(ESME) == shows_a_version_in_its_place(garbled, octets), garbled.hex()
            taught.add(world.version(ESME))

    assert V2 in taught, "its MAC alone was garbled, which the DSP cannot see: choice G5"


def test_with_g5_switched_nothing_that_is_garbled_teaches() -> None:
    rules = rules_as_of(switches=Switches(unverified_response_teaches=False))
    world, octets = unanswered(READ, rules)

    for garbled in corruptions(octets):
        world.say(ESME, garbled)

    assert untouched(world)


@pytest.mark.parametrize("device", [ESME, Eui("00-DB-12-34-56-78-90-FE")])
def test_noise_is_no_message(device: Eui) -> None:
    world, _ = unanswered(READ)
    dice = random.Random(105)

    for length in range(300):
        world.say(device, dice.randbytes(length))

    assert untouched(world)
    assert world.inbox[SUPPLIER] == []


def test_a_response_to_a_request_that_was_not_sent_yet_is_ignored() -> None:
    world, octets = unanswered(READ)
    world.say(ESME, octets)
    world.inbox.clear()
    held = world.read_version(ESME, at=type(world.now)(world.now + 1_000))
    early = bytearray(octets)
    counter = int(held.request_id.rsplit(":", 1)[1])
    early[early.index(0xDF) + 3 : early.index(0xDF) + 11] = counter.to_bytes(8, "big")

    world.say(ESME, bytes(early))

    assert world.inbox[SUPPLIER] == []
    world.devices[ESME].silent = False
    world.advance(1_000)
    assert world.take(SUPPLIER) == ["I0"]
