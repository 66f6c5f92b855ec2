"""Ends a running system by the process ids of its connection file: in order, and waited for."""

import time
from dataclasses import dataclass

from smets.local_system.connection import SystemConnection
from smets.local_system.pids import ask_to_end, ended, is_ours
from smets.local_system.state_folder import StateFolder

RUNNER, EMULATOR, DSP = "smets up", "emulator", "DSP"


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of one process."""

    name: str
    pid: int
    was_running: bool
    has_ended: bool


async def end(connection: SystemConnection, within_seconds: float) -> list[Ended]:
    """Asks each to end and waits for it: first who runs the servers, who ends them in order; then what is left.

    A connection file that nobody removes any more is removed, once none of its processes runs.
    """
    deadline = time.monotonic() + within_seconds
    processes = ((RUNNER, connection.pid), (EMULATOR, connection.emulator_pid), (DSP, connection.dsp_pid))
    were_running = {pid for _, pid in processes if is_ours(pid)}
    outcomes = []
    for name, pid in processes:
        if pid:
            has_ended = await _end_one(pid, max(0.0, deadline - time.monotonic()))
            outcomes.append(Ended(name, pid, pid in were_running, has_ended))
    if all(outcome.has_ended for outcome in outcomes):
        StateFolder(connection.state).connection_file.unlink(missing_ok=True)
    return outcomes


async def _end_one(pid: int, within_seconds: float) -> bool:
    if not is_ours(pid):
        return True
    ask_to_end(pid)
    return await ended(pid, within_seconds)
