"""Service Requests end to end: `python -m benchmarks.service_requests [--premises N] [--rounds R] [--json]`.

A client, a DSP and a device emulator, each a process of its own on this machine, joined by gRPC over loopback, every
state durable. The raw echo is measured in each round, so that a figure can be read as a part of what gRPC alone
reaches on the same machine at the same time. Takes about a minute as it is.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.machine import load_average, machine_facts
from benchmarks.neighbourhood import DEVICES_PER_PREMISES, ORGANISATIONS, SEED, Neighbourhood, parties
from benchmarks.report import print_report
from benchmarks.rounds import Figures, Rounds
from benchmarks.servers import PerServer, resident_kib
from benchmarks.supplier import Supplier
from smets.local_system.connection import SystemConnection
from smets.local_system.local_system import LocalSystem, SystemSettings

MOST_PREMISES = 50_000  # as many meters as one 11.1 may name
MOST_ROUNDS = 20
LONGEST_SECONDS = 1_800.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """`once` is what can happen but once to a system."""

    machine: Mapping[str, str]
    once: Figures
    rounds: Sequence[Figures]


def main() -> None:
    """Prints a table, or JSON with every round."""
    arguments = _arguments()
    neighbourhood = Neighbourhood(arguments.premises)
    measured = asyncio.run(_within(LONGEST_SECONDS, neighbourhood, arguments.rounds))
    if arguments.json:
        print(json.dumps({"machine": measured.machine, "once": measured.once, "rounds": measured.rounds}))
    else:
        print_report(measured.machine, measured.once, measured.rounds)


async def _within(seconds: float, neighbourhood: Neighbourhood, rounds: int) -> Measured:
    async with asyncio.timeout(seconds):
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            settings = SystemSettings(state=Path(folder), organisations=ORGANISATIONS, seed=SEED)
            async with LocalSystem(settings) as system:
                return await _measure(system.connection, neighbourhood, rounds)


async def _measure(servers: SystemConnection, neighbourhood: Neighbourhood, rounds: int) -> Measured:
    empty = resident_kib(servers)
    once = await _settle_in(servers, neighbourhood)
    idle = resident_kib(servers)
    async with Supplier(servers.dsp) as supplier:
        each = Rounds(servers, supplier, neighbourhood.meters)
        once |= await each.first_touch()
        touched = resident_kib(servers)
        once |= _memory(empty, idle, touched, neighbourhood.premises)
        figures = []
        for _ in range(rounds):
            load_before = load_average()
            figures.append(await each.measure() | {"load average": load_before})
        used = resident_kib(servers).times(1 / 1024)
    once |= {"RSS MiB after all rounds, DSP": used.dsp, "RSS MiB after all rounds, emulator": used.emulator}
    machine = machine_facts() | {"premises": str(neighbourhood.premises), "rounds": str(rounds)}
    return Measured(machine=machine, once=once, rounds=figures)


async def _settle_in(servers: SystemConnection, neighbourhood: Neighbourhood) -> Figures:
    began = time.perf_counter()
    async with servers.administration() as administration:
        await administration.load(parties(), neighbourhood.registrations(), neighbourhood.devices())
    loaded = time.perf_counter()
    async with servers.emulator_control() as control:
        await control.launch([neighbourhood.template])
    launched = time.perf_counter()
    return {"load the SMI s": loaded - began, "launch the premises s": launched - loaded}


def _memory(empty: PerServer, idle: PerServer, touched: PerServer, premises: int) -> Figures:
    a_device = idle.since(empty).times(1 / (premises * DEVICES_PER_PREMISES))
    a_touched = touched.since(idle).times(1 / premises)
    return {
        "RSS MiB empty, DSP": empty.dsp / 1024,
        "RSS MiB empty, emulator": empty.emulator / 1024,
        "RSS MiB loaded and launched, DSP": idle.dsp / 1024,
        "RSS MiB loaded and launched, emulator": idle.emulator / 1024,
        "RSS KiB an idle Device, DSP": a_device.dsp,
        "RSS KiB an idle Device, emulator": a_device.emulator,
        "RSS KiB more a touched Device, DSP": a_touched.dsp,
        "RSS KiB more a touched Device, emulator": a_touched.emulator,
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.service_requests", description=__doc__)
    parser.add_argument(
        "--premises", type=int, default=2_000, help=f"1 to {MOST_PREMISES}; 2000 unless given"
    )
    parser.add_argument("--rounds", type=int, default=5, help=f"1 to {MOST_ROUNDS}; 5 unless given")
    parser.add_argument("--json", action="store_true", help="every round, for a program to read")
    arguments = parser.parse_args()
    if not 1 <= arguments.premises <= MOST_PREMISES:
        parser.error(f"--premises {arguments.premises}: expected 1 to {MOST_PREMISES}")
    if not 1 <= arguments.rounds <= MOST_ROUNDS:
        parser.error(f"--rounds {arguments.rounds}: expected 1 to {MOST_ROUNDS}")
    return arguments


if __name__ == "__main__":
    main()
