"""Whatever a User writes into Service Requests, the DSP answers each once, and keeps its books in order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_emulator.devices.profiles import PROFILES
from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import DeviceType, Generation
from smart_metering.duis.service_requests import Body
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.instants import MINUTE_MS
from smart_metering.response_codes import ResponseCode
from smart_metering.service_requests import FutureDating, definition_of
from smart_metering.smi_statuses import SmiStatus
from tests.support.any_requests import ABOUT, EMULATED, bent, body_in_order
from tests.support.dsp_premises import OTHER_SUPPLIER, ROLES, V2
from tests.support.hand_made_device import ACB
from tests.support.traces import assert_in_order
from tests.support.world import World
from tests.support.world_premises import ORDER, eui_of, firmware, supplier_of

MOST_DEADLINES = 40  # more than any request has, save a schedule, whose runs have no end
DATED_ON_THE_DEVICE = (FutureDating.DEVICE, FutureDating.DSP_AND_DEVICE)
STATUSES = [*[SmiStatus.COMMISSIONED] * 16, *SmiStatus]
GENERATIONS = [*[Generation.SMETS2] * 4, Generation.SMETS1]


class Asked:
    """One request as drawn: of this SRV, about some Device of the world, in some User's name."""

    def __init__(self, draw: st.DrawFn, srv: str, world: World, kind: DeviceType) -> None:
        definition = definition_of(srv)
        assert definition is not None, srv
        self.definition, self.srv, self.world, self.kind = definition, srv, world, kind
        self.user = draw(st.sampled_from([*[supplier_of(kind)] * 30, OTHER_SUPPLIER, *ROLES]))
        self.variant: CommandVariant = draw(
            st.sampled_from(sorted(definition.command_variants - {CommandVariant.TRANSFORM}))
        )
        file = world.uploaded(firmware(kind, V2)) if srv in ("11.1", "11.4") else ""
        self.body: Body = draw(bent(body_in_order(srv, kind, self.user, file)))
        self.lost = draw(st.booleans())
        self.answer: ServiceResponse | None = None

    def __repr__(self) -> str:
        return f"{self.srv} CV {self.variant} to {self.kind} by {self.user}, lost {self.lost}: {self.body}"

    def send(self) -> None:
        """The request to its target; a Critical one is signed where it is to be."""
        if self.lost:
            self.world.lose(self.srv, messages=10)
        target = eui_of(DeviceType.CHF if self.srv == "8.11" else self.kind)
        target = ACB if self.definition.non_device else target
        ask = self.world.ask_critical if self.definition.critical else self.world.ask
        self.answer = ask(self.srv, self.body, by=self.user, target=target, variant=self.variant)

    def assert_answered(self) -> None:
        """At once; and a request that was taken, with one Response at most."""
        assert self.answer is not None
        code = self.answer.response_code
        assert code is None or code in set(ResponseCode)
        received = [message for messages in self.world.inbox.values() for message in messages]
        responses = [
            it
            for it in received
            if isinstance(it, ServiceResponse) and it.request_id == self.answer.request_id
        ]
        assert len(responses) <= (self.most_responses if code == ResponseCode.I99 else 0)

    @property
    def most_responses(self) -> int:
        """What a Device keeps until its date is answered twice: accepted, and carried out."""
        dated = getattr(self.body, "execution_date_time", None) is not None
        return 2 if dated and self.definition.future_dated in DATED_ON_THE_DEVICE else 1


@st.composite
def requests(draw: st.DrawFn, srvs: st.SearchStrategy[str], most: int) -> list[Asked]:
    """Up to this many, to one Device; of the first SRV, the Device is more often than not one that fits."""
    chosen = draw(st.lists(srvs, min_size=1, max_size=most))
    definition = definition_of(chosen[0])
    assert definition is not None, chosen
    generation = draw(st.sampled_from(GENERATIONS))
    here = [kind for kind in ORDER if (kind, generation) in PROFILES]
    fitting = [kind for kind in here if kind in ABOUT.get(chosen[0], definition.device_types)]
    kind = draw(st.sampled_from([*fitting * 8, *here]))
    world = world_of(generation, kind, draw(st.sampled_from(STATUSES)))
    if draw(st.booleans()):
        live_a_little(world, kind)
    return [Asked(draw, srv, world, kind) for srv in chosen]


def world_of(generation: Generation, kind: DeviceType, status: SmiStatus) -> World:
    """Every Device in this status; the one asked alone, if it is to be Suspended."""
    if status is not SmiStatus.SUSPENDED:
        return World(generation=generation, status=status)
    world = World(generation=generation)
    world.remove(kind)
    return world


def live_a_little(world: World, kind: DeviceType) -> None:
    """After which the DSP may have the Device's certificates, and a schedule for it."""
    supplier = supplier_of(kind)
    world.read_version(eui_of(kind))
    world.ask("5.1", body_in_order("5.1", kind, supplier, ""), by=supplier, target=ACB)


def live_on(world: World) -> None:
    """Past all that requests may have left due."""
    for _ in range(MOST_DEADLINES):
        deadline = world.engine.next_deadline()
        if deadline is None:
            break
        world.advance(max(0, deadline - world.now))


@pytest.mark.parametrize("srv", EMULATED)
def test_any_body_is_answered_and_leaves_the_books_in_order(srv: str) -> None:
    @settings(max_examples=20)
    @given(requests(st.just(srv), most=1))
    def ask(asked: list[Asked]) -> None:
        asked[0].send()
        live_on(asked[0].world)

        asked[0].assert_answered()
        assert_in_order(asked[0].world)

    ask()


@settings(max_examples=80)
@given(requests(st.sampled_from(EMULATED), most=4), st.sampled_from([0, 1, MINUTE_MS]))
def test_any_requests_together_leave_the_books_in_order(asked: list[Asked], apart: int) -> None:
    world = asked[0].world
    for one in asked:
        one.send()
        world.advance(apart)
    live_on(world)

    for one in asked:
        one.assert_answered()
    assert_in_order(world)
