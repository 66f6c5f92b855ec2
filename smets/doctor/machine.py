"""The machine: Python, the packages, ports, and other programs that some of what we do can use."""

import platform
import shutil
import socket
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from operations.running import DISTRIBUTION, installed_version
from smets.doctor.finding import Finding, failed, note, ok, warning

OLDEST_PYTHON = (3, 11)

PROGRAMS = (
    # what        its names                                            what for
    ("mosquitto", ("mosquitto",), "a broker for Devices outside the emulator"),
    ("node", ("node", "nodejs"), "the client example in Node.js"),
    ("java", ("java",), "other parties' DUIS tools"),
    ("chromium", ("chromium", "chromium-browser", "google-chrome"), "tests of web pages"),
    ("postgres", ("postgres", "psql"), "a database server of one's own"),
)


def look_at_machine() -> Iterator[Finding]:
    """Python, packages, other programs."""
    yield _python()
    yield from _packages()
    for what, names, purpose in PROGRAMS:
        path = next(filter(None, map(shutil.which, names)), None)
        yield note(what, path or f"not here; only needed for {purpose}")


def look_at_port(what: str, listen: str) -> Finding:
    """Whether a server could listen there."""
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind((host, int(port)))
            door.listen()
    except (OSError, ValueError, OverflowError) as error:
        remedy = "end what listens there, or let smets up listen elsewhere (--dsp-listen, --emulator-listen)"
        return failed(what, f"{listen} cannot be listened on: {error}", remedy)
    return ok(what, f"{listen} is free" if port != "0" else f"{host} has free ports")


def _python() -> Finding:
    found = f"{platform.python_version()} ({sys.executable})"
    if sys.version_info[:2] < OLDEST_PYTHON:
        return failed("Python", found, f"install Python {'.'.join(map(str, OLDEST_PYTHON))} or newer")
    return ok("Python", found)


def _packages() -> Iterator[Finding]:
    try:
        wanted = [Requirement(text) for text in requires(DISTRIBUTION) or ()]
    except PackageNotFoundError:
        yield warning("packages", f"{DISTRIBUTION} is not installed here", "pip install --editable .")
        return
    needed = [it for it in wanted if it.marker is None or it.marker.evaluate({"extra": ""})]
    faults = [fault for fault in map(_fault, needed) if fault]
    if faults:
        yield failed(
            "packages", "; ".join(faults), f"pip install --upgrade {DISTRIBUTION}, or scripts/set_up run"
        )
    else:
        yield ok("packages", f"{DISTRIBUTION} {installed_version()}, and all {len(needed)} that it needs")


def _fault(wanted: Requirement) -> str:
    try:
        found = version(wanted.name)
    except PackageNotFoundError:
        return f"{wanted.name} is not installed"
    if wanted.specifier.contains(found, prereleases=True):
        return ""
    return f"{wanted.name} {found}, needed is {wanted.specifier}"
