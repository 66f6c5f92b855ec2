"""What the tests over gRPC begin with."""

from pathlib import Path

import pytest

from device_emulator.bootstrap import EmulatorSettings
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.key_folders import write_certificates
from tests.device_emulator.bench import (
    SEED,
    Bench,
    template,
)
from tests.device_emulator.running import ROLES


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    pki = DevelopmentPki(SEED)
    folder = tmp_path / "certificates"
    for party, role in ROLES.items():
        write_certificates(folder, pki.organisation(party, role).values())
    return folder


@pytest.fixture
def settings(tmp_path: Path, certificates: Path) -> EmulatorSettings:
    return EmulatorSettings(
        dsp="127.0.0.1:1",
        listen="127.0.0.1:0",
        state=tmp_path / "state",
        seed=SEED.decode(),
        certificates=certificates,
        host="a host",
    )


@pytest.fixture
def bench() -> Bench:
    """Only for the commands it can make."""
    return Bench(premises=template(count=3))
