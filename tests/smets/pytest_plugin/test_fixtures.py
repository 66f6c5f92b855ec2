"""Fixtures at work: what they give, and what they say of calls that cannot be meant."""

import pytest

from tests.smets.pytest_plugin.suites import Session, run_suite

SUITE = '''
import asyncio, json, subprocess, sys
from datetime import UTC, datetime, timedelta
import pytest
from smets.client import NotThere, UnknownParty
from smets.fleet.reading import FleetFileError

FLEET = """
release: June 2021
seed: of the file
parties:
  big: {eui: 90-B3-D5-1F-30-01-00-00, roles: [IS, GS]}
  nets: {eui: 90-B3-D5-1F-30-02-00-00, roles: [ED, GT]}
fleets: [{name: old, template: smets1, supplier: big, network_operator: nets}]
"""

def test_a_file_says_all(smets, fleet, user):
    homes = fleet(FLEET)
    assert (smets.seed, homes[0].esme.inside.generation, len(homes)) == ("of the file", "SMETS1", 1)
    assert user("big").send("11.2", homes[0].esme).answer == "I99"
    with pytest.raises(UnknownParty, match="supplier"):
        user("supplier")
    with pytest.raises(LookupError, match="premises old/1 have no HCALCS .they have CHF, GPF, ESME, GSME, PPMID"):
        homes[0].hcalcs

def test_a_later_fleet_says_less(fleet):
    fleet(count=1)
    with pytest.raises(FleetFileError, match="release: is settled: the system is there"):
        fleet(FLEET)
    more = fleet("fleets: [{count: 2, name: more}]\\n")
    assert [device.id[-5:] for device in more.chf] == ["00-10", "00-20"]

def test_premises_have_the_keys_of_a_file(smets, fleet):
    homes = fleet(count=2, name="homes", firmware={"GSME": "0000000A"}, status="Suspended", labels=["x"])
    smets.expect(homes.gsme, firmware_version="0000000A", status="Suspended")
    smets.expect("homes/2/GSME", firmware_version="0000000A", count=1)
    with pytest.raises(FleetFileError, match="fleets.1..contt: there is no such key; did you mean 'count'"):
        fleet(contt=2)
    with pytest.raises(TypeError, match="not both"):
        fleet("x.yaml", count=2)

def test_a_later_fleet_puts_nothing_back_on_the_cpl(smets, fleet):
    first = fleet(count=1)
    smets.remove_from_cpl("GSME", "00000001")
    fleet(count=1, name="others")
    smets.expect(first.gsme, status="Suspended")

def test_devices_know_both_sides(smets, fleet):
    meter = fleet(count=1)[0].esme
    assert (meter.status, meter.firmware, meter.smi_firmware) == ("Commissioned", "00000001", "00000001")
    assert (meter.mpxn[:2], len(meter.mpxn), meter.type) == ("10", 13, "ESME")
    assert meter == smets.device(meter.id) and hash(meter) == hash(smets.device("ESME"))
    with pytest.raises(LookupError, match="means no Device of this test"):
        smets.device("00-00-00-00-00-00-00-99")
    with pytest.raises(ValueError, match="means no Devices: .*expected a Device Type"):
        smets.device("a/b/c/d")
    with pytest.raises(LookupError, match="means 6 Devices, not one"):
        smets.device(fleet())
    with pytest.raises(TypeError, match="expected a Device, premises, a fleet, or a text"):
        smets.expect(7, status="Suspended")

def test_words_are_checked(smets, fleet, user):
    meter = fleet(count=1)[0].esme
    with pytest.raises(FleetFileError, match="expect.statsu: there is no such key; did you mean 'status'"):
        smets.expect(meter, statsu="Suspended")
    with pytest.raises(FleetFileError, match="send.srv: there is no SRV '11.9'"):
        user("supplier").send("11.9", meter)
    with pytest.raises(ValueError, match="SRV 11.2 takes no firmware"):
        user("supplier").send("11.2", meter, firmware="v2")
    with pytest.raises(LookupError, match="there is no firmware 'v3' .there is: none"):
        smets.firmware_named("v3")
    with pytest.raises(FleetFileError, match="alert: there is no DCC Alert 'X1'"):
        user("supplier").expect_alert("X1")
    with pytest.raises(NotThere, match="is not on the CPL"):
        smets.remove_from_cpl("ESME", "000000FF")
    with pytest.raises(FleetFileError, match="do: steps.0..advnce: there is no such key"):
        smets.do({"advnce": "1h"})

def test_time(clock):
    begin = clock.now
    assert clock.advance("1h30m") - begin == 5_400_000
    assert clock.advance(timedelta(seconds=1)) == clock.advance(0)
    clock.advance_to("+1h"); clock.advance_to(datetime(2021, 11, 6, tzinfo=UTC))
    assert clock.text == "2021-11-06T00:00:00.000Z"
    clock.next_event(within="10m")
    with pytest.raises(ValueError, match="time never goes back"):
        clock.advance_to("2021-11-05")
    with pytest.raises(ValueError, match="with its zone"):
        clock.advance_to(datetime(2031, 11, 6))
    with pytest.raises(ValueError, match="expected a form like 500ms"):
        clock.advance("soon")

def test_faults(faults, fleet, user):
    meters = fleet(count=2).gsme
    assert faults.lose("11.2", meters) == ["lose 11.2", "lose 11.2, 2"]
    assert faults.delay("10s", "4.3", next=2) == ["delay 4.3"]
    assert faults.preset("deafness", meters[1]) == ["deafness"]
    assert faults.rule(fate="garble", srvs=["2.2"], one_in=3, name="mine") == ["mine"]
    assert len(faults.rules) == 5
    assert user("supplier").send("11.2", meters).responses == ("I0", "E20")
    assert [fate.rule for fate in faults.drawn(meters[0])] == ["lose 11.2"]
    faults.expect_drawn("deafness", about=meters[1], at_least=1)
    faults.clear("mine"); assert len(faults.rules) == 4
    faults.clear(); assert faults.rules == []
    with pytest.raises(ValueError, match="expected either next or one_in"):
        faults.lose("11.2", next=1, one_in=2)
    with pytest.raises(ValueError, match="there is no preset 'silense'; did you mean 'silence'"):
        faults.preset("silense")

def test_requests(fleet, user):
    meters = fleet(count=2).esme
    sent = user("supplier").send("4.1.1", meters)
    assert sent.answers == ("I99", "I99")
    with pytest.raises(LookupError, match="2 requests were sent"):
        sent.answer
    assert [row.srv for row in user("supplier").received("I0", about=meters[0])] == ["4.1.1"]
    user("supplier").expect_response("I0", srv="4.1.1", times=2)
    fields = {"srv": "4.8.1", "frequency": "Daily", "start": "2021-11-05"}
    schedule = user("supplier").send("5.1", meters[0], fields=fields)
    assert schedule.answer == "I0", schedule

def test_explain_timeline_and_steps(smets, fleet, user):
    meter = fleet(count=1)[0].gsme
    sent = user("supplier").send("11.2", meter)
    assert any("granted" in str(hop) or hop.place for hop in smets.explain(sent).hops)
    assert [event.code for event in smets.timeline(meter)][-1] == "I0"
    smets.do({"registration": {"supplier": "second supplier", "devices": "GSME"}})
    assert user("supplier").send("4.3", meter).answer == "E4"

def test_a_fork_counts_on(smets, fleet, user):
    meter = fleet(count=1)[0].gsme
    first = user("supplier").send("11.2", meter)
    other = smets.fork()
    again = other.user("supplier").send("11.2", meter.id)
    assert (again.answer, again.response) == ("I99", "I0") and again.request_id != first.request_id
    third = other.fork()
    third.clock.advance("1d")
    assert smets.clock.now == other.clock.now < third.clock.now

def test_other_processes_find_it(smets, fleet, tmp_path):
    meter = fleet(count=1)[0].gsme
    state = smets.listen().state
    command = [sys.executable, "-m", "smets.cli", "device", "show", meter.id, "--state", str(state), "--json"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert meter.id in shown
    assert (smets.save(tmp_path / "run") / "dsp").is_dir()

async def test_in_a_loop(smets, fleet, clock, user):
    meter = fleet(count=1)[0].gsme
    await asyncio.to_thread(clock.advance, "30d")
    assert user("supplier").send("11.2", meter).response == "I0"

def test_the_client_beneath(smets, fleet, user):
    meter = fleet(count=1)[0].gsme
    answer = smets.call(user("supplier").client.send("11.2", meter.id))
    assert answer.response_code == "I99"
    assert smets.world.now == smets.clock.now
'''


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return run_suite(tmp_path_factory.mktemp("suite"), {"test_suite.py": SUITE}, "-W", "error")


@pytest.mark.parametrize(
    "test",
    [line.split("(")[0].split()[-1] for line in SUITE.splitlines() if " test_" in line and "def" in line],
)
def test_the_fixtures_do_what_they_say(session: Session, test: str) -> None:
    assert session.outcomes.get(test) == "passed", session.of(test)
