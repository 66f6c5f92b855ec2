"""Our programs as processes that a test may kill."""

import asyncio
import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 30.0


def free_address() -> str:
    """A loopback address that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


class Program:
    """One program as a process; `log` is what it logged so far, line by line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.log: list[str] = []
        self._news = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())
        self.ready: dict[str, str] = {}

    @classmethod
    async def start(cls, module: str, *arguments: str) -> Self:
        """Returns once it says where it listens."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            *arguments,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        program = cls(process)
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            line = await process.stdout.readline()
        assert line, f"{module} did not start: {program.log}"
        program.ready = json.loads(line)
        return program

    async def logged(self, event: str, times: int = 1) -> None:
        """Returns once it has logged the event so often."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._news:
            await self._news.wait_for(lambda: sum(event in line for line in self.log) >= times)

    async def end(self, number: signal.Signals) -> int:
        """Sends the signal, waits for the end; the exit status."""
        if self.process.returncode is None:
            self.process.send_signal(number)
        async with asyncio.timeout(PATIENCE_SECONDS):
            status = await self.process.wait()
            await self._reading
        return status

    async def _read(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            async with self._news:
                self.log.append(line.decode())
                self._news.notify_all()
