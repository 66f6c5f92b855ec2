"""A server as a child process: started until it says it is ready, watched, and ended by its process id."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import smets

READY_SECONDS = 60.0
GRACE_SECONDS = 15.0
LINES_SHOWN = 20
NOTHING: Mapping[str, str] = MappingProxyType({})
LIFELINE = "smets.local_system.lifeline"


class ProcessFailed(RuntimeError):
    """A server that ended by itself or never became ready; the text ends with the last it said."""


class ChildProcess:
    """`python -m MODULE ARGUMENTS`. Its stderr is added to the log file; `variables` are added to its environment."""

    def __init__(
        self, module: str, arguments: Sequence[str], log: Path, variables: Mapping[str, str] = NOTHING
    ) -> None:
        self.module = module
        self.address = ""
        self.metrics = ""  # where it serves them, if it does
        self.smki = ""  # likewise the SMKI Repository
        self.duis = ""  # and the DCC User Interface for DUIS XML
        self._arguments = arguments
        self._log = log
        self._variables = variables
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Of the process that was started last."""
        assert self._process is not None, f"{self.module} was not started"
        return self._process.pid

    async def start(self) -> None:
        """Returns once it listens at `address`. Raises ProcessFailed."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", LIFELINE, self.module),
                *self._arguments,
                stdin=asyncio.subprocess.PIPE,  # held open while we live, so that no child outlives us
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env={**_environment(), **self._variables},
                start_new_session=True,  # Ctrl-C is for who started us: children are told in order
            )
        try:
            ready = await asyncio.wait_for(self._read_ready(self._process), READY_SECONDS)
            self.address, self.metrics = ready["address"], ready.get("metrics", "")
            self.smki, self.duis = ready.get("smki", ""), ready.get("duis", "")
        except TimeoutError:
            await self.kill()
            raise self._failure(f"was not ready within {READY_SECONDS:g} s") from None
        except BaseException:
            await self.kill()
            raise

    async def ended(self) -> ProcessFailed:
        """Waits for it to end by itself; the error that says so."""
        assert self._process is not None, f"{self.module} was not started"
        status = await self._process.wait()
        return self._failure(f"ended with status {status}")

    async def stop(self) -> None:
        """Asks it to end (SIGTERM), and ends it if it does not."""
        if self._process is None or self._process.returncode is not None:
            return
        self._signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), GRACE_SECONDS)
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """Ends it at once (SIGKILL), as a power cut would."""
        if self._process is None:
            return
        if self._process.returncode is None:
            self._signal(signal.SIGKILL)
        await self._process.wait()

    async def _read_ready(self, process: asyncio.subprocess.Process) -> dict[str, str]:
        assert process.stdout is not None
        line = await process.stdout.readline()
        if not line:
            status = await process.wait()
            raise self._failure(f"ended with status {status} before it was ready")
        ready: dict[str, str] = json.loads(line)
        return ready

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        try:
            self._process.send_signal(number)
        except ProcessLookupError:
            return  # It ended meanwhile.

    def _failure(self, what: str) -> ProcessFailed:
        lines = self._log.read_text("utf-8", "replace").splitlines()[-LINES_SHOWN:]
        said = "\n".join(f"    {line}" for line in lines) or "    nothing"
        return ProcessFailed(f"{self.module} {what}; the last it said ({self._log}):\n{said}")


def _environment() -> dict[str, str]:
    """Ours, with the packages that stand beside this one, so that a checkout works without being installed."""
    here = str(Path(smets.__file__).resolve().parent.parent)
    inherited = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([here, inherited] if inherited else [here])}
