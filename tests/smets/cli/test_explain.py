"""`smets explain` as who tests meets it: by RequestID or the last one, as text and as data."""

import asyncio
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from smart_metering.administration import FaultRule
from smart_metering.decisions import Decision
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import MINUTE_MS
from smart_metering.marks import Mark
from smets.cli.explain import ruling
from tests.smets.running_system import ESME, HCALCS, RunningSystem


@dataclass(frozen=True, slots=True)
class CommandLine:
    """`smets explain` over the state folder of a system that runs."""

    state: Path

    async def run(self, *arguments: str, exit_code: int = 0) -> str:
        """What it says, on stdout and stderr."""
        command = [sys.executable, "-m", "smets.cli", "explain", *arguments, "--state", str(self.state)]
        done = await asyncio.to_thread(
            subprocess.run, command, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == exit_code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return str(done.stdout + done.stderr)


def command_line(world: RunningSystem) -> CommandLine:
    world.system.connection.write()
    return CommandLine(world.system.connection.state)


async def lost_read(world: RunningSystem) -> str:
    """An 11.2 whose every Response is lost; its RequestID."""
    rule = FaultRule(name="mute", fate="lose", one_in=1, direction="FROM_DEVICE")
    await world.emulator.set_faults([rule])
    answer = await world.supplier.send("11.2", world.device(ESME))
    await world.administration.advance(MINUTE_MS)
    await world.emulator.clear_faults()
    return answer.request_id


def line_with(said: str, part: str) -> str:
    (found,) = [line for line in said.splitlines() if part in line]
    return found


async def test_a_request_is_told_line_by_line_with_its_rows(world: RunningSystem) -> None:
    request_id = await lost_read(world)

    said = await command_line(world).run(request_id)

    meter = world.device(ESME)
    assert said.splitlines()[0] == f"request   {request_id}  11.2"
    assert line_with(said, " door ").startswith("2021-11-04T00:00:00.000Z  door ")
    assert line_with(said, " door ").endswith(f"; supplier {world.supplier.eui}")
    assert meter not in line_with(said, " door ")
    assert line_with(said, "E5 SMI Status").startswith("        passed   E5 SMI Status: 11.2 for a Device")
    assert line_with(said, "E5 SMI Status").endswith("choice Q4, weak")
    assert line_with(said, "E2 User Role").endswith("DUIS eligibility, certain")
    assert line_with(said, "E1 originator").endswith("; choice G2")
    assert "E17 local delivery" in line_with(said, "not asked  ")
    assert said.index("fault ") < said.index("E21: given up after 3 attempts, delivered")
    assert "lose: message of 11.2 from the Device\n        fault rule 'mute'\n" in said
    assert "likely of this request" not in said


async def test_a_refusal_is_told_red_on_the_check_that_refused(world: RunningSystem) -> None:
    second = [party.eui for party in await world.administration.parties()][2]
    async with world.system.connection.user(second) as stranger:
        answer = await stranger.send("11.2", world.device(ESME))

    said = await command_line(world).run(answer.request_id)

    assert "access control  refused: E4" in said
    assert line_with(said, "REFUSED").strip().startswith("REFUSED  E4 responsibility: ")
    assert line_with(said, "REFUSED").endswith("User Roles of the SEC, likely")
    assert "E5 SMI Status" in line_with(said, "not asked  ")


async def test_the_last_request_is_the_newest_of_all_or_of_the_named_user(world: RunningSystem) -> None:
    smets = command_line(world)
    assert "no request of anybody" in await smets.run(exit_code=2)
    first = await world.network_operator.send("11.2", world.device(ESME))
    second = await world.supplier.send("11.2", world.device(ESME))
    await world.administration.advance(MINUTE_MS)

    last = await smets.run("last")
    assert second.request_id in last.splitlines()[0]
    assert "        not learned: the SMI has this version already; choice Q7\n" in last
    assert first.request_id in (await smets.run("--user", "network operator")).splitlines()[0]
    assert "no request of 'other user'" in await smets.run("--user", "other user", exit_code=2)


async def test_the_last_request_is_that_of_who_sent_from_the_state_folder(world: RunningSystem) -> None:
    connection = world.system.connection
    async with connection.remembering_user(world.supplier.eui) as remembered:
        sent = await remembered.send("11.2", world.device(ESME))
    await world.network_operator.send("11.2", world.device(ESME))

    assert sent.request_id in (await command_line(world).run("last")).splitlines()[0]


async def test_in_json_hops_and_faults_are_one_list(world: RunningSystem) -> None:
    request_id = await lost_read(world)

    told = json.loads(await command_line(world).run(request_id, "--json"))

    hops = told["hops"]
    assert (told["request_id"], told["device_id"]) == (request_id, world.device(ESME))
    assert [hop.get("place", hop["type"]) for hop in hops][:4] == [
        *("door", "access control", "post book", "DrawnFault"),
    ]
    assert {check["code"] for check in hops[1]["checks"]} == {"granted", "not asked"}
    assert hops[3]["fate"]["rule"] == "mute"
    assert [hop["at"] for hop in hops] == sorted(hop["at"] for hop in hops)


async def test_a_fault_that_only_fits_says_so(world: RunningSystem) -> None:
    await world.emulator.set_faults([FaultRule(name="slow", fate="delay", delay=2_000, next=1)])
    answer = await world.supplier.send("11.2", world.device(HCALCS))
    await world.administration.advance(MINUTE_MS)

    assert "likely of this request: its Device" in await command_line(world).run(answer.request_id)


@pytest.mark.parametrize(
    ("text", "exit_code", "what"),
    [
        ("first", 2, "expected originator:target:counter"),
        (
            str(RequestId(Eui("90-B3-D5-1F-30-01-00-00"), Eui("00-DB-12-34-00-00-00-02"), 5)),
            1,
            "ever arrived",
        ),
    ],
)
async def test_what_cannot_be_explained_is_a_line(
    world: RunningSystem, text: str, exit_code: int, what: str
) -> None:
    assert what in await command_line(world).run(text, exit_code=exit_code)


@pytest.mark.parametrize(
    ("source", "mark", "said"),
    [
        ("DUIS", Mark.CERTAIN, "row; DUIS, certain"),
        ("User Roles of the SEC", Mark.LIKELY, "row; User Roles of the SEC, likely"),
        ("choice Q4", Mark.WEAK, "row; choice Q4, weak"),
        ("choice G5", Mark.CHOICE, "row; choice G5"),
        ("as 11.1; chosen here", Mark.CHOICE, "row; as 11.1; chosen here"),
        ("DUIS", Mark.CHOICE, "row; DUIS, choice"),
        ("the rules in force then", Mark.UNKNOWN, "row; the rules in force then, unknown"),
    ],
)
def test_a_row_is_said_with_its_source_and_how_sure_it_is(source: str, mark: Mark, said: str) -> None:
    assert ruling(Decision(code="granted", row="row", source=source, mark=mark)) == said
