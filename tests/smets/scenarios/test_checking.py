"""What is said of an expectation that does not hold: what was there instead, and of whom."""

import pytest

from smets.scenarios.planning import scenario_of
from smets.scenarios.results import Failure
from smets.scenarios.running import Running

STORY = """
name: story
seed: story
release: November 2022
fleets: [{name: homes, count: 3}]
firmware: {v2: {device_type: ESME, version: 00000002}}
faults: [{name: lost, fate: lose, direction: FROM_DEVICE, srvs: [11.3], device: 00-DB-12-34-00-00-00-12, next: 1}]
steps:
  - remove_from_cpl: {device_type: ESME, firmware_version: 00000001}
  - send: {srv: 11.1, to: ESME, firmware: v2}
  - advance: 2h
  - send: {srv: 11.3, to: ESME, firmware: v2, expect: {answer: I99}}
  - send: {srv: 4.1.1, to: homes/1/ESME, user: network operator}
"""


async def _failures(expected: str) -> list[Failure]:
    result = await Running().in_process(scenario_of(f"{STORY}expect:\n  - {expected}\n"))
    assert not result.error
    return [failure for _, failure in result.failures]


@pytest.mark.parametrize(
    "expected",
    [
        "{devices: ESME, status: Commissioned, count: 2}",
        "{devices: ESME, status: Commissioned, share: 66%}",
        "{devices: ESME, firmware_version: 00000002}",
        "{devices: homes/2/ESME, agree: no, history: [Suspended]}",
        "{devices: homes/1/ESME, agree: yes, history: [Suspended, Commissioned]}",
        "{devices: homes/1/ESME, smi_manufacturer: AB01, smi_model: 010A030B, smi_esme_variant: AD}",
        "{user: supplier, alert: N29, times: 2}",
        "{user: supplier, alert: N29, about: homes/2/ESME, times: 0}",
        "{user: supplier, alert: N28, at_least: 2, at_most: 3}",
        "{user: supplier, response: E21, srv: 11.3, about: ESME}",
        "{user: supplier, response: E21, srv: 11.2, times: 0}",
        "{user: supplier, sees: titles, about: ESME, times: 2}",
        "{user: network operator, sees: own, srv: 4.1.1, about: ESME, times: 3}",
        "{fault: lost}",
        "{fault: lost, about: homes/2/ESME, times: 1}",
        "{fault: lost, about: homes/1/ESME, times: 0}",
    ],
)
async def test_what_is_so_holds(expected: str) -> None:
    assert await _failures(expected) == []


@pytest.mark.parametrize(
    ("expected", "said", "found", "near"),
    [
        (
            "{devices: ESME, status: Commissioned}",
            "status Commissioned of all of ESME (3 Devices)",
            "2 of 3 Devices",
            "ESME 00-DB-12-34-00-00-00-12: status is Suspended since 2021-11-04T00:00:00.000Z (the CPL entry",
        ),
        (
            "{devices: ESME, status: Suspended, share: 34%}",
            "status Suspended of 34% of ESME (3 Devices)",
            "1 of 3 Devices",
            "2 of them: status is Commissioned since 2021-11-04T02:00:00.000Z (a Response shows",
        ),
        (
            "{devices: ESME, status: Suspended, count: 2}",
            "status Suspended of exactly 2 of ESME (3 Devices)",
            "1 of 3 Devices",
            "ESME 00-DB-12-34-00-00-00-02: status is Commissioned",
        ),
        (
            "{devices: ESME, agree: yes}",
            "agree yes",
            "2 of 3",
            "SMI has firmware 00000001, the Device 00000002",
        ),
        ("{devices: ESME, agree: no}", "agree no", "1 of 3", "2 of them: SMI and Device agree"),
        (
            "{devices: homes/2/ESME, history: [Commissioned]}",
            "history Commissioned",
            "0 of 1",
            "status history is Commissioned Suspended",
        ),
        (
            "{devices: homes/2/ESME, pending_version: 00000002}",
            "pending_version",
            "0 of 1",
            "pending_version is none",
        ),
        ("{devices: homes/2/ESME, esme_variant: A}", "esme_variant A", "0 of 1", "esme_variant is AD"),
        ("{devices: homes/2/ESME, smi_model: 010A030C}", "smi_model", "0 of 1", "smi_model is 010A030B"),
        (
            "{user: supplier, alert: N29, about: homes/2/ESME}",
            "supplier to receive alert N29 about homes/2/ESME once or more",
            "0 of them",
            "supplier received alert N29 about 00-DB-12-34-00-00-00-02",
        ),
        (
            "{user: second supplier, alert: N29}",
            "second supplier to receive alert N29 once or more",
            "0 of them",
            "network operator received alert N29",
        ),
        (
            "{user: supplier, alert: N30}",
            "supplier to receive alert N30 once or more",
            "0 of them",
            "supplier received alert N29",
        ),
        (
            "{user: supplier, alert: N28, times: 0}",
            "supplier to receive alert N28 never",
            "3 of them",
            "supplier received alert N28 about 00-DB-12-34-00-00-00-02",
        ),
        (
            "{user: supplier, response: I0, srv: 11.3, at_least: 3, at_most: 4}",
            "supplier to receive response I0 to 11.3 3 to 4 times",
            "2 of them",
            "supplier received response to 11.3 I0",
        ),
        (
            "{user: supplier, sees: titles, about: homes/1/ESME, times: 1}",
            "supplier to see titles of others about homes/1/ESME once",
            "2 of them",
            "ServiceRequest 4.1.1 Read Instantaneous Import Registers",
        ),
        (
            "{user: other user, sees: titles, about: homes/1/ESME}",
            "other user to see titles of others about homes/1/ESME once or more",
            "0 of them",
            "is neither Responsible Supplier nor Responsible Network Operator",
        ),
        (
            "{user: supplier, sees: own, srv: 4.1.1, about: homes/1/ESME}",
            "supplier to see records of its own to 4.1.1",
            "0 of them",
            "Signed",
        ),
        ("{fault: lost, times: 2}", "fault 'lost' drawn 2 times", "1 time", "rules that hold now: lost"),
        ("{fault: lost, times: 0}", "fault 'lost' drawn never", "1 time", "drawn: lost 1 times"),
    ],
)
async def test_what_is_not_so_is_said_with_what_is(expected: str, said: str, found: str, near: str) -> None:
    (failure,) = await _failures(expected)

    assert said in failure.expected
    assert failure.found.startswith(found)
    assert any(near in row for row in failure.near), failure.near


@pytest.mark.parametrize(
    ("expect", "near"),
    [
        ("{answer: E5}", "answered I99"),
        ("{response: E21}", "answered I99, Response I0"),
        ("{response: none}", "answered I99, Response I0"),
        ("{says: firmware 00000009}", "Response I0 says 'firmware 00000001'"),
        ("{answer: I99, response: I0, says: firmware 00000002}", "Response I0 says 'firmware 00000001'"),
    ],
)
async def test_what_came_of_a_request_is_said(expect: str, near: str) -> None:
    text = f"fleets: [{{}}]\nsteps: [{{send: {{srv: 11.2, to: ESME, expect: {expect}}}}}]\n"

    ((step, failure),) = (await Running().in_process(scenario_of(text))).failures

    assert step.line == 2
    assert failure.found == "0 of 1 request"
    assert any(near in row for row in failure.near), failure.near


async def test_a_refused_request_fails_unless_it_is_expected() -> None:
    text = "fleets: [{status: Suspended}]\nsteps: [{send: {srv: 4.1.1, to: ESME}}]\n"

    ((_, failure),) = (await Running().in_process(scenario_of(text))).failures

    assert failure.expected == "that the DSP accepts 1 request"
    assert failure.near[0] == "1 of them: answered E5"


async def test_a_share_of_answers_is_enough() -> None:
    text = """
fleets: [{count: 4}, {name: dead, status: Suspended}]
steps:
  - send: {srv: 4.1.1, to: ESME, expect: {answer: I99, response: I0, share: SHARE}}
"""

    enough, not_enough = [
        await Running().in_process(scenario_of(text.replace("SHARE", share))) for share in ("80%", "81%")
    ]

    assert enough.passed
    assert [failure.found for _, failure in not_enough.failures] == ["4 of 5 requests"]


async def test_what_makes_it_impossible_to_go_on_ends_it_and_is_said() -> None:
    text = """
fleets: [{}]
steps:
  - remove_from_cpl: {device_type: ESME, firmware_version: 00000009}
  - advance: 1h
"""

    result = await Running().in_process(scenario_of(text))

    assert result.error == "ESME AB01 010A030B 00000009 is not on the CPL"
    assert result.steps == []
    assert not result.passed
