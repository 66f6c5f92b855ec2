"""What runs here: the version, the code it was started from, since when, and where its metrics are."""

from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

DISTRIBUTION = "smets-emulator"
PACKAGES = ("device_emulator", "dsp", "ledger", "operations", "smart_metering", "smets")
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """`started_at` is real time, seconds since 1970; `metrics` is HOST:PORT, empty where none are served."""

    version: str
    code: str
    started_at: float
    metrics: str = ""


def installed_version() -> str:
    """Of the package; `unknown` where it was never installed."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return UNKNOWN


def code_digest() -> str:
    """SHA-256, in hex, over all our Python files; empty where they are not files.

    Two processes with the same one were started from the same code; a server that outlives an update tells so.
    """
    root = Path(__file__).resolve().parent.parent
    digest = sha256()
    found = False
    for package in PACKAGES:
        for file in sorted((root / package).rglob("*.py")):
            digest.update(f"{file.relative_to(root).as_posix()}\n".encode())
            digest.update(sha256(file.read_bytes()).digest())
            found = True
    return digest.hexdigest() if found else ""
