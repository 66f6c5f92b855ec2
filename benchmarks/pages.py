"""The pages of the Self-Service Interface: `python -m benchmarks.pages [--devices N] [--rounds R] [--requests N]`.

A client, a DSP and a device emulator, each a process of its own on this machine, so many Devices loaded. Each page is
asked for over HTTP on loopback, one request after the other, and before it as many octets of a server with nothing
behind it. Half a minute with 10,000 Devices; a million take some minutes to load, and 2 GB of memory.
"""

import argparse
import asyncio
import json
import re
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from benchmarks.machine import load_average, machine_facts
from benchmarks.neighbourhood import (
    DEVICES_PER_PREMISES,
    DISTRIBUTOR,
    ORGANISATIONS,
    SEED,
    SUPPLIER,
    Neighbourhood,
    meter_cpl_entry,
    parties,
    version_of_round,
)
from benchmarks.raw_http import raw_http_server
from benchmarks.report import shown
from benchmarks.servers import resident_kib
from benchmarks.supplier import BenchmarkFailed, Supplier
from smart_metering.identifiers import Eui
from smets.local_system.connection import SystemConnection
from smets.local_system.local_system import LocalSystem, SystemSettings
from smets.local_system.ssi import Ssi

MOST_DEVICES = 1_000_000
MOST_ROUNDS, MOST_REQUESTS = 20, 1_000
LONGEST_SECONDS = 1_800.0
RECORDS = 300  # so that the lists of the Service Audit Trail are full
PATIENCE_SECONDS = 120.0  # the first page of the inventory waits for its index
CSRF_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')

Times = dict[str, list[float]]


def pages(neighbourhood: Neighbourhood) -> dict[str, tuple[Eui | None, str]]:
    """Who asks for each kind of page, and where it is; None: nobody is signed in."""
    meters = neighbourhood.meters
    meter, middle = meters[0], meters[len(meters) // 2]
    mpxn = next(iter(neighbourhood.registrations())).mpxn
    supplier, distributor = SUPPLIER.eui, DISTRIBUTOR.eui
    return {
        "sign-in": (None, "/sign-in"),
        "inventory, first page": (supplier, "/inventory"),
        "inventory, a page in the middle": (supplier, f"/inventory?after={middle}"),
        "inventory, by type and status": (supplier, "/inventory?type=ESME&status=Commissioned"),
        "inventory, by how an ID begins": (supplier, f"/inventory?q={middle[:-3]}"),
        "inventory, by MPxN": (supplier, f"/inventory?q={mpxn}"),
        "a Device": (supplier, f"/devices/{meter}"),
        "audit trail, own records": (supplier, "/audit"),
        "audit trail, titles": (distributor, f"/audit?device={meter}&show=titles"),
        "a request explained": (supplier, f"/explain?request_id={supplier}:{meter}:1"),
        "campaigns": (supplier, "/campaigns"),
        "live": (supplier, "/live"),
        "about": (supplier, "/about"),
    }


class Reader:
    """A browser that is signed in as nobody, or as a party by development sign-in."""

    def __init__(self, address: str) -> None:
        self._http = httpx.AsyncClient(base_url=f"http://{address}", timeout=PATIENCE_SECONDS)

    async def close(self) -> None:
        await self._http.aclose()

    async def develop(self, party: Eui) -> None:
        """Raises BenchmarkFailed."""
        found = CSRF_TOKEN.search((await self._http.get("/sign-in")).text)
        token = found[1] if found else ""
        entered = await self._http.post("/develop", data={"csrf_token": token, "party": party})
        if entered.status_code != httpx.codes.SEE_OTHER:
            raise BenchmarkFailed(f"sign-in as {party}: HTTP {entered.status_code}")

    async def get(self, path: str) -> tuple[float, int]:
        """Milliseconds and octets. Raises BenchmarkFailed unless it is there."""
        began = time.perf_counter()
        answer = await self._http.get(path)
        took = (time.perf_counter() - began) * 1_000
        if answer.status_code != httpx.codes.OK:
            raise BenchmarkFailed(f"{path}: HTTP {answer.status_code}")
        return took, len(answer.content)


@asynccontextmanager
async def reader(address: str, party: Eui | None = None) -> AsyncIterator[Reader]:
    """Until the end of the block."""
    new = Reader(address)
    try:
        if party is not None:
            await new.develop(party)
        yield new
    finally:
        await new.close()


class Measurement:
    """Of each page, and of as many octets from the raw server: all times, in milliseconds."""

    def __init__(self, kinds: dict[str, tuple[Eui | None, str]], requests: int) -> None:
        self._kinds, self._requests = kinds, requests
        self.octets: dict[str, int] = {}
        self.first: dict[str, float] = {}
        self.pages: Times = {name: [] for name in kinds}
        self.raw: Times = {name: [] for name in kinds}
        self.load_averages: list[float] = []

    async def first_touch(self, readers: dict[Eui | None, Reader]) -> None:
        """What each takes for the first time."""
        for name, (who, path) in self._kinds.items():
            self.first[name], self.octets[name] = await readers[who].get(path)

    async def round(self, readers: dict[Eui | None, Reader], raw: Reader) -> None:
        """The raw server and the page, one after the other, so that both meet the same weather."""
        self.load_averages.append(load_average())
        for name, (who, path) in self._kinds.items():
            for _ in range(self._requests):
                took, _ = await raw.get(f"/{self.octets[name]}")
                self.raw[name].append(took)
                took, self.octets[name] = await readers[who].get(path)
                self.pages[name].append(took)


async def run(devices: int, rounds: int, requests: int) -> tuple[dict[str, str], Measurement]:
    """The machine, and what was measured."""
    neighbourhood = Neighbourhood(devices // DEVICES_PER_PREMISES)
    facts = {**machine_facts(), "Devices": str(devices), "rounds": str(rounds), "requests": str(requests)}
    measurement = Measurement(pages(neighbourhood), requests)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        settings = SystemSettings(
            state=Path(folder),
            organisations=ORGANISATIONS,
            seed=SEED,
            ssi=Ssi(listen="127.0.0.1:0", development_sign_in=True),
        )
        async with LocalSystem(settings) as system:
            began = time.perf_counter()
            await _settle_in(system.connection, neighbourhood)
            facts["loaded in s"] = f"{time.perf_counter() - began:.0f}"
            await _measure(system.connection.ssi, measurement, rounds)
            facts["DSP's RSS MiB"] = f"{resident_kib(system.connection).dsp / 1024:.0f}"
    return facts, measurement


async def _settle_in(servers: SystemConnection, neighbourhood: Neighbourhood) -> None:
    """The Devices, the CPL, and reads of the first meters so that there is something to see."""
    async with servers.administration() as administration:
        await administration.load(parties(), neighbourhood.registrations(), neighbourhood.devices())
        await administration.add_cpl_entry(meter_cpl_entry(version_of_round(0)))
    async with servers.emulator_control() as control:
        await control.launch([neighbourhood.template])
    async with Supplier(servers.dsp) as supplier:
        meter = neighbourhood.meters[0]
        await supplier.seconds_of(supplier.reads([meter] * RECORDS))


async def _measure(address: str, measurement: Measurement, rounds: int) -> None:
    async with (
        reader(address) as nobody,
        reader(address, SUPPLIER.eui) as supplier,
        reader(address, DISTRIBUTOR.eui) as distributor,
        raw_http_server() as raw_url,
        reader(raw_url.removeprefix("http://").rstrip("/")) as raw,
    ):
        readers = {None: nobody, SUPPLIER.eui: supplier, DISTRIBUTOR.eui: distributor}
        await measurement.first_touch(readers)
        for _ in range(rounds):
            await measurement.round(readers, raw)


def main() -> None:
    """Prints a table, or JSON with every time."""
    arguments = _arguments()
    running = run(arguments.devices, arguments.rounds, arguments.requests)
    machine, measured = asyncio.run(asyncio.wait_for(running, LONGEST_SECONDS))
    if arguments.json:
        print(
            json.dumps(
                {"machine": machine, "octets": measured.octets, "first ms": measured.first}
                | {"ms": measured.pages, "raw ms": measured.raw, "load average": measured.load_averages}
            )
        )
        return
    print(", ".join(f"{name} {value}" for name, value in machine.items()))
    loads = measured.load_averages
    print(f"load average {min(loads):.1f} to {max(loads):.1f}; times in ms, of one request after the other\n")
    width = max(map(len, measured.pages))
    heads = ("octets", "first", "median", "least", "most", "raw median", "of raw")
    print(f"{'page':<{width}}  {'  '.join(f'{head:>10}' for head in heads)}")
    for name, times in measured.pages.items():
        print(f"{name:<{width}}  {_row(measured, name, times)}")


def _row(measured: Measurement, name: str, times: Sequence[float]) -> str:
    median, raw = statistics.median(times), statistics.median(measured.raw[name])
    figures = (measured.first[name], median, min(times), max(times), raw, median / raw)
    return "  ".join(f"{text:>10}" for text in (f"{measured.octets[name]:,}", *map(shown, figures)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The pages, beside a server with nothing behind it.")
    parser.add_argument(
        "--devices", type=int, default=10_000, metavar="N", help="10000 unless given; rounded down to even"
    )
    parser.add_argument("--rounds", type=int, default=3, choices=range(1, MOST_ROUNDS + 1), metavar="R")
    parser.add_argument("--requests", type=int, default=30, metavar="N", help="of each page in each round")
    parser.add_argument("--json", action="store_true", help="every time as data")
    arguments = parser.parse_args()
    if not 1_000 <= arguments.devices <= MOST_DEVICES:
        parser.error(f"--devices {arguments.devices}: expected 1000 to {MOST_DEVICES}")
    if not 1 <= arguments.requests <= MOST_REQUESTS:
        parser.error(f"--requests {arguments.requests}: expected 1 to {MOST_REQUESTS}")
    return arguments


if __name__ == "__main__":
    main()
