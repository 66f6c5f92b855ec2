"""Requests that cannot follow the one they name, and how long one can be followed."""

from smart_metering.duis.inventory_requests import ReadInventory
from smart_metering.instants import DAY_MS
from smart_metering.response_codes import ResponseCode
from tests.support.dsp_premises import (
    DISTRIBUTOR,
    ESME,
    GAS_SUPPLIER,
    GSME,
    NOWHERE,
    SUPPLIER,
)
from tests.support.dsp_world import premises
from tests.support.hand_made_device import ACB
from tests.support.sequenced_requests import NON_DEVICE, accepted, answer, ask, slow


def test_what_names_no_request_of_its_user_is_refused() -> None:
    world = premises()
    alone = ask(world)[0]
    refused, answer_to_it = ask(world, target=NOWHERE, first=True)
    nothing_found, empty = ask(
        world, "8.2", ReadInventory(mpxn="1"), target=ACB, variant=NON_DEVICE, first=True
    )
    theirs = accepted(world, by=DISTRIBUTOR, first=True)

    assert (answer_to_it.response_code, empty.response_code) == (ResponseCode.E19, ResponseCode.E080201)
    for before in (world.request_id(SUPPLIER, ESME), alone, refused, nothing_found, theirs):
        request_id, answer_to_it = ask(world, after=before)
        assert answer_to_it.response_code is ResponseCode.E41, before
        assert ask(world, request_id=request_id)[1].response_code is ResponseCode.I99, "it may be used again"


def test_the_first_of_a_sequence_follows_nothing() -> None:
    world = premises()
    first = accepted(world, first=True)

    assert ask(world, first=True, after=first)[1].response_code is ResponseCode.E42


def test_what_is_answered_at_once_cannot_wait() -> None:
    world = slow()
    first = accepted(world, first=True)
    inventory = ReadInventory(device_id=ESME)

    early = ask(world, "8.2", inventory, target=ACB, variant=NON_DEVICE, after=first)[1]
    answer(world)
    later = ask(world, "8.2", inventory, target=ACB, variant=NON_DEVICE, after=first)[1]

    assert (early.response_code, later.response_code) == (ResponseCode.E43, ResponseCode.I0)


def test_a_request_may_follow_for_thirty_days_and_is_then_forgotten() -> None:
    world = premises()
    first = accepted(world, first=True)
    world.advance(30 * DAY_MS)
    accepted(world, after=first)

    world.advance(1)

    assert ask(world, after=first)[1].response_code is ResponseCode.E41
    assert len(world.engine.state.sequenced_requests) == 2
    accepted(world, first=True)
    assert len(world.engine.state.sequenced_requests) == 2, "the oldest made room"


def test_of_requests_without_a_sequence_nothing_is_remembered() -> None:
    world = premises()

    for user, device in ((SUPPLIER, ESME), (GAS_SUPPLIER, GSME)):
        world.read_version(device, by=user)

    assert len(world.engine.state.sequenced_requests) == 0
    assert not world.engine.state.followers
