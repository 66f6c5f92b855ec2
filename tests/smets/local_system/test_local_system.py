"""Two processes over one state folder: started, killed, started again, and what is said when they cannot."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from smart_metering.duis.service_requests import ReadFirmwareVersion
from smart_metering.identifiers import Eui
from smart_metering.user_roles import UserRole
from smets.local_system.child_process import ChildProcess, ProcessFailed
from smets.local_system.connection import NoConnection, SystemConnection, read_connection
from smets.local_system.local_system import ANY_PORT, LocalSystem, SystemSettings
from smets.local_system.state_folder import Organisation, StateFolder, StateFolderError
from tests.smets.running_system import ESME, RunningSystem, running

SUPPLIER = Organisation(eui=Eui("90-B3-D5-1F-30-01-00-00"), roles=(UserRole.IS,))


def _settings(state: Path, dsp_listen: str = ANY_PORT) -> SystemSettings:
    return SystemSettings(state=state, organisations=(SUPPLIER,), dsp_listen=dsp_listen)


async def test_what_was_acknowledged_outlives_a_killed_dsp(world: RunningSystem) -> None:
    await world.administration.remove_cpl_entry("ESME-AB01-010A030B-00000001")

    await world.system.kill_dsp()
    await world.system.restart_dsp()

    device = await world.administration.read_device(world.device(ESME))
    assert device.device.device_status == "Suspended"
    assert len(await world.supplier.received()) == 2


async def test_what_a_device_became_outlives_a_killed_emulator(world: RunningSystem) -> None:
    await world.distribute_v2()

    await world.system.kill_emulator()
    await world.system.restart_emulator()

    assert (await world.emulator.inspect(world.device(ESME))).pending_version == "00000002"


@pytest.mark.parametrize(
    ("rules", "answer"),
    [
        ("release: June 2021", "E5"),
        ("release: 2021-11-04", "I99"),
        ("release: November 2021\nwithout_modifications: [SECMP0105]", "E5"),
        ("release: June 2021\nwith_modifications: [SECMP0105]", "I99"),
        ("modifications: [SECMP0007]", "E5"),
    ],
)
async def test_the_rules_of_the_fleet_file_are_in_force(tmp_path: Path, rules: str, answer: str) -> None:
    async with running(tmp_path, f"{rules}\nfleets: [{{count: 1}}]") as world:
        await world.administration.remove_cpl_entry("ESME-AB01-010A030B-00000001")

        said = await world.supplier.send("11.2", world.device(ESME), ReadFirmwareVersion())

        assert said.response_code == answer


async def test_another_system_goes_on_from_the_same_folder(tmp_path: Path) -> None:
    async with running(tmp_path) as world:
        await world.administration.advance(1_000)
        before = (await world.administration.now()).now

    async with running(tmp_path) as world:
        assert world.launched.standing == ("smets2",)
        assert (await world.administration.now()).now == before


async def test_both_end_when_the_system_is_left(tmp_path: Path) -> None:
    async with LocalSystem(_settings(tmp_path)) as system:
        pids = (system.connection.dsp_pid, system.connection.emulator_pid)

    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


ONE_THAT_IS_KILLED = """
import asyncio, sys
from pathlib import Path
from smets.local_system.local_system import LocalSystem, SystemSettings

async def main():
    async with LocalSystem(SystemSettings(state=Path(sys.argv[1]), organisations=())) as system:
        print(system.connection.dsp_pid, system.connection.emulator_pid, flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


def test_no_process_outlives_who_started_it(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ONE_THAT_IS_KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout is not None
        pids = [int(pid) for pid in starter.stdout.readline().split()]
        starter.kill()

    deadline = time.monotonic() + 20
    while any(_is_alive(pid) for pid in pids):
        assert time.monotonic() < deadline, pids
        time.sleep(0.05)
    assert len(pids) == 2


def _is_alive(pid: int) -> bool:
    """A process that has ended and is not waited for yet (Z) lives no more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_a_process_that_ends_by_itself_is_named(tmp_path: Path) -> None:
    async with LocalSystem(_settings(tmp_path)) as system:
        watching = asyncio.create_task(system.failure())
        await asyncio.sleep(0)
        os.kill(system.connection.emulator_pid, 9)

        failed = await asyncio.wait_for(watching, 10)

    assert "device_emulator ended with status -9" in str(failed)


async def test_a_dsp_that_cannot_start_says_why(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"

        with pytest.raises(ProcessFailed, match=rf"(?s)dsp ended with status 1.*cannot listen on {address}"):
            await LocalSystem(_settings(tmp_path, dsp_listen=address)).start()


async def test_wrong_arguments_are_the_processs_to_refuse(tmp_path: Path) -> None:
    child = ChildProcess("dsp", ["--rate", "fast"], tmp_path / "log")

    with pytest.raises(ProcessFailed, match=r"(?s)ended with status 2.*--state"):
        await child.start()


def test_each_partys_keys_are_its_own_and_certificates_everyones(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path)

    folder.prepare("seed", Eui("90-B3-D5-1F-30-00-00-02"), [SUPPLIER])

    keys = sorted(path.name for path in folder.party(SUPPLIER.eui).iterdir())
    assert keys == [f"90b3d51f30010000-{usage}.key.pem" for usage in ("ds", "ka", "pp-ka", "xml")]
    assert folder.party(SUPPLIER.eui).stat().st_mode & 0o077 == 0
    assert (
        len([*folder.certificates.iterdir()]) == 4 + 3 + 2 + 2
    )  # the supplier's, ACB's, CoS party's, issuers'
    assert not folder.dcc.exists()


def test_a_folder_keeps_its_seed(tmp_path: Path) -> None:
    acb = Eui("90-B3-D5-1F-30-00-00-02")
    StateFolder(tmp_path).prepare("one", acb, [])

    with pytest.raises(StateFolderError, match="its keys come from seed 'one', not 'two'"):
        StateFolder(tmp_path).prepare("two", acb, [])


def test_a_connection_is_written_for_its_owner_and_read_again(tmp_path: Path) -> None:
    connection = SystemConnection(state=tmp_path, dsp="a:1", emulator="b:2", seed="s", dsp_pid=1)

    connection.write()

    assert read_connection(tmp_path) == connection
    assert StateFolder(tmp_path).connection_file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", ["", "[]", '{"dsp": 1}', "\x00"])
def test_a_connection_file_that_is_none_is_said_so(tmp_path: Path, content: str) -> None:
    StateFolder(tmp_path).connection_file.write_text(content)

    with pytest.raises(NoConnection, match=r"connection\.json"):
        read_connection(tmp_path)
