"""Processes by their ids: whether one runs, whether it is ours, and how it is ended.

A process id is given again, to any program, once its process is gone: what a file remembers must be looked at first.
"""

import asyncio
import math
import os
import signal
import subprocess
from pathlib import Path

LOOK_EVERY_SECONDS = 0.02
OURS = ("smets", "dsp", "device_emulator")


def is_ours(pid: int) -> bool:
    """A process with this id runs, and its command line is that of one of our programs."""
    return any(word in _command_line(pid) for word in OURS)


def ask_to_end(pid: int) -> bool:
    """SIGTERM; False: it has gone meanwhile, or is another's."""
    try:
        os.kill(pid, signal.SIGTERM)
    except (ProcessLookupError, PermissionError):
        return False
    return True


async def ended(pid: int, within_seconds: float) -> bool:
    """Waits until it runs no more; False: it still does."""
    for _ in range(math.ceil(within_seconds / LOOK_EVERY_SECONDS)):
        if not is_ours(pid):
            return True
        await asyncio.sleep(LOOK_EVERY_SECONDS)
    return not is_ours(pid)


def _command_line(pid: int) -> str:
    """Empty: there is no such process, or it has ended and waits only to be taken note of."""
    if pid <= 0:
        return ""
    file = Path(f"/proc/{pid}/cmdline")
    try:
        return file.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return "" if Path("/proc/self").exists() else _asked_of_ps(pid)


def _asked_of_ps(pid: int) -> str:
    """Where there is no /proc."""
    words = ["ps", "-o", "stat=,command=", "-p", str(pid)]
    try:
        said = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""
    state, _, command = said.strip().partition(" ")
    return "" if state.startswith("Z") else command
