"""The page tells a scenario whole, stands alone, and runs nothing that is not its own."""

import asyncio
import json
import re
from itertools import pairwise

import pytest

from smart_metering.instants import Instant
from smets.scenarios.report.gathered import Gathered
from smets.scenarios.report.page import MOST_STEPS, page
from smets.scenarios.results import Failure, ScenarioResult, StepResult
from tests.smets.scenarios.report.played import LEFT_BEHIND, Page, gathered

MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def left_behind() -> Gathered:
    return asyncio.run(gathered(LEFT_BEHIND))


def test_what_did_not_hold_is_told_with_what_was_there_instead(left_behind: Gathered) -> None:
    said = Page(page([left_behind])).said

    assert "1 scenario: 0 held, 1 did not" in said
    assert "left behind ✗ did not hold" in said
    assert "Seed small" in said
    assert "Rules November 2022: SECMP0105" in said
    assert "Replay smets run scenario --seed small" in said
    assert "The Response is lost, and the old version leaves the CPL." in said
    assert "At the end 1, line 19" in said
    assert "Expected status Commissioned of all of homes/ESME (3 Devices)" in said
    assert "Found 0 of 3 Devices" in said
    assert "3 of them: status is Suspended since 2021-11-06T00:00:30.000Z" in said


def test_steps_faults_and_alerts_are_told(left_behind: Gathered) -> None:
    said = Page(page([left_behind])).said

    assert "SR 11.3 'Activate Firmware' to 2 Devices: answered 2 I99; Response 2 E21" in said
    assert "thin air lose the next 1 of each Device's messages of 11.3 from the Device 2 2" in said
    assert "never drawn garble the next 1 of each Device's messages of 4.1.1 0 0" in said
    assert "N28 Device suspended supplier 3 2021-11-06 00:00:30" in said
    assert "8F72 Firmware Verification Successful supplier 3" in said


def test_a_device_is_told_from_all_sides(left_behind: Gathered) -> None:
    (story, *_) = left_behind.stories
    told = Page(page([left_behind])).said.partition("Timelines")[2].partition("premises 2")[0]

    assert story.member.premises == 1
    events = [
        "SMI SMI Status Commissioned: loaded",
        "User SR 11.1 'Update Firmware'",
        "DSP DCC Alert N60",
        "Device seen by now: it holds, not activated, firmware 00000002",
        "DSP answer to 11.3: I99",
        "air fault 'thin air' loses a message of 11.3 from the Device",
        "DSP Response to 11.3: E21",
        "Device seen by now: it runs firmware 00000002, before that 00000001",
        "SMI SMI Status Suspended: the CPL entry of its firmware removed",
        "DSP DCC Alert N28",
    ]
    places = [told.find(event) for event in events]
    assert -1 not in places, events[places.index(-1)]
    assert places == sorted(places)


def test_two_lanes_show_where_the_sides_differ(left_behind: Gathered) -> None:
    drawn = page([left_behind])
    labels = [
        attributes["aria-label"] or "" for tag, attributes in Page(drawn).tags if "aria-label" in attributes
    ]

    (lanes,) = [label for label in labels if "00-DB-12-34-00-00-00-02: " in label]
    assert "the SMI had Commissioned, 00000001, then Suspended, 00000001." in lanes
    assert "The Device was 00000001, then 00000001, holds 00000002, then 00000002." in lanes
    assert "They differed: SMI has firmware 00000001, the Device 00000002." in lanes
    (agreeing,) = [label for label in labels if "00-DB-12-34-00-00-00-22: " in label]
    assert "They differed: at no time seen." in agreeing
    assert 'class="f-differ"' in drawn


def test_a_failure_leads_to_its_devices(left_behind: Gathered) -> None:
    tags = Page(page([left_behind])).tags

    anchors = {attributes["id"] for _, attributes in tags if "id" in attributes}
    links = {(attributes["href"] or "").removeprefix("#") for tag, attributes in tags if tag == "a"}
    assert "s1-00-DB-12-34-00-00-00-02" in links
    assert links <= anchors


def test_the_page_needs_nothing_beside_it(left_behind: Gathered) -> None:
    drawn = page([left_behind, left_behind])
    tags = Page(drawn).tags

    assert not re.search(r"https?://|@import", drawn)
    assert {name for _, attributes in tags for name in attributes} & {"src", "srcset", "action"} == set()
    assert {tag for tag, _ in tags} & {"link", "img", "iframe", "object", "embed", "base", "form"} == set()
    links = [attributes["href"] or "" for _, attributes in tags if "href" in attributes]
    assert links
    assert all(link.startswith("#") for link in links)
    assert set(re.findall(r"url\((.)", drawn)) == {"#"}
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_headings_are_in_order(left_behind: Gathered) -> None:
    levels = Page(page([left_behind])).headings()

    assert levels[:2] == [1, 2]
    assert all(after <= before + 1 for before, after in pairwise(levels))


HOSTILE = "<script>alert('&')</script>\"><img src=x onerror=alert(1)>"


def hostile() -> Gathered:
    step = StepResult(
        number=HOSTILE,
        line=1,
        verb="note",
        note=HOSTILE,
        told=HOSTILE,
        began=Instant(0),
        ended=Instant(0),
        seconds=0.0,
        failures=(Failure(expected=HOSTILE, found=HOSTILE, near=(HOSTILE,), reasons=()),),
    )
    result = ScenarioResult(
        name=HOSTILE, source=HOSTILE, seed=HOSTILE, rules=HOSTILE, steps=[step], error=HOSTILE
    )
    return Gathered(result=result, members={}, description=HOSTILE, missing=HOSTILE)


def test_no_text_of_a_scenario_becomes_a_part_of_the_page() -> None:
    tags = Page(page([hostile(), hostile()])).tags

    assert [tag for tag, _ in tags].count("script") == 1
    assert "img" not in {tag for tag, _ in tags}
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on")]


async def test_names_of_a_file_are_escaped_wherever_they_come_up() -> None:
    text = LEFT_BEHIND.replace("name: left behind", f"name: {json.dumps(HOSTILE)}")
    text = text.replace("name: thin air", "name: '<b>thin</b>'").replace("homes", "<i>homes")

    drawn = page([await gathered(text)])

    tags = [tag for tag, _ in Page(drawn).tags]
    assert tags.count("script") == 1
    assert {"b", "i", "img"}.isdisjoint(tags)
    assert "&lt;b&gt;thin&lt;/b&gt;" in drawn


async def test_a_scenario_that_stops_is_told_as_far_as_it_came() -> None:
    text = LEFT_BEHIND.replace(
        "  - advance: 1h\n", "  - remove_from_cpl: {device_type: ESME, firmware_version: '00000001'}\n"
    )

    said = Page(page([await gathered(text)])).said

    assert "Stopped ESME" in said
    assert "00000001 is not on the CPL" in said
    assert "SMI Status Suspended" in said


def test_many_steps_are_cut_and_those_that_failed_stay() -> None:
    steps = [
        StepResult(
            number=str(number),
            line=number,
            verb="note",
            note="",
            told=f"step number {number}",
            began=Instant(0),
            ended=Instant(0),
            seconds=0.0,
            failures=(Failure(expected="that", found="this", reasons=()),) if number == 5_000 else (),
        )
        for number in range(1, 5_001)
    ]
    result = ScenarioResult(name="long", source="long.yaml", seed="1", rules="", steps=steps)

    said = Page(page([Gathered(result=result, members={})])).said

    assert f"step number {MOST_STEPS - 1} " in said
    assert f"step number {MOST_STEPS} " not in said
    assert "step number 5000" in said
    assert f"{5_000 - MOST_STEPS} steps without a failure left out" in said
