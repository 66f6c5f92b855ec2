"""Octets of anybody to a tree of elements, safely: what is too large or too clever is refused before it costs.

Counted first, on the octets: their number, and the characters that elements, comments and attributes need. A
declaration of another encoding, a document type, an entity, a processing instruction never reach the parser. Then
parsed in pieces, and between pieces depth, attributes and namespaces are counted, so that canonicalisation stays cheap.
"""

import re

from lxml import etree

from smart_metering.duis_xml.faults import NotDuisError, NotXmlError
from smart_metering.duis_xml.names import NAMESPACES, Element

MAXIMUM_OCTETS = 16 * 1024 * 1024
MAXIMUM_TAGS = 12_000  # start tags, end tags, comments, CDATA sections
MAXIMUM_QUOTES = 20_000  # two for each attribute and each declaration of a namespace
MAXIMUM_DEPTH = 32
MAXIMUM_ATTRIBUTES = 8  # of one element
MAXIMUM_NAMESPACES = 16  # in scope at once

_NAMESPACES = frozenset(f"{{{namespace}" for namespace in NAMESPACES)
_LONGEST_ORDINARY_TEXT = (
    9_000_000  # libxml2 refuses a text of more than 10,000,000, which a firmware image may need
)
_PIECE = 64 * 1024
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_DECLARATION = re.compile(
    rb"""<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0')"""
    rb"""(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"(?i:utf-8)"|'(?i:utf-8)'))?"""
    rb"""(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>"""
)
_MARKUP_DECLARATION = re.compile(rb"<!(?!--|\[CDATA\[)")


def read_tree(octets: bytes) -> Element:
    """The root of the document; raises NotDuisError."""
    content = _plain_content(octets)
    huge = len(content) > _LONGEST_ORDINARY_TEXT
    parser = etree.XMLPullParser(
        events=("start", "end", "start-ns", "end-ns"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        dtd_validation=False,
        attribute_defaults=False,
        collect_ids=False,
        huge_tree=huge,
        encoding="utf-8",
    )
    limits = _Limits()
    try:
        for start in range(0, len(content), _PIECE):
            parser.feed(content[start : start + _PIECE])
            limits.check(parser)
        root = parser.close()
    except etree.XMLSyntaxError as error:
        raise NotXmlError(f"not well-formed XML: {str(error)[:200]}") from None
    limits.check(parser)
    assert isinstance(root, etree._Element)
    return root


def _plain_content(octets: bytes) -> bytes:
    """The document without its byte order mark and XML declaration; raises NotDuisError."""
    if len(octets) > MAXIMUM_OCTETS:
        raise NotDuisError(f"{len(octets)} octets, expected at most {MAXIMUM_OCTETS}")
    content = octets.removeprefix(_BYTE_ORDER_MARK)
    declaration = _DECLARATION.match(content)
    if declaration is not None:
        content = content[declaration.end() :]
    if not content.isascii():
        try:
            content.decode()
        except UnicodeDecodeError as error:
            raise NotXmlError(f"not UTF-8: {error.reason} at octet {error.start}") from None
    if b"\x00" in content:
        raise NotXmlError("not UTF-8 text: it has a NUL")
    if b"<?" in content:
        raise NotXmlError("a processing instruction, or an XML declaration that is not of XML 1.0 in UTF-8")
    if _MARKUP_DECLARATION.search(content):
        raise NotXmlError("a document type or another declaration, which DUIS has not")
    for counted, most, what in (
        (content.count(b"<"), MAXIMUM_TAGS, "tags"),
        (content.count(b'"') + content.count(b"'"), MAXIMUM_QUOTES, "quotation marks"),
    ):
        if counted > most:
            raise NotDuisError(f"{counted} {what}, expected at most {most}")
    return content


class _Limits:
    """Counts while the tree grows."""

    def __init__(self) -> None:
        self._depth = 0
        self._namespaces = 0

    def check(self, parser: etree.XMLPullParser) -> None:
        for event, node in parser.read_events():
            match event:
                case "start":
                    assert isinstance(node, etree._Element), node
                    self._depth += 1
                    self._refuse_too_many(self._depth, MAXIMUM_DEPTH, "elements deep")
                    _check_element(node)
                case "end":
                    self._depth -= 1
                case "start-ns":
                    self._namespaces += 1
                    self._refuse_too_many(self._namespaces, MAXIMUM_NAMESPACES, "namespaces in scope")
                case _:
                    self._namespaces -= 1

    @staticmethod
    def _refuse_too_many(found: int, most: int, what: str) -> None:
        if found > most:
            raise NotDuisError(f"{found} {what}, expected at most {most}")


def _check_element(node: Element) -> None:
    if len(node.attrib) > MAXIMUM_ATTRIBUTES:
        raise NotDuisError(f"{len(node.attrib)} attributes, expected at most {MAXIMUM_ATTRIBUTES}")
    namespace, _, name = str(node.tag).rpartition("}")
    if namespace not in _NAMESPACES or ":" in name:  # libxml2 takes a prefix that is not declared for a name
        raise NotDuisError(f"element {str(node.tag)[:100]}, expected one of DUIS")
    for attribute in node.attrib:
        if not str(attribute).isalnum():  # xml:base, xsi:schemaLocation, xsi:type: nothing that DUIS knows
            raise NotDuisError(f"attribute {str(attribute)[:100]}, which DUIS has not")
