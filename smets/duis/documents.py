"""A Service Request as a file has it, read, given its counter and signed: the file is sent, not what we make of it.

White space between elements is dropped and a Signature that is there is taken away, as by DCC's own tool, which knows
neither in what it signs. Nothing else changes but the counter.
"""

from copy import deepcopy

from lxml import etree

from smart_metering.command_variants import CommandVariant
from smart_metering.duis.service_requests import ServiceRequest
from smart_metering.duis_xml.faults import NotDuisError, NotXmlError, SignatureFault, XmlFault
from smart_metering.duis_xml.names import WHITE_SPACE, Element, duis, shown, signature, take_away
from smart_metering.duis_xml.reading import read_tree
from smart_metering.duis_xml.requests import read_request_tree, schema_version_of
from smart_metering.duis_xml.signature import Signer, sign
from smart_metering.duis_xml.validating import Schema
from smart_metering.identifiers import InvalidIdentifier, RequestId, parse_request_id
from smets.duis.faults import NoDocument, Unconforming

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'
_SHOWN = 40


class RequestDocument:
    """One Service Request, not signed."""

    def __init__(self, root: Element) -> None:
        """Raises Unconforming unless it says who asks whom, and how."""
        self._root = root
        self.request_id = _request_id_of(root)
        self.command_variant = _variant_of(root)

    @property
    def service_reference_variant(self) -> str:
        """As it says, or empty."""
        return _header_text(self._root, "ServiceReferenceVariant")

    @property
    def schema_version(self) -> str:
        """Raises Unconforming."""
        try:
            return schema_version_of(self._root)
        except XmlFault as fault:
            raise Unconforming(str(fault)) from None

    def counted(self, counter: int) -> "RequestDocument":
        """The same with this counter in its RequestID, which otherwise stays as it is written."""
        root = deepcopy(self._root)
        node = _header_element(root, "RequestID")
        parties, _, _ = (node.text or "").strip(WHITE_SPACE).rpartition(":")
        node.text = f"{parties}:{counter}"
        return RequestDocument(root)

    def request(self, schema: Schema | None = None) -> ServiceRequest:
        """What it asks for, held against our tables, and a schema if one is given. Raises Unconforming."""
        root = deepcopy(self._root)
        try:
            schema_version_of(root)
            if schema is not None:
                schema.validate(root)
            return read_request_tree(root)
        except XmlFault as fault:
            raise Unconforming(str(fault)) from None

    def signed(self, signer: Signer) -> bytes:
        """On one line, with an XML declaration."""
        root = deepcopy(self._root)
        try:
            sign(root, signer)
        except SignatureFault as fault:
            raise Unconforming(str(fault)) from None
        return octets_of(root)


def read_document(octets: bytes) -> RequestDocument:
    """Of a signed or unsigned Request. Raises NoDocument and Unconforming."""
    root = tree_of(octets)
    if root.tag != duis("Request"):
        raise Unconforming(f"{shown(root)}, expected a Request of DUIS")
    for node in [*root.iterchildren(signature("Signature"))]:
        take_away(node)
    drop_white_space(root)
    return RequestDocument(root)


def tree_of(octets: bytes) -> Element:
    """Raises NoDocument and Unconforming."""
    try:
        return read_tree(octets)
    except NotXmlError as error:
        raise NoDocument(str(error)) from None
    except NotDuisError as error:
        raise Unconforming(str(error)) from None


def octets_of(root: Element) -> bytes:
    """The document as it is sent."""
    return _DECLARATION + etree.tostring(root, encoding="UTF-8", xml_declaration=False)


def pretty(octets: bytes) -> str:
    """For people: one element a line, without the Signature of the whole; text that is no DUIS stays as it is."""
    try:
        root = read_tree(octets)
    except NotDuisError:
        return octets.decode(errors="replace")
    for node in [*root.iterchildren(signature("Signature"))]:
        take_away(node)
    drop_white_space(root)
    etree.indent(root)
    return etree.tostring(root, encoding="unicode")


def drop_white_space(root: Element) -> None:
    """Between elements, where it means nothing."""
    for node in root.iter():
        if len(node) and not (node.text or "").strip(WHITE_SPACE):
            node.text = None
        if node is not root and not (node.tail or "").strip(WHITE_SPACE):
            node.tail = None


def _request_id_of(root: Element) -> RequestId:
    try:
        return parse_request_id(_header_text(root, "RequestID"))
    except InvalidIdentifier as error:
        raise Unconforming(f"Header/RequestID: {error}") from None


def _variant_of(root: Element) -> CommandVariant:
    text = _header_text(root, "CommandVariant")
    found = {str(int(variant)): variant for variant in CommandVariant}.get(text)
    if found is None:
        expected = f"1 to {max(CommandVariant):d}"
        raise Unconforming(f"Header/CommandVariant: {text[:_SHOWN]!r}, expected {expected}")
    return found


def _header_text(root: Element, name: str) -> str:
    return (root.findtext(f"{duis('Header')}/{duis(name)}") or "").strip(WHITE_SPACE)


def _header_element(root: Element, name: str) -> Element:
    node = root.find(f"{duis('Header')}/{duis(name)}")
    assert node is not None, name
    return node
