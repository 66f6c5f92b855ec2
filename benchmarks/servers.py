"""The two servers under measurement: what they cost the machine, read from /proc where there is one."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from smets.local_system.connection import SystemConnection

T = TypeVar("T")

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class PerServer:
    """A figure of each of the two."""

    dsp: float
    emulator: float

    def since(self, before: "PerServer") -> "PerServer":
        """What was added since."""
        return PerServer(dsp=self.dsp - before.dsp, emulator=self.emulator - before.emulator)

    def times(self, factor: float) -> "PerServer":
        """In another unit, or for each of many."""
        return PerServer(dsp=self.dsp * factor, emulator=self.emulator * factor)


def cpu_seconds(servers: SystemConnection) -> PerServer:
    """The processor time each has used since its start, in user and system mode."""
    return _each(servers, _cpu_seconds)


def resident_kib(servers: SystemConnection) -> PerServer:
    """The memory of each that is in RAM."""
    return _each(servers, _resident_kib)


def _each(servers: SystemConnection, read: Callable[[int], float]) -> PerServer:
    return PerServer(dsp=read(servers.dsp_pid), emulator=read(servers.emulator_pid))


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _resident_kib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return float(next(line for line in lines if line.startswith("VmRSS:")).split()[1])
