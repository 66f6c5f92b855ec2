"""Service Requests as DUIS XML over HTTP: `python -m benchmarks.duis_requests [--rounds R] [--requests N] [--json]`.

A client, a DSP and a device emulator, each a process of its own on this machine, every state durable. In each round the
same posts go to a server with nothing behind it first. Requests are signed beforehand. Takes about a minute as it is.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import httpx

from benchmarks.machine import load_average, machine_facts
from benchmarks.neighbourhood import ORGANISATIONS, SEED, SUPPLIER, Neighbourhood, parties
from benchmarks.raw_http import raw_http_server
from benchmarks.report import shown
from benchmarks.rounds import Figures
from benchmarks.supplier import BenchmarkFailed
from smart_metering.command_variants import CommandVariant
from smart_metering.duis.service_requests import Body, ReadFirmwareVersion, ServiceRequest, UpdateFirmware
from smart_metering.duis_xml.messages import write_request
from smart_metering.duis_xml.signature import Signer
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui, RequestId, eui_from_number
from smart_metering.pki.certificates import OrganisationRole
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.keys import KeyUsage
from smart_metering.pki.serial_numbers import serial_number_of
from smart_metering.service_requests import service_reference_of
from smets.local_system.connection import SystemConnection
from smets.local_system.duis import Duis
from smets.local_system.local_system import LocalSystem, SystemSettings

PREMISES = 500
MOST_ROUNDS, MOST_REQUESTS = 20, 20_000
TOGETHER = 32
LARGEST_IMAGE, MOST_DEVICES = 10_240_000, 50_000
LONGEST_SECONDS = 900.0
ACKNOWLEDGED = "<sr:ResponseCode>I99<"


class Users:
    """Signs as the supplier."""

    def __init__(self, acb: Eui) -> None:
        credential = DevelopmentPki(SEED.encode()).organisation(SUPPLIER.eui, OrganisationRole.SUPPLIER)
        own = credential[KeyUsage.XML_SIGNING]
        self._signer = Signer(private_key=own.private_key, serial_number=serial_number_of(own.certificate))
        self._acb = acb
        self._counters = count(1)

    def reads(self, meters: Sequence[Eui], number: int) -> list[bytes]:
        """11.2 to one meter after the other."""
        return [
            self._signed("11.2", CommandVariant.SEND, meters[at % len(meters)], ReadFirmwareVersion())
            for at in range(number)
        ]

    def largest(self) -> bytes:
        """An 11.1 with as much in it as DUIS allows; the image is none, and nobody knows the Devices."""
        devices = tuple(eui_from_number(0x00DB_FF00_0000_0000 + number) for number in range(MOST_DEVICES))
        body = UpdateFirmware(
            firmware_image=bytes(LARGEST_IMAGE),
            firmware_version=FirmwareVersion("00000009"),
            device_id_list=devices,
        )
        return self._signed("11.1", CommandVariant.NON_DEVICE, self._acb, body)

    def _signed(self, srv: str, variant: CommandVariant, target: Eui, body: Body) -> bytes:
        request = ServiceRequest(
            request_id=RequestId(SUPPLIER.eui, target, next(self._counters)),
            command_variant=variant,
            service_reference=service_reference_of(srv),
            service_reference_variant=srv,
            body=body,
        )
        return write_request(request, signer=self._signer)


async def posted(
    url: str, bodies: Sequence[bytes], together: int, expected: str = ""
) -> tuple[float, list[float]]:
    """Seconds for all, and of each. Raises BenchmarkFailed if an answer does not hold what is expected."""
    todo, latencies = iter(bodies), []

    async def one_after_another(http: httpx.AsyncClient) -> None:
        for octets in todo:
            began = time.perf_counter()
            response = await http.post(url, content=octets, headers={"content-type": "application/xml"})
            latencies.append(time.perf_counter() - began)
            if response.status_code != 200 or expected not in response.text:
                raise BenchmarkFailed(f"{url}: HTTP {response.status_code}: {response.text[:500]}")

    async with httpx.AsyncClient(timeout=60) as http:
        began = time.perf_counter()
        await asyncio.gather(*(one_after_another(http) for _ in range(together)))
        return time.perf_counter() - began, latencies


async def measure(servers: SystemConnection, meters: Sequence[Eui], users: Users, requests: int) -> Figures:
    """One round."""
    figures: Figures = {}
    door = f"http://{servers.duis}/api/v1/"
    async with raw_http_server() as raw:
        for name, url, expected in (("raw", raw, ""), ("11.2", f"{door}serviceS", ACKNOWLEDGED)):
            await posted(url, users.reads(meters, 50), 1, expected)
            for together in (1, TOGETHER):
                seconds, latencies = await posted(url, users.reads(meters, requests), together, expected)
                cuts = statistics.quantiles(latencies, n=100)
                figures |= {
                    f"{name} /s, {together} at once": requests / seconds,
                    f"{name} p50 ms, {together} at once": cuts[49] * 1_000,
                    f"{name} p99 ms, {together} at once": cuts[98] * 1_000,
                    f"{name} longest ms, {together} at once": max(latencies) * 1_000,
                }
        largest = users.largest()
        for name, url in (("raw", raw), ("11.1", f"{door}serviceD")):
            seconds, _ = await posted(url, [largest], 1)
            figures[f"{name} of {len(largest) / 1e6:.1f} MB, s"] = seconds
    return figures


async def run(rounds: int, requests: int) -> tuple[dict[str, str], list[Figures]]:
    """The machine, and each round."""
    neighbourhood = Neighbourhood(PREMISES)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        settings = SystemSettings(
            state=Path(folder), organisations=ORGANISATIONS, seed=SEED, duis=Duis(listen="127.0.0.1:0")
        )
        async with LocalSystem(settings) as system:
            async with system.connection.administration() as administration:
                await administration.load(
                    parties=parties(),
                    registrations=neighbourhood.registrations(),
                    devices=neighbourhood.devices(),
                )
            users, figures = Users(system.connection.acb), []
            for _ in range(rounds):
                load = load_average()
                figures.append(
                    await measure(system.connection, neighbourhood.meters, users, requests)
                    | {"load average": load}
                )
    return {**machine_facts(), "requests": str(requests), "rounds": str(rounds)}, figures


def main() -> None:
    """Prints a table, or JSON with every round."""
    arguments = _arguments()
    machine, rounds = asyncio.run(
        asyncio.wait_for(run(arguments.rounds, arguments.requests), LONGEST_SECONDS)
    )
    if arguments.json:
        print(json.dumps({"machine": machine, "rounds": rounds}))
        return
    print(", ".join(f"{name} {value}" for name, value in machine.items()), end="\n\n")
    width = max(map(len, rounds[0]))
    print(f"{'each round':<{width}}  {'median':>10}  {'min':>10}  {'max':>10}  {'of raw':>8}")
    for name in rounds[0]:
        values = [figures[name] for figures in rounds]
        raw = name.replace("11.2", "raw").replace("11.1", "raw")
        ratio = statistics.median(figures[name] / figures[raw] for figures in rounds) if raw != name else None
        columns = "  ".join(
            f"{shown(it):>10}" for it in (statistics.median(values), min(values), max(values))
        )
        print(f"{name:<{width}}  {columns}  {f'{ratio:.2f}' if ratio is not None else '':>8}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="DUIS XML over HTTP beside a server with nothing behind it.")
    parser.add_argument("--rounds", type=int, default=3, choices=range(1, MOST_ROUNDS + 1), metavar="R")
    parser.add_argument("--requests", type=int, default=1_000, metavar="N", help="in each measurement")
    parser.add_argument("--json", action="store_true", help="every round as data")
    arguments = parser.parse_args()
    if not 100 <= arguments.requests <= MOST_REQUESTS:
        parser.error(f"--requests: {arguments.requests}, expected 100 to {MOST_REQUESTS}")
    return arguments


if __name__ == "__main__":
    main()
