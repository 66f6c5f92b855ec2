"""A running system as it is seen from outside: both servers' health, what they tell, and whether their clocks agree."""

import asyncio
from dataclasses import dataclass

from smart_metering.rpc.access import Access
from smets.client.connection import Connection
from smets.client.operations import Health, Operations
from smets.client.records import ServerDescription
from smets.local_system.connection import SystemConnection
from smets.local_system.pids import is_ours


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSight:
    """One server; without a description it is not reachable, or not of this release. `access`: over TLS.

    `is_running`: its process is there; a `pid` of 0 is that of a server which another system runs.
    """

    name: str
    address: str
    pid: int
    is_running: bool
    health: Health
    described: ServerDescription | None
    access: Access | None = None

    @property
    def metrics_url(self) -> str:
        """Where its Prometheus metrics are; empty: nowhere."""
        where = self.described.metrics if self.described is not None else ""
        scheme = "http" if self.access is None else "https"
        return f"{scheme}://{where}/metrics" if where else ""


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
    access, emulator_access = connection.dsp_access.read(), connection.emulator_access.read()
    async with Connection(connection.at_dsp) as to_dsp, Connection(connection.at_emulator) as to_emulator:
        at_dsp, at_emulator = Operations(to_dsp), Operations(to_emulator)
        healths = await asyncio.gather(at_dsp.health(), at_emulator.health())
        before, emulator, after = [
            await look.describe_if_it_can() if health is not Health.UNREACHABLE else None
            for look, health in zip(
                (at_dsp, at_emulator, at_dsp), (healths[0], healths[1], healths[0]), strict=True
            )
        ]
    return SystemSight(
        dsp=_sight("DSP", connection.dsp, connection.dsp_pid, healths[0], after, access),
        emulator=_sight(
            "emulator", connection.emulator, connection.emulator_pid, healths[1], emulator, emulator_access
        ),
        clock_off_ms=_off(before, emulator, after),
    )


def _sight(
    name: str,
    address: str,
    pid: int,
    health: Health,
    described: ServerDescription | None,
    access: Access | None,
) -> ServerSight:
    return ServerSight(
        name=name,
        address=address,
        pid=pid,
        is_running=is_ours(pid) if pid else health is not Health.UNREACHABLE,
        health=health,
        described=described,
        access=access,
    )


def _off(
    before: ServerDescription | None, emulator: ServerDescription | None, after: ServerDescription | None
) -> int | None:
    if before is None or emulator is None or after is None or not emulator.attached:
        return None
    return max(0, emulator.now - after.now) + min(0, emulator.now - before.now)
