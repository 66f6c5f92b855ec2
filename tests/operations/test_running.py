"""What a process tells of the code it was started from."""

import re
import subprocess
import sys
from pathlib import Path

from operations import running

ROOT = Path(running.__file__).resolve().parent.parent


def test_the_digest_is_that_of_every_python_file_of_ours() -> None:
    here = running.code_digest()
    elsewhere = subprocess.run(
        [sys.executable, "-c", "from operations.running import code_digest; print(code_digest())"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()

    assert re.fullmatch("[0-9a-f]{64}", here)
    assert elsewhere == here


def test_the_packages_are_those_that_are_shipped() -> None:
    shipped = re.search(r"^packages = \[(.*)\]$", (ROOT / "pyproject.toml").read_text(), re.MULTILINE)

    assert shipped is not None
    assert sorted(re.findall(r'"(\w+)"', shipped[1])) == sorted(running.PACKAGES)
