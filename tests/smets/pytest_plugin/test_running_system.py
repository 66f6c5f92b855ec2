"""The same tests on a system that runs: they share it, stand beside what is there, and skip what it cannot do."""

import asyncio
from pathlib import Path

from tests.smets.pytest_plugin.suites import run_suite
from tests.smets.running_system import RunningSystem

SUITE = """
import pytest

def test_asks(smets, fleet, clock, faults, user):
    homes = fleet(count=2)
    user("supplier").expect_no_alert("N28")
    smets.firmware("GSME", "0000000B", name="vB")
    user("supplier").send("11.1", homes.gsme, firmware="vB").expect(answer="I0")
    clock.advance("2h")
    faults.lose("11.3", homes.gsme[0])
    assert user("supplier").send("11.3", homes.gsme, firmware="vB").responses == ("E21", "I0")
    smets.expect(homes.gsme, firmware_version="0000000B")
    faults.clear()

def test_has_premises_of_its_own(smets, fleet):
    smets.expect(fleet(count=2).gsme, firmware_version="00000001", status="Commissioned")

def test_uses_what_stands(smets, fleet):
    homes = fleet("fleets:\\n  - count: 2\\n")
    assert homes.chf[0].id == "00-DB-12-34-00-00-00-00"
    smets.expect(homes.chf, status="Commissioned")

def test_fails(smets, fleet):
    smets.expect(fleet(count=1).gsme, status="Suspended")

def test_forks(smets, fleet):
    smets.fork()

def test_listens(smets):
    smets.listen()

@pytest.mark.smets(release="June 2021")
def test_rules(smets, fleet):
    fleet(count=1)

@pytest.mark.scenario("holds.yaml")
def test_scenario(fleet):
    assert len(fleet()) == 1
"""
SCENARIO = """
fleets: [{name: apart, eui_from: 00-DB-12-34-00-01-00-00}]
steps:
  - send: {srv: "11.2", to: GSME, expect: {response: I0}}
"""


async def test_tests_share_a_system_that_runs(world: RunningSystem, tmp_path: Path) -> None:
    state = world.system.settings.state
    world.system.connection.write()
    await world.administration.remove_cpl_entry("PPMID-AB03-030A0101-00000001")
    files = {"test_suite.py": SUITE, "holds.yaml": SCENARIO}
    folder = tmp_path / "suite"

    first = await asyncio.to_thread(run_suite, folder, files, f"--smets-state={state}", "-rs")
    second = await asyncio.to_thread(run_suite, folder, files, f"--smets-state={state}")

    skipped = {"test_forks", "test_listens", "test_rules"}
    passed = {"test_asks", "test_has_premises_of_its_own", "test_uses_what_stands", "test_scenario"}
    for session in (first, second):
        assert {name for name, end in session.outcomes.items() if end == "skipped"} == skipped, session.output
        assert {name for name, end in session.outcomes.items() if end == "passed"} == passed, session.output
    assert f"smets: state {state}" in first.output
    assert (
        f"needs a system of its own, in this process; this run is on the system of --smets-state {state}"
        in first.output
    )
    assert "needs a system of its own for release" in first.output
    assert "story of GSME" in first.of("test_fails")
    assert f"pytest 'test_suite.py::test_fails' --smets-state={state}" in first.of("test_fails")
    assert not (folder / "smets-runs").exists()
