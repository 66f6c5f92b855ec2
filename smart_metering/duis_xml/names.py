"""The namespaces of DUIS XML and what its messages are called; DUIS 5.4 schema."""

from lxml import etree

SERVICE_USER_GATEWAY = "http://www.dccinterface.co.uk/ServiceUserGateway"
RESPONSE_AND_ALERT = "http://www.dccinterface.co.uk/ResponseAndAlert"  # decoded answers of SMETS1 Devices
XML_SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"

NAMESPACES = frozenset({SERVICE_USER_GATEWAY, RESPONSE_AND_ALERT, XML_SIGNATURE})

Element = etree._Element

SCHEMA_VERSION = "schemaVersion"
"""The attribute of the roots, the only one that DUIS has."""

WHITE_SPACE = " \t\r\n"
"""What XML calls white space; Python knows more."""


def duis(name: str) -> str:
    """The tag of an element of DUIS."""
    return f"{{{SERVICE_USER_GATEWAY}}}{name}"


def mmc(name: str) -> str:
    """The tag of an element of the Message Mapping Catalogue."""
    return f"{{{RESPONSE_AND_ALERT}}}{name}"


def signature(name: str) -> str:
    """The tag of an element of an XML signature."""
    return f"{{{XML_SIGNATURE}}}{name}"


def shown(node: Element) -> str:
    """An element's name as people read it, cut short."""
    return etree.QName(node).localname[:120]


def take_away(node: Element) -> None:
    """Takes a node out of its parent; the text after it stays."""
    parent, before = node.getparent(), node.getprevious()
    assert parent is not None
    if node.tail and before is None:
        parent.text = (parent.text or "") + node.tail
    elif node.tail and before is not None:
        before.tail = (before.tail or "") + node.tail
    parent.remove(node)
