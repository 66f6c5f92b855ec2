"""`smets rules`, and the rules that `smets up` is told: what is shown, what differs, and what is refused."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "smets.cli", *arguments],
        env={**os.environ, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def lines_of(text: str) -> list[str]:
    """With single spaces."""
    return [" ".join(line.split()) for line in text.splitlines()]


def test_the_rules_of_the_latest_release_are_shown_unless_others_are_named() -> None:
    said = run("rules", "show").stdout

    assert lines_of(said)[0] == "latest: SECMP0105, SECMP0007, SAT-TITLES"
    assert "11.2 all both ESME GSME SECMP0105 report C" in lines_of(said)
    assert "11.4 PPMID SECMP0007, SEC website C" in lines_of(said)


def test_rules_are_shown_as_data() -> None:
    shown = json.loads(run("rules", "show", "none+SECMP0125", "--json").stdout)

    assert (shown["rules"], shown["modifications"]) == ("none+SECMP0125", ["SECMP0125"])
    assert shown["tables"]["amendments"][1] == {
        "statuses": ["Whitelisted", "InstalledNotCommissioned", "Commissioned"],
        "sender": "its Responsible Supplier",
        "details": "ESMEVariant alone",
        "generations": ["SMETS2+"],
        "device_types": ["ESME"],
        "source": "SECMP0125 report",
        "mark": "C",
    }


def test_what_secmp0105_changed_is_a_table() -> None:
    said = lines_of(run("rules", "diff", "none", "SECMP0105").stdout)

    assert said[:2] == ["none: no modification", "SECMP0105: SECMP0105"]
    assert "SECMP0105 11.2 all both ESME GSME SECMP0105 report C" in said
    assert "SECMP0105 11.3 ESME GSME - SECMP0105 report C" in said
    assert said[-1] == (
        "11.2 ESME GSME both 1 2 3 Suspended E5 SECMP0105 report, on E5 C yes SECMP0105 report C"
    )


def test_a_difference_says_on_which_side_a_row_stands() -> None:
    said = lines_of(run("rules", "diff", "latest-SECMP0007", "latest-SECMP0105").stdout)

    assert "latest-SECMP0007 11.2 all both ESME GSME SECMP0105 report C" in said
    assert "latest-SECMP0105 11.4 PPMID SECMP0007, SEC website C" in said


def test_differences_are_data_too() -> None:
    found = json.loads(run("rules", "diff", "November 2021", "2022-12-01", "--json").stdout)

    assert found["first"]["modifications"] == ["SECMP0105", "SECMP0007"]
    assert found["second"]["modifications"] == ["SECMP0105", "SECMP0007", "SAT-TITLES"]
    assert set(found["tables"]) == {"audit_visibility"}
    assert len(found["tables"]["audit_visibility"]["only_second"]) == 6
    assert found["requests"] == []


def test_a_request_that_becomes_of_otherwise_is_data() -> None:
    (found,) = json.loads(run("rules", "diff", "none", "SECMP0105", "--json").stdout)["requests"]

    assert found == {
        "srv": "11.2",
        "device_types": ["ESME", "GSME"],
        "generations": ["SMETS1", "SMETS2+"],
        "variants": [1, 2, 3],
        "statuses": ["Suspended"],
        "first": {"answer": "E5", "source": "SECMP0105 report, on E5", "mark": "C"},
        "second": {"answer": "yes", "source": "SECMP0105 report", "mark": "C"},
    }


def test_rules_that_do_not_differ_say_so() -> None:
    assert lines_of(run("rules", "diff", "2021-11-04", "SECMP0007,SECMP0105").stdout)[-1] == "nothing differs"


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("rules", "show", "June 2020"), "expected a SEC Release (June 2021, November 2021"),
        (("rules", "diff", "latest", "latest+SECMP9999"), "behind it +NAME or -NAME"),
        (("rules", "diff", "2021-13-01", "latest"), "expected a day of the calendar"),
    ],
)
def test_rules_that_nobody_knows_are_refused(arguments: tuple[str, ...], what: str) -> None:
    done = run(*arguments)

    assert done.returncode == 2
    assert what in done.stderr
    assert not done.stdout


@pytest.mark.parametrize(
    ("text", "arguments", "what"),
    [
        ("seed: s", ("--release", "June 2020"), "expected one of: June 2021"),
        ("seed: s", ("--with", "SECMP9999"), "expected any of: SECMP0105"),
        ("seed: s", ("--with", "SECMP0105", "--without", "SECMP0105"), "not both"),
        ("modifications: []", ("--without", "SECMP0105"), "beside a --release"),
    ],
)
def test_a_system_is_not_run_under_rules_that_nobody_knows(
    tmp_path: Path, text: str, arguments: tuple[str, ...], what: str
) -> None:
    file = tmp_path / "fleet.yaml"
    file.write_text(text)

    done = run("up", str(file), "--state", str(tmp_path / "state"), *arguments)

    assert done.returncode == 2
    assert what in done.stderr
    assert not (tmp_path / "state").exists()
