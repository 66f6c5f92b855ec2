"""gRPC health as readiness, of both servers as processes: not before the ledger is read, and not once it goes down."""

import asyncio
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import grpc
import pytest
from grpc import aio

from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.key_folders import write_certificates
from smart_metering.rpc.v1 import clock_pb2, emulator_control_pb2
from smart_metering.rpc.v1.clock_pb2_grpc import ClockStub
from smart_metering.rpc.v1.emulator_control_pb2_grpc import EmulatorControlStub
from tests.device_emulator.bench import SEED
from tests.device_emulator.running import ROLES
from tests.support.processes import Program, free_address
from tests.support.watching import PATIENCE_SECONDS, watching

DRAIN_SECONDS = "0.5"


@contextmanager
def kept_from_reading(ledger: Path) -> Iterator[None]:
    """Somebody else holds the ledger for writing, so that whoever opens it has to wait."""
    with closing(sqlite3.connect(ledger, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")


def arguments_of(module: str, folder: Path) -> tuple[list[str], Path]:
    """Of a server whose state is in the folder, and where its ledger is."""
    if module == "dsp":
        return ["--state", str(folder / "dsp")], folder / "dsp" / "dsp.sqlite3"
    pki = DevelopmentPki(SEED)
    for party, role in ROLES.items():
        write_certificates(folder / "certificates", pki.organisation(party, role).values())
    arguments = ["--state", str(folder / "emulator"), "--dsp", "127.0.0.1:1", "--seed", SEED.decode()]
    arguments += ["--certificates", str(folder / "certificates")]
    return arguments, folder / "emulator" / "device_emulator.sqlite3"


async def ask_something(module: str, channel: aio.Channel) -> None:
    """Any call that is not about health."""
    if module == "dsp":
        await ClockStub(channel).Now(clock_pb2.NowRequest(), timeout=PATIENCE_SECONDS)
    else:
        asked = emulator_control_pb2.ListFaultsRequest()
        await EmulatorControlStub(channel).ListFaults(asked, timeout=PATIENCE_SECONDS)


@pytest.mark.parametrize("module", ["dsp", "device_emulator"])
async def test_a_server_serves_from_when_its_ledger_is_read_until_it_is_asked_to_end(
    module: str, tmp_path: Path
) -> None:
    words, ledger = arguments_of(module, tmp_path)
    first = await Program.start(module, *words)
    assert await first.end(signal.SIGTERM) == 0
    address = free_address()

    async with watching(address) as (channel, health):
        with kept_from_reading(ledger):
            starting = asyncio.create_task(
                Program.start(module, *words, "--listen", address, "--drain-seconds", DRAIN_SECONDS)
            )
            before = await health.next()
            with pytest.raises(aio.AioRpcError) as refused:
                await ask_something(module, channel)
            assert not starting.done()
        program = await starting
        after = await health.next()
        await ask_something(module, channel)
        program.process.send_signal(signal.SIGTERM)
        draining = await health.next()
        asked_while_draining = await health.now()
        await ask_something(module, channel)

    assert (before, after, draining) == ("NOT_SERVING", "SERVING", "NOT_SERVING")
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    assert "still reads its state" in (refused.value.details() or "")
    assert asked_while_draining == "NOT_SERVING"
    assert await program.end(signal.SIGTERM) == 0
    assert not any("Traceback" in line for line in program.log), program.log
