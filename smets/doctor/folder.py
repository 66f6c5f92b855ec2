"""The state folder: whether we may write there, whether others may read keys, room on the disk, and the ledgers."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from ledger.checking import check_ledger
from smets.doctor.finding import Finding, failed, note, ok, warning
from smets.local_system.state_folder import StateFolder

GIB = 1024**3
LITTLE_ROOM, NO_ROOM = GIB, GIB // 10
OPEN_TO_OTHERS = 0o077
NAMES_SHOWN = 3


def look_at_folder(state: Path, *, runs: bool) -> Iterator[Finding]:
    """`runs`: servers work with it at this moment."""
    above = _nearest(state)
    if above is None or not os.access(above, os.R_OK | os.W_OK | os.X_OK):
        yield failed(
            "state folder",
            f"{above or state} cannot be written",
            "chown or chmod it, or name another (--state)",
        )
        return
    yield _room(above)
    if not state.is_dir():
        yield note("state folder", f"{state} is not there yet; smets up makes it")
        return
    yield ok("state folder", f"{state} can be read and written")
    yield _secrets(state)
    folder = StateFolder(state)
    for side, path in (
        ("DSP", folder.dsp / "dsp.sqlite3"),
        ("emulator", folder.emulator / "device_emulator.sqlite3"),
    ):
        yield _ledger(side, path)
        if not runs and _is_locked(path.parent / "lock"):
            yield failed(
                f"{side} state",
                f"a process works with {path.parent}, although no system is known to run with this state folder",
                f"end it; fuser {path.parent / 'lock'} names it",
            )


def _nearest(state: Path) -> Path | None:
    """The folder, or what is above it as far as that is there; None: something in between is no folder."""
    path = next(path for path in (state.resolve(), *state.resolve().parents) if path.exists())
    return path if path.is_dir() else None


def _room(path: Path) -> Finding:
    free = shutil.disk_usage(path).free
    found = f"{free / GIB:.1f} GiB free"
    remedy = "make room: a server whose ledger cannot be written stops"
    if free < NO_ROOM:
        return failed("disk space", found, remedy)
    return warning("disk space", found, remedy) if free < LITTLE_ROOM else ok("disk space", found)


def _secrets(state: Path) -> Finding:
    folder = StateFolder(state)
    secrets = [folder.connection_file, *(folder.path / "parties").rglob("*.pem")]
    opened = [path for path in secrets if path.is_file() and path.stat().st_mode & OPEN_TO_OTHERS]
    if not opened:
        return ok("secrets", "private keys and the connection file are for their owner alone")
    shown = ", ".join(str(path.relative_to(state)) for path in opened[:NAMES_SHOWN])
    more = f" and {len(opened) - NAMES_SHOWN} more" if len(opened) > NAMES_SHOWN else ""
    return warning("secrets", f"others may read {shown}{more}", f"chmod -R go-rwx {state}")


def _ledger(side: str, path: Path) -> Finding:
    check = f"{side} ledger"
    if not path.exists():
        return note(check, f"{path} is not there yet")
    checked = check_ledger(path)
    if checked.faults:
        remedy = "keep a copy, then bring back a backup, or begin anew with another state folder"
        return failed(check, f"{path}: {'; '.join(checked.faults)}", remedy)
    return ok(check, f"{path} is whole, {checked.octets / 1024**2:.1f} MiB")


def _is_locked(lock: Path) -> bool:
    try:
        with lock.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
