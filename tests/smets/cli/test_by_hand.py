"""The commands by which a test engineer does things to Devices by hand, over a system that runs."""

from collections.abc import Iterator

import pytest

from tests.smets.cli.command_line import CommandLine, field, rows_of, running

FLEET = """
fleets:
  - count: 2
"""
HUB = "00-DB-12-34-00-00-00-00"
METER = "00-DB-12-34-00-00-00-02"
GAS_METER = "00-DB-12-34-00-00-00-03"
PPMID = "00-DB-12-34-00-00-00-04"


@pytest.fixture(scope="module")
def smets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """One system for all tests of this module; each leaves its Devices on and right."""
    with running(tmp_path_factory.mktemp("system"), FLEET, premises=2) as line:
        yield line


def test_a_meter_is_switched_off_and_on(smets: CommandLine) -> None:
    assert smets.run("device", "power", METER, "off").strip() == f"{METER}  off"
    unreachable = smets.run("send", "11.2", METER, "--advance", "1m", exit_code=4)
    shown = smets.run("device", "show", METER)
    smets.run("clock", "advance", "10m")
    on = smets.ask("device", "power", METER, "on")

    assert "E20" in unreachable
    assert "off since 2021-11-04T00:00:00.000Z" in shown
    device = on["device"]
    assert isinstance(device, dict)
    assert "off_since" not in device
    said = smets.run("device", "show", METER)
    assert "8F36  Supply Outage Restored - Outage >= 3 minutes" in said
    assert [line.split()[1] for line in said.splitlines() if line.startswith("power")] == ["on"]
    assert "8F36" in smets.run("alerts", "--user", "network operator")


def test_a_cut_at_the_next_activation_is_planned_and_taken_back(smets: CommandLine) -> None:
    planned = smets.ask("device", "power", METER, "off", "--at-activation")
    shown = smets.run("device", "show", METER)

    assert field(planned, "device", "cut_at_activation") is True
    assert "on, off at its next activation" in shown
    assert smets.run("device", "power", METER, "on").strip() == f"{METER}  on"


def test_a_hub_is_switched_off_looked_at_and_switched_on(smets: CommandLine) -> None:
    off = smets.run("hub", "off", HUB)
    listed = rows_of(smets.ask("hub", "list", "--off"))
    smets.run("device", "tamper", METER, "--other")
    shown = smets.ask("hub", "show", HUB)
    told = smets.run("hub", "show", HUB)
    meter = smets.run("device", "show", METER)
    on = smets.run("hub", "on", HUB)

    assert f"{HUB}  off since 2021" in off
    assert [row["comms_hub"] for row in listed] == [HUB]
    devices = shown["devices"]
    assert isinstance(devices, list)
    kept = {row["device_id"]: row.get("messages_kept", 0) for row in devices}
    assert (kept[METER], kept[GAS_METER]) == (1, 0)
    assert "messages kept" in told
    assert "its hub" in meter
    assert f"{HUB}  on, attached" in on
    assert "no hub is off" in smets.run("hub", "list", "--off")
    assert len(rows_of(smets.ask("hub", "list"))) == 2
    assert "8F78" in smets.run("alerts", "--user", "supplier")


def test_a_meter_is_tampered_with(smets: CommandLine) -> None:
    said = smets.run("device", "tamper", GAS_METER, "--battery-cover")
    shown = smets.ask("device", "show", GAS_METER)

    assert said.strip() == f"{GAS_METER}  8F73 Unauthorised Physical Access - Battery Cover Removed"
    log = field(shown, "device", "log")
    assert isinstance(log, list)
    assert log[-1]["code"] == 0x8F73
    assert "its log" in smets.run("device", "show", GAS_METER)


def test_a_clock_is_set_fast_slow_to_a_time_and_right(smets: CommandLine) -> None:
    assert smets.run("device", "clock", METER, "--drift", "1m30s").strip() == f"{METER}  1m30s fast"
    assert "1m30s fast" in smets.run("device", "show", METER)
    assert smets.run("device", "clock", METER, "--drift", "-500ms").strip() == f"{METER}  500ms slow"
    set_to = smets.ask("device", "clock", METER, "--set", "2021-11-05T00:00:00Z")
    now = int(str(smets.ask("clock", "now")["now"]))
    assert field(set_to, "device", "clock_ahead") == 1_636_070_400_000 - now
    assert smets.run("device", "clock", METER, "--drift", "0").strip() == f"{METER}  right"
    assert "its clock" not in smets.run("device", "show", METER)


MISTAKES = (
    # what is asked                                     exit  what is said
    (("device", "power", METER, "on"),                  1, "it is on already"),
    (("device", "power", METER, "dark"),                2, "power 'dark': expected off or on"),
    (("device", "power", METER, "on", "--at-activation"), 2, "--at-activation goes with off"),
    (("device", "power", HUB, "off"),                   1, "switch that"),
    (("device", "power", "00-DB-12-34-00-00-00-FF", "off"), 1, "no premises were launched that hold"),
    (("device", "power", "xyz", "off"),                 2, "or the beginning or end of one"),
    (("device", "tamper", METER),                       2, "expected one of --cover"),
    (("device", "tamper", METER, "--cover", "--magnet"), 2, "expected one of --cover"),
    (("device", "tamper", METER, "--battery-cover"),    1, "has no tamper alert 'battery-cover'"),
    (("device", "tamper", PPMID, "--cover"),            1, "what it has: none"),
    (("device", "clock", METER),                        2, "expected either --drift or --set"),
    (("device", "clock", METER, "--drift", "1h", "--set", "2021-11-05T00:00:00Z"), 2, "expected either --drift"),
    (("device", "clock", METER, "--drift", "5"),        2, "duration '5'"),
    (("device", "clock", METER, "--set", "noon"),       2, "date-time 'noon'"),
    (("device", "clock", METER, "--set", "1999-01-01T00:00:00Z"), 1, "its clock cannot read that"),
    (("device", "clock", HUB, "--drift", "1h"),         1, "has no clock of its own"),
    (("hub", "on", HUB),                                1, "the hub is on already"),
    (("hub", "off", METER),                             1, "not a Comms Hub but a SMETS2+ ESME"),
    (("hub", "show", METER),                            1, "whose hub is"),
    (("hub", "show", "F7F7"),                           2, "none of the"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "exit_code", "what"), MISTAKES, ids=[" ".join(row[0]) for row in MISTAKES]
)
def test_a_mistake_is_a_line_that_says_what_was_expected(
    smets: CommandLine, arguments: tuple[str, ...], exit_code: int, what: str
) -> None:
    assert what in smets.run(*arguments, exit_code=exit_code)
