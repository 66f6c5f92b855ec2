"""DUIS XML at a door: octets to a Service Request that is signed, messages to octets; and the same for a client."""

from dataclasses import dataclass

from lxml import etree

from smart_metering.duis.service_requests import ServiceRequest, UpdateFirmware, UpdatePpmidFirmware
from smart_metering.duis.service_responses import Message
from smart_metering.duis_xml.faults import (
    NotDuisError,
    RefusedRequestError,
    SignatureFault,
    XmlFault,
)
from smart_metering.duis_xml.names import WHITE_SPACE, Element, duis, shown
from smart_metering.duis_xml.reading import read_tree
from smart_metering.duis_xml.requests import read_request_tree, request_tree, schema_version_of
from smart_metering.duis_xml.responses import message_tree, read_message_tree
from smart_metering.duis_xml.signature import FindCertificate, Signer, sign, take_out, take_verified
from smart_metering.duis_xml.simple_types import REFERENCE, REFERENCE_VARIANT, SimpleType
from smart_metering.duis_xml.validating import Schema
from smart_metering.duis_xml.versions import NEWEST, fit
from smart_metering.identifiers import InvalidIdentifier, RequestId, parse_request_id
from smart_metering.instants import Instant
from smart_metering.response_codes import ResponseCode

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRequest:
    """`request_id` is the RequestID as it came, for the answer; `request` has it in normal form.

    An 11.1 or 11.4 carries its image in the body, as a record from elsewhere may: whoever takes it keeps the image and
    names it instead.
    """

    request: ServiceRequest
    request_id: str
    schema_version: str
    serial_number: int  # of the certificate that signed it

    @property
    def firmware(self) -> bytes | None:
        """The image of an 11.1 or 11.4."""
        body = self.request.body
        return body.firmware_image if isinstance(body, UpdateFirmware | UpdatePpmidFirmware) else None


def read_request(
    octets: bytes,
    certificates: FindCertificate,
    now: Instant,
    *,
    schema: Schema | None = None,
    refuse_expired: bool = False,
) -> SignedRequest:
    """The Service Request that its originator signed: what is read is the tree whose digest was verified.

    Raises NotDuisError for what no Response could answer, else RefusedRequestError: E48 for its signature, E100 for its
    form.
    """
    root = read_tree(octets)
    if root.tag != duis("Request"):
        raise NotDuisError(f"{shown(root)}, expected a Request of DUIS")
    address = _address_of(root)
    try:
        version = schema_version_of(root)
        if schema is not None:
            schema.validate(root)
        request_id = address.parsed()
        certificate = take_verified(
            root, request_id.originator, certificates, now, refuse_expired=refuse_expired
        )
        request = read_request_tree(root)
    except SignatureFault as fault:
        raise address.refused(ResponseCode.E48, str(fault)) from None
    except XmlFault as fault:
        raise address.refused(ResponseCode.E100, str(fault)) from None
    assert request.request_id == request_id, request
    return SignedRequest(
        request=request,
        request_id=address.request_id,
        schema_version=version,
        serial_number=certificate.serial_number,
    )


def write_response(message: Message, schema_version: str = NEWEST, signer: Signer | None = None) -> bytes:
    """A Service Response, an Acknowledgement or an alert; without a signer unsigned. Raises UnwritableError."""
    root = message_tree(message, schema_version, signer)
    fit(root, schema_version)
    if signer is not None:
        sign(root, signer)
    return _octets(root)


def write_request(
    request: ServiceRequest, schema_version: str = NEWEST, signer: Signer | None = None
) -> bytes:
    """A Service Request, as a User sends it. Raises UnwritableError."""
    root = request_tree(request, schema_version)
    if signer is not None:
        sign(root, signer)
    return _octets(root)


def read_response(octets: bytes, *, schema: Schema | None = None) -> Message:
    """What a User was sent; its signature is not verified. Raises NotDuisError, or XmlFault for another form."""
    root = read_tree(octets)
    if root.tag != duis("Response"):
        raise NotDuisError(f"{shown(root)}, expected a Response of DUIS")
    schema_version_of(root)
    if schema is not None:
        schema.validate(root)
    try:
        take_out(root, nested=True)
    except SignatureFault as fault:
        raise XmlFault("Signature", str(fault)) from None
    return read_message_tree(root)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Address:
    """What an answer repeats of a request, before anything is known to be right."""

    request_id: str
    service_reference: str
    service_reference_variant: str

    def parsed(self) -> RequestId:
        """Raises XmlFault."""
        try:
            return parse_request_id(self.request_id)
        except InvalidIdentifier as error:
            raise XmlFault("Header/RequestID", str(error)) from None

    def refused(self, code: ResponseCode, what: str) -> RefusedRequestError:
        return RefusedRequestError(
            code,
            what,
            request_id=self.request_id[:100],
            service_reference=self.service_reference,
            service_reference_variant=self.service_reference_variant,
        )


def _address_of(root: Element) -> _Address:
    """Raises NotDuisError unless a Response can name the references that it answers."""
    header = root.find(duis("Header"))
    if header is None:
        raise NotDuisError("a Request without a Header")
    return _Address(
        request_id=(header.findtext(duis("RequestID")) or "").strip(WHITE_SPACE),
        service_reference=_reference(header, "ServiceReference", REFERENCE),
        service_reference_variant=_reference(header, "ServiceReferenceVariant", REFERENCE_VARIANT),
    )


def _reference(header: Element, element: str, kind: SimpleType) -> str:
    try:
        return str(kind.read(header.findtext(duis(element)) or ""))
    except ValueError as error:
        raise NotDuisError(f"{element}: {error}") from None


def _octets(root: Element) -> bytes:
    return _DECLARATION + etree.tostring(root, encoding="UTF-8", xml_declaration=False)
