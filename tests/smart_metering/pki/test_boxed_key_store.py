"""A key store of DCC Boxed is read whole; what it says twice must agree, and what is wrong is named with its place."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from smart_metering.pki.boxed_key_store import read_boxed_key_store
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.found_keys import KeySourceError
from smart_metering.pki.keys import KeyUsage
from smart_metering.pki.serial_numbers import serial_number_of
from tests.smart_metering.pki.certified import (
    DS,
    KA,
    METER,
    NETWORK_OPERATOR,
    SUPPLIER,
    as_json,
    elsewhere,
    entry_of,
    key_store,
    pem_of,
    pem_of_key,
)

OWNER = "90b3d51f30010000"
SERIAL = str(serial_number_of(elsewhere(SUPPLIER)[DS].certificate))
STRANGE_KEY = pem_of_key(ec.derive_private_key(7, ec.SECP256R1()))
P384_KEY = pem_of_key(ec.derive_private_key(7, ec.SECP384R1()))

Store = dict[str, Any]


def read(store: object) -> list[tuple[str, bool]]:
    return [
        (row.name, row.private_key is not None) for row in read_boxed_key_store(as_json(store), "keys.json")
    ]


def test_every_entry_is_found_with_its_key() -> None:
    store = key_store(SUPPLIER, NETWORK_OPERATOR)

    assert sorted(read(store)) == sorted(
        [(f"90b3d51f30010000-{usage}", True) for usage in KeyUsage]
        + [(f"90b3d51f30020000-{usage}", True) for usage in ("ds", "ka", "xml")]
    )


def test_key_name_and_role_may_be_left_out() -> None:
    store: Store = key_store(SUPPLIER)
    entry = store[OWNER]["digitalSignature"][SERIAL]
    for member in ("privateKey", "name", "role"):
        del entry[member]

    assert (SERIAL, False) in read(store)


def test_an_entry_with_a_key_alone_is_passed_over() -> None:
    store: Store = key_store(SUPPLIER)
    del store[OWNER]["digitalSignature"][SERIAL]["certificate"]

    assert len(read(store)) == len(KeyUsage) - 1


def test_a_device_has_no_role() -> None:
    credential = DevelopmentPki(b"a seed").device(METER)[KA]
    entry = entry_of(credential)
    del entry["role"]
    serial = str(serial_number_of(credential.certificate))

    assert read({"00db1234567890a0": {"keyAgreement": {serial: entry}}}) == [("00db1234567890a0-ka", True)]


@pytest.mark.parametrize(
    ("octets", "what"),
    [
        (b"", "keys.json: no key store in JSON"),
        (b"{", "keys.json: no key store in JSON"),
        (b"\xff\xfe", "keys.json: no key store in JSON"),
        (b'{"a": NaN}', "NaN is no JSON"),
        (b"[" * 100_000, "keys.json: no key store in JSON"),
        (b"[]", "keys.json: expected an object of usages by EUI, found list"),
        (b'"text"', "expected an object of usages by EUI, found str"),
        (b'{"90b3d51f30010000": []}', "keys.json: 90b3d51f30010000: expected an object of entries by usage"),
        (
            b'{"90b3d51f30010000": {"digitalSignature": 1}}',
            "digitalSignature: expected an object of entries by",
        ),
        (
            b'{"90b3d51f30010000": {"cRLSign": {}}}',
            "usage 'cRLSign': expected one of digitalSignature, keyAgreement",
        ),
        (b'{"90b3d51f3001": {"keyAgreement": {}}}', "'90b3d51f3001': expected an EUI as 16 hex digits"),
        (
            b'{"90b3d51f3001zzzz": {"keyAgreement": {}}}',
            "'90b3d51f3001zzzz': expected an EUI as 16 hex digits",
        ),
        (
            b'{"90b3d51f30010000": {"keyAgreement": {"1": "x"}}}',
            "keyAgreement.1: expected an object of certificate",
        ),
        (b'{"a": {}, "a": {}}', "'a' is there twice"),
    ],
)
def test_what_is_no_key_store_is_refused(octets: bytes, what: str) -> None:
    with pytest.raises(KeySourceError, match=re.escape(what)):
        read_boxed_key_store(octets, "keys.json")


def change(entry: Store, **members: object) -> None:
    entry.update(members)


FAULTS: tuple[tuple[Callable[[Store], None], str, str], ...] = (
    # what is changed in the entry                                   where               what
    (lambda it: change(it, privateKey=STRANGE_KEY), ".privateKey", "the key does not fit the certificate"),
    (lambda it: change(it, privateKey=P384_KEY), ".privateKey", "expected a key on P-256, found one on secp384r1"),
    (lambda it: change(it, privateKey="no key"), ".privateKey", "no PEM private key"),
    (lambda it: change(it, privateKey=7), ".privateKey", "expected str, found int"),
    (lambda it: change(it, privateKey=None), ".privateKey", "expected str, found NoneType"),
    (lambda it: change(it, certificate="no certificate"), ".certificate", "no certificate in PEM"),
    (lambda it: change(it, certificate=it["privateKey"]), ".certificate", "no certificate in PEM: expected one"),
    (lambda it: change(it, certificate=it["certificate"] * 2), ".certificate", "expected one, and nothing else"),
    (lambda it: change(it, certificate=pem_of(b"0\x03\x02\x01\x01")), ".certificate", "certificate: "),
    (lambda it: change(it, certificate=it["certificate"][:200]), ".certificate", "1 blocks begin, 0 of them end"),
    (
        lambda it: change(it, certificate=pem_of(elsewhere(NETWORK_OPERATOR)[DS].certificate)),
        ".certificate",
        "its EUI is 90-B3-D5-1F-30-02-00-00, expected 90-B3-D5-1F-30-01-00-00",
    ),
    (
        lambda it: change(it, certificate=pem_of(elsewhere(SUPPLIER)[KA].certificate)),
        ".certificate",
        "its usage is ka, expected ds",
    ),
    (
        lambda it: change(it, certificate=pem_of(elsewhere(SUPPLIER)[KeyUsage.XML_SIGNING].certificate)),
        ".certificate",
        f"expected {SERIAL}",
    ),
    (lambda it: change(it, role=3), ".role", "3, but its certificate is of role 2"),
    (lambda it: change(it, role="2"), ".role", "expected int, found str"),
    (lambda it: change(it, role=True), ".role", "expected int, found bool"),
    (lambda it: change(it, name=[]), ".name", "expected str, found list"),
    (lambda it: change(it, password="x"), "", "unknown password: expected certificate, name, privateKey, role"),
)  # fmt: skip


@pytest.mark.parametrize(("spoil", "where", "what"), FAULTS, ids=[f"{row[1]} {row[2]}" for row in FAULTS])
def test_an_entry_that_contradicts_itself_is_named(
    spoil: Callable[[Store], None], where: str, what: str
) -> None:
    store: Store = key_store(SUPPLIER)
    spoil(store[OWNER]["digitalSignature"][SERIAL])

    with pytest.raises(KeySourceError) as error:
        read(store)

    assert error.value.where == f"keys.json: {OWNER}.digitalSignature.{SERIAL}{where}"
    assert what in error.value.what
