"""Certificates and keys are found by what they are, whatever the files are called; what does not belong is named."""

import re
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from smart_metering.pki.found_keys import MOST_OCTETS_OF_A_FILE, KeySourceError
from smart_metering.pki.key_sources import read_key_source
from smart_metering.pki.keys import KeyUsage, private_key_to_der
from tests.smart_metering.pki.certified import (
    DS,
    KA,
    NETWORK_OPERATOR,
    SUPPLIER,
    as_json,
    elsewhere,
    key_store,
    pem_of,
    pem_of_key,
)

MINE, OTHER = elsewhere(SUPPLIER), elsewhere(NETWORK_OPERATOR)
CERTIFICATE, KEY = pem_of(MINE[DS].certificate), pem_of_key(MINE[DS].private_key)
ENCRYPTED = MINE[DS].private_key.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8,
    serialization.BestAvailableEncryption(b"secret"),
)
TRADITIONAL = MINE[DS].private_key.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
)
ED25519 = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)).private_bytes(
    serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)

OTHERS_KEY = pem_of_key(OTHER[DS].private_key)
P384_KEY = pem_of_key(ec.derive_private_key(7, ec.SECP384R1()))

Files = dict[str, str | bytes]


def folder(path: Path, files: Files) -> Path:
    for name, content in files.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def archive(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in files.items():
            written.writestr(name, content)
    return path


def found(source: Path) -> list[tuple[str, bool]]:
    return [(row.name, row.private_key is not None) for row in read_key_source(source)]


@pytest.mark.parametrize(
    "files",
    [
        {"a/cert/s-ds.pem": CERTIFICATE, "a/key/s-ds.key": KEY},
        {"s-ds.der": MINE[DS].certificate, "s-ds.key": private_key_to_der(MINE[DS].private_key)},
        {"s-ds.pem": f"what people read\n{CERTIFICATE}\n{KEY}"},
        {"s-ds.CRT": CERTIFICATE, "of another name.p8": KEY},
        {"s-ds.cer": CERTIFICATE.replace("\n", "\r\n"), "s-ds.key.pem": TRADITIONAL},
        {"s-ds.pem": CERTIFICATE, "s-ds.key.pem": KEY, "README.md": "not looked into", "s.pub": "nor this"},
    ],
    ids=["PEM", "DER", "both in a file", "other names", "of OpenSSL", "others"],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_key_is_found_with_its_certificate(files: Files, packed: bool, tmp_path: Path) -> None:
    source = archive(tmp_path / "org-crypto.zip", files) if packed else folder(tmp_path, files)

    assert found(source) == [("s-ds", True)]


def test_a_certificate_may_come_without_its_key(tmp_path: Path) -> None:
    assert found(folder(tmp_path, {"s-ds.pem": CERTIFICATE})) == [("s-ds", False)]


def test_one_file_is_a_source(tmp_path: Path) -> None:
    assert found(folder(tmp_path, {"s-ds.pem": CERTIFICATE}) / "s-ds.pem") == [("s-ds", False)]


@pytest.mark.parametrize("name", ["keystore.json", "keystore"])
def test_a_key_store_is_known_by_its_name_or_its_content(name: str, tmp_path: Path) -> None:
    source = folder(tmp_path, {name: as_json(key_store(SUPPLIER))}) / name

    assert len(found(source)) == len(KeyUsage)


WRONG: tuple[tuple[Files, str], ...] = (
    ({"s.pem": CERTIFICATE, "s.key": OTHERS_KEY}, "s.key: the key does not fit the certificate in s.pem"),
    ({"s.pem": CERTIFICATE, "t.key": OTHERS_KEY}, "t.key: the key fits none of the certificates"),
    ({"s.key": KEY}, "s.key: the key fits none of the certificates"),
    ({"s.pem": "nothing at all"}, "s.pem: neither a certificate nor a PKCS #8 private key"),
    ({"s.der": b""}, "s.der: neither a certificate nor a PKCS #8 private key"),
    ({"s.der": MINE[DS].certificate[:-1]}, "s.der: neither a certificate nor a PKCS #8 private key"),
    ({"s.der": MINE[DS].certificate + b"\x00"}, "s.der: neither a certificate nor a PKCS #8 private key"),
    ({"s.pem": CERTIFICATE[:300]}, "s.pem: no whole PEM: 1 blocks begin, 0 of them end"),
    ({"s.pem": CERTIFICATE.replace("MII", "M?I", 1)}, "s.pem: no whole PEM: the CERTIFICATE is not in base64"),
    ({"s.pem": CERTIFICATE, "s.key": ENCRYPTED}, "s.key: ENCRYPTED PRIVATE KEY: expected a CERTIFICATE or"),
    ({"s.pem": CERTIFICATE.replace("CERTIFICATE", "PUBLIC KEY")}, "s.pem: PUBLIC KEY: expected a CERTIFICATE"),
    ({"s.key": P384_KEY}, "s.key: expected a key on P-256, found one on secp384r1"),
    ({"s.key": ED25519}, "s.key: neither a certificate nor a PKCS #8 private key"),
    ({"s.pem": CERTIFICATE.replace("CERTIFICATE", "PRIVATE KEY")}, "s.pem: no PEM private key"),
    ({"s.pem": KEY.replace("PRIVATE KEY", "CERTIFICATE")}, "s.pem: no certificate"),
    ({"s.pem": b" " * (MOST_OCTETS_OF_A_FILE + 1)}, "more than 65536 octets: no key has so many"),
    ({"README.md": "nothing"}, "holds no certificate: expected a key store (keystore.json)"),
    ({}, "holds no certificate"),
)  # fmt: skip


@pytest.mark.parametrize(("files", "what"), WRONG, ids=[row[1] for row in WRONG])
@pytest.mark.parametrize("packed", [False, True])
def test_what_does_not_belong_is_named(files: Files, what: str, packed: bool, tmp_path: Path) -> None:
    source = archive(tmp_path / "keys.zip", files) if packed else folder(tmp_path, files)

    with pytest.raises(KeySourceError, match=re.escape(what)):
        read_key_source(source)


def test_a_source_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeySourceError, match=r"nowhere\.json: cannot be read: No such file"):
        read_key_source(tmp_path / "nowhere.json")


def test_an_archive_that_is_broken_is_named(tmp_path: Path) -> None:
    source = archive(tmp_path / "keys.zip", {"s.pem": CERTIFICATE})
    octets = bytearray(source.read_bytes())
    octets[60] ^= 0xFF
    source.write_bytes(octets)

    with pytest.raises(KeySourceError, match=r"keys\.zip: the archive cannot be read"):
        read_key_source(source)


def test_an_archive_is_unpacked_no_further_than_a_key_may_be_long(tmp_path: Path) -> None:
    source = archive(tmp_path / "bomb.zip", {"s.pem": bytes(200_000_000)})

    with pytest.raises(KeySourceError, match="more than 65536 octets"):
        read_key_source(source)


def test_keys_of_one_party_are_not_mistaken_for_each_other(tmp_path: Path) -> None:
    files: Files = {f"{usage}.pem": pem_of(row.certificate) for usage, row in MINE.items()}
    files |= {f"{usage}.key": pem_of_key(row.private_key) for usage, row in MINE.items()}

    rows = {row.name: row for row in read_key_source(folder(tmp_path, files))}

    assert {name: row.private_key.private_numbers() for name, row in rows.items() if row.private_key} == {
        str(usage): row.private_key.private_numbers() for usage, row in MINE.items()
    }
    assert KA in rows
