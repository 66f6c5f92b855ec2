"""DCC's signing tool: it signs requests and validates what arrives, by its schema and its list of certificates.

All that one test asks is run within one JVM: to start another for each document costs more than the whole test. How
DCC's own wrapper starts it, once for each document, is what the Node.js programs beside this do.
"""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Literal

import pytest

from tests.interop.npm import HERE

SECONDS = 180
PROGRAM = HERE / "duis" / "RunMany.java"
JAR = Path("node_modules", "@smartdcc", "duis-sign-wrap", "dist", "tool.jar")
CLASSES = "uk.co.smartdcc.boxed.xmldsig"


class ExitCode(IntEnum):
    """Of the tool."""

    SUCCESS = 0
    OPERATING_SYSTEM = 1
    GENERIC = 2
    MISSING_KEY = 3
    INVALID = 10


@dataclass(frozen=True, slots=True)
class Job:
    """One run of the tool; it sets the counter of what it signs to the time, unless that is kept."""

    mode: Literal["Sign", "Validate"]
    xml: bytes
    keep_counter: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """`xml` is what was signed, or what was found valid, without its signature; `said` explains the code."""

    code: ExitCode
    xml: bytes
    said: str


def run_signing_tool(packages: Path, jobs: Sequence[Job]) -> list[Outcome]:
    """In the order of the jobs; skips the test where there is no Java that runs a source file."""
    expect_java()
    done = subprocess.run(
        ["java", "-XX:TieredStopAtLevel=1", "-cp", str(packages / JAR), str(PROGRAM)],
        input=b"".join(map(_job, jobs)),
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    outcomes, answers = [], done.stdout
    while answers:
        head, _, rest = answers.partition(b"\n")
        code, written, said = map(int, head.split())
        text = rest[written : written + said].decode()
        outcomes.append(Outcome(ExitCode(code), rest[:written], text))
        answers = rest[written + said :]
    assert len(outcomes) == len(jobs)
    return outcomes


def _job(job: Job) -> bytes:
    arguments = ["-", "--preserveCounter"] if job.keep_counter else ["-"]
    head = " ".join([f"{CLASSES}.{job.mode}", str(len(job.xml)), *arguments])
    return head.encode() + b"\n" + job.xml


def expect_java() -> None:
    """Skips the test where there is none that the tool, and our program around it, can be run by."""
    if shutil.which("java") is None:
        pytest.skip("DCC's signing tool is not run: java not there")
    modules = subprocess.run(["java", "--list-modules"], capture_output=True, text=True, check=False)
    if "jdk.compiler" not in modules.stdout:
        pytest.skip("DCC's signing tool is not run: this Java is no JDK 11 or later")
