"""Signature and MAC of a GBCS message, over the octets that encode it.

A signature is ECDSA on P-256 with SHA-256, made deterministically (RFC 6979), written r || s. A MAC is
AES-128-GMAC cut to 12 octets, under a key derived from the ECDH secret of two KA keys and from the header:
originator, transaction-id and target stand in the derivation, so that each message has its own key. Sign first,
then add the MAC. Both are certain: by these rules DCC's Reference Test Data Set 4.5.0 verifies.
"""

from dataclasses import replace
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from smart_metering.gbcs.message import (
    MAC_SIZE,
    Message,
    encode_signing_part,
    signed_octets,
)
from smart_metering.pki.keys import plain_signature_is_valid, sign_plainly

_EMPTY_SIGNATURE = b"\x00"

_FIRST_ROUND = bytes.fromhex("00000001")  # NIST SP 800-56A concatenation KDF: one round of SHA-256 is enough
_ALGORITHM_ID = bytes.fromhex("60857406080300")  # fourth octet 06: the vectors refuse the DLMS arc's 05
_KEY_SIZE = 16
_INVOCATION_COUNTER = bytes(4)
_AUTHENTICATED_HEADER = bytes.fromhex(
    "11 00 00 00 00 00"
)  # security control and the five empty header fields

# Places in the general-signing part, whose grouping header has a fixed layout up to the target.
_TRANSACTION_ID = slice(1, 11)  # with its length octet
_ORIGINATOR = slice(12, 20)
_TARGET = slice(21, 29)


def sign(message: Message, private_key: ec.EllipticCurvePrivateKey) -> Message:
    """The message with the signature of its originator's DS key; a MAC, which would cover it, comes after."""
    assert message.mac is None, "a MAC is added after signing"
    return replace(message, signature=sign_plainly(private_key, signed_octets(message)))


def signature_is_valid(message: Message, public_key: ec.EllipticCurvePublicKey) -> bool:
    """Whether the message carries a signature that this DS key verifies."""
    if not message.signature:
        return False
    return plain_signature_is_valid(public_key, message.signature, signed_octets(message))


def shared_secret(private_key: ec.EllipticCurvePrivateKey, public_key: ec.EllipticCurvePublicKey) -> bytes:
    """The ECDH secret of two KA keys, 32 octets; dear, and the same for every message between the two."""
    return private_key.exchange(ec.ECDH(), public_key)


def add_mac(message: Message, secret: bytes) -> Message:
    """The message with its MAC; an absent signature field becomes an empty one, as the MAC's form demands.

    A signed Pre-Command becomes the Command by this alone.
    """
    if message.signature is None:
        octets, signature = encode_signing_part(message) + _EMPTY_SIGNATURE, b""
    else:
        octets, signature = encode_signing_part(message), message.signature
    return replace(message, signature=signature, mac=_calculate_mac(octets, secret))


def mac_is_valid(message: Message, secret: bytes) -> bool:
    """Whether the message carries the MAC that this secret makes."""
    return message.mac is not None and message.mac == _calculate_mac(encode_signing_part(message), secret)


def _calculate_mac(octets: bytes, secret: bytes) -> bytes:
    """Of a whole general-signing part, signature field included."""
    originator = octets[_ORIGINATOR]
    other_info = _ALGORITHM_ID + originator + octets[_TRANSACTION_ID] + octets[_TARGET]
    key = sha256(_FIRST_ROUND + secret + other_info).digest()[:_KEY_SIZE]
    # Nothing is encrypted: the tag over the authenticated octets is all that AES-GCM gives.
    tag = AESGCM(key).encrypt(originator + _INVOCATION_COUNTER, b"", _AUTHENTICATED_HEADER + octets)
    return tag[:MAC_SIZE]
