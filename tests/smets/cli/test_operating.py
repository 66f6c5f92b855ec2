"""`smets status`, `down` and `doctor` over systems that run, that are gone, and that are broken."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.smets.cli.command_line import CommandLine

FLEET = "fleets: [{count: 2}]"
PATIENCE_SECONDS = 30


class Running:
    """`smets up` and what it said when it stood."""

    def __init__(self, line: CommandLine, *options: str) -> None:
        self.line = line
        file = line.folder / "fleet.yaml"
        file.write_text(FLEET)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "smets.cli", "up", str(file), "--json", *options],
            env={**os.environ, "SMETS_STATE": str(line.state)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        assert said, self.process.communicate()[1]
        self.ready: dict[str, Any] = json.loads(said)

    def kill(self, name: str) -> None:
        """As the kernel does when memory is short."""
        os.kill(self.ready[f"{name}_pid"], signal.SIGKILL)

    def ended(self) -> int:
        """Its exit status."""
        self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode

    def stop(self) -> None:
        """In the end of every test."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=PATIENCE_SECONDS)


@pytest.fixture
def line(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path)


@pytest.fixture
def up(line: CommandLine) -> Iterator[Running]:
    running = Running(line, "--metrics")
    yield running
    running.stop()


def findings(told: dict[str, Any]) -> dict[str, dict[str, str]]:
    """By what was checked."""
    return {row["check"]: row for row in told["findings"]}


def test_status_tells_of_both_servers_where_they_are_and_what_they_count(
    line: CommandLine, up: Running
) -> None:
    told: dict[str, Any] = line.ask("status")
    said = line.run("status")

    assert told["well"] is True
    assert told["clock_off_ms"] == 0
    assert told["dsp"]["health"] == told["emulator"]["health"] == "SERVING"
    assert told["dsp"]["address"] == up.ready["dsp"]
    assert told["dsp"]["pid"] == told["dsp"]["described"]["pid"] == up.ready["dsp_pid"]
    assert told["dsp"]["figures"]["Devices Commissioned"] == 12
    assert told["dsp"]["figures"]["outstanding requests"] == 0
    assert told["emulator"]["figures"]["premises"] == 2
    assert told["emulator"]["described"]["attached"] is True
    assert f"metrics http://{up.ready['dsp_metrics']}/metrics" in said
    assert "2021-11-04T00:00:00.000Z  stepped; the emulator follows" in said
    assert "SECMP0105, SECMP0007, SAT-TITLES" in said


def test_up_serves_metrics_where_it_says(up: Running) -> None:
    for server in ("dsp", "emulator"):
        address = up.ready[f"{server}_metrics"]
        with urlopen(f"http://{address}/metrics", timeout=PATIENCE_SECONDS) as page:
            assert f"smets_{server}_clock_seconds" in page.read().decode()


def test_down_ends_everything_in_order_and_says_so(line: CommandLine, up: Running) -> None:
    said = line.run("down")

    assert [row.split()[-2:] for row in said.splitlines()] == [["has", "ended"]] * 3
    assert str(up.ready["dsp_pid"]) in said
    assert up.ended() == 0
    assert not (line.state / "connection.json").exists()
    assert "no system runs with this state folder" in line.run("down", exit_code=3)
    assert "no system runs with this state folder" in line.run("status", exit_code=3)


def test_down_as_data(line: CommandLine, up: Running) -> None:
    told: dict[str, Any] = line.ask("down")

    assert told["down"] is True
    assert [(row["name"], row["was_running"], row["has_ended"]) for row in told["processes"]] == [
        ("smets up", True, True),
        ("emulator", True, True),
        ("DSP", True, True),
    ]
    assert up.ended() == 0


def test_a_connection_file_that_outlived_its_system_is_not_taken_for_one(
    line: CommandLine, up: Running
) -> None:
    up.process.kill()
    up.ended()
    for name in ("dsp", "emulator"):  # they end with who started them
        wait_until_gone(up.ready[f"{name}_pid"])

    told: dict[str, Any] = line.ask("status", exit_code=3)
    examined: dict[str, Any] = line.ask("doctor", exit_code=1)
    said = line.run("down")

    assert told["well"] is False
    assert told["dsp"]["running"] is told["emulator"]["running"] is False
    assert findings(examined)["DSP"]["verdict"] == "failed"
    assert "it does not run" in findings(examined)["DSP"]["found"]
    assert said.count("did not run any more") == 3
    assert not (line.state / "connection.json").exists()


def test_a_process_that_took_over_a_process_id_is_left_alone(line: CommandLine, up: Running) -> None:
    line.run("down")
    assert up.ended() == 0
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        written = {"dsp": "127.0.0.1:1", "emulator": "127.0.0.1:2", "seed": "development"}
        written |= {"acb": "90-B3-D5-1F-30-00-00-02"}
        pids = {"dsp_pid": stranger.pid, "emulator_pid": stranger.pid, "pid": stranger.pid}
        (line.state / "connection.json").write_text(json.dumps(written | pids))

        said = line.run("down")

        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()
    assert said.count("did not run any more") == 3


def wait_until_gone(pid: int) -> None:
    """A child of somebody who is gone: whoever takes over reads its status."""
    end = time.monotonic() + PATIENCE_SECONDS
    while Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes():
        assert time.monotonic() < end, pid
        time.sleep(0.02)


def test_status_waits_until_a_system_that_is_starting_serves(line: CommandLine) -> None:
    waiting = subprocess.Popen(
        [sys.executable, "-m", "smets.cli", "status", "--wait", "60s"],
        env={**os.environ, "SMETS_STATE": str(line.state)},
        stdout=subprocess.PIPE,
        text=True,
    )
    up = Running(line)
    try:
        said, _ = waiting.communicate(timeout=PATIENCE_SECONDS)
    finally:
        up.stop()

    assert waiting.returncode == 0
    assert said.count("SERVING") == 2


def test_status_of_a_system_half_of_which_was_killed(line: CommandLine, up: Running) -> None:
    os.kill(up.process.pid, signal.SIGSTOP)  # else it ends the other one, and itself
    try:
        up.kill("emulator")
        told: dict[str, Any] = line.ask("status", exit_code=3)
        examined = findings(line.ask("doctor", exit_code=1))
    finally:
        os.kill(up.process.pid, signal.SIGCONT)

    assert (told["dsp"]["health"], told["emulator"]["health"]) == ("SERVING", "unreachable")
    assert told["emulator"]["running"] is False
    assert (examined["DSP"]["verdict"], examined["emulator"]["verdict"]) == ("ok", "failed")
    assert examined["clock"]["verdict"] == "failed"
    assert "no emulator is attached" in examined["clock"]["found"]
    assert up.ended() == 1


def test_doctor_finds_a_system_that_runs_well(line: CommandLine, up: Running) -> None:
    told: dict[str, Any] = line.ask("doctor")
    said = line.run("doctor")

    found = findings(told)
    assert told["counts"]["failed"] == 0
    for check in (
        *("Python", "packages", "disk space", "state folder", "secrets", "DSP ledger", "emulator ledger"),
        *("DSP", "emulator", "versions", "protocol", "rules", "clock", "clocks agree", "time drift"),
        *("DSP metrics", "emulator metrics"),
    ):
        assert found[check]["verdict"] == "ok", found[check]
    for program in ("mosquitto", "node", "java", "chromium", "postgres"):
        assert found[program]["verdict"] == "note"
    assert "with 2 Comms Hubs" in found["clock"]["found"]
    assert "0 failed, 0 warnings" in said
    assert up.process.poll() is None


def test_doctor_without_a_system_looks_at_the_machine_and_the_ports(line: CommandLine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"

        found = findings(line.ask("doctor", "--dsp-listen", address, exit_code=1))

    assert found["DSP port"]["verdict"] == "failed"
    assert address in found["DSP port"]["found"]
    assert "--dsp-listen" in found["DSP port"]["remedy"]
    assert found["emulator port"]["verdict"] == "ok"
    assert found["servers"]["verdict"] == "note"
    assert found["state folder"]["verdict"] == "note"


def test_doctor_names_what_is_wrong_with_a_state_folder(line: CommandLine, up: Running) -> None:
    line.run("down")
    assert up.ended() == 0
    ledger = line.state / "dsp" / "dsp.sqlite3"
    octets = bytearray(ledger.read_bytes())
    octets[5_000:9_000] = bytes(4_000)
    ledger.write_bytes(octets)
    (line.state / "emulator" / "device_emulator.sqlite3").write_bytes(b"no ledger at all" * 100)
    key = next((line.state / "parties").rglob("*.key.pem"))
    key.chmod(0o644)

    found = findings(line.ask("doctor", exit_code=1))

    assert found["DSP ledger"]["verdict"] == found["emulator ledger"]["verdict"] == "failed"
    assert "not a database" in found["emulator ledger"]["found"]
    assert found["secrets"]["verdict"] == "warning"
    assert key.name in found["secrets"]["found"]
    assert found["secrets"]["remedy"].startswith("chmod -R go-rwx")


def test_doctor_notices_who_works_with_a_state_folder_unknown_to_it(line: CommandLine, up: Running) -> None:
    (line.state / "connection.json").unlink()

    found = findings(line.ask("doctor", exit_code=1))

    assert found["DSP state"]["verdict"] == found["emulator state"]["verdict"] == "failed"
    assert "a process works with" in found["DSP state"]["found"]
    assert up.process.poll() is None


def test_a_state_folder_that_is_a_file_is_said_plainly(line: CommandLine) -> None:
    line.state.write_text("not a folder")

    found = findings(line.ask("doctor", exit_code=1))

    assert found["state folder"]["verdict"] == "failed"
