"""The raw baseline: a grpc.aio echo with nothing behind it, in a process of its own, unary and as a batched stream."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import grpc
from grpc import aio

PAYLOAD = bytes(300)  # about a Service Request
READY = "ready"


def _same(octets: bytes) -> bytes:
    return octets


async def _echo(request: bytes, _context: object) -> bytes:
    return request


async def _echo_stream(requests: AsyncIterator[bytes], _context: object) -> AsyncIterator[bytes]:
    async for request in requests:
        yield request


async def _serve() -> None:
    server = aio.server()
    handlers = {
        "Unary": grpc.unary_unary_rpc_method_handler(_echo, _same, _same),
        "Stream": grpc.stream_stream_rpc_method_handler(_echo_stream, _same, _same),
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("Echo", handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(READY, port, flush=True)
    await server.wait_for_termination()


async def with_echo(measure: Callable[[aio.Channel], Awaitable[dict[str, float]]]) -> dict[str, float]:
    """What `measure` finds on a channel to an echo server, which is started for it and stopped after it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.raw_grpc", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        ready = (await process.stdout.readline()).split()
        async with aio.insecure_channel(f"127.0.0.1:{int(ready[1])}") as channel:
            return await measure(channel)
    finally:
        process.terminate()
        await process.wait()


async def echo_figures(channel: aio.Channel, seconds: float = 2.0) -> dict[str, float]:
    """Unary calls a second at concurrency 1 and 32, messages a second on one stream, and the unary p50 in ms."""
    unary = channel.unary_unary("/Echo/Unary", _same, _same)
    await unary(PAYLOAD)
    alone, latencies = await _unary_rate(unary, 1, seconds)
    together, _ = await _unary_rate(unary, 32, seconds)
    latencies.sort()
    return {
        "echo unary /s, concurrency 1": alone,
        "echo unary /s, concurrency 32": together,
        "echo stream messages /s": await _stream_rate(channel, seconds),
        "echo unary p50 ms": latencies[len(latencies) // 2] * 1000,
    }


async def _unary_rate(
    call: Callable[[bytes], Awaitable[bytes]], concurrency: int, seconds: float
) -> tuple[float, list[float]]:
    end = time.perf_counter() + seconds
    latencies: list[float] = []

    async def one_after_another() -> None:
        while (began := time.perf_counter()) < end:
            await call(PAYLOAD)
            latencies.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(one_after_another() for _ in range(concurrency)))
    return len(latencies) / (time.perf_counter() - began), latencies


async def _stream_rate(channel: aio.Channel, seconds: float, ahead: int = 100) -> float:
    call = channel.stream_stream("/Echo/Stream", _same, _same)()
    end, received = time.perf_counter() + seconds, 0
    for _ in range(ahead):
        await call.write(PAYLOAD)
    began = time.perf_counter()
    while time.perf_counter() < end:
        await call.read()
        received += 1
        await call.write(PAYLOAD)
    rate = received / (time.perf_counter() - began)
    call.cancel()
    return rate


if __name__ == "__main__":
    asyncio.run(_serve())
