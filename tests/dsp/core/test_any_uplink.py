"""Whatever comes up the SM WAN, and whenever, the DSP takes it or leaves it, and keeps its books in order."""

from copy import deepcopy
from dataclasses import replace
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from smart_metering.gbcs.message import CraFlag, decode
from smart_metering.identifiers import RequestId
from smart_metering.instants import DAY_MS, HOUR_MS, MINUTE_MS
from smart_metering.records import changed
from smart_metering.sm_wan import (
    DeviceCertificates,
    FirmwareAtHub,
    Gbcs,
    Receipt,
    Smets1Response,
    Uplink,
    UplinkContent,
)
from smart_metering.use_cases import UseCase
from tests.support.any_requests import EXTREMES
from tests.support.any_values import Values, fields_of
from tests.support.dsp_premises import ROLES
from tests.support.every_stage import EveryStage, protected
from tests.support.hand_made_device import ACB
from tests.support.traces import assert_in_order
from tests.support.world_premises import ORDER, eui_of

OTHERS = (Receipt, Smets1Response, DeviceCertificates, FirmwareAtHub)
ONE_IN_FOUR = st.sampled_from([False, False, False, True])
WAITS = (0, 0, 0, MINUTE_MS, HOUR_MS, DAY_MS, 31 * DAY_MS)


@cache
def made() -> EveryStage:
    return EveryStage()


def heard() -> list[tuple[Uplink, bytes]]:
    """The GBCS messages that came up, each with its octets."""
    return [(it, it.content.gbcs) for it in made().heard if isinstance(it.content, Gbcs)]


def asked() -> list[RequestId]:
    """The Commands in the book, each in its Stage."""
    return [row.command for row in made().engine.state.outstanding.values()]


@st.composite
def payloads(draw: st.DrawFn, payload: bytes) -> bytes:
    """As it is, bent in an octet, cut short, longer, another message's, or anything."""
    others = [decode(octets).payload for _, octets in heard()]
    at = draw(st.integers(0, max(0, len(payload) - 1)))
    bent = payload[:at] + draw(st.binary(min_size=1, max_size=1)) + payload[at + 1 :]
    ways = st.sampled_from([payload, payload, bent, bent, payload[:at], payload + b"\x00", *others])
    return draw(ways | st.binary(max_size=60))


@st.composite
def messages(draw: st.DrawFn, octets: bytes) -> bytes:
    """Garbled on its way; or another message, about a Command in the book, which the Device protects as it must."""
    message = decode(octets)
    if draw(ONE_IN_FOUR):
        return draw(payloads(octets))
    commands = [command for command in asked() if command.target == message.originator]
    about = draw(st.sampled_from([RequestId(message.target, message.originator, message.counter), *commands]))
    said = replace(
        message,
        counter=about.counter,
        target=about.originator,
        message_code=draw(st.sampled_from([*[message.message_code] * 9, *UseCase])),
        payload=draw(payloads(message.payload)),
    )
    if draw(ONE_IN_FOUR):
        counter, target = draw(st.integers(0, 2**64 - 1)), draw(st.sampled_from([ACB, *ROLES]))
        said = replace(said, cra=draw(st.sampled_from(CraFlag)), counter=counter, target=target)
    return protected(said)


@st.composite
def others(draw: st.DrawFn) -> UplinkContent:
    """What is no GBCS message, about a request in the book more often than not."""
    commands = st.sampled_from([str(command) for command in asked()])
    leaves: Values = {**EXTREMES, str: commands | EXTREMES[str]}
    kind = OTHERS[draw(st.integers(0, len(OTHERS) - 1))]
    said = draw(st.builds(kind, **fields_of(kind, leaves)))
    assert isinstance(said, OTHERS)
    return said


@st.composite
def uplinks(draw: st.DrawFn) -> tuple[Uplink, UplinkContent]:
    """A frame that was heard, and what stands in it now; sometimes it is from another Device than it says."""
    uplink, octets = draw(st.sampled_from(heard()))
    if draw(st.integers(0, 9)) == 0:
        uplink = changed(uplink, device=draw(st.sampled_from([eui_of(kind) for kind in ORDER])))
    if draw(st.integers(0, 4)) == 0:
        return uplink, draw(others())
    return uplink, Gbcs(gbcs=draw(messages(octets) | st.just(octets)))


@settings(max_examples=100)
@given(st.lists(st.tuples(uplinks(), st.sampled_from(WAITS)), min_size=1, max_size=6))
def test_any_uplinks_leave_the_books_in_order(said: list[tuple[tuple[Uplink, UplinkContent], int]]) -> None:
    world = deepcopy(made())

    for (uplink, content), wait in said:
        world.say(uplink, content)
        world.advance(wait)
        assert_in_order(world)

    world.advance(31 * DAY_MS)
    assert_in_order(world)
