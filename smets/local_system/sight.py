"""A running system as it is seen from outside: both servers' health, what they tell, and whether their clocks agree."""

import asyncio
from dataclasses import dataclass

from smets.client.connection import Connection
from smets.client.operations import Health, Operations
from smets.client.records import ServerDescription
from smets.local_system.connection import SystemConnection
from smets.local_system.pids import is_ours


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSight:
    """One server; without a description it is not reachable, or not of this release.

    `is_running`: its process is there; a `pid` of 0 is that of a server which another system runs.
    """

    name: str
    address: str
    pid: int
    is_running: bool
    health: Health
    described: ServerDescription | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemSight:
    """Both. `clock_off_ms`: by how much the emulator's clock is ahead of the DSP's, beyond what the looking itself
    took; None where one of them is silent, or the emulator is not attached."""

    dsp: ServerSight
    emulator: ServerSight
    clock_off_ms: int | None

    @property
    def servers(self) -> tuple[ServerSight, ServerSight]:
        return self.dsp, self.emulator

    @property
    def is_well(self) -> bool:
        """Both serve."""
        return all(server.health is Health.SERVING for server in self.servers)


async def see(connection: SystemConnection) -> SystemSight:
    """Looks at both; a server that does not answer costs a few seconds at most."""
    async with Connection(connection.dsp) as to_dsp, Connection(connection.emulator) as to_emulator:
        at_dsp, at_emulator = Operations(to_dsp), Operations(to_emulator)
        healths = await asyncio.gather(at_dsp.health(), at_emulator.health())
        before, emulator, after = [
            await look.describe_if_it_can() if health is not Health.UNREACHABLE else None
            for look, health in zip(
                (at_dsp, at_emulator, at_dsp), (healths[0], healths[1], healths[0]), strict=True
            )
        ]
    return SystemSight(
        dsp=_sight("DSP", connection.dsp, connection.dsp_pid, healths[0], after),
        emulator=_sight("emulator", connection.emulator, connection.emulator_pid, healths[1], emulator),
        clock_off_ms=_off(before, emulator, after),
    )


def _sight(
    name: str, address: str, pid: int, health: Health, described: ServerDescription | None
) -> ServerSight:
    return ServerSight(
        name=name,
        address=address,
        pid=pid,
        is_running=is_ours(pid) if pid else health is not Health.UNREACHABLE,
        health=health,
        described=described,
    )


def _off(
    before: ServerDescription | None, emulator: ServerDescription | None, after: ServerDescription | None
) -> int | None:
    if before is None or emulator is None or after is None or not emulator.attached:
        return None
    return max(0, emulator.now - after.now) + min(0, emulator.now - before.now)
