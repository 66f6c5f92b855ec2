"""A server process as those see it who operate it: its health, its metrics, its log."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.request import urlopen

from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]
from prometheus_client.parser import text_string_to_metric_families

PATIENCE_SECONDS = 30.0

Samples = dict[tuple[str, ...], float]


async def page_at(address: str) -> str:
    """The page of metrics."""

    def read() -> str:
        with urlopen(f"http://{address}/metrics", timeout=PATIENCE_SECONDS) as page:
            return str(page.read().decode())

    return await asyncio.to_thread(read)


async def metrics_at(address: str) -> Samples:
    """Each sample by its name and the values of its labels, in the order of the labels' names."""
    text = await page_at(address)
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


class HealthWatch:
    """What the server at an address says of its health, once it listens there."""

    def __init__(self, channel: aio.Channel) -> None:
        self._stub = health_pb2_grpc.HealthStub(channel)
        request = health_pb2.HealthCheckRequest()
        self._watch = self._stub.Watch(request, wait_for_ready=True)

    async def next(self) -> str:
        """The next status that it tells a watcher of."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            answer = await self._watch.read()
        return _name(answer)

    async def now(self) -> str:
        """Asked once."""
        answer = await self._stub.Check(
            health_pb2.HealthCheckRequest(), timeout=PATIENCE_SECONDS, wait_for_ready=True
        )
        return _name(answer)


@asynccontextmanager
async def watching(address: str) -> AsyncIterator[tuple[aio.Channel, HealthWatch]]:
    """A channel, and a watch on it."""
    options = (("grpc.max_reconnect_backoff_ms", 100), ("grpc.initial_reconnect_backoff_ms", 50))
    async with aio.insecure_channel(address, options=options) as channel:
        yield channel, HealthWatch(channel)


def facts(log: list[str]) -> list[dict[str, Any]]:
    """The lines of a log in JSON; each must be one."""
    return [json.loads(line) for line in log]


def _name(answer: health_pb2.HealthCheckResponse) -> str:
    return str(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))
