"""Answers of SMETS1 Devices as DUIS XML: decoded by their Service Provider, and signed by it within the document.

The DSP signs for the Service Provider: a signature of its own profile, but without KeyInfo, since DCC's tool refuses a
message that names two certificates.
"""

from lxml import etree

from smart_metering.duis.service_responses import DecodedValue, ServiceResponse, Smets1ResponseMessage
from smart_metering.duis_xml.faults import UnwritableError, XmlFault
from smart_metering.duis_xml.names import (
    RESPONSE_AND_ALERT,
    SCHEMA_VERSION,
    SERVICE_USER_GATEWAY,
    Element,
    duis,
    mmc,
    shown,
)
from smart_metering.duis_xml.shapes import Cursor, append, read_value
from smart_metering.duis_xml.signature import Signer, sign
from smart_metering.duis_xml.simple_types import BOOLEAN, EUI, REFERENCE, REFERENCE_VARIANT, whole
from smart_metering.duis_xml.smets1_shapes import ANSWERS, Content, read_content, write_content
from smart_metering.firmware_versions import parse_firmware_version
from smart_metering.identifiers import COUNTER_LIMIT, InvalidIdentifier, parse_request_id
from smart_metering.service_requests import definition_of

SIGNED_RESPONSE = "SMETS1SignedResponse"

_MESSAGE_SUCCESS = "MessageSuccess"
_ACTIVATION = "ActivateImageResponseCode"
_VERSION = "FirmwareVersion"


def write_smets1(
    message: Element,
    response: ServiceResponse,
    body: Smets1ResponseMessage,
    version: str,
    signer: Signer | None,
) -> None:
    """Fills a SMETS1ResponseMessage that names its references; raises UnwritableError, also without a signer."""
    if signer is None:
        raise UnwritableError(f"{SIGNED_RESPONSE}: it is always signed, and nobody signs")
    srv = response.service_reference_variant
    definition, particles = definition_of(srv), ANSWERS.get(srv)
    if definition is None or particles is None:
        raise UnwritableError(f"{SIGNED_RESPONSE}: {srv!r} has no decoded answer")
    signed = etree.Element(
        duis(SIGNED_RESPONSE), nsmap={"sr": SERVICE_USER_GATEWAY, "ra": RESPONSE_AND_ALERT}
    )
    signed.set(SCHEMA_VERSION, version)
    inner = append(signed, "SMETS1Response")
    _write_header(append(inner, "Header"), response)
    payload = append(append(inner, "Body"), "ResponseMessage")
    answer = etree.SubElement(
        etree.SubElement(payload, mmc("SMETSData")), mmc(f"{definition.body_element}Rsp")
    )
    answer.set(_MESSAGE_SUCCESS, BOOLEAN.write(body.success))
    write_content(answer, particles, _flat(body))
    sign(signed, signer, names_certificate=False)
    message.append(signed)


def read_smets1(cursor: Cursor, srv: str) -> Smets1ResponseMessage:
    """Reads the signed answer, whose signature is not verified; raises XmlFault."""
    signed = Cursor(cursor.expect(SIGNED_RESPONSE), attribute=SCHEMA_VERSION)
    inner = Cursor(signed.expect("SMETS1Response"))
    _read_header(Cursor(inner.expect("Header"), tag=mmc))
    payload = Cursor(Cursor(inner.expect("Body")).expect("ResponseMessage"), tag=mmc)
    answer = Cursor(payload.expect("SMETSData"), tag=mmc).peek()
    definition, particles = definition_of(srv), ANSWERS.get(srv)
    if definition is None or particles is None or answer is None:
        raise XmlFault(SIGNED_RESPONSE, f"{srv!r} has no decoded answer")
    if answer.tag != mmc(f"{definition.body_element}Rsp"):
        raise XmlFault(shown(answer), f"expected {definition.body_element}Rsp")
    content = read_content(Cursor(answer, attribute=_MESSAGE_SUCCESS, tag=mmc), particles)
    success = BOOLEAN.read(str(answer.get(_MESSAGE_SUCCESS, "")))
    return _record(srv, bool(success), content)


def _flat(body: Smets1ResponseMessage) -> Content:
    values = [DecodedValue(name=_ACTIVATION, value=body.activate_image_response_code)]
    values += [DecodedValue(name=_VERSION, value=body.firmware_version or "")]
    return (*(value for value in values if value.value), *body.content)


def _record(srv: str, success: bool, content: Content) -> Smets1ResponseMessage:
    named = {value.name: value.value for value in content} if srv in ("11.2", "11.3") else {}
    version = named.get(_VERSION)
    return Smets1ResponseMessage(
        success=success,
        activate_image_response_code=named.get(_ACTIVATION, ""),
        firmware_version=None if version is None else parse_firmware_version(version),
        content=() if named else tuple(content),
    )


def _write_header(node: Element, response: ServiceResponse) -> None:
    try:
        request_id = parse_request_id(response.request_id)
    except InvalidIdentifier as error:
        raise UnwritableError(str(error)) from None
    for name, value in (
        ("BusinessOriginatorID", request_id.target),
        ("BusinessTargetID", request_id.originator),
        ("OriginatorCounter", str(request_id.counter)),
        ("ServiceReference", response.service_reference),
        ("ServiceReferenceVariant", response.service_reference_variant),
    ):
        etree.SubElement(node, mmc(name)).text = value


def _read_header(cursor: Cursor) -> None:
    for name, kind in (
        ("BusinessOriginatorID", EUI),
        ("BusinessTargetID", EUI),
        ("OriginatorCounter", whole(0, COUNTER_LIMIT - 1)),
        ("ServiceReference", REFERENCE),
        ("ServiceReferenceVariant", REFERENCE_VARIANT),
    ):
        read_value(cursor.expect(name), kind)
    cursor.finish()
