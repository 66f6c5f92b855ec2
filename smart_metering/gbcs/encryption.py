"""Encrypted attributes of Responses: AES-128-GCM under the secret that a Device shares with who may read them.

An encrypted attribute is a security header (`31`, suite 1 with authentication and encryption, then an invocation
counter of 0), the ciphertext and a tag cut to 12 octets. Each exchange has its own key, derived as the key of a MAC
is, with `04` in place of the CRA flag. Certain: by these rules DCC's Reference Test Data Set 4.5.0 decrypts.
"""

from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import GCM

from smart_metering.errors import DecodeError
from smart_metering.gbcs.cursor import Cursor
from smart_metering.gbcs.exchange import Exchange
from smart_metering.identifiers import eui_octets

SECURITY_HEADER = bytes.fromhex("31 00 00 00 00")
TAG_SIZE = 12

_AUTHENTICATED = SECURITY_HEADER[:1]
_INVOCATION_COUNTER = SECURITY_HEADER[1:]

_FIRST_ROUND = bytes.fromhex("00000001")
_ALGORITHM_ID = bytes.fromhex("60857406080300")
_KEY_SIZE = 16
_TRANSACTION_ID_SIZE = b"\x09"
_ENCRYPTION_FLAG = b"\x04"


def encrypt_attribute(exchange: Exchange, secret: bytes, plaintext: bytes) -> bytes:
    """The encrypted attribute: 17 octets more than `plaintext`. `secret` is the ECDH secret of the KA keys of
    the Device and of the exchange's recipient, 32 octets. Where the recipient is not the originator, the exchange's
    `recipient_counter` is the Device's own: the Response carries it as supplementary originator counter."""
    key, nonce = _key_and_nonce(exchange, secret)
    sealed = AESGCM(key).encrypt(nonce, plaintext, _AUTHENTICATED)
    return SECURITY_HEADER + sealed[: len(plaintext) + TAG_SIZE]


def decrypt_attribute(exchange: Exchange, secret: bytes, octets: bytes, offset: int = 0) -> bytes:
    """The plain text of an encrypted attribute; `offset` is where it stands, for the DecodeError, which is
    raised too when the tag is not the one that this exchange and this secret make."""
    if len(octets) < len(SECURITY_HEADER) + TAG_SIZE:
        raise DecodeError(offset, f"an encrypted attribute has at least 17 octets, not {len(octets)}")
    if not octets.startswith(SECURITY_HEADER):
        raise DecodeError(offset, f"{octets[: len(SECURITY_HEADER)].hex().upper()} is no security header")
    ciphertext, tag = octets[len(SECURITY_HEADER) : -TAG_SIZE], octets[-TAG_SIZE:]
    key, nonce = _key_and_nonce(exchange, secret)
    decryptor = Cipher(AES(key), GCM(nonce, tag, min_tag_length=TAG_SIZE)).decryptor()
    decryptor.authenticate_additional_data(_AUTHENTICATED)
    plaintext = decryptor.update(ciphertext)
    try:
        return plaintext + decryptor.finalize()
    except InvalidTag:
        raise DecodeError(offset + len(octets) - TAG_SIZE, "wrong tag of an encrypted attribute") from None


def open_encrypted(cursor: Cursor, size: int, exchange: Exchange, secret: bytes) -> Cursor:
    """Pass over an encrypted attribute of `size` octets. The plain text is read from the cursor returned, in which
    it stands where its ciphertext stood, so that a DecodeError within it names an offset of the payload."""
    start = cursor.offset
    attribute = cursor.take(size, "encrypted attribute")
    plaintext = decrypt_attribute(exchange, secret, attribute, start)
    plain_start = start + len(SECURITY_HEADER)
    return Cursor(cursor.octets[:plain_start] + plaintext, plain_start)


def _key_and_nonce(exchange: Exchange, secret: bytes) -> tuple[bytes, bytes]:
    device, counter = eui_octets(exchange.device), exchange.recipient_counter.to_bytes(8, "big")
    transaction_id = _TRANSACTION_ID_SIZE + _ENCRYPTION_FLAG + counter
    other_info = _ALGORITHM_ID + device + transaction_id + eui_octets(exchange.recipient)
    key = sha256(_FIRST_ROUND + secret + other_info).digest()[:_KEY_SIZE]
    return key, device + _INVOCATION_COUNTER
