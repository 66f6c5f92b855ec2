"""MQTT on the command line: `smets up --mqtt`, what is wrong with its options, and Devices that change places."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.smets.cli.command_line import CommandLine, running

FLEET = "fleets: [{external: [PPMID]}]"
METER = "00-DB-12-34-00-00-00-02"


@pytest.fixture(scope="module")
def smets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    with running(tmp_path_factory.mktemp("mqtt"), FLEET, 1, "--mqtt") as line:
        yield line


def refused(folder: Path, *arguments: str, program: str = "") -> str:
    """What `smets up` says that does not start: exit code 2."""
    (folder / "fleet.yaml").write_text(FLEET)
    start = ["-c", program] if program else ["-m", "smets.cli"]
    done = subprocess.run(
        [sys.executable, *start, "up", str(folder / "fleet.yaml"), "--state", str(folder / "s"), *arguments],
        env={**os.environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, done.stdout + done.stderr
    return done.stderr


def test_it_says_where_its_broker_is(smets: CommandLine) -> None:
    connection = json.loads((smets.state / "connection.json").read_text())

    assert connection["mqtt"].startswith("127.0.0.1:")


def test_a_device_changes_places(smets: CommandLine) -> None:
    given = smets.run("device", "external", METER)
    shown = smets.run("device", "show", METER)
    taken = smets.run("device", "emulated", METER)

    assert given == f"{METER}  outside the emulator, offline\n"
    assert "outside the emulator, offline" in shown
    assert taken == f"{METER}  emulated\n"


def test_a_hub_does_not(smets: CommandLine) -> None:
    said = smets.run("device", "external", "00-DB-12-34-00-00-00-00", exit_code=1)

    assert "a CHF is the hub itself: it is not external" in said


def test_another_emulator_may_be_on_the_same_broker(smets: CommandLine) -> None:
    connection = json.loads((smets.state / "connection.json").read_text())
    other = smets.folder / "other.yaml"
    other.write_text("fleets: [{name: other, eui_from: 00-DB-12-34-00-00-10-00, external: [ESME]}]")
    launched = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "smets.cli",
            "fleet",
            "launch",
            str(other),
            "--dsp",
            connection["dsp"],
            "--json",
        ],
        env={
            **os.environ,
            "SMETS_STATE": str(smets.folder / "other"),
            "SMETS_MQTT_BROKER": f"mqtt://{connection['mqtt']}",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    assert launched.stdout is not None
    ready = json.loads(launched.stdout.readline())
    launched.terminate()

    assert ready["mqtt"] == connection["mqtt"]
    assert launched.wait(20) == 0
    launched.stdout.close()


def test_mqtt_is_for_an_emulator_of_its_own(smets: CommandLine) -> None:
    said = smets.run("fleet", "launch", str(smets.folder / "fleet.yaml"), "--mqtt", exit_code=2)

    assert "--mqtt: expected with --dsp" in said


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--mqtt-broker", "rig:1883"), "expected mqtt://HOST:PORT"),
        (("--mqtt", "--mqtt-broker", "mqtt://rig"), "not both"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(
    tmp_path: Path, arguments: tuple[str, ...], why: str
) -> None:
    assert why in refused(tmp_path, *arguments)


@pytest.mark.parametrize(
    ("package", "arguments"),
    [("aiomqtt", ("--mqtt",)), ("amqtt", ("--mqtt",)), ("aiomqtt", ("--mqtt-broker", "mqtt://rig"))],
)
def test_without_the_extra_it_says_what_to_install(
    tmp_path: Path, package: str, arguments: tuple[str, ...]
) -> None:
    program = f"import sys; sys.modules[{package!r}] = None; from smets.cli.__main__ import main; main()"

    said = refused(tmp_path, *arguments, program=program)

    assert "MQTT needs the extra 'mqtt': pip install 'smets-emulator[mqtt]'" in said


def test_a_broker_that_nobody_runs_is_named(tmp_path: Path) -> None:
    (tmp_path / "fleet.yaml").write_text(FLEET)
    done = subprocess.run(
        [sys.executable, "-m", "smets.cli", "up", str(tmp_path / "fleet.yaml")],
        env={**os.environ, "SMETS_STATE": str(tmp_path / "s"), "SMETS_MQTT_BROKER": "mqtt://127.0.0.1:1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert "no MQTT broker at 127.0.0.1:1" in done.stderr
