# ruff: noqa: E501, RUF001 - rows of a table stand aligned, and some attacks have the digits of others
"""More than a hundred attacks on signed requests: none is accepted with another meaning, and none costs much."""

import time
from base64 import b64encode

import pytest
from lxml import etree

from smart_metering.duis_xml.faults import NotDuisError, RefusedRequestError
from smart_metering.duis_xml.messages import read_request
from smart_metering.duis_xml.names import duis, signature
from tests.support import duis_attacks as attacks
from tests.support.duis_attacks import (
    DSIG,
    EXCLUSIVE,
    LAUGHS,
    MANY,
    REQUEST,
    SIGNED,
    XML,
    XSI,
    Attack,
    algorithm,
    body_of,
    doctype,
    extra_transform,
    flood,
    into,
    moved_signature,
    nested,
    of,
    other_signer,
    re_profiled,
    re_signed,
    rename,
    signature_value,
    text,
    tree,
    twice,
    with_attribute,
    with_text,
    without,
    wrapped,
)
from tests.support.duis_xml import NOW, OTHER_SUPPLIER, known_certificates, signer_of

NO_DUIS = "no DUIS"  # refused before a Response could be addressed

REFUSED: tuple[tuple[str, str, Attack], ...] = (
    # name, how it is refused, the attack
    # --- entities and document types
    ("entity in a value", NO_DUIS, doctype('<!ENTITY e "SMETS V5.0">', "&e;")),
    ("external entity of a file", NO_DUIS, doctype('<!ENTITY e SYSTEM "file:///etc/passwd">', "&e;")),
    ("external entity of a host", NO_DUIS, doctype('<!ENTITY e SYSTEM "http://127.0.0.1:9/e">', "&e;")),
    ("parameter entity", NO_DUIS, doctype('<!ENTITY % p SYSTEM "file:///etc/passwd">%p;')),
    ("billion laughs", NO_DUIS, doctype(LAUGHS, "&l9;")),
    ("quadratic entity", NO_DUIS, doctype(f'<!ENTITY e "{"x" * 50_000}">', "&e;" * 1_000)),
    ("document type alone", NO_DUIS, doctype("")),
    ("default attributes by a document type", NO_DUIS, doctype('<!ATTLIST sr:Request schemaVersion CDATA "9">')),
    ("ids by a document type", NO_DUIS, doctype("<!ATTLIST sr:Body Id ID #IMPLIED>")),
    ("external document type", NO_DUIS, text("<sr:Request", '<!DOCTYPE r SYSTEM "file:///etc/passwd"><sr:Request')),
    ("document type in lower case", NO_DUIS, text("<sr:Request", "<!doctype r []><sr:Request")),
    ("undeclared entity", NO_DUIS, text("SMETS V5.0", "&nbsp;")),
    ("character that XML has not", NO_DUIS, text("SMETS V5.0", "&#0;")),
    # --- encodings
    ("UTF-16", NO_DUIS, lambda: SIGNED.decode().replace("UTF-8", "UTF-16").encode("utf-16")),
    ("UTF-16 without a declaration", NO_DUIS, lambda: SIGNED.split(b"?>", 1)[1].decode().encode("utf-16-be")),
    ("UTF-7", NO_DUIS, text('encoding="UTF-8"', 'encoding="UTF-7"')),
    ("ISO 8859-1", NO_DUIS, text('encoding="UTF-8"', 'encoding="ISO-8859-1"')),
    ("EBCDIC", NO_DUIS, lambda: SIGNED.decode().encode("cp037")),
    ("XML 1.1", NO_DUIS, text('version="1.0"', 'version="1.1"')),
    ("octets that are no UTF-8", NO_DUIS, lambda: SIGNED.replace(b"106C", b"10\xff\xfe")),
    ("overlong UTF-8", NO_DUIS, lambda: SIGNED.replace(b"<sr:Body>", b"\xc0\xbcsr:Body>")),
    ("surrogates in UTF-8", NO_DUIS, lambda: SIGNED.replace(b"106C", b"\xed\xa0\x80")),
    ("NUL in a value", NO_DUIS, text("106C", "106C\x00")),
    ("two byte order marks", NO_DUIS, lambda: b"\xef\xbb\xbf\xef\xbb\xbf" + SIGNED),
    ("nothing at all", NO_DUIS, lambda: b""),
    ("no XML", NO_DUIS, lambda: b"{}"),
    ("half a document", NO_DUIS, lambda: SIGNED[: len(SIGNED) // 2]),
    ("two documents", NO_DUIS, lambda: SIGNED + SIGNED.split(b"?>", 1)[1]),
    ("text after the document", NO_DUIS, lambda: SIGNED + b"x"),
    # --- floods
    ("attributes by the hundred thousand", NO_DUIS, flood("".join(f' a{n}=""' for n in range(MANY)) + "/>")),
    ("attributes in values of attributes", NO_DUIS, flood("".join(f' a{n}=">"' for n in range(MANY)) + "/>")),
    ("a dozen attributes", NO_DUIS, flood("".join(f' a{n}=""' for n in range(12)) + "/>")),
    ("namespaces by the hundred thousand", NO_DUIS, flood("".join(f' xmlns:n{n}="u"' for n in range(MANY)) + "/>")),
    ("a score of namespaces", NO_DUIS, flood("".join(f' xmlns:n{n}="u"' for n in range(20)) + "/>")),
    ("namespaces at every depth", NO_DUIS, body_of(*(f'<sr:Body xmlns:n{n}="u">' for n in range(25)), "</sr:Body>" * 25)),
    ("elements by the hundred thousand", NO_DUIS, body_of("<sr:A/>" * MANY)),
    ("comments by the hundred thousand", NO_DUIS, body_of("<!---->" * MANY)),
    ("CDATA by the hundred thousand", NO_DUIS, body_of("<![CDATA[]]>" * MANY)),
    ("forty elements deep", NO_DUIS, nested(40)),
    ("a hundred thousand elements deep", NO_DUIS, nested(MANY)),
    ("open elements without an end", NO_DUIS, lambda: b"<a>" * MANY),
    ("more than sixteen megabytes", NO_DUIS, lambda: SIGNED + b" " * 16 * 1024 * 1024),
    ("a name of a megabyte", NO_DUIS, body_of("<sr:" + "a" * 1_000_000 + "/>")),
    ("a value of ten megabytes", "E48", text("SMETS V5.0", "x" * 10_000_000)),
    # --- processing instructions, comments, includes
    ("processing instruction in a value", NO_DUIS, text("106C", "10<?x?>6C")),
    ("processing instruction before the root", NO_DUIS, text("<sr:Request", "<?x y?><sr:Request")),
    ("style sheet", NO_DUIS, text("<sr:Request", '<?xml-stylesheet href="x.xsl"?><sr:Request')),
    ("processing instruction after the root", NO_DUIS, lambda: SIGNED + b"<?x?>"),
    ("comment in a value", "E100", text("00020001", "0002<!-- -->0001")),
    ("comment before a value", "E100", text("00020001", "<!-- -->00020001")),
    ("comment in the RequestID", "E100", text(":1700000000001<", "<!-- -->:1700000000001<")),
    ("comment in the counter", "E100", text("1700000000001<", "170000000<!-- -->0001<")),
    ("comment in the DigestValue", "E48", tree(lambda root: of(root, "DigestValue").append(etree.Comment("x")))),
    ("comment in the SignatureValue", "E48", tree(lambda root: of(root, "SignatureValue").append(etree.Comment("x")))),
    ("comment in the serial number", "E48", tree(lambda root: of(root, "X509SerialNumber").append(etree.Comment("x")))),
    ("xi:include", NO_DUIS, text("<sr:Body>", '<sr:Body><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>')),
    ("xml:base", NO_DUIS, tree(with_attribute("Body", f"{XML}base", "http://127.0.0.1/"))),
    ("xml:id", NO_DUIS, tree(with_attribute("Body", f"{XML}id", "a"))),
    ("xml:space", NO_DUIS, tree(with_attribute("Body", f"{XML}space", "preserve"))),
    ("xsi:type", NO_DUIS, re_signed(with_attribute("DevicePrenotification", f"{XSI}type", "sr:UpdateFirmware"))),
    ("xsi:nil", NO_DUIS, re_signed(with_attribute("DeviceID", f"{XSI}nil", "true"))),
    ("xsi:schemaLocation", NO_DUIS, re_signed(with_attribute("Header", f"{XSI}schemaLocation", "u file:///etc/passwd"))),
    # --- other documents
    ("another root", NO_DUIS, re_signed(lambda root: setattr(root, "tag", duis("Response")))),
    ("another namespace", NO_DUIS, text("ServiceUserGateway", "ServiceUserGateway2")),
    ("a prefix that is not declared", NO_DUIS, text(' xmlns:sr="', ' xmlns:sq="')),
    ("two colons in a name", NO_DUIS, lambda: SIGNED.replace(b"sr:Header", b"sr:He:ader")),
    ("an attribute whose prefix is not declared", NO_DUIS, text("<sr:Body>", '<sr:Body x:y="1">')),
    ("no namespace", NO_DUIS, lambda: SIGNED.replace(b"sr:", b"")),
    ("a header without references", NO_DUIS, re_signed(without("ServiceReference"))),
    ("an SRV that does not exist", NO_DUIS, re_signed(with_text("ServiceReferenceVariant", "99.9"))),
    # --- what was signed is changed
    ("another value", "E48", text("00020001", "00020002")),
    ("another originator", "E48", text("<sr:RequestID>90-B3-D5-1F-30-01-00-00", "<sr:RequestID>90-B3-D5-1F-30-03-00-00")),
    ("another case of the RequestID", "E48", text("<sr:RequestID>90-B3-D5", "<sr:RequestID>90-b3-d5")),
    ("another counter", "E48", text("1700000000001<", "1700000000002<")),
    ("another Command Variant", "E48", text("<sr:CommandVariant>8", "<sr:CommandVariant>1")),
    ("another schemaVersion", "E48", text('schemaVersion="5.4"', 'schemaVersion="5.3"')),
    ("white space in a value", "E48", text("106C<", "106C <")),
    ("white space between elements", "E48", text("<sr:Body>", "<sr:Body> ")),
    ("an attribute", "E48", tree(with_attribute("Body", "Id", "a"))),
    ("an unused namespace", "E48", text("<sr:Request ", '<sr:Request xmlns:x="u" ')),
    ("another prefix", "E48", lambda: SIGNED.replace(b"sr:", b"q:").replace(b":sr=", b":q=")),
    ("an element twice", "E48", tree(twice("FirmwareVersion"))),
    ("an element less", "E48", tree(without("ESMEVariant"))),
    ("another order", "E48", tree(attacks.first_last)),
    # --- wrapping
    ("the signed request in an Object", "E48", wrapped(attacks.in_object)),
    ("the signed request in the Header", "E48", wrapped(lambda root, it: into(root, "Header", it))),
    ("the signed request in the Body", "E48", wrapped(lambda root, it: into(root, "Body", it))),
    ("the signed request before the Header", "E48", wrapped(lambda root, it: root.insert(0, it))),
    ("the signed request before the Signature", "E48", wrapped(lambda root, it: root.insert(2, it))),
    ("the signed request after the Signature", "E48", wrapped(lambda root, it: root.append(it))),
    ("the signed request around the other", "E48", wrapped(lambda root, it: root.insert(2, it[1]))),
    ("the signed Body beside the other", "E48", wrapped(lambda root, it: root.insert(1, it[1]))),
    ("the signed Header beside the other", "E48", wrapped(lambda root, it: root.insert(0, it[0]))),
    ("the signed Body after the Signature", "E48", wrapped(lambda root, it: root.append(it[1]))),
    ("the signed request in SignedInfo", "E48", wrapped(lambda root, it: into(root, "SignedInfo", it))),
    ("the signed request in KeyInfo", "E48", wrapped(lambda root, it: into(root, "KeyInfo", it))),
    ("the signed request as the value's child", "E48", wrapped(lambda root, it: into(root, "FirmwareVersion", it))),
    # --- the Signature moved, doubled, emptied
    ("no Signature", "E48", tree(lambda root: root.remove(of(root, "Signature")))),
    ("the Signature first", "E48", moved_signature(lambda root, it: root.insert(0, it))),
    ("the Signature in the Header", "E48", moved_signature(lambda root, it: into(root, "Header", it))),
    ("the Signature in the Body", "E48", moved_signature(lambda root, it: into(root, "Body", it))),
    ("the Signature between Header and Body", "E48", moved_signature(lambda root, it: root.insert(1, it))),
    ("the Signature twice", "E48", tree(twice("Signature"))),
    ("a Signature within the Signature", "E48", tree(lambda root: of(root, "Signature").append(read(SIGNED, "Signature")))),
    ("a second Signature in the Body", "E48", tree(lambda root: into(root, "Body", read(SIGNED, "Signature")))),
    ("an empty Signature", "E48", tree(lambda root: of(root, "Signature").clear())),
    ("an empty SignedInfo", "E48", tree(lambda root: of(root, "SignedInfo").clear())),
    ("no SignatureValue", "E48", tree(without("SignatureValue"))),
    ("no KeyInfo", "E48", tree(without("KeyInfo"))),
    ("no Reference", "E48", re_profiled(lambda info: info.remove(of(info, "Reference")))),
    ("the Signature of another request", "E48", tree(lambda root: root.replace(of(root, "Signature"), of(evil_signed(), "Signature")))),
    ("the DigestValue of another document", "E48", re_profiled(with_text("DigestValue", b64encode(bytes(32)).decode()))),
    ("the DigestValue changed after signing", "E48", tree(with_text("DigestValue", b64encode(bytes(32)).decode()))),
    ("a void canonical form", "E48", attacks.void_canonicalisation),
    # --- other profiles, rightly signed by the supplier
    ("HMAC with the public key", "E48", attacks.hmac_confusion),
    ("HMAC by name", "E48", algorithm("SignatureMethod", f"{DSIG}hmac-sha1")),
    ("RSA by name", "E48", algorithm("SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256")),
    ("ECDSA with SHA-1", "E48", algorithm("SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1")),
    ("SHA-1 for the digest", "E48", algorithm("DigestMethod", f"{DSIG}sha1")),
    ("no algorithm", "E48", algorithm("SignatureMethod", "")),
    ("inclusive C14N of SignedInfo", "E48", algorithm("CanonicalizationMethod", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315")),
    ("C14N with comments", "E48", algorithm("CanonicalizationMethod", f"{EXCLUSIVE}WithComments")),
    ("an unknown C14N", "E48", algorithm("CanonicalizationMethod", "void:")),
    ("a prefix list", NO_DUIS, re_profiled(attacks.prefix_list)),
    ("another transform", "E48", algorithm("Transform", "http://www.w3.org/TR/1999/REC-xslt-19991116")),
    ("an XSLT transform more", "E48", re_profiled(extra_transform("http://www.w3.org/TR/1999/REC-xslt-19991116"))),
    ("an XPath that selects nothing", "E48", re_profiled(attacks.xpath_transform)),
    ("a base64 transform", "E48", re_profiled(extra_transform(f"{DSIG}base64"))),
    ("C14N before the enveloped transform", "E48", re_profiled(extra_transform(EXCLUSIVE, first=True))),
    ("the enveloped transform twice", "E48", re_profiled(extra_transform(f"{DSIG}enveloped-signature"))),
    ("no transforms", "E48", re_profiled(lambda info: of(info, "Transforms").clear())),
    ("two references", "E48", re_profiled(attacks.second_reference)),
    ("a reference to an id", "E48", re_profiled(with_attribute("Reference", "URI", "#a"))),
    ("a reference to a file", "E48", re_profiled(with_attribute("Reference", "URI", "file:///etc/passwd"))),
    ("a reference to a host", "E48", re_profiled(with_attribute("Reference", "URI", "http://127.0.0.1:9/"))),
    ("a reference by XPointer", "E48", re_profiled(with_attribute("Reference", "URI", "#xpointer(/)"))),
    ("a reference without a URI", "E48", re_profiled(lambda info: of(info, "Reference").attrib.clear())),
    ("a reference of a type", "E48", re_profiled(with_attribute("Reference", "Type", f"{DSIG}Object"))),
    ("an HMACOutputLength", "E48", re_profiled(lambda info: sub(of(info, "SignatureMethod"), "HMACOutputLength"))),
    # --- signatures
    ("a signature in DER", "E48", attacks.der_signature),
    ("a signature of zeros", "E48", signature_value(bytes(64))),
    ("a signature of ones", "E48", signature_value(b"\xff" * 64)),
    ("a signature of n", "E48", signature_value(attacks.ORDER_OF_P256.to_bytes(32, "big") * 2)),
    ("a short signature", "E48", signature_value(bytes(63))),
    ("an empty signature", "E48", signature_value(b"")),
    ("a signature that is no base64", "E48", tree(with_text("SignatureValue", "!!!!"))),
    ("base64 with bits to spare", "E48", tree(lambda root: with_text("DigestValue", (of(root, "DigestValue").text or "")[:-2] + "x=")(root))),
    # --- certificates
    ("a certificate that nobody knows", "E48", other_signer(attacks.stranger())),
    ("a known serial number with another key", "E48", other_signer(attacks.stranger_with_a_known_serial())),
    ("a User who signs for another", "E48", other_signer(signer_of(OTHER_SUPPLIER))),
    ("a key agreement certificate", "E48", other_signer(attacks.key_agreement_key())),
    ("a negative serial number", "E48", tree(with_text("X509SerialNumber", "-1"))),
    ("a serial number in hex", "E48", tree(with_text("X509SerialNumber", "0x10"))),
    ("a serial number of a megabyte", "E48", tree(with_text("X509SerialNumber", "1" * 1_000_000))),
    ("a key beside the certificate", "E48", tree(attacks.key_value)),
    ("two serial numbers", "E48", tree(attacks.two_serials)),
    ("a serial number of Arabic digits", "E48", tree(with_text("X509SerialNumber", "١٢"))),
    # --- forms, rightly signed by the supplier
    ("an element twice, signed", "E100", re_signed(twice("FirmwareVersion"))),
    ("an element less, signed", "E100", re_signed(without("DeviceID"))),
    ("another order, signed", "E100", re_signed(attacks.first_last)),
    ("an unknown element, signed", "E100", re_signed(rename("ESMEVariant", "ESMEVariants"))),
    ("an unknown body, signed", "E100", re_signed(rename("DevicePrenotification", "DropTables"))),
    ("two bodies, signed", "E100", re_signed(twice("DevicePrenotification"))),
    ("two Bodies, signed", "E100", re_signed(twice("Body"))),
    ("two Headers, signed", "E100", re_signed(twice("Header"))),
    ("two RequestIDs, signed", "E100", re_signed(twice("RequestID"))),
    ("no body, signed", "E100", re_signed(without("DevicePrenotification"))),
    ("no RequestID, signed", "E100", re_signed(without("RequestID"))),
    ("no schemaVersion, signed", "E100", re_signed(lambda root: root.attrib.clear())),
    ("another attribute of the root, signed", "E100", re_signed(lambda root: root.set("Id", "a"))),
    ("an attribute, signed", "E100", re_signed(with_attribute("Body", "Id", "a"))),
    ("text between elements, signed", "E100", re_signed(lambda root: setattr(of(root, "Body"), "text", "x"))),
    ("an element in a value, signed", "E100", re_signed(lambda root: into(root, "FirmwareVersion", etree.Element(duis("A"))))),
    ("an element of a signature in the Body, signed", "E100", re_signed(lambda root: sub(of(root, "Body"), "Object"))),
    ("an EUI too long, signed", "E100", re_signed(with_text("DeviceID", "00-" * 8 + "00"))),
    ("an EUI of other digits, signed", "E100", re_signed(with_text("DeviceID", "٠٠-DB-12-34-56-78-90-A0"))),
    ("a counter too large, signed", "E100", re_signed(with_text("RequestID", f"90-B3-D5-1F-30-01-00-00:00-DB-12-34-56-78-90-A0:{2**64}"))),
    ("a Command Variant of the DCC, signed", "E100", re_signed(with_text("CommandVariant", "9"))),
    ("a Command Variant of other digits, signed", "E100", re_signed(with_text("CommandVariant", "٨"))),
)  # fmt: skip

HARMLESS: tuple[tuple[str, Attack], ...] = (
    ("nothing", lambda: SIGNED),
    ("a malleated signature", attacks.malleated),
    ("a byte order mark", lambda: b"\xef\xbb\xbf" + SIGNED),
    ("no declaration", lambda: SIGNED.split(b"?>", 1)[1]),
    ("CDATA for a value", text("106C<", "<![CDATA[106C]]><")),
    ("CDATA for a part of a value", text("106C<", "10<![CDATA[6C]]><")),
    ("character references", text("106C<", "&#49;0&#x36;C<")),
    ("comments between elements", text("<sr:Body>", "<!-- a --><sr:Body><!-- b -->")),
    ("a comment before the root", text("<sr:Request", "<!-- a --><sr:Request")),
    ("a comment after the root", lambda: SIGNED + b"<!-- a -->\n"),
    ("a comment in SignedInfo", tree(lambda root: of(root, "SignedInfo").append(etree.Comment("x")))),
    ("white space within tags", text("<sr:Body>", "<sr:Body  >")),
    ("quotation marks of the other kind", text('schemaVersion="5.4"', "schemaVersion='5.4'")),
    ("line breaks in the SignatureValue", tree(attacks.broken)),
    ("ids in the Signature", tree(with_attribute("Signature", "Id", "a"))),
    ("another issuer's name", tree(with_text("X509IssuerName", "CN=somebody"))),
)  # fmt: skip


def sub(parent: etree._Element, name: str) -> None:
    etree.SubElement(parent, signature(name))


def read(octets: bytes, name: str) -> etree._Element:
    return of(etree.fromstring(octets), name)


def evil_signed() -> etree._Element:
    """Another request of the same supplier."""
    return etree.fromstring(re_signed(with_text("FirmwareVersion", "0BADBAD0"))())


@pytest.mark.parametrize(("how", "attack"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_it_is_refused(how: str, attack: Attack) -> None:
    octets = attack()
    assert octets != SIGNED

    with pytest.raises((NotDuisError, RefusedRequestError)) as refusal:
        read_request(octets, known_certificates().get, NOW)

    found = refusal.value
    assert (found.code if isinstance(found, RefusedRequestError) else NO_DUIS) == how, str(found)
    assert len(str(found)) < 500


@pytest.mark.parametrize("attack", [row[1] for row in HARMLESS], ids=[row[0] for row in HARMLESS])
def test_it_changes_nothing(attack: Attack) -> None:
    read_back = read_request(attack(), known_certificates().get, NOW)

    assert read_back.request == REQUEST
    assert read_back.request_id == str(REQUEST.request_id)


def test_no_attack_is_listed_twice() -> None:
    names = [row[0] for row in (*REFUSED, *HARMLESS)]

    assert len(names) == len(set(names)) >= 60


@pytest.mark.slow
def test_no_attack_costs_much() -> None:
    """A second is far from what any takes; the script that mutates requests tells the slowest."""
    for name, _, attack in REFUSED:
        octets = attack()
        start = time.process_time()
        with pytest.raises((NotDuisError, RefusedRequestError)):
            read_request(octets, known_certificates().get, NOW)
        assert time.process_time() - start < 1, name
