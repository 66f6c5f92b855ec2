"""What the README shows works: its fleet file is read, its Python runs, its links lead somewhere."""

import re
import subprocess
import sys
from pathlib import Path

from smets.fleet.planning import plan_fleet
from smets.fleet.reading import read_fleet

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_fleet_of_the_readme_is_a_thousand_premises() -> None:
    plan = plan_fleet(*read_fleet(_block("yaml")))

    assert sum(premises.count for premises in plan.premises) == 1_000
    assert [row.name for row in plan.firmware] == ["esme-2"]


def test_the_python_of_the_readme_runs() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _block("python")], capture_output=True, text=True, timeout=60, check=False
    )

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("I99, then firmware 00000001; MAC of 00-DB-12-34-00-00-00-02")


def test_every_link_of_the_readme_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def _block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found is not None, f"no block of {language} in the README"
    return found[1]
