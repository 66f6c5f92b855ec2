"""`smets duis sign` and `validate` stand in for DCC's tool: the same exit codes, and each reads what the other signs.

Nothing of DCC's is in the repository: its tool is installed from npm beside it, or these tests say that they are
skipped.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest
from lxml import etree
from typer.testing import CliRunner

from smart_metering.duis_xml.messages import write_response
from smart_metering.duis_xml.reading import read_tree
from smart_metering.identifiers import Eui
from smart_metering.pki.given_keys import GivenKeys
from smart_metering.response_codes import ResponseCode
from smart_metering.user_roles import UserRole
from smets.cli.__main__ import application
from smets.client.user import DEFAULT_ACB
from smets.local_system.state_folder import Organisation, StateFolder
from tests.interop.signing_tool import Job, Outcome, run_signing_tool
from tests.support.duis_files import SUPPLIER, activate_firmware_file, read_version_file
from tests.support.duis_messages import response_of

REQUEST = read_version_file().encode()
CRITICAL = activate_firmware_file().encode()
UNSIGNED_ANSWER = write_response(response_of("11.2", None, ResponseCode.I99), "5.1")

TO_SIGN: Mapping[str, bytes] = {
    "a request": REQUEST,
    "a Critical request": CRITICAL,
    "a body that DUIS has not": REQUEST.replace(b"ReadFirmwareVersion", b"ReadMyMind"),
    "an originator without a key": read_version_file(originator="90-B3-D5-1F-30-09-00-00").encode(),
    "no message of DUIS": b"<a/>",
}
"""What is signed, or not; what it comes to is the tool's to say."""


@pytest.fixture
def state(tmp_path: Path, published_keys: GivenKeys) -> StateFolder:
    """With DCC's published keys."""
    folder = StateFolder(tmp_path / "state")
    folder.give(published_keys)
    folder.prepare("a seed", DEFAULT_ACB, [Organisation(eui=Eui(SUPPLIER), roles=(UserRole.IS,))])
    return folder


def smets_duis(state: StateFolder, mode: str, octets: bytes, *options: str) -> tuple[int, bytes]:
    """Its exit code, and what it prints."""
    done = CliRunner().invoke(
        application(), ["duis", mode, "-", "--state", str(state.path), *options], input=octets
    )
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout_bytes


def jobs_of(documents: Mapping[str, bytes], mode: str) -> list[Job]:
    return [Job(mode, octets) for octets in documents.values()]  # type: ignore[arg-type]


def codes(documents: Mapping[str, bytes], outcomes: list[Outcome]) -> dict[str, int]:
    return {name: outcome.code.value for name, outcome in zip(documents, outcomes, strict=True)}


def test_both_sign_the_same_and_end_alike(
    state: StateFolder, reference_data: Path, duis_packages: Path
) -> None:
    schemas = str(reference_data / "xsd")

    theirs = run_signing_tool(duis_packages, jobs_of(TO_SIGN, "Sign"))
    ours = {name: smets_duis(state, "sign", octets, "--schemas", schemas) for name, octets in TO_SIGN.items()}

    assert {name: code for name, (code, _) in ours.items()} == codes(TO_SIGN, theirs)


def test_each_validates_what_the_other_signed(state: StateFolder, duis_packages: Path) -> None:
    for octets in (REQUEST, CRITICAL):
        (theirs,) = run_signing_tool(duis_packages, [Job("Sign", octets, keep_counter=True)])
        _, ours = smets_duis(state, "sign", octets, "--keep-counter")

        (read_by_them,) = run_signing_tool(duis_packages, [Job("Validate", ours)])
        code, read_by_us = smets_duis(state, "validate", theirs.xml)

        assert (read_by_them.code, code) == (0, 0), read_by_them.said
        assert b"Signature" not in read_by_us
        assert canonical(read_by_us) == canonical(read_by_them.xml)


def test_both_validate_alike(state: StateFolder, duis_packages: Path) -> None:
    _, signed = smets_duis(state, "sign", REQUEST, "--keep-counter")
    serial_number = signed.split(b"X509SerialNumber>")[1].partition(b"<")[0]
    documents = {
        "signed": signed,
        "signed again": smets_duis(state, "sign", signed)[1],
        "changed": signed.replace(b":1000<", b":1001<"),
        "by nobody who is known": signed.replace(serial_number, b"12345"),
        "a request that is not signed": REQUEST,
        "an answer that is not signed": UNSIGNED_ANSWER,
        "no message of DUIS": b"<a/>",
    }

    theirs = codes(documents, run_signing_tool(duis_packages, jobs_of(documents, "Validate")))

    assert {name: smets_duis(state, "validate", octets)[0] for name, octets in documents.items()} == theirs
    assert theirs["changed"] == 10


def canonical(octets: bytes) -> bytes:
    """Without declarations of namespaces that are not used."""
    return etree.tostring(read_tree(octets.strip()), method="c14n", exclusive=True)
