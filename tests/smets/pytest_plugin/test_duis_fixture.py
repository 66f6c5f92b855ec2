"""The fixture `duis` at work: XML sent and pushed over HTTP, a client that is away, and what a failure tells."""

import asyncio
from pathlib import Path

import pytest

from smets.fleet.launching import launch_fleet
from smets.fleet.planning import plan_fleet
from smets.fleet.reading import read_fleet
from smets.local_system.duis import Duis
from smets.local_system.local_system import LocalSystem, SystemSettings
from smets.local_system.system import connect
from tests.smets.pytest_plugin.suites import run_smets, run_suite
from tests.support.duis_files import read_version_file

SUITE = """
import urllib.error, urllib.request
from pathlib import Path
import pytest
from smets.client import NotWhatWasAsked
from smets.duis.faults import MissingKey, Unconforming

def test_a_file_is_sent_as_often_as_one_likes(fleet, duis):
    fleet(count=1)
    answers = [duis.send("version.xml").expect("I99") for _ in range(2)]
    assert answers[0].request_id != answers[1].request_id
    for answer in reversed(answers):
        assert duis.receive("I0", request=answer).says == "firmware 00000001"
    assert [row.code for row in duis.received] == ["I0", "I0"]
    assert duis.send(Path("version.xml").read_bytes(), keep_counter=True).expect("I99").request_id.endswith(":1000")
    duis.send(Path("version.xml").read_text(), keep_counter=True).expect("E40")

def test_wrong_files_say_so(fleet, duis):
    fleet(count=1)
    with pytest.raises(FileNotFoundError, match="nowhere.xml: there is no such file .looked in: "):
        duis.send("nowhere.xml")
    with pytest.raises(Unconforming, match="ReadNothing"):
        duis.send(Path("version.xml").read_text().replace("ReadFirmwareVersion", "ReadNothing"))
    wrong = Path("version.xml").read_text().replace("ReadFirmwareVersion", "ReadNothing")
    duis.send(wrong, unchecked=True).expect("E100")
    with pytest.raises(MissingKey):
        duis.send(Path("version.xml").read_text().replace("90-b3-d5-1f-30-01", "90-b3-d5-1f-30-09"))

def test_firmware_makes_its_whole_way_in_xml(smets, fleet, duis, clock):
    meter = fleet(count=1)[0].esme
    v2 = smets.firmware("ESME", "00000002")
    duis.send(duis.request("11.1", meter, firmware=v2)).expect("I0")
    clock.advance("2h")
    assert duis.receive(user="supplier").code == "N60"
    assert duis.receive("8F72").is_alert
    sent = duis.send(duis.request("11.3", meter, firmware=v2), sign_pre_command=True).expect("I99")
    assert duis.receive(request=sent.request_id.lower()).says == "success, firmware 00000002"
    smets.expect(meter, firmware_version="00000002", agree=True)

def test_one_that_is_away_misses_nothing(fleet, duis):
    meter = fleet(count=1)[0].esme
    with duis.away():
        sent = duis.send(duis.request("11.2", meter))
    assert duis.receive(request=sent).reading.verified.holds
    with duis.answering(503):
        late = duis.send(duis.request("11.2", meter))
        assert [row.status for row in duis.await_attempts(2)] == [204, 503]
    assert duis.receive(request=late).code == "I0"
    assert duis.state().waiting == 0

def test_one_that_refuses_finds_it_parked(fleet, duis):
    meter = fleet(count=1)[0].esme
    with duis.answering(400, "I cannot"):
        duis.send(duis.request("11.2", meter))
        (parked,) = duis.parked(within=10)
    assert (parked.http_status, parked.answer) == (400, "I cannot")
    duis.send(duis.request("11.2", meter))
    assert duis.receive().code == "I0"

def test_one_that_is_slow_gets_all_in_order(fleet, duis):
    meter = fleet(count=1)[0].esme
    with duis.slow(0.2):
        sent = [duis.send(duis.request("11.2", meter)).request_id for _ in range(3)]
        assert [duis.receive().request_id for _ in sent] == sent
    assert len(duis.attempts) == 3

def test_the_door_is_opened_as_is_said(fleet, duis):
    meter = fleet(count=1)[0].esme
    duis.open(schema_version="5.1", unsigned_acknowledgements=True, response_delay=0.5)
    answer = duis.send(duis.request("11.2", meter)).expect("I99")
    assert 'schemaVersion="5.1"' in answer.xml
    assert answer.exchange.signed_by is None
    assert not duis.attempts
    assert duis.receive().signed_by == "90-B3-D5-1F-30-00-00-02"
    with pytest.raises(RuntimeError, match="the door is open already"):
        duis.open()

def test_a_client_of_ones_own_is_pushed_to_where_it_listens(fleet, duis):
    meter = fleet(count=1)[0].esme
    duis.push_to("http://127.0.0.1:1/mine", user="supplier")
    duis.send(duis.request("11.2", meter)).expect("I99")
    assert duis.state().url == "http://127.0.0.1:1/mine"
    assert duis.state("network operator").url.startswith("http://127.0.0.1:")
    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(urllib.request.Request(duis.url + "/api/v1/serviceS", b"hello"))

def test_what_users_were_sent_before_the_first_use_is_pushed_too(fleet, duis, user):
    user("supplier").send("11.2", fleet(count=1)[0].esme)
    assert duis.receive("I0").says == "firmware 00000001"

def test_the_command_line_finds_the_door(smets, fleet, duis, clock):
    fleet(count=1)
    duis.url
    Path("state.txt").write_text(str(smets.listen().state))
    from typer.testing import CliRunner
    from smets.cli.__main__ import application
    said = CliRunner().invoke(application(), ["duis", "send", "version.xml", "--state", Path("state.txt").read_text()])
    assert said.exit_code == 0, said.output
    assert duis.receive("I0").says == "firmware 00000001"
"""

FAILS = """
def test_fails(fleet, duis):
    meter = fleet(count=1)[0].esme
    sent = duis.send(duis.request("11.2", meter))
    duis.receive("I0", request=sent)
    with duis.answering(400, "no"):
        again = duis.send(duis.request("11.2", meter))
        duis.await_attempts(2)
    duis.receive(request=again, within=0.1)

def test_fails_too(fleet, duis):
    duis.send(duis.request("11.2", fleet(count=1)[0].esme)).expect("I0")
"""


def test_the_fixture_does_what_a_test_engineer_wants(tmp_path: Path) -> None:
    session = run_suite(tmp_path, {"test_suite.py": SUITE, "version.xml": read_version_file()})

    assert set(session.outcomes.values()) == {"passed"}, session.output
    assert len(session.outcomes) == SUITE.count("\ndef test_")


def test_a_failure_tells_what_came_and_its_run_is_played_again(tmp_path: Path) -> None:
    session = run_suite(tmp_path, {"test_suite.py": FAILS})

    assert set(session.outcomes.values()) == {"failed"}
    told = session.of("test_fails")
    assert "to be pushed within 0.1 s" in told
    assert "found    2 came" in told
    assert "90-B3-D5-1F-30-01-00-00: answered 400, told to answer 400" in told
    assert "expected I0 to 90-B3-D5-1F-30-01-00-00" in session.of("test_fails_too")
    assert "<sr:ResponseCode>I99</sr:ResponseCode>" in session.of("test_fails_too")
    (run,) = (tmp_path / "smets-runs").glob("test_suite-test_fails-*")
    assert "every book of both sides, and every message" in run_smets(tmp_path, "replay", str(run))


RUNNING = """
def test_asks(fleet, duis):
    meter = fleet(count=1)[0].esme
    sent = duis.send(duis.request("11.2", meter)).expect("I99")
    assert duis.receive(request=sent).says == "firmware 00000001"

def test_opens(fleet, duis):
    duis.open(schema_version="5.1")
"""


@pytest.mark.parametrize(
    ("duis", "outcome"), [(Duis(listen="127.0.0.1:0", response_delay=0.0), "passed"), (Duis(), "skipped")]
)
async def test_on_a_system_that_runs_its_own_door_is_used(tmp_path: Path, duis: Duis, outcome: str) -> None:
    plan = plan_fleet(*read_fleet("fleets: [{count: 1}]"))
    state = tmp_path / "state"
    settings = SystemSettings(state=state, organisations=plan.organisations, duis=duis)
    async with LocalSystem(settings) as system:
        await launch_fleet(plan, system.connection)
        system.connection.write()
        async with connect(system.connection) as running:
            push = running.receive_response(plan.parties[0].eui)
            await push.set_address("http://127.0.0.1:1/mine")

            session = await asyncio.to_thread(
                run_suite, tmp_path / "suite", {"test_suite.py": RUNNING}, f"--smets-state={state}", "-rs"
            )

            assert (await push.state()).url == "http://127.0.0.1:1/mine"
    assert session.outcomes == {"test_asks": outcome, "test_opens": "skipped"}, session.output
    is_told = "needs a system that takes DUIS XML (smets up --duis)" in session.output
    assert is_told == (outcome == "skipped")
