"""The server: what it tells of itself, what it refuses, and that it goes on listening."""

import asyncio
import json
import os
import signal
import socket
import struct
import sys
from pathlib import Path

import grpc
import pytest
from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (  # type: ignore[import-untyped]
    ProtoReflectionDescriptorDatabase,
)

from ledger.state_directory import StateInUse
from smart_metering.rpc.listening import CannotListen
from smart_metering.rpc.v1 import clock_pb2, clock_pb2_grpc, service_request_pb2
from tests.dsp.rpc.loopback import Dcc, HandHeldHost, as_user, running
from tests.support.dsp_premises import START, SUPPLIER

ROOT = Path(__file__).resolve().parents[3]


def break_listener(address: str) -> None:
    """A request whose `:path` is not UTF-8."""

    def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
        return (
            struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload
        )

    def header(name: bytes, value: bytes) -> bytes:
        return b"\x00" + bytes((len(name),)) + name + bytes((len(value),)) + value

    headers = b"".join(
        header(name, value)
        for name, value in (
            (b":method", b"POST"),
            (b":scheme", b"http"),
            (b":path", b"/\xff\xfe"),
            (b":authority", b"dsp"),
            (b"content-type", b"application/grpc"),
            (b"te", b"trailers"),
        )
    )
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, b"") + frame(1, 5, 1, headers)
        )
        assert connection.recv(4096)


async def test_a_listener_that_a_malformed_request_ends_is_replaced_at_the_same_address(dcc: Dcc) -> None:
    host = HandHeldHost(dcc)
    await host.attach()
    address = dcc.dsp.address

    await asyncio.to_thread(break_listener, address)

    assert await host.ended() is grpc.StatusCode.UNAVAILABLE
    assert dcc.dsp.address == address
    host = HandHeldHost(dcc)
    await host.attach()
    await dcc.send(dcc.read_version())
    await dcc.advance(10_000)
    assert len(await dcc.inbox()) == 1


async def test_it_says_that_it_serves_and_what(dcc: Dcc) -> None:
    healthy = await health_pb2_grpc.HealthStub(dcc.channel).Check(health_pb2.HealthCheckRequest())

    def reflect() -> set[str]:
        with grpc.insecure_channel(dcc.dsp.address) as channel:
            return set(ProtoReflectionDescriptorDatabase(channel).get_services())

    services = await asyncio.to_thread(reflect)

    assert healthy.status == health_pb2.HealthCheckResponse.SERVING
    assert {name.rpartition(".")[2] for name in services} == {
        "Accounts",
        "CentralProductsList",
        "Clock",
        "DccUserInterface",
        "DspEvents",
        "Explanations",
        "Health",
        "InventoryAdministration",
        "Operations",
        "ReceiveResponse",
        "SelfServiceInterface",
        "ServerReflection",
        "SmWan",
    }


async def test_a_message_larger_than_the_limit_is_refused(dcc: Dcc) -> None:
    request = service_request_pb2.ServiceRequest(
        uninterpreted_body=service_request_pb2.UninterpretedBody(content=bytes(17 * 1024 * 1024))
    )

    with pytest.raises(aio.AioRpcError) as refused:
        await dcc.users.NonDevice(request, metadata=as_user(SUPPLIER))

    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_two_dsps_share_neither_a_port_nor_a_state(dcc: Dcc, tmp_path: Path) -> None:
    with pytest.raises(CannotListen):
        async with running(tmp_path / "another", listen=dcc.dsp.address):
            pass
    with pytest.raises(StateInUse):
        async with running(tmp_path / "state"):
            pass


async def start(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "dsp",
        *arguments,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_the_program_says_where_it_listens_and_goes_on_after_a_stop(tmp_path: Path) -> None:
    now: int = START
    for _ in range(2):
        process = await start(
            "--state", str(tmp_path), "--epoch", "2021-11-21T02:00:00Z", "--listen", "127.0.0.1:0"
        )
        assert process.stdout is not None
        ready = json.loads(await asyncio.wait_for(process.stdout.readline(), 20))
        async with aio.insecure_channel(ready["address"]) as channel:
            clock = clock_pb2_grpc.ClockStub(channel)
            found = await clock.Now(clock_pb2.NowRequest(), timeout=5)
            now_is = await clock.Advance(clock_pb2.AdvanceRequest(by=1_000), timeout=5)
        process.send_signal(signal.SIGTERM)

        assert found.now == now
        assert await asyncio.wait_for(process.wait(), 20) == 0
        now = now_is.now


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--release", "June 1921"), "expected one of"),
        (("--release", "2021-01-01"), "expected 2021-06-24"),
        (("--modifications", "SECMP9999"), "SECMP9999"),
        (("--with", "SECMP9999"), "expected any of"),
        (("--without", "SECMP9999"), "expected any of"),
        (("--with", "SECMP0105", "--without", "SECMP0105"), "not both"),
        (("--modifications", "SECMP0105", "--without", "SECMP0007"), "beside a release"),
        (("--epoch", "today"), "expected a form like"),
        (("--rate", "-1"), "expected 0 (stepped)"),
        (("--acb", "me"), "expected 8 octets"),
    ],
)
async def test_the_program_refuses_what_it_does_not_know(
    tmp_path: Path, arguments: tuple[str, ...], what: str
) -> None:
    process = await start("--state", str(tmp_path), *arguments)
    _, errors = await process.communicate()

    assert process.returncode == 2
    assert what in errors.decode()
