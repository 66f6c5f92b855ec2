"""The sessions of the documents happen as they are printed; `--rewrite` prints them anew."""

import re
from pathlib import Path

import pytest

from tests.smets.sessions import played, sessions

ROOT = Path(__file__).parents[2]
PAGES = (
    "README.md",
    "docs/rule_book.md",
    "docs/by_hand.md",
    "docs/duis.md",
    "docs/hardware-in-the-loop.md",
    "docs/keys.md",
    "docs/scenarios.md",
    "docs/replay.md",
)
LINKING = ("README.md", *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")))


@pytest.mark.parametrize("name", PAGES)
def test_the_sessions_of_a_page_happen_as_they_are_printed(
    name: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("SMETS_STATE", "SMETS_USER", "SMETS_JSON"):
        monkeypatch.delenv(variable, raising=False)
    page = ROOT / name
    printed = page.read_text("utf-8")

    happened = played(printed, tmp_path)

    if request.config.getoption("--rewrite"):
        page.write_text(happened, "utf-8")
    assert happened == printed or request.config.getoption("--rewrite")
    assert sessions(printed)


@pytest.mark.parametrize("name", LINKING)
def test_every_link_of_a_page_leads_to_a_file(name: str) -> None:
    page = ROOT / name

    links = re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8"))

    assert [link for link in links if ":" not in link and not (page.parent / link).exists()] == []
