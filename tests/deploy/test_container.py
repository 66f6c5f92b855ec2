"""The container: what its file names is there, what it runs runs, and its builder says what it cannot do."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.tls import Authority

ROOT = Path(__file__).resolve().parents[2]
CONTAINERFILE = ROOT / "deploy" / "Containerfile"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PATIENCE_SECONDS = 60


def steps() -> list[tuple[str, str]]:
    """Each instruction and its words, continued lines joined."""
    lines = [line for line in CONTAINERFILE.read_text("utf-8").splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


def words_of(instruction: str) -> list[list[str]]:
    return [rest.split() for word, rest in steps() if word == instruction]


def only(instruction: str) -> str:
    (rest,) = [rest for word, rest in steps() if word == instruction]
    return rest


def copied() -> list[str]:
    """What is taken out of the repository."""
    return [source for words in words_of("COPY") if "--from=build" not in words for source in words[:-1]]


def test_every_step_is_one_that_there_is() -> None:
    known = {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE"}
    known |= {"STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"}

    assert {word for word, _ in steps()} == known
    assert steps()[0] == ("FROM", "docker.io/library/python:3.11-slim AS build")


def test_all_that_is_copied_is_there_and_let_through() -> None:
    let_through = {
        line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[:1] == "!"
    }

    assert [source for source in copied() if not (ROOT / source).exists()] == []
    assert set(copied()) == let_through


def test_the_packages_that_are_copied_are_those_that_are_shipped() -> None:
    packages = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    named = {PROJECT["project"]["readme"], *PROJECT["project"]["license-files"]}

    assert {*packages, *named, "pyproject.toml", "constraints.txt", "deploy/fleet.yaml"} == set(copied())


def test_it_runs_as_nobody_special_over_a_volume_of_its_own() -> None:
    assert only("USER") == "10001:10001"
    assert only("VOLUME") == "/var/lib/smets"
    assert "SMETS_STATE=/var/lib/smets" in only("ENV")
    assert any("--uid 10001" in rest for word, rest in steps() if word == "RUN")


def test_the_ports_are_those_that_it_listens_on() -> None:
    words = json.loads(only("CMD"))
    option = dict(zip(words[2::2], words[3::2], strict=True))
    listened = [option["--dsp-listen"], option["--emulator-listen"]]
    metrics = int(option["--metrics-port"])

    ports = [int(address.rpartition(":")[2]) for address in listened] + [metrics, metrics + 1]
    assert all(address.startswith("0.0.0.0:") for address in listened)
    assert list(map(int, only("EXPOSE").split())) == ports


def test_what_it_runs_runs_and_its_health_check_agrees(tmp_path: Path) -> None:
    """The commands of the image, with paths and ports of this machine."""
    assert json.loads(only("ENTRYPOINT")) == ["smets"]
    assert "smets" in PROJECT["project"]["scripts"]
    program = [sys.executable, "-m", "smets.cli"]
    words = json.loads(only("CMD"))
    assert words[1] == "/etc/smets/fleet.yaml"
    words[1] = str(ROOT / "deploy" / "fleet.yaml")
    issued = Authority(tmp_path).issue("emulator.test")
    files = {"/etc/smets/tls/certificate.pem": issued.certificate, "/etc/smets/tls/key.pem": issued.key}
    here = [str(files.get(word, re.sub(r":\d+$", ":0", word))) for word in words[:-2]]
    assert words[-2] == "--metrics-port"
    health = json.loads(only("HEALTHCHECK").partition("CMD ")[2])
    environment = {**os.environ, "SMETS_STATE": str(tmp_path / "state"), "PYTHONPATH": str(ROOT)}

    container = subprocess.Popen(
        [*program, *here, "--metrics"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        healthy = subprocess.run(
            [*program, *health[1:], "--wait", "60s"], env=environment, capture_output=True, check=False
        )
    finally:
        container.terminate()
        _, said = container.communicate(timeout=PATIENCE_SECONDS)
    assert [str(file) for file in files.values() if str(file) not in here] == []
    unhealthy = subprocess.run([*program, *health[1:]], env=environment, capture_output=True, check=False)

    assert health[0] == "smets"
    assert healthy.returncode == 0, (healthy, said)
    assert container.returncode == 0
    assert unhealthy.returncode == 3


# --- the script that builds it


def build(path: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Where these programs alone are found."""
    return subprocess.run(
        [str(ROOT / "scripts" / "build_container"), *words],
        env={"PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """What the script itself needs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("bash", "dirname", "env"):
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    return folder


def stand_in(programs: Path, name: str, *, works: bool) -> None:
    """A builder that tells what it was asked; without its engine it says no."""
    file = programs / name
    file.write_text(f'#!/usr/bin/env bash\n[ "$1" != info ] || exit {0 if works else 1}\necho "{name} $*"\n')
    file.chmod(0o755)


def test_without_a_builder_it_says_so(programs: Path) -> None:
    done = build(programs)

    assert done.returncode == 3
    assert "docker is not installed" in done.stderr
    assert "nothing was built: one of docker, podman and buildah is needed" in done.stderr


def test_a_builder_that_does_not_work_is_passed_over(programs: Path) -> None:
    stand_in(programs, "docker", works=False)
    stand_in(programs, "podman", works=True)

    done = build(programs, "mine:1")

    assert done.returncode == 0
    assert "docker is installed, but does not work here" in done.stderr
    assert done.stdout == "podman build --file deploy/Containerfile --tag mine:1 .\n"


def test_an_option_it_does_not_know_is_refused(programs: Path) -> None:
    assert build(programs, "--push").returncode == 2
