"""The P-256 keys of organisations and Devices: derived from a seed, kept as PEM, and used to sign.

A derived key is for development only: whoever knows the seed knows every private key.
"""

from enum import StrEnum

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from smart_metering.identifiers import Eui

PLAIN_SIGNATURE_OCTETS = 64

_ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # n, FIPS 186-4 D.1.2.3
_DERIVATION = "smart metering development PKI"


class KeyUsage(StrEnum):
    """What a key is for; the value is how file names spell it."""

    DIGITAL_SIGNING = "ds"
    KEY_AGREEMENT = "ka"
    PREPAYMENT_KEY_AGREEMENT = "pp-ka"  # a supplier's second KA key, for prepayment top-ups
    XML_SIGNING = "xml"  # of DUIS documents; its certificate is of a role of its own, 87 or 89


class UnreadableKeyError(ValueError):
    """Octets that are no unencrypted P-256 private key."""


def derive_private_key(seed: bytes, entity: Eui, usage: KeyUsage) -> ec.EllipticCurvePrivateKey:
    """The same seed, entity and usage give the same key, on every machine and after every restart.

    The scalar is HKDF-SHA256(seed, no salt, info = "smart metering development PKI|EUI|usage", 32 octets)
    mod (n - 1) + 1.
    """
    return derive_named_private_key(seed, entity, usage.value)


def derive_named_private_key(seed: bytes, owner: str, purpose: str) -> ec.EllipticCurvePrivateKey:
    """As derive_private_key, for an owner without an EUI: the issuers of certificates."""
    info = f"{_DERIVATION}|{owner}|{purpose}".encode()
    octets = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(seed)
    scalar = int.from_bytes(octets, "big") % (_ORDER_OF_P256 - 1) + 1
    return ec.derive_private_key(scalar, ec.SECP256R1())


def private_key_to_pem(private_key: ec.EllipticCurvePrivateKey) -> bytes:
    """PKCS #8, not encrypted."""
    return private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def private_key_to_der(private_key: ec.EllipticCurvePrivateKey) -> bytes:
    """PKCS #8, not encrypted."""
    return private_key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def private_key_from_pem(pem: bytes) -> ec.EllipticCurvePrivateKey:
    """Raises UnreadableKeyError."""
    try:
        private_key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:  # TypeError: it is encrypted
        raise UnreadableKeyError(f"no PEM private key without a password: {error}") from None
    return _on_p256(private_key)


def private_key_from_der(der: bytes) -> ec.EllipticCurvePrivateKey:
    """Of PKCS #8; raises UnreadableKeyError."""
    try:
        private_key = serialization.load_der_private_key(der, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:  # TypeError: it is encrypted
        raise UnreadableKeyError(f"no DER private key without a password: {error}") from None
    return _on_p256(private_key)


def _on_p256(private_key: object) -> ec.EllipticCurvePrivateKey:
    if not isinstance(private_key, ec.EllipticCurvePrivateKey):
        raise UnreadableKeyError(f"expected an elliptic curve key, found {type(private_key).__name__}")
    if not isinstance(private_key.curve, ec.SECP256R1):
        raise UnreadableKeyError(f"expected a key on P-256, found one on {private_key.curve.name}")
    return private_key


def sign_plainly(private_key: ec.EllipticCurvePrivateKey, octets: bytes) -> bytes:
    """ECDSA with SHA-256 as `r || s`, 32 octets each (GBCS); by RFC 6979, so nothing in it is chance."""
    der = private_key.sign(octets, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    r, s = decode_dss_signature(der)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def plain_signature_is_valid(public_key: ec.EllipticCurvePublicKey, signature: bytes, octets: bytes) -> bool:
    """Whether `signature` (`r || s`) was made over `octets` with the private half of `public_key`."""
    if len(signature) != PLAIN_SIGNATURE_OCTETS:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        public_key.verify(encode_dss_signature(r, s), octets, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True
