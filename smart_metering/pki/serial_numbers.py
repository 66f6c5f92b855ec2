"""The serial numbers of certificates: how ours are made, so that a Device's tells whose it is, and how any is read.

A Device's is sixteen octets: six from the seed, two letters for the usage, and the Device ID. So whoever is asked for
a serial number among millions finds the Device without a search, and after a restart too.
"""

import hashlib

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from smart_metering.errors import DecodeError
from smart_metering.gbcs import der
from smart_metering.identifiers import Eui, eui_from_octets, eui_octets
from smart_metering.pki.keys import KeyUsage

_PURPOSE = b"smart metering development PKI|serial numbers of Devices|"
_USAGES = {KeyUsage.DIGITAL_SIGNING: b"DS", KeyUsage.KEY_AGREEMENT: b"KA"}
_VERSION = 0xA0  # RFC 5280, 4.1: [0] before the serial number


def serial_number_of_device(seed: bytes, device: Eui, usage: KeyUsage) -> int:
    """Of the certificate that is derived for a Device: positive, sixteen octets, its own for each seed."""
    start = hashlib.sha256(_PURPOSE + seed).digest()[:6]
    octets = bytes([start[0] & 0x3F | 0x40]) + start[1:] + _USAGES[usage] + eui_octets(device)
    return int.from_bytes(octets, "big")


def device_named_by(serial_number: int) -> Eui:
    """The Device ID with which the number ends, if it is one of ours; of another's number, an EUI of no meaning."""
    return eui_from_octets((serial_number & 0xFFFF_FFFF_FFFF_FFFF).to_bytes(8, "big"))


def derive_serial_number(public_key: ec.EllipticCurvePublicKey, purpose: str) -> int:
    """Of an organisation or an issuer: sixteen octets as in SMKI, positive; another purpose gives another number."""
    digest = hashlib.sha256(point_of(public_key) + purpose.encode()).digest()
    return int.from_bytes(digest[:16], "big") >> 1 | 1


def serial_number_of(certificate: bytes) -> int:
    """Of any certificate (DER), without opening it whole; raises DecodeError."""
    try:
        _, at = der.read_length(certificate, 1)
        _, at = der.read_length(certificate, at + 1)
        if certificate[at] == _VERSION:
            length, at = der.read_length(certificate, at + 1)
            at += length
        if certificate[at] != der.INTEGER:
            raise DecodeError(at, "certificate: no serial number")
        length, at = der.read_length(certificate, at + 1)
    except IndexError:
        raise DecodeError(len(certificate), "certificate: ends before its serial number") from None
    octets = certificate[at : at + length]
    if len(octets) != length or not octets:
        raise DecodeError(len(certificate), "certificate: ends within its serial number")
    return int.from_bytes(octets, "big")


def point_of(public_key: ec.EllipticCurvePublicKey) -> bytes:
    """The public key as an uncompressed point."""
    return public_key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
