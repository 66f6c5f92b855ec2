"""What a failing test tells: the near miss, the story, the seed, and a run that can be replayed."""

import json
from pathlib import Path

import pytest

from smets.replay.replaying import Replay
from smets.replay.run import Run
from tests.smets.pytest_plugin.suites import Session, run_smets, run_suite

SUITE = """
import asyncio, pytest

@pytest.fixture
def meters(smets, fleet, user, clock):
    meters = fleet(count=2).gsme
    smets.firmware("GSME", "00000002", name="v2")
    user("supplier").send("11.1", meters, firmware="v2")
    clock.advance("2h")
    smets.remove_from_cpl("GSME", "00000001")
    return meters

def test_status(smets, meters, faults, user):
    faults.lose("11.3", meters[0])
    user("supplier").send("11.3", meters[0], firmware="v2")
    smets.expect(meters[0], status="Commissioned", firmware_version="00000002")

def test_alert(meters, user):
    user("supplier").send("11.3", meters[0], firmware="v2")
    user("supplier").expect_alert("N29", about=meters[1])

def test_response(meters, user):
    user("supplier").send("11.2", meters).expect(response="I0", says="00000002")

def test_fault(meters, faults, user):
    faults.lose("11.2", meters[0], name="loser")
    user("supplier").send("11.2", meters[0])
    faults.expect_drawn("loser", times=2)

def test_plain_assertion(meters, user):
    assert user("supplier").send("4.3", meters[0]).answer == "I99"

def test_fork(smets, meters, user):
    other = smets.fork()
    other.user("supplier").send("11.2", meters[0].id)
    other.expect(meters[0].id, status="Commissioned")

@pytest.fixture
def broken(meters):
    raise RuntimeError("the preparation breaks")

def test_prepared(broken): pass

def test_without_a_system(smets):
    assert False

def test_refused(smets, meters):
    smets.clock.advance_to("2021-11-04T01:00:00Z")

def test_passes(smets, meters):
    smets.expect(meters, status="Suspended", agree=True)
    with pytest.raises(AssertionError, match="expected status Commissioned"):
        smets.expect(meters, status="Commissioned")

class TestGrouped:
    @pytest.mark.parametrize("srv", ["11.2/a", "11.2-a"])
    def test_many(self, meters, srv):
        assert False
"""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return run_suite(tmp_path_factory.mktemp("suite"), {"test_suite.py": SUITE})


def kept_in(session: Session, test: str) -> Path:
    """The folder that the replay line of a test names."""
    replay = session.properties[test]["smets_replay"]
    assert replay in session.of(test)
    return session.folder / replay.removeprefix("smets replay ")


def test_only_what_does_not_hold_fails(session: Session) -> None:
    others = {test: end for test, end in session.outcomes.items() if end != "failed"}

    assert others == {"test_passes": "passed", "test_prepared": "error"}, session.output


def test_the_near_miss_of_a_device_is_told_with_its_story(session: Session) -> None:
    told = session.of("test_status")

    assert "expected status Commissioned, firmware_version 00000002 of all of 00-DB-12-34-00-00-00-03" in told
    assert "E       found    0 of 1 Device" in told
    assert (
        "status is Suspended since 2021-11-04T02:00:00.000Z (the CPL entry of its firmware removed)" in told
    )
    assert "E       story of GSME 00-DB-12-34-00-00-00-03" in told
    story = told.split("E       story of", 1)[1]
    order = ("11.1 'Update Firmware'", "8F72", "SMI Status Suspended", "E21", "the Device runs 00000002")
    places = [story.index(text) for text in order]
    assert places == sorted(places)
    assert "fault 'lose 11.3'" in story


def test_the_near_miss_of_an_alert_is_who_was_told_of_whom(session: Session) -> None:
    told = session.of("test_alert")

    assert "expected supplier to receive alert N29 about 00-DB-12-34-00-00-00-13 once or more" in told
    assert "supplier received alert N29 about 00-DB-12-34-00-00-00-03" in told


def test_the_near_misses_of_requests_are_counted_and_told(session: Session) -> None:
    told = session.of("test_response")

    assert "expected Response I0 and a Response that says '00000002' for 2 requests" in told
    assert "2 of them: Response I0 says 'firmware 00000001'" in told


def test_the_near_miss_of_a_fault_is_how_often_it_was_drawn(session: Session) -> None:
    told = session.of("test_fault")

    assert "expected fault 'loser' drawn 2 times" in told
    assert "drawn: loser 1 times" in told


def test_no_frame_of_the_plugin_stands_in_a_traceback(session: Session) -> None:
    for test in ("test_status", "test_alert", "test_response", "test_fault"):
        assert "smets/pytest_plugin/" not in session.of(test)


@pytest.mark.parametrize("test", ["test_status", "test_plain_assertion", "test_refused", "test_prepared"])
def test_whatever_fails_the_report_has_seed_timeline_and_replay(session: Session, test: str) -> None:
    told = session.of(test)

    sections = ["smets: seed", "smets: timeline", "smets: replay"]
    assert [told.count(f" {section} ---") for section in sections] == [1, 1, 1]
    assert told.split("smets: timeline", 1)[1].count("story of GSME") == 2
    assert f"pytest 'test_suite.py::{test}' --smets-seed=development" in told
    assert session.properties[test]["smets_seed"] == "development"


def test_a_test_that_never_opened_its_system_has_nothing_attached(session: Session) -> None:
    assert "smets: seed" not in session.of("test_without_a_system")
    assert session.properties["test_without_a_system"] == {}


def test_a_test_that_passed_keeps_nothing(session: Session) -> None:
    assert session.properties["test_passes"] == {}
    assert not [path for path in (session.folder / "smets-runs").iterdir() if "test_passes" in path.name]


def test_the_run_of_a_failing_test_replays_the_same(session: Session) -> None:
    folder = kept_in(session, "test_status")
    about = json.loads((folder / "run.json").read_text("utf-8"))

    replayed = run_smets(session.folder, *session.properties["test_status"]["smets_replay"].split()[1:])

    assert "same      every book of both sides" in replayed
    assert "it is     2021-11-04T02:00:30.000Z" in replayed
    assert (about["name"], about["seed"], about["passed"]) == (
        "test_suite.py::test_status",
        "development",
        False,
    )
    assert "expected status Commissioned" in about["error"]
    assert "SMI Status Suspended" in (folder / "timeline.txt").read_text("utf-8")
    assert "count" in (folder / "fleet.yaml").read_text("utf-8")


def test_a_fork_is_kept_and_told_beside_the_system_it_left(session: Session) -> None:
    folder = kept_in(session, "test_fork")

    run = Run.open(folder / "fork-1")
    try:
        Replay(run).play()
    finally:
        run.close()

    told = session.of("test_fork").split("smets: timeline", 1)[1]
    assert "in fork-1:" in told
    before, after = told.split("in fork-1:")
    assert "11.2" not in before
    assert "11.2 'Read Firmware Version'" in after


def test_tests_of_like_names_have_folders_of_their_own(session: Session) -> None:
    folders = [path.name for path in (session.folder / "smets-runs").iterdir() if "test_many" in path.name]

    assert len(folders) == 2
