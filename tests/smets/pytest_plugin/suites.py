"""Example suites, run by a pytest of their own that finds the plugin by its entry point, as in a user's project."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

CONFIGURATION = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Session:
    """What a pytest said, and how each of its tests ended: `passed`, `failed`, `error` or `skipped`."""

    folder: Path
    exit_code: int
    output: str
    outcomes: Mapping[str, str]
    properties: Mapping[str, Mapping[str, str]]

    def of(self, test: str) -> str:
        """What was reported of a test: from its headline on."""
        headline = f" {test} "  # also of an ERROR at setup of it
        starts = [line for line in self.output.splitlines() if line.startswith("_") and headline in line]
        assert len(starts) == 1, self.output
        after = self.output.split(starts[0], 1)[1]
        return after.split("\n____", 1)[0].split("\n====", 1)[0]


def run_suite(folder: Path, files: Mapping[str, str], *arguments: str) -> Session:
    """Files are written into the folder, and pytest is run there."""
    for name, text in {"pytest.ini": CONFIGURATION, **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    report = folder / "report.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", f"--junit-xml={report}", "-p", "no:cacheprovider", *arguments]
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("SMETS_", "PYTEST_"))
    }
    environment["PYTHONPATH"] = os.pathsep.join((str(ROOT), str(_installed(folder))))
    ran = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=110, check=False
    )
    outcomes, properties = _read(report)
    return Session(folder, ran.returncode, ran.stdout + ran.stderr, outcomes, properties)


def run_smets(folder: Path, *arguments: str) -> str:
    """What the command line says, in the folder, if it says that all is well."""
    ran = subprocess.run(
        [sys.executable, "-m", "smets.cli", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def _installed(folder: Path) -> Path:
    """The entry points of this project, as an installer writes them: the tree that is tested may not be installed."""
    entry_points = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"][
        "pytest11"
    ]
    place = folder / ".installed"
    described = place / "smets_emulator_under_test-0.dist-info"
    described.mkdir(parents=True, exist_ok=True)
    (described / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: smets-emulator-under-test\nVersion: 0\n"
    )
    rows = "".join(f"{name} = {module}\n" for name, module in entry_points.items())
    (described / "entry_points.txt").write_text(f"[pytest11]\n{rows}")
    return place


def _read(report: Path) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    outcomes: dict[str, str] = {}
    properties: dict[str, dict[str, str]] = {}
    if report.is_file():
        for case in ElementTree.parse(report).iter("testcase"):
            name = case.attrib["name"]
            ends = {child.tag for child in case} & {"failure", "error", "skipped"}
            outcomes[name] = {"failure": "failed"}.get(*ends, *ends) if ends else "passed"
            properties[name] = {row.attrib["name"]: row.attrib["value"] for row in case.iter("property")}
    return outcomes, properties
