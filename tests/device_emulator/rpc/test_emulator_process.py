"""The emulator as a process: it does not start on what it lacks, loses nothing when killed, and stops when asked."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from device_emulator.bootstrap import DeviceEmulator, EmulatorSettings, MissingCertificates
from ledger.state_directory import StateInUse
from smart_metering.pki.key_folders import KeyFolderError
from tests.device_emulator.bench import (
    Bench,
)
from tests.device_emulator.fake_dsp import FakeDsp
from tests.device_emulator.running import Control, emulator_at, meter, read

REPOSITORY = Path(__file__).resolve().parents[3]


async def test_two_emulators_do_not_share_a_state(settings: EmulatorSettings) -> None:
    async with FakeDsp() as dsp, emulator_at(dsp, settings):
        with pytest.raises(StateInUse):
            await DeviceEmulator(settings).start()


async def test_without_the_certificates_it_needs_an_emulator_does_not_start(
    settings: EmulatorSettings, certificates: Path
) -> None:
    remove_all(certificates, "90b3d51f30000002-ka*")
    with pytest.raises(MissingCertificates, match="Access Control Broker"):
        await DeviceEmulator(settings).start()
    shutil.rmtree(certificates)
    with pytest.raises(KeyFolderError):
        await DeviceEmulator(settings).start()


def remove_all(folder: Path, pattern: str) -> None:
    for path in list(folder.glob(pattern)):
        path.unlink()


def start(dsp: FakeDsp, settings: EmulatorSettings) -> subprocess.Popen[str]:
    arguments = {
        "--dsp": dsp.address,
        "--state": str(settings.state),
        "--seed": settings.seed,
        "--certificates": str(settings.certificates),
        "--host": settings.host,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "device_emulator", *(word for pair in arguments.items() for word in pair)],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def address_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = await asyncio.to_thread(process.stdout.readline)
    return str(json.loads(line)["address"])


async def test_a_process_that_is_killed_loses_nothing_and_one_that_is_asked_stops_cleanly(
    settings: EmulatorSettings, bench: Bench
) -> None:
    async with FakeDsp() as dsp:
        killed = start(dsp, settings)
        with killed:
            async with Control(await address_of(killed)) as control:
                await control.launch(bench.premises)
            dsp.send(read(bench))
            await dsp.until(lambda: dsp.taken == 2)
            killed.kill()

        again = start(dsp, settings)
        with again:
            async with Control(await address_of(again)) as control:
                inside = await control.inspect(meter(bench))
                await dsp.until(lambda: dsp.streams == 2)
                await dsp.pass_barrier()
                dsp.send(read(bench))
                await dsp.until(lambda: dsp.taken == 4)
            again.send_signal(signal.SIGTERM)
            _, log = await asyncio.to_thread(again.communicate)

    assert inside.messages == 2
    assert again.returncode == 0, log
    assert "Traceback" not in log


async def test_wrong_arguments_and_a_port_in_use_are_said_plainly(
    settings: EmulatorSettings, certificates: Path
) -> None:
    async with FakeDsp() as dsp:
        words = ["--dsp", dsp.address, "--state", str(settings.state), "--certificates", str(certificates)]

        def run(*more: str) -> tuple[int, str]:
            ended = subprocess.run(
                [sys.executable, "-m", "device_emulator", *words, *more],
                cwd=REPOSITORY,
                capture_output=True,
                text=True,
                check=False,
                timeout=30,
            )
            return ended.returncode, ended.stderr

        in_use = await asyncio.to_thread(run, "--listen", dsp.address)
        wrong = await asyncio.to_thread(run, "--acb", "nobody")

    assert in_use[0] == 1
    assert "cannot listen" in in_use[1]
    assert wrong[0] == 2
    assert "nobody" in wrong[1]
