"""Who is told how another User's request led to a change of a Device: who is shown titles of it, and the operator."""

import pytest

from dsp.core.device_story import NOT_TOLD, device_story
from dsp.core.live import live_event
from dsp.core.lookers import Looking
from dsp.core.records import SmiChange
from dsp.rules.releases import rules_as_of
from smart_metering.decisions import Decision
from smart_metering.identifiers import Eui
from smart_metering.marks import Mark
from smart_metering.records import changed
from tests.support.dsp_premises import DISTRIBUTOR, ESME, GAS_SUPPLIER, OTHER_USER, START, SUPPLIER
from tests.support.dsp_world import premises

REQUEST = f"{OTHER_USER}:{ESME}:1"
DECISION = Decision(
    code="learned", row="Response to 11.2 from ESME", source="SECMP0105 report", mark=Mark.CERTAIN
)
BEFORE = rules_as_of(without_modifications=["SAT-TITLES"])


@pytest.mark.parametrize(
    ("user", "is_operator", "after", "before"),
    [
        (OTHER_USER, False, True, True),
        (SUPPLIER, False, True, False),
        (DISTRIBUTOR, False, True, False),
        (GAS_SUPPLIER, False, False, False),
        (None, True, True, True),
    ],
    ids=["who sent it", "supplier", "network operator", "a User with nothing to do with it", "operator"],
)
def test_a_cause_is_told_as_a_title_is(
    user: Eui | None, is_operator: bool, after: bool, before: bool
) -> None:
    told = []
    for rules in (rules_as_of(), BEFORE):
        world = premises(rules)
        state = world.engine.state
        device = state.devices[ESME]
        line = changed(device.history[-1], cause="8.4 of somebody", request_id=REQUEST)
        device = changed(device, history=(*device.history, line))
        change = SmiChange(
            at=START, device=ESME, what="firmware version 1 -> 2: read", cause=REQUEST, decision=DECISION
        )
        looking = Looking(state=state, rules=rules, user=user, is_operator=is_operator, now=START)

        story = device_story(looking, device, [change])
        event = live_event(looking, change, device, only_own=False)

        assert event is not None
        tells = (
            story.statuses[-1].cause != NOT_TOLD,
            story.firmware[-1].decision is not None,
            event.what.endswith(": read"),
        )
        assert len(set(tells)) == 1, tells
        told.append(tells[0])
        assert story.statuses[0].cause == "loaded", "what no request led to is told to everybody"

    assert told == [after, before]
