"""`smets run --html`: one page of all scenarios of a command, of systems in process and of servers that run."""

import asyncio
import subprocess
import sys
from pathlib import Path

from smets.cli.exits import Exit
from smets.scenarios.planning import scenario_of
from smets.scenarios.report.collecting import Collector
from smets.scenarios.report.page import page
from smets.scenarios.running import Running
from tests.smets.running_system import RunningSystem
from tests.smets.scenarios.report.played import LEFT_BEHIND, Page

HOLDS = "name: it holds\nfleets: [{name: homes}]\nsteps: [{advance: 1m}]\n"


async def smets_run(folder: Path, *arguments: str, exit_code: int) -> str:
    """What it says, on stdout and stderr."""
    command = [sys.executable, "-m", "smets.cli", "run", *arguments, "--record", str(folder / "runs")]
    done = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == exit_code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return str(done.stdout + done.stderr)


async def test_all_scenarios_of_a_command_stand_on_one_page(tmp_path: Path) -> None:
    for name, text in (("holds.yaml", HOLDS), ("fails.yaml", LEFT_BEHIND)):
        (tmp_path / name).write_text(text, "utf-8")
    html = tmp_path / "reports" / "all.html"

    said = await smets_run(
        tmp_path,
        str(tmp_path / "holds.yaml"),
        str(tmp_path / "fails.yaml"),
        "--html",
        str(html),
        exit_code=Exit.DID_NOT_HOLD,
    )

    told = Page(html.read_text("utf-8")).said
    assert f"report {html}" in said
    assert "2 scenarios: 1 held, 1 did not" in told
    assert "it holds ✓ held" in told
    assert "left behind ✗ did not hold" in told
    assert f"Replay smets replay {tmp_path / 'runs' / 'fails-small'}" in told


async def test_a_folder_is_no_page(tmp_path: Path) -> None:
    (tmp_path / "holds.yaml").write_text(HOLDS, "utf-8")

    said = await smets_run(
        tmp_path, str(tmp_path / "holds.yaml"), "--html", str(tmp_path), exit_code=Exit.MISUSE
    )

    assert "expected a file, not a folder" in said


async def test_servers_that_run_are_told_alike(world: RunningSystem) -> None:
    text = LEFT_BEHIND.replace("seed: small\n", "").replace(
        "count: 3, firmware", "count: 3, eui_from: 00-DB-12-34-00-01-00-00, firmware"
    )
    collector = Collector()

    running = Running(watchers=(collector.beliefs,), harvest=collector.harvest)
    result = await running.on(scenario_of(text), world.system.connection)

    told = Page(page([collector.gathered(result)])).said
    assert not result.error
    assert "Found 0 of 3 Devices" in told
    assert "thin air lose the next 1 of each Device's messages of 11.3 from the Device 2 2" in told
    assert "DSP Response to 11.3: E21" in told
    assert "SMI: Suspended, 00000001; Device: 00000002" in told
    assert "Of 3 Devices: first" in told
    assert "ESME 00-DB-12-34-00-00-00-02" not in told  # It stood there before.
