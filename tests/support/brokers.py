"""MQTT brokers as processes that a test may kill and start again at the same address: mosquitto, the embedded one."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import pytest

from tests.support.debian import fetched, fetched_environment
from tests.support.processes import ROOT, free_address

PATIENCE_SECONDS = 20.0
WHERE_DEBIAN_HAS_IT = Path("/usr/sbin/mosquitto")


class Broker(Protocol):
    """Whichever it is."""

    address: str

    async def start(self) -> None:
        """Returns once it answers."""
        ...

    async def kill(self) -> None:
        """kill -9."""
        ...


class BrokerProcess:
    """A broker at one address, by a command line."""

    def __init__(self, *command: str, address: str) -> None:
        self.address = address
        self._command = command
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **fetched_environment("mosquitto")},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        host, _, port = self.address.rpartition(":")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    _, writer = await asyncio.open_connection(host, int(port))
                except OSError:
                    assert self._process.returncode is None, f"{self._command} ended"
                    await asyncio.sleep(0.02)
                    continue
                writer.close()
                return

    async def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)
            await self._process.wait()


def mosquitto(folder: Path, *, persistent: bool) -> BrokerProcess:
    """Debian's, with a store that it writes after each change, or without any. Skips where there is none."""
    found = (
        Path(shutil.which("mosquitto") or WHERE_DEBIAN_HAS_IT),
        fetched("mosquitto") / "usr/sbin/mosquitto",
    )
    program = next((path for path in found if path.exists()), None)
    if program is None:
        pytest.skip(
            "mosquitto is missing: scripts/set_up_mosquitto fetches it, or Debian: apt-get install mosquitto"
        )
    address = free_address()
    host, _, port = address.rpartition(":")
    store = [
        "persistence true",
        f"persistence_location {folder}/",
        "autosave_on_changes true",
        "autosave_interval 1",
    ]
    lines = [
        f"listener {port} {host}",
        "allow_anonymous true",
        "user root",
        "set_tcp_nodelay true",
        *(store if persistent else []),
    ]
    settings = folder / "mosquitto.conf"
    settings.write_text("\n".join(lines) + "\n", "utf-8")
    return BrokerProcess(str(program), "-c", str(settings), address=address)


def embedded() -> BrokerProcess:
    """The one of `smets up --mqtt`."""
    address = free_address()
    return BrokerProcess(
        *(sys.executable, "-m", "smets.local_system.mqtt_broker", "--listen", address), address=address
    )


KINDS = ("mosquitto", "mosquitto without a memory", "embedded")


@asynccontextmanager
async def running_broker(kind: str, folder: Path) -> AsyncIterator[Broker]:
    """One of `KINDS`, until the end of the block."""
    made = embedded() if kind == "embedded" else mosquitto(folder, persistent=kind == "mosquitto")
    await made.start()
    try:
        yield made
    finally:
        await made.kill()
