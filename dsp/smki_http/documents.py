"""The four XML documents of the SMKI Repository's interface: two that are read, two that are written.

Element names have no prefix and no namespace. What is read holds nothing but the elements named here, each once at
most, with text and nothing else in it; a document type is refused before anything is made of it.
"""

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from dsp.runtime.certificate_desk import Certified
from smart_metering.identifiers import Eui, InvalidIdentifier, parse_eui
from smart_metering.pki.keys import KeyUsage

MOST_OCTETS = 16 * 1024
IN_USE = "I"
_LONGEST_MESSAGE = 300

_SEARCH = "CertificateSearchRequest"
_RETRIEVAL = "CertificateDataRequest"
_OWNERS = ("CertificateSubjectAltName", "CertificateSubjectName")  # of a Device, of an organisation
_FILTERS = ("CertificateStatus", "CertificateUsage", "CertificateRole")
_SERIAL = "CertificateSerial"
_USAGES = {KeyUsage.DIGITAL_SIGNING: "DS", KeyUsage.KEY_AGREEMENT: "KA"}
_STATUSES = ("P", "I", "N", "E", "R")
_HEX = re.compile(r"[0-9A-Fa-f]{1,40}")  # 20 octets are the most of RFC 5280
_ROLE = re.compile(r"[0-9]{1,3}")


class BadParameters(ValueError):
    """A request that is not what the interface expects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Whose certificates are searched; None: of any usage, in any role, whatever its status."""

    owner: Eui
    usage: str | None = None
    role: int | None = None
    status: str | None = None

    def wants(self, row: Certified) -> bool:
        """Whether a certificate in use is one of those."""
        return self.status in {None, IN_USE} and self.usage in {None, _USAGES[row.says.usage]}


def read_search(octets: bytes) -> Search:
    """Raises BadParameters."""
    said = _read(octets, _SEARCH, (*_OWNERS, *_FILTERS))
    owners = [said[name] for name in _OWNERS if name in said]
    if len(owners) != 1:
        raise BadParameters(f"expected one of {' and '.join(_OWNERS)}")
    try:
        owner = parse_eui(owners[0])
    except InvalidIdentifier as error:
        raise BadParameters(str(error)) from None
    role = said.get("CertificateRole")
    if role is not None and _ROLE.fullmatch(role) is None:
        raise BadParameters(f"CertificateRole {role!r}: expected a number up to 999")
    return Search(
        owner=owner,
        usage=_one_of(said, "CertificateUsage", tuple(_USAGES.values())),
        role=int(role) if role is not None else None,
        status=_one_of(said, "CertificateStatus", _STATUSES),
    )


def read_retrieval(octets: bytes) -> int:
    """The serial number that is asked for. Raises BadParameters."""
    serial = _read(octets, _RETRIEVAL, (_SERIAL,)).get(_SERIAL)
    if serial is None or _HEX.fullmatch(serial) is None:
        raise BadParameters(f"{_SERIAL} {serial!r}: expected up to 40 hex digits")
    return int(serial, 16)


def write_search_response(code: int, message: str, reference: str, found: Iterable[Certified] = ()) -> bytes:
    """What a search found."""
    root = _response("CertificateSearchResponse", code, message, reference)
    for row in found:
        _add(
            etree.SubElement(root, "Result"),
            ("CertificateSerial", _serial(row)),
            _owner(row),
            ("CertificateStatus", IN_USE),
            *_purpose(row),
        )
    return _written(root)


def write_retrieval_response(code: int, message: str, reference: str, row: Certified | None = None) -> bytes:
    """The certificate, whole."""
    root = _response("CertificateDataResponse", code, message, reference)
    if row is not None:
        _add(
            etree.SubElement(root, "CertificateResponse"),
            _owner(row),
            ("CertificateSerial", _serial(row)),
            ("CertificateStatus", IN_USE),
            ("CertificateBody", base64.b64encode(row.certificate).decode("ascii")),
            *_purpose(row),
        )
    return _written(root)


def _read(octets: bytes, root_name: str, known: Sequence[str]) -> dict[str, str]:
    """The text of each element within the root."""
    root = _parsed(octets)
    if root.tag != root_name:
        raise BadParameters(f"{str(root.tag)[:100]!r}: expected a {root_name}")
    said: dict[str, str] = {}
    if root.attrib or (root.text or "").strip():
        raise BadParameters(f"{root_name}: expected elements and nothing else in it")
    for child in root:
        if isinstance(child, etree._Comment | etree._ProcessingInstruction | etree._Entity):
            raise BadParameters(f"{root_name}: expected elements and nothing else in it")
        name = child.tag
        if name not in known or name in said:
            raise BadParameters(f"{name[:100]!r}: expected each of {', '.join(known)} once at most")
        if len(child) or child.attrib or (child.tail or "").strip():
            raise BadParameters(f"{name}: expected text and nothing else in it")
        said[name] = (child.text or "").strip()
    return said


def _parsed(octets: bytes) -> etree._Element:
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadParameters(f"no UTF-8: {error}") from None
    if "<!DOCTYPE" in text:
        raise BadParameters("a document type: expected none")
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        return etree.fromstring(octets, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadParameters(f"no well-formed XML: {getattr(error, 'msg', None) or error}") from None


def _one_of(said: dict[str, str], name: str, expected: tuple[str, ...]) -> str | None:
    value = said.get(name)
    if value is not None and value not in expected:
        raise BadParameters(f"{name} {value[:100]!r}: expected one of {', '.join(expected)}")
    return value


def _response(name: str, code: int, message: str, reference: str) -> etree._Element:
    root = etree.Element(name)
    plain = "".join(letter if letter.isprintable() else "?" for letter in message[:_LONGEST_MESSAGE])
    _add(root, ("ResponseCode", str(code)), ("ResponseMessage", plain), ("AuditReference", reference))
    return root


def _owner(row: Certified) -> tuple[str, str]:
    alternative, name = _OWNERS
    return (alternative if row.says.organisation_role is None else name), row.says.entity


def _purpose(row: Certified) -> list[tuple[str, str]]:
    role = row.says.organisation_role
    of_role = [("CertificateRole", str(int(role, 16)))] if role is not None else []
    return [("CertificateUsage", _USAGES[row.says.usage]), *of_role, ("ManufacturingFlag", "false")]


def _serial(row: Certified) -> str:
    """Whole octets, as certificates have them."""
    digits = f"{row.serial_number:X}"
    return digits.rjust(len(digits) + len(digits) % 2, "0")


def _add(parent: etree._Element, *children: tuple[str, str]) -> None:
    for name, text in children:
        etree.SubElement(parent, name).text = text


def _written(root: etree._Element) -> bytes:
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return written
