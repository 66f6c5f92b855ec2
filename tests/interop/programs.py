"""Programs for Node.js beside these tests, which ask DCC's packages and answer in JSON."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.interop.npm import HERE

SECONDS = 60

Answer = Any  # JSON


def ask(packages: Path, program: str, *arguments: str, question: object = None) -> Answer:
    """What `tests/interop/PROGRAM` prints, run where the packages are installed; `question` is its standard input."""
    done = subprocess.run(
        ["node", str(HERE / program), *arguments],
        cwd=packages,
        input=json.dumps(question),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
