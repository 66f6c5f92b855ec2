"""`smets audit` as a user meets it: own records, titles, busy Devices, who looked; times and pages."""

import asyncio
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from smart_metering.instants import HOUR_MS, format_instant
from tests.smets.running_system import RunningSystem, running

WITH_TITLES = """
modifications: [SAT-TITLES]
fleets:
  - count: 2
"""


@dataclass(frozen=True, slots=True)
class CommandLine:
    """`smets` over the state folder of a system that runs."""

    state: Path

    async def run(self, *arguments: str, exit_code: int = 0) -> str:
        """What `smets audit` says, on stdout and stderr."""
        command = [sys.executable, "-m", "smets.cli", "audit", *arguments, "--state", str(self.state)]
        done = await asyncio.to_thread(
            subprocess.run, command, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == exit_code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return str(done.stdout + done.stderr)

    async def rows(self, *arguments: str) -> list[dict[str, object]]:
        """The records as data."""
        rows = json.loads(await self.run(*arguments, "--json"))
        assert isinstance(rows, list)
        return rows


async def an_hour_of_reads(world: RunningSystem) -> CommandLine:
    """The network operator has read both meters, the second an hour after the first."""
    for meter in world.meters():
        await world.network_operator.send("11.2", meter)
        await world.administration.advance(HOUR_MS)
    world.system.connection.write()
    return CommandLine(world.system.connection.state)


async def test_the_audit_trail_is_shown_as_it_is_asked_for(tmp_path: Path) -> None:
    async with running(tmp_path / "state", WITH_TITLES) as world:
        smets = await an_hour_of_reads(world)
        meter, second = world.meters()
        operator = ("--user", "network operator")

        own = await smets.rows(*operator)
        page = await smets.rows(*operator, "--limit", "2", "--before", str(own[1]["record"]))
        recent = await smets.rows(*operator, "--from", "-90m")
        early = await smets.rows(*operator, "--to", "-90m")
        dated = await smets.rows(*operator, "--to", format_instant((await world.administration.now()).now))
        titles = await smets.rows("--device", meter, "--titles")
        said = await smets.run("--device", meter, "--titles")
        busiest = await smets.rows("--busiest", "--limit", "1")
        refused = await smets.run("--user", "second supplier", "--device", second, "--titles", exit_code=1)
        looks = await smets.rows("--look-ups", "--user", "second supplier")
        told = await smets.run("--look-ups")
        empty = await smets.run("--user", "other user")
        without_code = await smets.run(*operator, "--limit", "1")
        unclear = await smets.run("--from", "yesterday", exit_code=2)

    assert [row["message_kind"] for row in own] == [
        "ServiceResponse",
        "Acknowledgement",
        "ServiceRequest",
    ] * 2
    assert page == own[2:4]
    assert [row["device_id"] for row in recent] == [second] * 3
    assert early == own[3:]
    assert dated == own
    assert [row["originator_role"] for row in titles] == ["ED", "ED"]
    assert said.count("Read Firmware Version") == 2
    assert world.network_operator.eui not in said
    assert [(row["device_id"], row["titles"], row["by_others"]) for row in busiest] == [(meter, 2, 2)]
    assert "neither Responsible Supplier nor Responsible Network Operator" in refused
    assert [(row["what"], row["device_id"], row["refused"]) for row in looks] == [("titles", second, True)]
    assert "own records" in told
    assert empty == "as other user\nnone: this User sent and received nothing in this time\n"
    assert without_code.startswith("as network operator\nrecord  at")
    assert "date-time 'yesterday'" in unclear


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--titles",), "--titles needs a --device"),
        (("--titles", "--busiest", "--device", "x"), "at most one of"),
        (("--busiest", "--device", "x"), "expected no --device"),
    ],
)
async def test_what_cannot_be_meant_is_said_before_anybody_is_asked(
    tmp_path: Path, arguments: tuple[str, ...], what: str
) -> None:
    assert what in await CommandLine(tmp_path).run(*arguments, exit_code=2)
