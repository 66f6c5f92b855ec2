"""Certificates of whatever profile, opened: with the one fault forgiven that DCC's own test certificates have."""

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from smart_metering.errors import DecodeError
from smart_metering.gbcs import der

LARGEST_CERTIFICATE = 4096  # octets; those of SMKI have some 500

UNREADABLE = (
    TypeError,  # a BIT STRING where a name has text
    ValueError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)  # fmt: skip
"""What opening a certificate, or looking into it, may raise."""

_ECDSA = bytes.fromhex("300A06082A8648CE3D040302")  # AlgorithmIdentifier of ecdsa-with-SHA256
_ECDSA_WITH_NULL = bytes.fromhex("300C06082A8648CE3D0403020500")


def load_certificate(octets: bytes) -> x509.Certificate:
    """DER of one whole X.509 certificate, opened; raises DecodeError.

    One whose signature algorithm has a NULL for parameters, against RFC 5758, is opened without it: DCC's published
    test organisations have such. Its signature would then not verify; nobody asks.
    """
    try:
        if len(octets) > LARGEST_CERTIFICATE:
            raise ValueError(f"{len(octets)} octets, expected at most {LARGEST_CERTIFICATE}")
        if _ECDSA_WITH_NULL in octets:
            octets = _without_null(octets)
        return x509.load_der_x509_certificate(octets)
    except UNREADABLE as error:
        raise DecodeError(0, f"certificate: {error}") from None


def is_certificate(octets: bytes) -> bool:
    """Whether this is one whole X.509 certificate (DER), of whatever profile: an authority's, say."""
    try:
        load_certificate(octets)
    except DecodeError:
        return False
    return True


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether it is for signing certificates. Raises what is UNREADABLE."""
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound:
        return False


def is_issued_by(octets: bytes, issuer: bytes) -> bool:
    """Whether the first certificate (DER) names the second as its issuer, and is signed by it."""
    try:
        load_certificate(octets).verify_directly_issued_by(load_certificate(issuer))
    except (InvalidSignature, *UNREADABLE):
        return False
    return True


def _without_null(octets: bytes) -> bytes:
    """The same certificate with the algorithm as it should be, both times that it stands there. Raises DecodeError."""
    match _values(octets):
        case [body] if body == octets and octets[0] == der.SEQUENCE:
            parts = _values(_content(body))
        case _:
            return octets
    if len(parts) != 3 or parts[1] != _ECDSA_WITH_NULL:
        return octets
    inner = [_ECDSA if part == _ECDSA_WITH_NULL else part for part in _values(_content(parts[0]))]
    return der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, b"".join(inner)) + _ECDSA + parts[2])


def _content(octets: bytes) -> bytes:
    _, start = der.read_length(octets, 1)
    return octets[start:]


def _values(octets: bytes) -> list[bytes]:
    """The values that stand there one after another, each with its tag and length. Raises DecodeError."""
    values: list[bytes] = []
    at = 0
    while at < len(octets):
        length, start = der.read_length(octets, at + 1)
        values.append(octets[at : start + length])
        at = start + length
    return values
