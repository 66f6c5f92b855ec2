"""DCC's packages, installed; and its published keys, as `smets pki import` finds them."""

from pathlib import Path

import pytest

from smart_metering.pki.choosing import choose_keys
from smart_metering.pki.given_keys import GivenKeys
from smart_metering.pki.key_sources import read_key_source
from tests.interop.npm import installed


@pytest.fixture(scope="session")
def key_store_packages() -> Path:
    return installed("keystore")


@pytest.fixture(scope="session")
def key_store_file(key_store_packages: Path) -> Path:
    return key_store_packages / "node_modules" / "@smartdcc" / "dccboxed-keystore" / "keystore.json"


@pytest.fixture(scope="session")
def published_keys(key_store_file: Path) -> GivenKeys:
    return choose_keys(read_key_source(key_store_file)).keys


@pytest.fixture(scope="session")
def duis_packages() -> Path:
    return installed("duis")
