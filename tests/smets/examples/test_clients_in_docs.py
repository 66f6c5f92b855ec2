"""What docs/clients.md shows is what the tests run: its code stands in the examples, its links lead somewhere."""

import re
from pathlib import Path

import pytest

from smets import client

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "clients.md"
TEXT = PAGE.read_text("utf-8")
EXAMPLES = "".join(
    path.read_text("utf-8")
    for path in sorted((ROOT / "examples").rglob("*.*"))
    if path.suffix in (".py", ".mjs")
)


@pytest.mark.parametrize("block", re.findall(r"```(?:python|js)\n(.*?)```", TEXT, re.DOTALL))
def test_its_code_is_quoted_from_the_examples(block: str) -> None:
    assert block in EXAMPLES


def test_its_links_lead_to_files() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", TEXT)

    assert len(links) > 5
    assert [link for link in links if not (PAGE.parent / link).exists()] == []


def test_its_table_of_errors_names_every_error() -> None:
    table = TEXT.partition("### Errors")[2].partition("## Node.js")[0]
    errors = set(client._MODULES["smets.client.errors"])

    assert {name for name in re.findall(r"`(\w+)`", table) if name != "TimeoutError"} == errors
