"""PEM: DER in text, between lines that say what it is (RFC 7468), read strictly and written as others write it."""

import base64
import binascii
import re
from dataclasses import dataclass

CERTIFICATE = "CERTIFICATE"

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----\s*(.*?)\s*-----END \1-----", re.DOTALL)
_BEGIN = b"-----BEGIN "
_LINE = 64


class UnreadablePemError(ValueError):
    """Text that is not whole PEM."""


@dataclass(frozen=True, slots=True)
class Block:
    """One block: its label, like CERTIFICATE, and the DER in it."""

    label: str
    der: bytes


def is_pem(octets: bytes) -> bool:
    """Whether any block begins there."""
    return _BEGIN in octets


def read_pem(octets: bytes) -> list[Block]:
    """Every block, in order; what stands between them is for people. Raises UnreadablePemError."""
    blocks: list[Block] = []
    for found in _BLOCK.finditer(octets):
        label = found[1].decode("ascii")
        try:
            blocks.append(Block(label, base64.b64decode(b"".join(found[2].split()), validate=True)))
        except binascii.Error as error:
            raise UnreadablePemError(f"the {label} is not in base64: {error}") from None
    begun = octets.count(_BEGIN)
    if begun != len(blocks):
        raise UnreadablePemError(f"{begun} blocks begin, {len(blocks)} of them end")
    return blocks


def write_pem(label: str, der: bytes) -> bytes:
    """One block, in lines of 64 characters."""
    text = base64.b64encode(der)
    lines = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    name = label.encode("ascii")
    return b"\n".join([b"-----BEGIN " + name + b"-----", *lines, b"-----END " + name + b"-----", b""])
