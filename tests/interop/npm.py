"""Published packages of npm, installed beside the repository: never in it, pinned, and once for all runs."""

import hashlib
import os
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

CACHE = "SMETS_INTEROP_CACHE"
NPM_SECONDS = 180
HERE = Path(__file__).parent
INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0")
NO_NETWORK = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT"
)


def installed(name: str, beside: Path = HERE) -> Path:
    """The folder where the packages of `tests/interop/NAME` are installed; skips the test where that cannot be.

    `beside`: where the folder NAME with its package.json is, if elsewhere.
    """
    missing = [tool for tool in ("node", "npm") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"packages of npm are not run: {' and '.join(missing)} not there")
    pinned = [beside / name / file for file in ("package.json", "package-lock.json")]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in pinned)).hexdigest()[:16]
    folder = _cache() / f"{name}-{digest}"
    if not folder.is_dir():
        _install(pinned, folder)
    return folder


def _install(pinned: list[Path], folder: Path) -> None:
    """In a folder of its own, which then takes its place: others may install at the same time, or be cut short."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="installing-", dir=folder.parent) as new:
        for path in pinned:
            shutil.copy(path, new)
        done = subprocess.run(
            INSTALL, cwd=new, capture_output=True, text=True, timeout=NPM_SECONDS, check=False
        )
        if done.returncode and NO_NETWORK.search(done.stderr):
            pytest.skip("packages of npm are not run: npm reaches no registry")
        assert done.returncode == 0, done.stderr
        with suppress(OSError):  # Another was quicker.
            Path(new).rename(folder)
        Path(new).mkdir(exist_ok=True)
    assert folder.is_dir()


def _cache() -> Path:
    named = os.environ.get(CACHE)
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "smets-emulator" / "interop"
