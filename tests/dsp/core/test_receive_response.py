"""Where a User has its messages pushed, as the engine keeps it."""

import pytest

from dsp.core.effects import Refusal
from dsp.core.inputs import MessageParked, MessagePushed, ReceiveAddressSet
from dsp.core.receive_response import is_given_up, is_passed_over
from dsp.core.records import ReceiveAddress
from dsp.rules.choices import Times
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS, HOUR_MS, Instant
from smart_metering.response_codes import ResponseCode
from tests.support.dsp_premises import ESME, START, STRANGER, SUPPLIER
from tests.support.dsp_world import DspWorld, premises

URL, OTHER_URL = "http://127.0.0.1:1880/smartdcc/duis", "http://127.0.0.1:1881/"
OLDEST = Instant(START - 2 * DAY_MS)


@pytest.fixture
def world() -> DspWorld:
    return premises()


def set_address(world: DspWorld, url: str, *, from_now: bool = False, user: Eui = SUPPLIER) -> object:
    return world.give(ReceiveAddressSet(user=user, url=url, from_now=from_now))


def address_in(world: DspWorld) -> ReceiveAddress:
    return world.engine.state.receive_addresses[SUPPLIER]


def message_of(at: Instant) -> ServiceResponse:
    return ServiceResponse(
        request_id="", response_code=ResponseCode.I0, response_date_time=at, service_reference_variant="11.2"
    )


def test_the_first_address_begins_with_what_is_two_days_old(world: DspWorld) -> None:
    reply = set_address(world, URL)

    assert reply == ReceiveAddress(user=SUPPLIER, url=URL, since=OLDEST)
    assert reply == address_in(world)


def test_who_is_no_party_has_none(world: DspWorld) -> None:
    reply = set_address(world, URL, user=STRANGER)

    assert isinstance(reply, Refusal)
    assert STRANGER in reply.faults[0]
    assert STRANGER not in world.engine.state.receive_addresses


def test_what_was_pushed_is_behind_every_later_address(world: DspWorld) -> None:
    set_address(world, URL)
    world.give(MessagePushed(user=SUPPLIER, position=7))

    set_address(world, "")
    reply = set_address(world, OTHER_URL)

    assert reply == ReceiveAddress(user=SUPPLIER, url=OTHER_URL, since=OLDEST, pushed=7)


def test_an_address_that_comes_back_after_days_does_not_bring_what_is_too_old(world: DspWorld) -> None:
    set_address(world, "")
    world.now = Instant(START + 5 * DAY_MS)

    set_address(world, URL)

    assert address_in(world).since == START + 3 * DAY_MS


def test_from_now_means_after_the_last_message_there_is(world: DspWorld) -> None:
    for _ in range(3):
        world.read_version(ESME)
    assert world.engine.state.user_positions[SUPPLIER].position == 3

    set_address(world, URL, from_now=True)
    world.give(MessagePushed(user=SUPPLIER, position=1))  # The one that was under way.

    assert address_in(world).pushed == 3


def test_what_is_parked_is_counted_and_out_of_the_way(world: DspWorld) -> None:
    set_address(world, URL)

    world.give(MessageParked(user=SUPPLIER, position=1, why="HTTP 400", http_status=400, answer="no"))
    world.give(MessagePushed(user=SUPPLIER, position=2))
    world.give(MessageParked(user=SUPPLIER, position=3, why="too long"))

    assert (address_in(world).pushed, address_in(world).parked) == (3, 2)
    assert world.engine.state.parked.last_position == 2


def test_ages_are_told_to_the_millisecond() -> None:
    address, times = ReceiveAddress(user=SUPPLIER, url=URL, since=START), Times()
    kept = Instant(START + times.push_kept_ms)

    assert times.push_kept_ms == 48 * HOUR_MS
    assert is_passed_over(address, message_of(Instant(START - 1)))
    assert not is_passed_over(address, message_of(START))
    assert not is_given_up(message_of(START), kept, times)
    assert is_given_up(message_of(START), Instant(kept + 1), times)
