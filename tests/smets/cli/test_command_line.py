"""The command line as a user meets it: a system that runs, asked by commands of their own processes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.smets.cli.command_line import CommandLine, field, rows_of, running

FLEET = """
fleets:
  - count: 2
  - template: smets1
firmware:
  v2: {device_type: ESME, version: 00000002}
"""
METER = "00-DB-12-34-00-00-00-02"
OTHER_METER = "00-DB-12-34-00-00-00-12"


@pytest.fixture(scope="module")
def smets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """A system that `smets up` runs for all tests of this module; each leaves it as others may find it."""
    with running(tmp_path_factory.mktemp("system"), FLEET, premises=3) as line:
        yield line


def test_the_inventory_is_listed(smets: CommandLine) -> None:
    said = smets.run("inventory", "--type", "ESME")

    assert METER in said
    assert said.count("Commissioned") == 3


def test_the_inventory_is_asked_as_a_user_asks(smets: CommandLine) -> None:
    listed = smets.ask("inventory", "--mpxn", "1000000000003")

    assert [row["device_id"] for row in rows_of(listed)] == [METER]


def test_a_search_that_finds_nothing_is_an_error_code(smets: CommandLine) -> None:
    assert "E080201" in smets.run("inventory", "--mpxn", "9999999999999", exit_code=4)


def test_a_device_is_shown_from_both_sides_by_the_end_of_its_eui(smets: CommandLine) -> None:
    shown = smets.ask("device", "show", "00-12")
    said = smets.run("device", "show", OTHER_METER)

    assert field(shown, "smi", "device", "device_id") == OTHER_METER
    assert field(shown, "device", "firmware_version") == "00000001"
    assert "the SMI says" in said


def test_two_reads_at_one_stepped_instant_are_both_answered(smets: CommandLine) -> None:
    first = smets.ask("send", "11.2", METER)
    second = smets.ask("send", "11.2", METER)

    for sent in (first, second):
        assert field(sent, "response", "response_code") == "I0"
        assert field(sent, "verified", "holds") is True
        assert field(sent, "outcome", "firmware_version") == "00000001"
    assert first["request_id"] != second["request_id"]


def test_a_critical_request_makes_its_whole_way(smets: CommandLine) -> None:
    sent = smets.ask("send", "11.3", METER, "--hash", "00" * 32)

    assert field(sent, "answer", "response_code") == "I99"
    assert str(field(sent, "outcome", "text")).startswith("noImageHeld")


def test_firmware_is_made_explained_distributed_and_activated(smets: CommandLine) -> None:
    file = str(smets.folder / "v3.ota")
    smets.run("firmware", "make", "ESME", "00000003", file)
    smets.run("cpl", "add", "ESME", "-", "--firmware", file)

    explained = smets.run("firmware", "inspect", file)
    updated = smets.ask("send", "11.1", OTHER_METER, "--firmware", file)
    smets.run("clock", "advance", "2h")
    activated = smets.ask("send", "11.3", OTHER_METER, "--firmware", file, "--advance", "1m")

    assert "00000003" in explained
    assert field(updated, "answer", "response_code") == "I0"
    assert field(activated, "outcome", "text") == "success, firmware 00000003"
    assert "8F72" in smets.run("alerts", "--user", "supplier")
    assert "Activate Firmware" in smets.run("audit")


def test_the_cpl_is_changed_by_what_people_say(smets: CommandLine) -> None:
    removed = smets.ask("cpl", "remove", "hcalcs 00000001")
    added = smets.ask("cpl", "add", "hcalcs", "00000001")

    assert removed["devices_suspended"] == added["devices_restored"] != 0
    assert "HCALCS-AB04-040A0101-00000001" in smets.run("cpl", "list")


def test_faults_are_set_by_preset_or_in_so_many_words(smets: CommandLine) -> None:
    smets.run("fault", "set", "one-in-five-11.3")
    smets.run(
        "fault",
        "set",
        "--name",
        "late",
        "--fate",
        "delay",
        "--delay",
        "5s",
        "--next",
        "1",
        "--device",
        "00-22",
    )

    listed = rows_of(smets.ask("fault", "list"))

    assert [row["name"] for row in listed] == ["one-in-five-11.3", "late"]
    assert listed[1]["delay"] == 5_000
    assert "one in five" in smets.run("fault", "presets")
    assert smets.ask("fault", "clear") == {"rows": []}


def test_silence_is_no_response_until_time_is_let_pass(smets: CommandLine) -> None:
    smets.run("fault", "set", "--name", "mute", "--fate", "lose", "--one-in", "1", "--device", METER)
    try:
        assert "'smets clock advance 1m' lets time pass" in smets.run("send", "11.2", METER, exit_code=5)
        assert "E2" in smets.run("send", "11.2", METER, "--advance", "1m", exit_code=4)
    finally:
        smets.run("fault", "clear", "mute")


def test_the_clock_is_moved_and_runs(smets: CommandLine) -> None:
    before = smets.ask("clock", "now")

    advanced = smets.ask("clock", "advance", "1m30s")
    running = smets.ask("clock", "rate", "100")
    read = smets.ask("send", "11.2", METER)
    smets.ask("clock", "rate", "0")

    assert int(str(advanced["now"])) == int(str(before["now"])) + 90_000
    assert running["rate"] == 100
    assert isinstance(running["drift"], int)
    assert field(read, "response", "response_code") == "I0"
    assert "no event" in smets.run("clock", "next", "--within", "1s")


def test_a_second_system_on_the_folder_is_refused(smets: CommandLine) -> None:
    said = smets.run("up", str(smets.folder / "fleet.yaml"), exit_code=2)

    assert "in use by a system that runs" in said


def test_more_premises_are_launched_into_the_system(smets: CommandLine) -> None:
    more = smets.folder / "more.yaml"
    more.write_text("fleets:\n  - {name: more, eui_from: 00-DB-99-00-00-00-00-00}\n")

    assert smets.ask("fleet", "launch", str(more))["devices"] == 6
    assert smets.ask("fleet", "launch", str(more))["standing"] == ["more"]


def test_strangers_are_not_launched_into_the_system(smets: CommandLine) -> None:
    file = smets.folder / "strangers.yaml"
    file.write_text("parties: {stranger: {eui: 90-B3-D5-1F-30-99-00-00, roles: [IS]}}\n")

    assert "stranger: not of the parties" in smets.run("fleet", "launch", str(file), exit_code=2)


MISTAKES = (
    # what is asked                                     exit  what is said
    (("send", "99.9", METER),                           2, "'99.9' is none of the 129"),
    (("send", "11.2"),                                  2, "is for one Device, not 0"),
    (("send", "11.2", METER, OTHER_METER),              2, "is for one Device, not 2"),
    (("send", "11.2", METER, "--hash", "00"),           2, "takes no --hash"),
    (("send", "11.3", METER),                           2, "needs either --hash or --firmware"),
    (("send", "11.3", METER, "--hash", "12"),           2, "expected 64 hex characters"),
    (("send", "11.1", METER),                           2, "needs --firmware"),
    (("send", "11.1", METER, "--firmware", "none.ota"), 2, "there is no such file"),
    (("send", "11.2", METER, "--at", "tomorrow"),       2, "or 'now', '+2h', '-7d', or (--at) 'cancel'"),
    (("send", "11.2", METER, "--advance", "soon"),      2, "duration 'soon'"),
    (("send", "8.4", METER, "--set", "esme=A"),         2, "there is no field 'esme'"),
    (("send", "8.4", METER, "--set", "esme"),           2, "expected NAME=VALUE"),
    (("send", "12.2", METER),                           2, "--set device_manufacturer="),
    (("send", "11.2", METER, "--user", "suplier"),      2, "did you mean 'supplier'?"),
    (("send", "11.2", "00-DB-12-34-00-00-00-FF"),       4, "E19"),
    (("send", "11.2", METER, "--user", "second supplier"), 4, "E4"),
    (("send", "7.1", METER),                            6, "not emulated yet"),
    (("device", "show", "xyz"),                         2, "or the beginning or end of one"),
    (("device", "show", "00"),                          2, "means more than one"),
    (("device", "show", "F7F7"),                        2, "none of the"),
    (("cpl", "remove", "GSME 00000001"),                2, "means 2 entries"),
    (("cpl", "remove", "none"),                         2, "is not on the CPL; expected one of"),
    (("cpl", "add", "EMSE", "00000001"),                2, "did you mean 'ESME'?"),
    (("cpl", "add", "ESME", "1"),                       2, "expected 8 hex characters"),
    (("fault", "set", "one-in-six"),                    2, "there is no preset 'one-in-six'"),
    (("fault", "set"),                                  2, "expected either a preset or --fate"),
    (("fault", "set", "--fate", "loose", "--next", "1"), 1, "expected one of lose"),
    (("fault", "clear", "nothing"),                     2, "there is no fault rule 'nothing'"),
    (("firmware", "inspect", "none.ota"),               2, "cannot be read"),
    (("clock", "advance", "1"),                         2, "duration '1'"),
    (("inventory", "--status", "Comissioned"),          2, "did you mean 'Commissioned'?"),
    (("inventory", "--mpxn", "1", "--uprn", "1"),       2, "expected one of --mpxn"),
    (("alerts", "--follow"),                            2, "--follow needs a --user"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "exit_code", "what"), MISTAKES, ids=[" ".join(row[0]) for row in MISTAKES]
)
def test_a_mistake_is_a_line_that_says_what_was_expected(
    smets: CommandLine, arguments: tuple[str, ...], exit_code: int, what: str
) -> None:
    assert what in smets.run(*arguments, exit_code=exit_code)


def test_messages_are_followed_as_they_come(smets: CommandLine) -> None:
    arguments = ("alerts", "--follow", "--responses", "--user", "supplier", "--json")
    before = smets.ask("send", "11.2", METER)["request_id"]
    with subprocess.Popen(
        [sys.executable, "-m", "smets.cli", *arguments],
        env={**os.environ, "SMETS_STATE": str(smets.state), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as following:
        assert following.stdout is not None
        followed = (json.loads(line)["message"].get("request_id") for line in following.stdout)

        assert before in followed
        after = smets.ask("send", "11.2", METER)["request_id"]
        assert after in followed

        following.terminate()
