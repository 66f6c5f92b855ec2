"""A User's system of DCC's packages, as a process: it sends requests, and is pushed what follows from them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from smart_metering.identifiers import RequestId
from tests.interop.npm import HERE

SECONDS = 60.0
PROGRAM = HERE / "duis" / "client.mjs"

Event = dict[str, Any]  # JSON


class DccClient:
    """What it takes and tells stands at the head of its program."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._answers: asyncio.Queue[Event] = asyncio.Queue()
        self._pushed: asyncio.Queue[Event] = asyncio.Queue()
        self._reading = asyncio.create_task(self._read())
        self._listening: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def url(self) -> str:
        """Where it wants to be pushed."""
        async with asyncio.timeout(SECONDS):
            return f"http://127.0.0.1:{await self._listening}/smartdcc/duis"

    async def send(self, template: str, request_id: RequestId, **changes: object) -> Event:
        """The answer to a request of the template; `commandVariant` and `body` may be others."""
        question = {
            "template": template,
            "originator": request_id.originator.lower(),
            "target": request_id.target.lower(),
            "counter": request_id.counter,
            **changes,
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question).encode() + b"\n")
        async with asyncio.timeout(SECONDS):
            return await self._answers.get()

    async def pushed(self) -> Event:
        """The next that was pushed."""
        async with asyncio.timeout(SECONDS):
            return await self._pushed.get()

    async def close(self) -> None:
        """Ends it; what it said last of a fault fails the test."""
        assert self._process.stdin is not None
        assert self._process.stderr is not None
        self._process.stdin.close()
        async with asyncio.timeout(SECONDS):
            said = await self._process.stderr.read()
            status = await self._process.wait()
            await self._reading
        assert status == 0, said.decode()

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            event = json.loads(line)
            match event:
                case {"listening": port}:
                    self._listening.set_result(port)
                case {"pushed": pushed}:
                    self._pushed.put_nowait(pushed)
                case {"answer": answer}:
                    self._answers.put_nowait(answer)
                case _:
                    self._answers.put_nowait(event)


@asynccontextmanager
async def dcc_client(packages: Path, dsp: str) -> AsyncIterator[DccClient]:
    """Sends to the DSP at this address (HOST:PORT)."""
    process = await asyncio.create_subprocess_exec(
        "node",
        str(PROGRAM),
        dsp,
        cwd=packages,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    client = DccClient(process)
    try:
        yield client
    finally:
        await client.close()
