"""The tests of docs/pytest.md run as they stand there, and pass."""

import re
from pathlib import Path

from tests.smets.pytest_plugin.suites import ROOT, run_suite

PAGE = ROOT / "docs/pytest.md"
TEN = 14
"""Lines of a test on the page: about ten, empty ones and its decorators counted."""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def test_the_tests_of_the_page_pass(tmp_path: Path) -> None:
    suite = {"test_page.py": "\n\n".join(blocks("python"))}
    for text in blocks("yaml"):
        suite[text.splitlines()[0].removeprefix("# ")] = text

    session = run_suite(tmp_path, suite)

    assert set(session.outcomes.values()) == {"passed"}, session.output
    assert len(session.outcomes) == 7
    assert not (tmp_path / "smets-runs").exists()


def test_the_tests_of_the_page_are_short() -> None:
    tests = re.findall(r"^(?:async )?def test_.*\n(?:(?: .*)?\n)+", "\n".join(blocks("python")), re.MULTILINE)

    lengths = [len(test.strip().splitlines()) for test in tests]

    assert len(lengths) == 7
    assert max(lengths) <= TEN


def test_every_option_and_fixture_is_on_the_page() -> None:
    page = PAGE.read_text("utf-8")
    options = re.findall(
        r"\"(--smets-[a-z-]+)\"", (ROOT / "smets/pytest_plugin/options.py").read_text("utf-8")
    )
    fixtures = re.findall(
        r"^@pytest\.fixture\ndef (\w+)",
        (ROOT / "smets/pytest_plugin/plugin.py").read_text("utf-8"),
        re.MULTILINE,
    )

    missing = [name for name in (*options, *fixtures) if f"`{name}" not in page]

    assert options
    assert fixtures
    assert missing == []
