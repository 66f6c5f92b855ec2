"""Service Requests as DUIS XML: the header, and one of the 129 bodies or a Signed Pre-Command."""

from typing import cast

from lxml import etree

from smart_metering.duis.body_elements import body_element_of
from smart_metering.duis.service_requests import Body, ServiceRequest, SignedPreCommand, UninterpretedBody
from smart_metering.duis_xml.faults import NotDuisError, UnwritableError, XmlFault
from smart_metering.duis_xml.names import (
    SCHEMA_VERSION,
    SERVICE_USER_GATEWAY,
    WHITE_SPACE,
    Element,
    duis,
    shown,
)
from smart_metering.duis_xml.reading import read_tree
from smart_metering.duis_xml.request_shapes import BODIES
from smart_metering.duis_xml.shapes import (
    Cursor,
    Value,
    append,
    read_fields,
    read_record,
    write_record,
)
from smart_metering.duis_xml.simple_types import (
    BOOLEAN,
    COMMAND_VARIANT,
    DECIMAL_TEXT,
    REFERENCE,
    REFERENCE_VARIANT,
    REQUEST_ID,
)
from smart_metering.records import changed
from smart_metering.service_requests import SERVICE_REQUESTS, service_reference_of

_HEADER = (
    Value("RequestID", "request_id", REQUEST_ID),
    Value("FirstInSequence", "first_in_sequence", BOOLEAN, optional=True),
    Value("PrecedingServiceRequestID", "preceding_service_request_id", REQUEST_ID, optional=True),
    Value("CommandVariant", "command_variant", COMMAND_VARIANT),
    Value("ServiceReference", "service_reference", REFERENCE),
    Value("ServiceReferenceVariant", "service_reference_variant", REFERENCE_VARIANT),
)
_BODY_ELEMENTS = tuple(dict.fromkeys(("SignedPreCommand", *(row.body_element for row in SERVICE_REQUESTS))))


def read_request_tree(root: Element) -> ServiceRequest:
    """Reads a Request without its Signature; raises XmlFault."""
    cursor = Cursor(root, attribute=SCHEMA_VERSION)
    header = read_fields(cursor.expect("Header"), _HEADER)
    body = _read_body(cursor.expect("Body"))
    cursor.finish()
    return ServiceRequest(**header, body=body)  # type: ignore[arg-type]  # each particle reads its field's type


def schema_version_of(root: Element) -> str:
    """Of a Request or a Response; any number passes. Raises XmlFault."""
    found = root.attrib.get(SCHEMA_VERSION)
    if found is None:
        raise XmlFault(shown(root), "no schemaVersion")
    try:
        return str(DECIMAL_TEXT.read(str(found)))
    except ValueError as error:
        raise XmlFault(f"{shown(root)}/{SCHEMA_VERSION}", str(error)) from None


def request_tree(request: ServiceRequest, schema_version: str) -> Element:
    """Raises UnwritableError."""
    root = etree.Element(duis("Request"), nsmap={"sr": SERVICE_USER_GATEWAY})
    root.set(SCHEMA_VERSION, schema_version)
    reference = request.service_reference or service_reference_of(request.service_reference_variant)
    header, complete = append(root, "Header"), changed(request, service_reference=reference)
    for particle in _HEADER:
        particle.write(header, complete)
    _write_body(append(root, "Body"), request.body)
    return root


def _read_body(node: Element) -> Body:
    try:
        cursor = Cursor(node)
        name = cursor.expect_one_of(_BODY_ELEMENTS)
        found = cursor.expect(name)
        cursor.finish()
        shape = BODIES.get(name)
        return _uninterpreted(found) if shape is None else cast("Body", read_record(found, shape))
    except XmlFault as fault:
        raise fault.under("Body") from None


def _write_body(parent: Element, body: Body) -> None:
    element = "SignedPreCommand" if isinstance(body, SignedPreCommand) else body_element_of(body)
    if element not in _BODY_ELEMENTS:
        raise UnwritableError(f"Body: {element or 'a body without a name'}, which DUIS has not")
    if isinstance(body, UninterpretedBody):
        _write_uninterpreted(parent, body)
        return
    if getattr(body, "firmware_file", ""):
        raise UnwritableError(f"{element}/FirmwareImage: the file is named, expected its octets")
    write_record(append(parent, element), body, BODIES[element])


def _uninterpreted(node: Element) -> UninterpretedBody:
    """Its content is the element in exclusive C14N, with the prefix `sr`; nothing if it is empty."""
    copied = _copied(node)
    is_empty = not (len(copied) or copied.text or copied.attrib)
    content = b"" if is_empty else etree.tostring(copied, method="c14n", exclusive=True)
    return UninterpretedBody(element=shown(node), content=content)


def _write_uninterpreted(parent: Element, body: UninterpretedBody) -> None:
    if not body.content:
        append(parent, body.element)
        return
    try:
        node = read_tree(body.content)
        if node.tag != duis(body.element) or _uninterpreted(node) != body:
            raise UnwritableError(f"{body.element}: its content is not the element in exclusive C14N")
    except (NotDuisError, XmlFault) as error:
        raise UnwritableError(f"{body.element}: {error}") from None
    parent.append(node)


def _copied(node: Element) -> Element:
    """The elements, attributes and texts of DUIS, without the comments between; raises XmlFault at anything else."""
    _drop_comments(node)
    root = etree.Element(node.tag, nsmap={"sr": SERVICE_USER_GATEWAY})
    places = [(node, root)]
    while places:
        original, copied = places.pop()
        copied.text = original.text
        for name, value in original.attrib.items():
            copied.set(name, value)
        for child in original:
            if etree.QName(child).namespace != SERVICE_USER_GATEWAY:
                raise XmlFault(shown(node), f"element {str(child.tag)[:100]}, expected one of DUIS")
            below = etree.SubElement(copied, child.tag)
            below.tail = child.tail
            places.append((child, below))
    return root


def _drop_comments(node: Element) -> None:
    """They are not signed; one within a value is refused."""
    comments = [below for below in node.iter() if isinstance(below, etree._Comment)]
    for parent in {comment.getparent() for comment in comments}:
        assert parent is not None
        if any(part and part.strip(WHITE_SPACE) for part in (parent.text, *(child.tail for child in parent))):
            raise XmlFault(shown(node), "a comment within a value")
    for comment in comments:
        parent = comment.getparent()
        assert parent is not None
        parent.remove(comment)  # with the white space after it
