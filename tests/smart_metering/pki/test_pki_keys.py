"""Keys are derived from the seed by the written rule, survive PEM, and make plain signatures that repeat."""

import hmac

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from smart_metering.identifiers import parse_eui
from smart_metering.pki.keys import (
    KeyUsage,
    UnreadableKeyError,
    derive_private_key,
    plain_signature_is_valid,
    private_key_from_pem,
    private_key_to_pem,
    sign_plainly,
)

METER = parse_eui("00-DB-12-34-56-78-90-A0")
SUPPLIER = parse_eui("90-B3-D5-1F-30-01-00-00")
N_OF_P256 = 115792089210356248762697446949407573529996955224135760342422259061068512044369


def scalar_of(private_key: ec.EllipticCurvePrivateKey) -> int:
    return private_key.private_numbers().private_value


def test_the_scalar_follows_the_written_derivation() -> None:
    info = b"smart metering development PKI|00-DB-12-34-56-78-90-A0|ka"
    extracted = hmac.digest(bytes(32), b"a seed", "sha256")
    expanded = hmac.digest(extracted, info + b"\x01", "sha256")

    derived = derive_private_key(b"a seed", METER, KeyUsage.KEY_AGREEMENT)

    assert scalar_of(derived) == int.from_bytes(expanded, "big") % (N_OF_P256 - 1) + 1


def test_seed_entity_and_usage_each_make_another_key() -> None:
    keys = [
        derive_private_key(seed, entity, usage)
        for seed in (b"a seed", b"another")
        for entity in (METER, SUPPLIER)
        for usage in KeyUsage
    ]

    assert len({scalar_of(key) for key in keys}) == len(keys) == 16


def test_a_key_survives_pem() -> None:
    key = derive_private_key(b"a seed", METER, KeyUsage.DIGITAL_SIGNING)

    pem = private_key_to_pem(key)

    assert pem.startswith(b"-----BEGIN PRIVATE KEY-----\n")
    assert scalar_of(private_key_from_pem(pem)) == scalar_of(key)


def pem_of(
    key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey, password: bytes | None = None
) -> bytes:
    encryption = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


@pytest.mark.parametrize(
    ("pem", "complaint"),
    [
        (b"", "no PEM private key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no PEM private key"),
        (pem_of(ec.derive_private_key(7, ec.SECP384R1())), "found one on secp384r1"),
        (pem_of(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))), "expected an elliptic curve key"),
        (pem_of(ec.derive_private_key(7, ec.SECP256R1()), password=b"secret"), "without a password"),
    ],
    ids=["empty", "garbled", "another curve", "another algorithm", "encrypted"],
)
def test_pem_of_anything_else_is_refused_with_its_reason(pem: bytes, complaint: str) -> None:
    with pytest.raises(UnreadableKeyError, match=complaint):
        private_key_from_pem(pem)


def test_a_plain_signature_repeats_and_is_valid_for_its_octets_and_its_key_alone() -> None:
    key = derive_private_key(b"a seed", SUPPLIER, KeyUsage.DIGITAL_SIGNING)
    other = derive_private_key(b"a seed", METER, KeyUsage.DIGITAL_SIGNING)

    signature = sign_plainly(key, b"octets")

    assert len(signature) == 64
    assert signature == sign_plainly(key, b"octets")
    assert plain_signature_is_valid(key.public_key(), signature, b"octets")
    assert not plain_signature_is_valid(key.public_key(), signature, b"Octets")
    assert not plain_signature_is_valid(other.public_key(), signature, b"octets")


def test_a_plain_signature_is_that_of_rfc_6979() -> None:
    # RFC 6979, A.2.5: P-256, SHA-256, message "sample".
    key = ec.derive_private_key(
        0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721, ec.SECP256R1()
    )

    signature = sign_plainly(key, b"sample")

    assert signature.hex().upper() == (
        "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
        "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
    )


@pytest.mark.parametrize("signature", [b"", bytes(63), bytes(64), b"\xff" * 64, bytes(65)])
def test_what_is_no_signature_is_not_valid(signature: bytes) -> None:
    key = derive_private_key(b"a seed", SUPPLIER, KeyUsage.DIGITAL_SIGNING)

    assert not plain_signature_is_valid(key.public_key(), signature, b"octets")
