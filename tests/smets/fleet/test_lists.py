"""Lists of premises: what their rows come to, in either form, and every fault with the file and line of the list."""

import random
import time
from pathlib import Path

import pytest

from smets.fleet.lists import read_list
from smets.fleet.plan import PremisesPlan
from smets.fleet.reading import FleetFileError
from smets.scenarios.planning import read_scenario
from smets.scenarios.running import Running

CSV = """eui_from,status,ESME_firmware_version,esme_variant,labels
,,,,
,,,,
00-DB-12-34-00-10-00-00,Suspended,00000002,A,trial north
,Whitelisted,,,trial
"""
NDJSON = """{}
{"status": "", "labels": null}

ONE
{"status": "Whitelisted", "labels": "trial"}
""".replace(
    "ONE",
    '{"eui_from": "00-DB-12-34-00-10-00-00", "status": "Suspended", "ESME_firmware_version": "00000002", '
    '"esme_variant": "A", "labels": ["trial", "north"]}',
)
LISTED = (
    "fleets:\n  - {name: before}\n  - {list: LIST, name: homes, labels: [all], firmware: {GSME: 00000007}}\n"
)


def _plans(folder: Path, name: str, text: str, fleet: str = LISTED) -> tuple[PremisesPlan, ...]:
    (folder / name).write_text(text)
    file = folder / "fleet.yaml"
    file.write_text(fleet.replace("LIST", name))
    return read_scenario(file).plan.premises


def _firmware(plan: PremisesPlan) -> dict[str, str]:
    return {device.device_type: device.firmware_version for device in plan.devices}


@pytest.mark.parametrize(("name", "text"), [("homes.csv", CSV), ("homes.ndjson", NDJSON)])
def test_each_row_is_one_premises_and_those_alike_side_by_side_are_one_plan(
    name: str, text: str, tmp_path: Path
) -> None:
    _, alike, trial, last = _plans(tmp_path, name, text)

    assert [(plan.fleet, plan.before, plan.count) for plan in (alike, trial, last)] == [
        ("homes", 0, 2),
        ("homes", 2, 1),
        ("homes", 3, 1),
    ]
    assert [plan.name for plan in (alike, trial, last)] == ["homes 1-2", "homes 3", "homes 4"]
    assert [plan.eui_from for plan in (alike, trial, last)] == [
        "00-DB-12-34-00-00-00-10",
        "00-DB-12-34-00-10-00-00",
        "00-DB-12-34-00-00-00-30",
    ]
    assert (alike.status, trial.status, last.status) == ("Commissioned", "Suspended", "Whitelisted")
    assert trial.status_before_suspension == "Commissioned"
    assert (alike.labels, trial.labels) == (("all",), ("all", "trial", "north"))
    assert (_firmware(trial)["ESME"], _firmware(alike)["ESME"]) == ("00000002", "00000001")
    assert _firmware(trial)["GSME"] == _firmware(alike)["GSME"] == "00000007"
    assert [device.esme_variant for device in trial.devices if device.device_type == "ESME"] == ["A"]


def test_a_list_lends_its_name_and_leaves_room_for_what_follows(tmp_path: Path) -> None:
    fleet = "fleets:\n  - {list: LIST}\n  - {name: after}\n"

    listed, after = _plans(tmp_path, "our homes.csv", "labels\na\na\na\n", fleet)

    assert listed.fleet == "our homes"
    assert after.eui_from == "00-DB-12-34-00-00-00-30"


def test_a_list_may_begin_elsewhere(tmp_path: Path) -> None:
    fleet = "fleets:\n  - {list: LIST, eui_from: 00-DB-12-34-00-50-00-00}\n  - {name: after}\n"

    listed, after = _plans(tmp_path, "homes.csv", "labels\na\na\n", fleet)

    assert (listed.eui_from, listed.count) == ("00-DB-12-34-00-50-00-00", 2)
    assert after.eui_from == "00-DB-12-34-00-00-00-00"


async def test_premises_of_a_list_are_selected_and_played(tmp_path: Path) -> None:
    (tmp_path / "homes.csv").write_text(CSV)
    file = tmp_path / "listed.yaml"
    file.write_text(
        """
fleets: [{list: homes.csv}]
steps:
  - send: {srv: 11.2, to: {type: ESME, label: trial, first: 1}, expect: {response: I0, says: firmware 00000002}}
expect:
  - {devices: homes/3/ESME, status: Suspended, firmware_version: 00000002, esme_variant: A}
  - {devices: homes/1-2/ESME, status: Commissioned, agree: yes}
  - {devices: homes/ESME, status: Commissioned, count: 2}
"""
    )

    result = await Running().in_process(read_scenario(file))

    assert result.passed, result.failures


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.csv", "", "a.csv:1: expected a heading with some of: eui_from, status"),
        ("a.csv", "status\n", "a.csv: says no premises"),
        ("a.csv", "statsu\nSuspended\n", "a.csv:1: statsu: there is no such column; did you mean 'status'?"),
        ("a.csv", "status,status\n,\n", "a.csv:1: status: stands twice in the heading"),
        ("a.csv", "status,labels\n\nSuspended\n", "a.csv:3: 1 cells, but the heading has 2 columns"),
        ("a.csv", "status\nSuspended\nSuspend\n", "a.csv:3: status: 'Suspend' is not allowed; did you mean"),
        ("a.csv", "eui_from\n90-B3\n", "a.csv:2: eui_from: EUI '90-B3': expected 8 octets"),
        ("a.csv", "esme_variant\nAX\n", "a.csv:2: esme_variant: there is no ESME Variant 'AX'"),
        ("a.csv", "labels\na 1b\n", "a.csv:2: labels: string should match pattern"),
        ("a.csv", "GSME_firmware_version\n2\n", "a.csv:2: GSME_firmware_version: firmware version '2'"),
        (
            "a.csv",
            "status,IHD_firmware_version\n,\n",
            "a.csv:1: IHD_firmware_version: template 'smets2' has no IHD",
        ),
        ("a.csv", 'status\n"Susp\n', "a.csv:2: not CSV"),
        ("a.ndjson", '{}\n{"status": }\n', "a.ndjson:2: not JSON: Expecting value"),
        ("a.ndjson", "[]\n", 'a.ndjson:1: expected a mapping, like {"status": "Commissioned"}'),
        ("a.ndjson", '{}\n{"count": 2}\n', "a.ndjson:2: count: there is no such column"),
        (
            "a.ndjson",
            '{"ESME_firmware_version": 2}\n',
            "a.ndjson:1: ESME_firmware_version: input should be a valid string, found 2",
        ),
        ("a.ndjson", '{"eui_from": [1]}\n', "a.ndjson:1: eui_from: expected text"),
        ("a.txt", "status\n", "a.txt: expected a name that ends in .csv or .ndjson"),
        (
            "a.csv",
            "eui_from,status\n00-DB-12-34-00-10-00-00,\n00-DB-12-34-00-10-00-00,Suspended\n",
            "a.csv:3: its Device IDs are also those of 'homes 1'",
        ),
        (
            "a.csv",
            "eui_from\n00-DB-12-34-00-00-00-00\n",
            "a.csv:2: its Device IDs are also those of 'before'",
        ),
        (
            "a.csv",
            "eui_from\nFF-FF-FF-FF-FF-FF-FF-F8\n",
            "a.csv:2: eui_from: the last premises would be beyond",
        ),
    ],
)
def test_a_fault_of_a_list_has_its_file_and_line(name: str, text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(FleetFileError) as refused:
        _plans(tmp_path, name, text)

    assert str(refused.value).startswith(f"{tmp_path}/{told}")
    assert len(refused.value.faults) == 1


def test_faults_of_the_file_and_of_its_list_are_said_together(tmp_path: Path) -> None:
    with pytest.raises(FleetFileError) as refused:
        _plans(
            tmp_path,
            "a.csv",
            "status\nX\nY\n",
            LISTED + "cpl: [{device_type: IHD, firmware_version: 00000001}]\n",
        )

    assert "a IHD is not on the CPL" in str(refused.value)


def test_a_list_that_is_not_there_is_told(tmp_path: Path) -> None:
    file = tmp_path / "fleet.yaml"
    file.write_text("fleets: [{list: nowhere/homes.csv}]\n")

    with pytest.raises(FleetFileError, match=r"nowhere/homes\.csv: cannot be read: No such file"):
        read_scenario(file)


def test_after_so_many_faults_a_list_is_read_no_further(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("status\n" + "wrong\n" * 500)

    found = read_list(tmp_path / "a.csv")

    assert len(found.faults) == 21
    assert found.faults[-1].what == "20 faults so far: from here on it was not read"


def test_ten_thousand_rows_that_all_differ_are_drawn_up_in_seconds(tmp_path: Path) -> None:
    dice = random.Random("list")
    euis = dice.sample(range(20_000), 10_000)
    rows = [f"00-DB-12-34-{at >> 16:02X}-{at >> 8 & 255:02X}-{at & 255:02X}-00,l{at}" for at in euis]
    began = time.perf_counter()

    plans = _plans(
        tmp_path, "many.csv", "\n".join(["eui_from,labels", *rows]) + "\n", "fleets: [{list: LIST}]\n"
    )

    assert len(plans) == 10_000
    assert time.perf_counter() - began < 20  # seconds, where comparing each with each would take minutes
