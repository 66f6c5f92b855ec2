"""The pages of a system that `smets up --ssi-listen` runs: where they are, whom they let in, both sides of a Device."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from smets.local_system.connection import read_connection
from tests.dsp.ssi.browsing import Shown
from tests.smets.cli.command_line import CommandLine, running

FLEET = "fleets: [{count: 1}]\n"
OPTIONS = ("--ssi-listen", "127.0.0.1:0", "--ssi-development-sign-in")


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """Pages with development sign-in, and one premises of an emulator that started after the DSP."""
    with running(tmp_path_factory.mktemp("pages"), FLEET, 1, *OPTIONS) as line:
        yield line


@contextmanager
def as_operator(address: str) -> Iterator[httpx.Client]:
    """A browser that is signed in."""
    with httpx.Client(base_url=f"http://{address}", timeout=20) as browser:
        token = Shown(browser.get("/sign-in")).csrf_token
        entered = browser.post("/develop", data={"csrf_token": token, "party": ""})
        assert entered.headers["location"] == "/inventory"
        yield browser


def test_a_device_of_the_fleet_is_shown_from_both_sides(line: CommandLine) -> None:
    with as_operator(read_connection(line.state).ssi) as browser:
        listed = Shown(browser.get("/inventory?type=ESME"))
        (address,) = listed.attributes("//tbody/tr/th/a/@href")
        shown = Shown(browser.get(address))

    versions = shown.texts("//section[h2[@id='itself']]//tr[th='firmware version']/td")
    assert versions == ["00000001", "00000001"]
    assert "not attached" not in shown.text


def test_the_pages_stay_where_they_are_and_say_so(line: CommandLine) -> None:
    connection = read_connection(line.state)

    assert connection.ssi.startswith("127.0.0.1:")
    assert httpx.get(f"http://{connection.ssi}/sign-in", timeout=20).status_code == 200


@pytest.mark.parametrize("options", [("--ssi-development-sign-in",), ("--ssi", "--ssi-listen", "nonsense")])
def test_what_goes_not_together_is_refused(tmp_path: Path, options: tuple[str, ...]) -> None:
    fleet = tmp_path / "fleet.yaml"
    fleet.write_text(FLEET)

    said = CommandLine(tmp_path).run("up", str(fleet), *options, exit_code=2 if len(options) == 1 else 1)

    assert "--ssi" in said or "nonsense" in said


def test_pages_that_let_anybody_in_are_served_on_loopback_alone(tmp_path: Path) -> None:
    fleet, everywhere = tmp_path / "fleet.yaml", f"0.0.0.0:{_free_port()}"
    fleet.write_text(FLEET)

    said = CommandLine(tmp_path).run(
        "up", str(fleet), "--ssi-listen", everywhere, "--ssi-development-sign-in", exit_code=1
    )

    assert "loopback" in said


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
