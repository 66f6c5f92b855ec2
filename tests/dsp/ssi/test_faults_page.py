"""Fault rules as operators have them: set, listed and removed in an emulator, over a real line."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from smart_metering.administration import FaultRule
from tests.dsp.ssi.browsing import OPERATOR, Site, serving
from tests.support.dsp_premises import CHF, ESME, SUPPLIER
from tests.support.scripted_emulator import ScriptedEmulator, scripted_emulator

XSS = "<script>alert(1)</script>\"'>"
LOSE = {"fate": "lose", "direction": "FROM_DEVICE", "references": "11.3", "next": "1"}


@pytest.fixture
async def emulator() -> AsyncIterator[ScriptedEmulator]:
    async with scripted_emulator() as emulator:
        yield emulator


@pytest.fixture
async def site(tmp_path: Path, emulator: ScriptedEmulator) -> AsyncIterator[Site]:
    async with serving(tmp_path / "state", emulators=(emulator.address,)) as site:
        yield site


async def test_a_rule_is_set_and_listed(site: Site, emulator: ScriptedEmulator) -> None:
    async with site.signed_in(OPERATOR) as browser:
        await browser.get("/faults")
        fields = {**LOSE, "device": ESME.lower(), "comms_hub": CHF, "name": "first", "delay": "90"}
        done = await browser.post("/faults/set", fields)
        shown = await browser.get(done.leads_to)

    assert emulator.rules == [
        FaultRule(
            name="first",
            fate="lose",
            direction="FROM_DEVICE",
            references=("11.3",),
            next=1,
            delay=90_000,
            device=ESME,
            comms_hub=CHF,
        )
    ]
    assert shown.texts("//tbody/tr/*")[:7] == [
        "first",
        "lose by 90 s",
        "the next 1 of each Device",
        "FROM_DEVICE",
        "11.3",
        ESME,
        CHF,
    ]


async def test_a_rule_without_a_name_is_named_after_what_it_does(
    site: Site, emulator: ScriptedEmulator
) -> None:
    async with site.signed_in(OPERATOR) as browser:
        await browser.post(
            "/faults/set", {"fate": "delay", "references": "11.2, 11.3", "one_in": "5", "delay": "3"}
        )

    assert [(rule.name, rule.one_in) for rule in emulator.rules] == [("delay 11.2 11.3", 5)]


async def test_a_rule_is_removed_by_its_name_and_all_at_once(site: Site, emulator: ScriptedEmulator) -> None:
    emulator.rules = [FaultRule(name=name, fate="lose", one_in=1) for name in ("a", "b", "c")]
    async with site.signed_in(OPERATOR) as browser:
        await browser.get("/faults")
        await browser.post("/faults/clear", {"name": "b"})
        left = [rule.name for rule in emulator.rules]
        await browser.post("/faults/clear", {"all": "yes"})

    assert (left, emulator.rules) == (["a", "c"], [])


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"fate": "eat"}, "expected one of"),
        ({"fate": ""}, "expected one of"),
        ({"direction": "UP"}, "expected one of"),
        ({"one_in": "5"}, "exactly one of them"),
        ({"next": ""}, "exactly one of them"),
        ({"next": "-1"}, "expected a number"),
        ({"device": "nothing"}, "device: EUI"),
        ({"name": "x" * 101}, "at most 100"),
        ({"name": "refused"}, "the emulator does not like it"),
    ],
)
async def test_what_is_no_rule_is_refused_with_the_reason(
    site: Site, emulator: ScriptedEmulator, change: dict[str, str], what: str
) -> None:
    async with site.signed_in(OPERATOR) as browser:
        refused = await browser.post("/faults/set", {**LOSE, **change})

    assert refused.status == 400
    assert what in refused.text
    assert not emulator.rules


@pytest.mark.parametrize("fields", [{}, {"name": "a", "all": "yes"}, {"all": "no"}])
async def test_nothing_is_removed_by_a_form_that_says_not_what(
    site: Site, emulator: ScriptedEmulator, fields: dict[str, str]
) -> None:
    emulator.rules = [FaultRule(name="a", fate="lose", one_in=1)]
    async with site.signed_in(OPERATOR) as browser:
        refused = await browser.post("/faults/clear", fields)

    assert (refused.status, len(emulator.rules)) == (400, 1)


async def test_names_of_rules_are_shown_as_text(site: Site, emulator: ScriptedEmulator) -> None:
    emulator.rules = [FaultRule(name=XSS, fate="lose", references=(XSS,), one_in=1)]
    async with site.signed_in(OPERATOR) as browser:
        shown = await browser.get("/faults")

    assert XSS not in shown.source
    assert XSS in shown.texts("//tbody/tr/th")


async def test_a_user_has_no_such_pages(site: Site, emulator: ScriptedEmulator) -> None:
    emulator.rules = [FaultRule(name="a", fate="lose", one_in=1)]
    async with site.signed_in(SUPPLIER) as browser:
        answers = [
            await browser.get("/faults"),
            await browser.post("/faults/set", LOSE),
            await browser.post("/faults/clear", {"all": "yes"}),
        ]

    assert ({it.status for it in answers}, len(emulator.rules)) == ({403}, 1)


async def test_without_an_emulator_the_page_says_so_and_nothing_is_done(tmp_path: Path) -> None:
    async with serving(tmp_path / "state") as site, site.signed_in(OPERATOR) as browser:
        shown = await browser.get("/faults")
        refused = await browser.post("/faults/set", LOSE)

    assert "not told of an emulator" in shown.text
    assert (refused.status, "not told of an emulator" in refused.text) == (502, True)
