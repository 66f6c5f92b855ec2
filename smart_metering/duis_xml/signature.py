"""XML signatures of DUIS: made and verified in one profile, and nothing beside it.

    <ds:Signature>                                   the last child of the root, and the only one in the document
      <ds:SignedInfo>                                exclusive C14N
        ecdsa-sha256, one Reference URI="", enveloped-signature (and, if need be, exclusive C14N), sha256
      <ds:SignatureValue>                            r || s, 64 octets
      <ds:KeyInfo>  X509Data  X509IssuerSerial       the serial number, in decimal, says whose

Without a C14N transform the digest is of the inclusive C14N 1.0, without comments, of the document without the
Signature. What is verified is taken out of the document, so that a reader sees what was signed and nothing else.
Anything that is not foreseen above is refused: another algorithm, an Object, a second Reference, a prefix list.

ECDSA lets anybody turn a valid signature (r, s) into another valid one, (r, n - s). Both verify, as they do with DCC's
own tool, whose signatures have either s: they sign the same document, and a RequestID is used only once.
"""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree

from smart_metering.duis_xml.faults import SignatureFault, UnknownCertificate
from smart_metering.duis_xml.names import (
    WHITE_SPACE,
    XML_SIGNATURE,
    Element,
    duis,
    shown,
    signature,
    take_away,
)
from smart_metering.duis_xml.simple_types import ANY_TEXT, SimpleType, octets_of_base64, whole
from smart_metering.errors import DecodeError
from smart_metering.identifiers import Eui
from smart_metering.instants import SECOND_MS, Instant
from smart_metering.pki.certificates import CertifiedKey, read_certificate
from smart_metering.pki.keys import KeyUsage, plain_signature_is_valid, sign_plainly
from smart_metering.pki.loading import load_certificate

EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
ISSUER_NAME = "CN=Z1,OU=07"  # what DCC's tool writes; readers go by the serial number alone

_LONGEST_SERIAL = 10**49  # RFC 5280: 20 octets
_BASE64 = octets_of_base64(4096)
_SERIAL = whole(0, _LONGEST_SERIAL)
_NAME = ANY_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningCertificate:
    """A certificate that may sign XML, as far as a verifier asks. From `not_before` to `not_after`, both within."""

    serial_number: int
    holder: CertifiedKey
    not_before: Instant
    not_after: Instant


FindCertificate = Callable[[int], SigningCertificate | None]
"""By its serial number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signs; `serial_number` is that of the certificate by which others find the public key."""

    private_key: ec.EllipticCurvePrivateKey
    serial_number: int
    issuer_name: str = ISSUER_NAME


def read_signing_certificate(octets: bytes) -> SigningCertificate:
    """Reads DER; raises DecodeError unless it is an organisation's certificate for digital signatures."""
    holder = read_certificate(octets)
    if holder.usage is not KeyUsage.DIGITAL_SIGNING or holder.organisation_role is None:
        raise DecodeError(0, "certificate: expected an organisation's, for digital signatures")
    certificate = load_certificate(octets)
    return SigningCertificate(
        serial_number=certificate.serial_number,
        holder=holder,
        not_before=_instant(certificate.not_valid_before_utc),
        not_after=_instant(certificate.not_valid_after_utc),
    )


def certificates_by_serial(certificates: Iterable[bytes]) -> dict[int, SigningCertificate]:
    """Of those (DER) that may sign XML; the others are left out."""
    found: dict[int, SigningCertificate] = {}
    for octets in certificates:
        try:
            certificate = read_signing_certificate(octets)
        except DecodeError:
            continue
        found[certificate.serial_number] = certificate
    return found


def take_verified(
    root: Element, originator: Eui, find: FindCertificate, now: Instant, *, refuse_expired: bool = False
) -> SigningCertificate:
    """Verifies that `originator` signed the document, and takes the Signature out of it; raises SignatureFault."""
    certificate = _take_verified(root, find, nested=False)
    if certificate.holder.entity != originator:
        raise SignatureFault(f"signed by {certificate.holder.entity}, expected {originator}")
    if refuse_expired and not certificate.not_before <= now <= certificate.not_after:
        raise SignatureFault(f"certificate {certificate.serial_number} is not valid at this time")
    return certificate


def take_if_verified(root: Element, find: FindCertificate) -> SigningCertificate | None:
    """Verifies who signed what a User was sent, and takes the Signature out of it; None if there is none.

    Raises SignatureFault. Who may have signed it is for the caller to say.
    """
    return None if _find(root, nested=True) is None else _take_verified(root, find, nested=True)


def sign(root: Element, signer: Signer, *, names_certificate: bool = True) -> None:
    """Appends a Signature over the whole document; if not `names_certificate`, without KeyInfo."""
    digest = hashlib.sha256(_inclusive(root)).digest()
    node = etree.SubElement(root, signature("Signature"), nsmap={"ds": XML_SIGNATURE})
    signed_info = _append(node, "SignedInfo")
    _append(signed_info, "CanonicalizationMethod", algorithm=EXCLUSIVE)
    _append(signed_info, "SignatureMethod", algorithm=ECDSA_SHA256)
    reference = _append(signed_info, "Reference")
    reference.set("URI", "")
    _append(_append(reference, "Transforms"), "Transform", algorithm=ENVELOPED)
    _append(reference, "DigestMethod", algorithm=SHA256)
    _append(reference, "DigestValue").text = b64encode(digest).decode()
    value = b64encode(sign_plainly(signer.private_key, _exclusive(signed_info))).decode()
    _append(node, "SignatureValue").text = value
    if not names_certificate:
        return
    issuer_serial = _append(_append(_append(node, "KeyInfo"), "X509Data"), "X509IssuerSerial")
    _append(issuer_serial, "X509IssuerName").text = signer.issuer_name
    _append(issuer_serial, "X509SerialNumber").text = str(signer.serial_number)


def take_out(root: Element, *, nested: bool = False) -> Element | None:
    """The Signature, out of its document; None if there is none. Raises SignatureFault unless it is where it belongs.

    Where `nested`, answers of a SMETS1 Service Provider may be signed within the document.
    """
    node = _find(root, nested=nested)
    if node is not None:
        take_away(node)
    return node


def _take_verified(root: Element, find: FindCertificate, nested: bool) -> SigningCertificate:
    node = _find(root, nested=nested)
    if node is None:
        raise SignatureFault("the document is not signed")
    parts = _read_signature(node)
    certificate = find(parts.serial_number)
    if certificate is None:
        raise UnknownCertificate(f"certificate {parts.serial_number} is not known")
    signed_info = _exclusive(parts.signed_info)
    if not plain_signature_is_valid(certificate.holder.public_key, parts.signature_value, signed_info):
        raise SignatureFault("the signature does not verify")
    take_away(node)
    canonical = _exclusive(root) if parts.exclusive else _inclusive(root)
    if hashlib.sha256(canonical).digest() != parts.digest:
        raise SignatureFault("the digest is not that of the document")
    return certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signature:
    signed_info: Element
    exclusive: bool  # how the document was made canonical
    digest: bytes
    signature_value: bytes
    serial_number: int


def _find(root: Element, *, nested: bool) -> Element | None:
    """The Signature of the document, the last child of its root; None if there is none at all."""
    last = next(root.iterchildren("*", reversed=True), None)
    found = [node for node in root.iter(signature("Signature")) if not (nested and _is_nested(node))]
    if not found:
        return None
    if len(found) > 1:
        raise SignatureFault(f"{len(found)} Signatures, expected one")
    if found[0] is not last:
        raise SignatureFault("a Signature that is not the last child of the root")
    return found[0]


def _is_nested(node: Element) -> bool:
    parent = node.getparent()
    return parent is not None and parent.tag == duis("SMETS1SignedResponse")


def _read_signature(node: Element) -> _Signature:
    signed_info, value, key_info = _children(node, "SignedInfo", "SignatureValue", "KeyInfo")
    canonicalization, method, reference = _children(
        signed_info, "CanonicalizationMethod", "SignatureMethod", "Reference"
    )
    _expect_algorithm(canonicalization, EXCLUSIVE)
    _expect_algorithm(method, ECDSA_SHA256)
    transforms, digest_method, digest_value = _children(
        reference, "Transforms", "DigestMethod", "DigestValue", attributes={"URI": ""}
    )
    exclusive = _read_transforms(transforms)
    _expect_algorithm(digest_method, SHA256)
    (x509_data,) = _children(key_info, "X509Data")
    (issuer_serial,) = _children(x509_data, "X509IssuerSerial")
    issuer, serial = _children(issuer_serial, "X509IssuerName", "X509SerialNumber")
    _read(issuer, _NAME)
    serial_number = _read(serial, _SERIAL)
    digest, signature_value = _read(digest_value, _BASE64), _read(value, _BASE64)
    assert isinstance(serial_number, int), serial_number
    assert isinstance(digest, bytes), digest
    assert isinstance(signature_value, bytes), signature_value
    return _Signature(
        signed_info=signed_info,
        exclusive=exclusive,
        digest=digest,
        signature_value=signature_value,
        serial_number=serial_number,
    )


def _read_transforms(node: Element) -> bool:
    """Whether the document is made canonical exclusively."""
    transforms = _elements(node, {})
    algorithms = [
        _algorithm(transform) for transform in transforms if transform.tag == signature("Transform")
    ]
    if len(algorithms) != len(transforms) or algorithms not in ([ENVELOPED], [ENVELOPED, EXCLUSIVE]):
        raise SignatureFault(f"transforms {algorithms}, expected {ENVELOPED}")
    return EXCLUSIVE in algorithms


def _expect_algorithm(node: Element, algorithm: str) -> None:
    found = _algorithm(node)
    if found != algorithm:
        raise SignatureFault(f"{shown(node)} {found[:100]!r}, expected {algorithm}")


def _algorithm(node: Element) -> str:
    found = node.get("Algorithm", "")
    if _elements(node, {"Algorithm": found}):
        raise SignatureFault(f"{shown(node)} with parameters, expected none")
    return found


def _children(node: Element, *names: str, attributes: dict[str, str] | None = None) -> list[Element]:
    """Exactly the children of these names; raises SignatureFault."""
    found = _elements(node, attributes or {})
    if [child.tag for child in found] != [signature(name) for name in names]:
        listed = ", ".join(shown(child) for child in found[:6]) or "nothing"
        raise SignatureFault(f"{shown(node)} of {listed}, expected {', '.join(names)}")
    return found


def _elements(node: Element, attributes: dict[str, str], *, text: bool = False) -> list[Element]:
    """The children of an element with nothing beside them but white space and comments; an Id points nowhere here."""
    others = {str(name): str(value) for name, value in node.attrib.items() if name != "Id"}
    if others != attributes:
        raise SignatureFault(f"{shown(node)} with attributes {str(others)[:100]}, expected {attributes}")
    if not text and any(
        part and part.strip(WHITE_SPACE) for part in (node.text, *(child.tail for child in node))
    ):
        raise SignatureFault(f"{shown(node)} with text between its elements")
    return list(node.iterchildren("*"))


def _read(node: Element, kind: SimpleType) -> object:
    """The text of an element without children; raises SignatureFault."""
    if _elements(node, {}, text=True) or len(node):
        raise SignatureFault(f"{shown(node)} with elements or comments, expected text")
    try:
        return kind.read(node.text or "")
    except ValueError as error:
        raise SignatureFault(f"{shown(node)}: {error}") from None


def _append(parent: Element, name: str, algorithm: str | None = None) -> Element:
    node = etree.SubElement(parent, signature(name))
    if algorithm is not None:
        node.set("Algorithm", algorithm)
    return node


def _inclusive(root: Element) -> bytes:
    return _canonical(root, exclusive=False)


def _exclusive(node: Element) -> bytes:
    return _canonical(node, exclusive=True)


def _canonical(node: Element, *, exclusive: bool) -> bytes:
    """Without comments; raises SignatureFault for what has no canonical form: a namespace of a relative URI."""
    try:
        return etree.tostring(node, method="c14n", exclusive=exclusive, with_comments=False)
    except etree.C14NError as error:
        raise SignatureFault(str(error)) from None


def _instant(moment: datetime) -> Instant:
    return Instant(int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * SECOND_MS)
