"""What is written to a key folder is read again; a file that is missing, unreadable or misplaced is named."""

import re
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from smart_metering.identifiers import Eui, parse_eui
from smart_metering.pki.development import Credential, DevelopmentPki
from smart_metering.pki.key_folders import (
    KeyFolderError,
    read_certificate_file,
    read_certificates,
    read_private_key,
    read_private_keys,
    write_certificates,
    write_private_keys,
)
from smart_metering.pki.keys import KeyUsage, private_key_to_pem

PARTY = parse_eui("90-B3-D5-1F-30-01-00-00")
METER = parse_eui("00-DB-12-34-56-78-90-A0")
DS, KA = KeyUsage.DIGITAL_SIGNING, KeyUsage.KEY_AGREEMENT
SUPPLIER = DevelopmentPki(b"a seed").organisation(PARTY, "02")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_private_keys_are_written_for_their_owner_only_and_read_again(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "supplier"

    write_private_keys(folder, SUPPLIER.values())

    assert names(folder) == [f"90b3d51f30010000-{usage}.key.pem" for usage in ("ds", "ka", "pp-ka", "xml")]
    assert mode(folder) == 0o700
    assert {mode(path) for path in folder.iterdir()} == {0o600}
    held = {key: scalar.private_numbers() for key, scalar in read_private_keys(folder).items()}
    assert held == {(PARTY, usage): one.private_key.private_numbers() for usage, one in SUPPLIER.items()}


def test_a_key_that_others_could_read_is_closed_when_written_again(tmp_path: Path) -> None:
    path = tmp_path / "90b3d51f30010000-ds.key.pem"
    path.write_text("x" * 10_000)
    path.chmod(0o644)

    write_private_keys(tmp_path, [SUPPLIER[DS]])

    assert mode(path) == 0o600
    assert path.read_bytes() == private_key_to_pem(SUPPLIER[DS].private_key)


def test_certificates_of_everyone_are_written_without_private_keys_and_read_again(tmp_path: Path) -> None:
    folder = tmp_path / "certificates"
    meter = DevelopmentPki(b"a seed").device(METER)
    everyone: list[Credential] = [*SUPPLIER.values(), *meter.values()]

    write_certificates(folder, everyone)

    assert names(folder) == [
        "00db1234567890a0-ds.pem",
        "00db1234567890a0-ka.pem",
        "90b3d51f30010000-ds.pem",
        "90b3d51f30010000-ka.pem",
        "90b3d51f30010000-pp-ka.pem",
        "90b3d51f30010000-xml.pem",
    ]
    assert not any(b"PRIVATE" in path.read_bytes() for path in folder.iterdir())
    assert read_certificates(folder) == {(one.entity, one.usage): one.certificate for one in everyone}


def test_files_with_other_names_are_not_read(tmp_path: Path) -> None:
    write_private_keys(tmp_path, SUPPLIER.values())
    (tmp_path / "README.md").write_text("about these keys")
    (tmp_path / "90B3D51F30010000-ds.pem").write_text("upper case")

    assert read_certificates(tmp_path) == {}
    assert len(read_private_keys(tmp_path)) == 4


def test_the_published_keystore_is_such_a_folder(reference_data: Path) -> None:
    certificates = read_certificates(reference_data / "rtds" / "keystore")

    assert len(certificates) == 29
    assert (PARTY, KeyUsage.PREPAYMENT_KEY_AGREEMENT) in certificates


@pytest.mark.parametrize(
    ("entity", "usage", "complaint"),
    [
        (
            METER,
            DS,
            "00db1234567890a0-ds.key.pem: cannot read the ds private key of 00-DB-12-34-56-78-90-A0: No such",
        ),
        (PARTY, DS, "90b3d51f30010000-ds.key.pem: no PEM private key"),
    ],
    ids=["missing", "garbled"],
)
def test_a_private_key_that_cannot_be_read_is_named(
    tmp_path: Path, entity: Eui, usage: KeyUsage, complaint: str
) -> None:
    (tmp_path / "90b3d51f30010000-ds.key.pem").write_text("-----BEGIN PRIVATE KEY-----")

    with pytest.raises(KeyFolderError, match=re.escape(f"{tmp_path}/{complaint}")):
        read_private_key(tmp_path, entity, usage)


def pem_of(credential: Credential) -> bytes:
    return x509.load_der_x509_certificate(credential.certificate).public_bytes(serialization.Encoding.PEM)


def garbled_certificate() -> bytes:
    return b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize(
    ("pem", "complaint"),
    [
        (b"", "no certificate in PEM"),
        (garbled_certificate(), "no certificate in PEM"),
        (
            pem_of(DevelopmentPki(b"a seed").device(METER)[DS]),
            "it is the certificate of 00-DB-12-34-56-78-90-A0",
        ),
        (pem_of(SUPPLIER[KA]), "its key is for ka, not for ds"),
    ],
    ids=["empty", "garbled", "another entity", "another usage"],
)
def test_a_certificate_that_is_not_what_its_name_says_is_named(
    tmp_path: Path, pem: bytes, complaint: str
) -> None:
    path = tmp_path / "90b3d51f30010000-ds.pem"
    path.write_bytes(pem)

    with pytest.raises(KeyFolderError, match=re.escape(f"{path}: {complaint}")):
        read_certificate_file(tmp_path, PARTY, DS)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyFolderError, match=r"nowhere: cannot list the keys: No such file"):
        read_certificates(tmp_path / "nowhere")
    with pytest.raises(KeyFolderError, match=r"nowhere: cannot list the keys: No such file"):
        read_private_keys(tmp_path / "nowhere")
