"""Attacks on the reader of signed DUIS requests: what somebody makes of a request that another signed.

One kind is refused; the other is harmless, and must leave the request what it was.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable
from copy import deepcopy

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree

from smart_metering.command_variants import CommandVariant
from smart_metering.duis.inventory_requests import DevicePrenotification
from smart_metering.duis_xml.names import Element, duis, signature
from smart_metering.duis_xml.reading import read_tree
from smart_metering.duis_xml.signature import Signer, sign, take_out
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.keys import KeyUsage, sign_plainly
from tests.support.duis_xml import (
    ACB,
    METER,
    SUPPLIER,
    credential_of,
    request_of,
    signed,
    signer_of,
)

Attack = Callable[[], bytes]

ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SR = 'xmlns:sr="http://www.dccinterface.co.uk/ServiceUserGateway"'

REQUEST = request_of(
    "12.2",
    DevicePrenotification(
        device_id=METER,
        device_manufacturer="106C",
        device_model="433100AC",
        device_type="ESME",
        smets_chts_version="SMETS V5.0",
        firmware_version="00020001",
        esme_variant="A",
    ),
    CommandVariant.NON_DEVICE,
    ACB,
)
SIGNED = signed(REQUEST)
"""What the attacker has: a request that the supplier signed."""


# --- tools of the attacker ---------------------------------------------------------------------------------------


def text(old: str, new: str, count: int = 1) -> Attack:
    """Another text in the octets."""
    assert old.encode() in SIGNED, old
    return lambda: SIGNED.replace(old.encode(), new.encode(), count)


def tree(change: Callable[[Element], None]) -> Attack:
    """A change of the tree under the old signature."""

    def attack() -> bytes:
        root = read_tree(SIGNED)
        change(root)
        return etree.tostring(root)

    return attack


def re_signed(change: Callable[[Element], None], signer: Signer | None = None) -> Attack:
    """A change before somebody signs: the form must be refused although the signature is right."""

    def attack() -> bytes:
        root = read_tree(SIGNED)
        take_out(root)
        change(root)
        sign(root, signer or signer_of(SUPPLIER))
        return etree.tostring(root)

    return attack


def re_profiled(change: Callable[[Element], None]) -> Attack:
    """The supplier itself signs, in another profile: SignedInfo is changed, and signed as it then is."""

    def attack() -> bytes:
        root = read_tree(SIGNED)
        change(of(root, "SignedInfo"))
        canonical = etree.tostring(of(root, "SignedInfo"), method="c14n", exclusive=True)
        value = sign_plainly(credential_of(SUPPLIER).private_key, canonical)
        of(root, "SignatureValue").text = b64encode(value).decode()
        return etree.tostring(root)

    return attack


def of(root: Element, name: str) -> Element:
    """The first element of that name, of DUIS or of the Signature."""
    found = root.find(f".//{{*}}{name}")
    assert found is not None, name
    return found


def algorithm(name: str, uri: str) -> Attack:
    return re_profiled(lambda info: of(info, name).set("Algorithm", uri))


def evil() -> Element:
    """A request as the attacker would have it."""
    root = read_tree(SIGNED)
    of(root, "FirmwareVersion").text = "0BADBAD0"
    return root


def wrapped(place: Callable[[Element, Element], None]) -> Attack:
    """The attacker's request, with the one that was signed somewhere in it."""

    def attack() -> bytes:
        root = evil()
        place(root, read_tree(SIGNED))
        return etree.tostring(root)

    return attack


def into(root: Element, name: str, node: Element, index: int = 0) -> None:
    of(root, name).insert(index, node)


def in_object(root: Element, original: Element) -> None:
    holder = etree.SubElement(of(root, "Signature"), signature("Object"))
    holder.append(original)


def moved_signature(place: Callable[[Element, Element], None]) -> Attack:
    def change(root: Element) -> None:
        node = of(root, "Signature")
        root.remove(node)
        place(root, node)

    return tree(change)


def malleated() -> bytes:
    """(r, n - s) for (r, s)."""
    root = read_tree(SIGNED)
    node = of(root, "SignatureValue")
    octets = b64decode(node.text or "")
    s = ORDER_OF_P256 - int.from_bytes(octets[32:], "big")
    node.text = b64encode(octets[:32] + s.to_bytes(32, "big")).decode()
    return etree.tostring(root)


def signature_value(octets: bytes) -> Attack:
    return tree(lambda root: setattr(of(root, "SignatureValue"), "text", b64encode(octets).decode()))


def hmac_confusion() -> bytes:
    """The public key, which everybody has, as the secret of an HMAC."""
    root = read_tree(SIGNED)
    of(root, "FirmwareVersion").text = "0BADBAD0"
    info = of(root, "SignedInfo")
    of(info, "SignatureMethod").set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")
    body = deepcopy(root)
    take_out(body)
    digest = hashlib.sha256(etree.tostring(body, method="c14n")).digest()
    of(info, "DigestValue").text = b64encode(digest).decode()
    key = credential_of(SUPPLIER).private_key.public_key()
    secret = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    mac = hmac.new(secret, etree.tostring(info, method="c14n", exclusive=True), "sha256").digest()
    of(root, "SignatureValue").text = b64encode(mac).decode()
    return etree.tostring(root)


def der_signature() -> bytes:
    root = read_tree(SIGNED)
    octets = b64decode(of(root, "SignatureValue").text or "")
    r, s = int.from_bytes(octets[:32], "big"), int.from_bytes(octets[32:], "big")
    of(root, "SignatureValue").text = b64encode(encode_dss_signature(r, s)).decode()
    return etree.tostring(root)


def void_canonicalisation() -> bytes:
    """A signature over nothing, were the canonical form of the document empty."""
    root = evil()
    info = of(root, "SignedInfo")
    of(info, "DigestValue").text = b64encode(hashlib.sha256(b"").digest()).decode()
    return etree.tostring(root)


def doctype(subset: str, reference: str = "") -> Attack:
    def attack() -> bytes:
        head, body = SIGNED.split(b"?>", 1)
        declared = head + b"?><!DOCTYPE sr:Request [" + subset.encode() + b"]>" + body
        return declared.replace(b"SMETS V5.0", reference.encode() or b"SMETS V5.0")

    return attack


def other_signer(party: Signer) -> Attack:
    return lambda: signed(REQUEST, party)


def stranger() -> Signer:
    """Somebody with a key and a certificate that nobody knows."""
    credential = DevelopmentPki(b"somebody else's seed").organisation(SUPPLIER, "87")
    return Signer(private_key=credential[KeyUsage.DIGITAL_SIGNING].private_key, serial_number=12345)


def stranger_with_a_known_serial() -> Signer:
    return Signer(private_key=stranger().private_key, serial_number=signer_of(SUPPLIER).serial_number)


def key_agreement_key() -> Signer:
    credential = credential_of(SUPPLIER, "02", KeyUsage.KEY_AGREEMENT)
    serial = x509.load_der_x509_certificate(credential.certificate).serial_number
    return Signer(private_key=credential.private_key, serial_number=serial)


def rename(name: str, other: str) -> Callable[[Element], None]:
    return lambda root: setattr(of(root, name), "tag", duis(other))


def twice(name: str) -> Callable[[Element], None]:
    def change(root: Element) -> None:
        of(root, name).addnext(deepcopy(of(root, name)))

    return change


def without(name: str) -> Callable[[Element], None]:
    def change(root: Element) -> None:
        node = of(root, name)
        parent = node.getparent()
        assert parent is not None
        parent.remove(node)

    return change


def with_text(name: str, value: str) -> Callable[[Element], None]:
    return lambda root: setattr(of(root, name), "text", value)


def with_attribute(name: str, key: str, value: str) -> Callable[[Element], None]:
    return lambda root: of(root, name).set(key, value)


def first_last(root: Element) -> None:
    """The first child of the body after the others."""
    body = of(root, "DevicePrenotification")
    body.append(body[0])


XML, XSI = "{http://www.w3.org/XML/1998/namespace}", "{http://www.w3.org/2001/XMLSchema-instance}"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
DSIG = "http://www.w3.org/2000/09/xmldsig#"


def prefix_list(info: Element) -> None:
    node = etree.SubElement(of(info, "CanonicalizationMethod"), f"{{{EXCLUSIVE}}}InclusiveNamespaces")
    node.set("PrefixList", "sr")


def extra_transform(uri: str, first: bool = False) -> Callable[[Element], None]:
    def change(info: Element) -> None:
        node = etree.Element(signature("Transform"))
        node.set("Algorithm", uri)
        of(info, "Transforms").insert(0 if first else 9, node)

    return change


def xpath_transform(info: Element) -> None:
    extra_transform("http://www.w3.org/TR/1999/REC-xpath-19991116")(info)
    etree.SubElement(of(info, "Transforms")[-1], signature("XPath")).text = "self::node()[false()]"


def second_reference(info: Element) -> None:
    info.append(deepcopy(of(info, "Reference")))


def key_value(root: Element) -> None:
    """A key in the message, for those who would trust it."""
    etree.SubElement(of(root, "KeyInfo"), signature("KeyValue"))


def two_serials(root: Element) -> None:
    data = of(root, "X509Data")
    data.append(deepcopy(of(root, "X509IssuerSerial")))


def nested(depth: int) -> Attack:
    return lambda: (
        f"<sr:Request {SR}>".encode() + b"<sr:Body>" * depth + b"</sr:Body>" * depth + b"</sr:Request>"
    )


def flood(inside: str) -> Attack:
    return f'<sr:Request {SR} schemaVersion="5.4"{inside}'.encode


def body_of(*inside: str) -> Attack:
    return flood("><sr:Body>" + "".join(inside) + "</sr:Body></sr:Request>")


def broken(root: Element) -> None:
    """The SignatureValue on two lines, as DCC's tool writes it."""
    node = of(root, "SignatureValue")
    node.text = f"{(node.text or '')[:76]}\r\n{(node.text or '')[76:]}"


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10))
MANY = 100_000
