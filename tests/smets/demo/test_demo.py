"""The main job holds every expectation, on two real processes, before and after SECMP0105."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from smart_metering.instants import Instant
from smets.demo.timeline import Timeline

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def played() -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "smets.cli", "demo", "--json"],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_the_demo_holds_all_its_expectations(played: "subprocess.CompletedProcess[str]") -> None:
    assert played.returncode == 0, played.stdout[-2000:] + played.stderr
    told = json.loads(played.stdout)
    assert told["failed"] == 0


def test_the_timeline_as_data_tells_what_was_said_believed_and_expected(
    played: "subprocess.CompletedProcess[str]",
) -> None:
    chapters = json.loads(played.stdout)["chapters"]
    lines = [line for chapter in chapters for line in chapter["lines"]]
    assert "gas supp." not in {line.get("who") for line in lines} | {line.get("to") for line in lines}
    said = [line["what"] for line in lines if line["kind"] == "said"]

    assert len(chapters) == 2 * 9
    assert {line["kind"] for line in lines} == {"said", "believed", "expected"}
    for word in ("N28", "N29", "N52", "N60", "8F72", "E5 ", "E21", "noImageHeld", "MAC of", "UTRN"):
        assert any(word in what for what in said), word


def test_the_readme_shows_what_the_demo_says(played: "subprocess.CompletedProcess[str]") -> None:
    chapters = json.loads(played.stdout)["chapters"]
    told = {
        line.get(key)
        for chapter in chapters
        for line in chapter["lines"]
        for key in ("what", "because", "claim", "smi", "truth")
    }
    readme = (ROOT / "README.md").read_text("utf-8")
    (excerpt,) = (block for block in readme.split("```") if "Activate Firmware (11.3), and" in block)

    shown = re.findall(r"(?: → .{17}  |because |✓ |the SMI says  |the Device    )(.+)", excerpt)

    assert len(shown) > 20
    assert set(shown) <= told


def test_an_expectation_that_does_not_hold_is_a_failure() -> None:
    timeline = Timeline(None)
    timeline.chapter("one")
    timeline.said(Instant(0), "supplier", "DSP", "something")

    timeline.expect("it holds", 1, 1)
    timeline.expect("it does not", "V1", "V2")

    assert timeline.expectations == 2
    assert [failure.claim for failure in timeline.failures] == ["it does not"]
    assert timeline.failures[0].found == "V1"
