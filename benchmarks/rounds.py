"""One round of measurements on running servers: the raw echo first, then Service Requests, so that both meet the
same weather.
"""

import statistics
import time
from collections.abc import Sequence

from grpc import aio

from benchmarks.neighbourhood import meter_cpl_entry, meter_firmware, version_of_round
from benchmarks.raw_grpc import echo_figures, with_echo
from benchmarks.servers import PerServer, cpu_seconds
from benchmarks.supplier import Request, Supplier
from smart_metering.duis.service_requests import UpdateFirmware
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS
from smets.client.administration import Administration
from smets.local_system.connection import SystemConnection

ECHO_SECONDS = 0.7  # for each of the three
ALONE = 300  # requests at concurrency 1
MICROSECONDS = 1e6

Figures = dict[str, float]


class Rounds:
    """All on the same system; each brings the meters a firmware version of its own."""

    def __init__(self, servers: SystemConnection, supplier: Supplier, meters: Sequence[Eui]) -> None:
        self._servers = servers
        self._supplier = supplier
        self._meters = meters
        self._number = 0

    async def first_touch(self) -> Figures:
        """11.2 to each meter for the first time: keys are made, certificates fetched, secrets agreed."""
        return await self._requests("11.2 first on each meter", self._supplier.reads(self._meters))

    async def measure(self) -> Figures:
        """One round."""
        self._number += 1
        figures = await with_echo(_short_echo)
        figures |= await self._requests("11.2", self._supplier.reads(self._meters))
        figures |= await self._latency()
        figures |= await self._campaign()
        return figures

    async def _requests(self, name: str, requests: Sequence[Request], *, signed: bool = False) -> Figures:
        before = cpu_seconds(self._servers)
        if signed:
            seconds = await self._supplier.seconds_of_signed(requests)
        else:
            seconds = await self._supplier.seconds_of(requests)
        used = cpu_seconds(self._servers).since(before)
        return {f"{name} /s": len(requests) / seconds} | _each(name, used, len(requests))

    async def _latency(self) -> Figures:
        meters = [self._meters[number % len(self._meters)] for number in range(ALONE)]
        latencies = await self._supplier.latencies(self._supplier.reads(meters))
        cuts = statistics.quantiles(latencies, n=100)
        return {"11.2 alone p50 ms": cuts[49] * 1000, "11.2 alone p99 ms": cuts[98] * 1000}

    async def _campaign(self) -> Figures:
        """11.1 to all meters, until they hold the file; then 11.3 to each."""
        version = version_of_round(self._number)
        async with Administration(self._servers.dsp) as administration:
            await administration.add_cpl_entry(meter_cpl_entry(version))
            file = await self._supplier.upload(meter_firmware(version))
            body = UpdateFirmware(
                firmware_file=file.sha256, firmware_version=version, device_id_list=tuple(self._meters)
            )
            began = time.perf_counter()
            await self._supplier.non_device("11.1", self._servers.acb, body)
            await administration.advance(DAY_MS)
            distributed = len(self._meters) / (time.perf_counter() - began)
        requests = self._supplier.activations(self._meters, file.manufacturer_image_hash)
        figures = await self._requests("11.3", requests, signed=True)
        return {"11.1 distributed, meters /s": distributed, **figures}


def _each(name: str, used: PerServer, requests: int) -> Figures:
    each = used.times(MICROSECONDS / requests)
    return {f"{name} CPU us, DSP": each.dsp, f"{name} CPU us, emulator": each.emulator}


async def _short_echo(channel: aio.Channel) -> Figures:
    return await echo_figures(channel, ECHO_SECONDS)
