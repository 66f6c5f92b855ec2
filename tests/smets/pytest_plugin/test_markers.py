"""Markers: what a system is made of, scenarios as tests, and what is said of markers that cannot be read."""

import re
from pathlib import Path

import pytest

from tests.smets.pytest_plugin.suites import Session, run_smets, run_suite

SUITE = """
import pytest
from pathlib import Path

@pytest.mark.scenario("holds.yaml")
def test_scenario_holds(smets, fleet):
    smets.expect(fleet().gsme, firmware_version="00000001")
    assert fleet().names == ("homes",)

@pytest.mark.scenario("holds.yaml", seed="x")
def test_body_fails(smets):
    assert smets.seed == "y"

@pytest.mark.scenario("fails.yaml")
def test_scenario_fails():
    raise RuntimeError("the body is not reached")

@pytest.mark.scenario("faulty.yaml")
def test_scenario_faulty(): pass

@pytest.mark.scenario("nowhere.yaml")
def test_scenario_missing(): pass

@pytest.mark.scenario("no/such-scenario")
def test_scenario_unknown(): pass

@pytest.mark.scenario("stops.yaml")
def test_scenario_stops(): pass

@pytest.mark.scenario()
def test_scenario_unnamed(): pass

@pytest.mark.scenario("holds.yaml")
async def test_async_scenario(smets):
    assert smets.clock.now > 0

@pytest.mark.smets(fleet="fleets/two.yaml", seed="s", release="June 2021")
def test_fleet_of_a_marker(smets, fleet, user):
    assert (len(fleet()), smets.seed) == (2, "s")
    smets.remove_from_cpl("ESME", "00000001")
    assert user("supplier").send("11.2", fleet().esme[0]).answer == "E5"
    assert len(fleet(count=1)) == 1

@pytest.mark.smets(fleet="fleets/faulty.yaml")
def test_fleet_faulty(): pass

@pytest.mark.smets(fleet="fleets/none.yaml")
def test_fleet_missing(): pass

@pytest.mark.smets(relase="June 2021")
def test_unknown_argument(): pass

@pytest.mark.smets("June 2021")
def test_nameless_argument(): pass

@pytest.mark.smets(release="June 1821")
def test_unknown_release(smets):
    smets.fleet(count=1)

@pytest.mark.smets(fleet="fleets/two.yaml")
@pytest.mark.scenario("holds.yaml")
def test_both(): pass

@pytest.mark.smets(seed="outer")
class TestNearest:
    @pytest.mark.smets(seed="inner")
    def test_nearest(self, smets):
        assert smets.seed == "inner"
    def test_outer(self, smets, fleet):
        fleet("fleets: [{count: 1}]\\n")
        assert smets.seed == "outer"
"""

HOLDS = """
fleets: [{count: 1, name: homes}]
steps:
  - send: {srv: "11.2", to: GSME, expect: {response: I0}}
"""

FILES = {
    "test_suite.py": SUITE,
    "holds.yaml": HOLDS,
    "fails.yaml": f"{HOLDS}expect:\n  - {{devices: GSME, status: Suspended}}\n",
    "stops.yaml": f"{HOLDS}  - remove_from_cpl: {{device_type: GSME, firmware_version: 0000000A}}\n",
    "faulty.yaml": f"{HOLDS}  - send: {{srv: '11.9', to: GSME}}\n",
    "fleets/two.yaml": "fleets:\n  - count: 2\n",
    "fleets/faulty.yaml": "fleets:\n  - count: 2\n    templete: smets2\n",
}

WRONG = {
    "test_scenario_faulty": r"faulty\.yaml:5: steps\[1\]\.send\.srv: there is no SRV '11\.9'",
    "test_scenario_missing": r"nowhere\.yaml: there is no such file \(looked in: ",
    "test_scenario_unknown": r"no/such-scenario: is no file .* no scenario of that name ships",
    "test_scenario_stops": r"found    GSME AB02 020A0301 0000000A is not on the CPL",
    "test_scenario_unnamed": r"scenario\(\): expected a file, like",
    "test_fleet_faulty": r"fleets/faulty\.yaml:3: fleets\[0\]\.templete: there is no such key; did you mean 'template'",
    "test_fleet_missing": r"fleets/none\.yaml: there is no such file",
    "test_unknown_argument": r"smets\(relase=\.\.\.\): there is no such argument; did you mean 'release'\?",
    "test_nameless_argument": r"smets\('June 2021',\): expected names with values: seed=\.\.\., release=",
    "test_unknown_release": r"fleet: release: SEC Release 'June 1821' is unknown; expected one of",
    "test_both": r"expected smets\(fleet=\.\.\.\) or scenario\(\.\.\.\), not both",
}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    folder = tmp_path_factory.mktemp("suite")
    return run_suite(folder, FILES, "--strict-markers")


@pytest.mark.parametrize(
    "test",
    ["test_scenario_holds", "test_async_scenario", "test_fleet_of_a_marker", "test_nearest", "test_outer"],
)
def test_what_markers_ask_for_is_there(session: Session, test: str) -> None:
    assert session.outcomes[test] == "passed", session.output


def test_a_scenario_that_does_not_hold_fails_its_test_before_the_body(session: Session) -> None:
    told = session.of("test_scenario_fails")

    assert session.outcomes["test_scenario_fails"] == "failed"
    assert "expected status Suspended of all of GSME (1 Device) (fails.yaml:6)" in told
    assert "story of GSME" in told
    assert "smets replay smets-runs/test_suite-test_scenario_fails-" in told
    assert "RuntimeError" not in told
    replayed = run_smets(
        session.folder, "replay", session.properties["test_scenario_fails"]["smets_replay"].split()[2]
    )
    assert "SR 11.2 'Read Firmware Version'" in replayed
    assert "same " in replayed
    assert "smets/pytest_plugin/" not in told


def test_the_body_goes_on_with_the_system_of_the_scenario(session: Session) -> None:
    told = session.of("test_body_fails")

    assert "AssertionError: assert 'x' == 'y'" in told
    assert session.properties["test_body_fails"]["smets_seed"] == "x"


@pytest.mark.parametrize("test", WRONG)
def test_what_cannot_be_read_is_named_with_what_was_expected(session: Session, test: str) -> None:
    told = session.of(test)

    assert session.outcomes[test] in ("failed", "error")
    assert re.search(WRONG[test], told), told


@pytest.mark.parametrize(
    "test", [name for name in WRONG if name not in ("test_unknown_release", "test_scenario_stops")]
)
def test_nothing_but_that_is_said(session: Session, test: str) -> None:
    told = session.of(test).strip()

    assert len(told.splitlines()) == 1, told


def test_a_fleet_file_that_is_a_scenario_is_refused(tmp_path: Path) -> None:
    suite = 'def test_it(fleet):\n    fleet("holds.yaml")\n'

    session = run_suite(tmp_path, {"test_suite.py": suite, "holds.yaml": HOLDS})

    assert "holds.yaml: is a scenario: it has steps or expectations" in session.of("test_it")
