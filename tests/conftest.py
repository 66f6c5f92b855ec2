"""What every test may use: the reference data, and one way of searching for examples."""

import os
from pathlib import Path

import hypothesis
import pytest

REFERENCE_DATA = "SMETS_REFERENCE_DATA"


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """The gate says the same of the same code: examples are derived from the test, not drawn.

    To look for new ones: scripts/test --hypothesis-profile=explore
    """
    hypothesis.settings.register_profile("gate", derandomize=True, deadline=None, database=None)
    hypothesis.settings.register_profile("explore", max_examples=2_000, deadline=None, print_blob=True)
    hypothesis.settings.load_profile("gate")


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of published schemas, firmware and vectors; skips the test when none is named."""
    named = os.environ.get(REFERENCE_DATA)
    if not named:
        pytest.skip(f"{REFERENCE_DATA} is not set: no published reference data to test against")
    folder = Path(named)
    if not folder.is_dir():
        pytest.fail(f"{REFERENCE_DATA} names {named}, which is not a folder")
    return folder


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite",
        action="store_true",
        help="tell the stories of tests/stories and the sessions of the documents anew",
    )
