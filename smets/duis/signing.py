"""What DCC's signing tool does: signs a request in the name of its originator, and validates what is signed."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from smart_metering.duis.service_responses import Message
from smart_metering.duis_xml.faults import SignatureFault, UnknownCertificate, XmlFault
from smart_metering.duis_xml.names import Element, duis, shown
from smart_metering.duis_xml.requests import read_request_tree, schema_version_of
from smart_metering.duis_xml.responses import read_message_tree
from smart_metering.duis_xml.signature import SigningCertificate, take_if_verified, take_verified
from smart_metering.duis_xml.validating import Schema
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import Instant
from smart_metering.pki.certificates import OrganisationRole
from smets.client.counters import Counters
from smets.duis.documents import RequestDocument, octets_of, tree_of
from smets.duis.faults import MissingKey, Unconforming
from smets.duis.keys import KeyRing

CountersOf = Callable[[Eui], Counters]

_NEVER = Instant(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedDocument:
    """A request as it is sent."""

    document: RequestDocument
    octets: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """A document without its Signature. `signed_by`: None where a Response is not signed, which is allowed.

    `message`: None of a Request.
    """

    octets: bytes
    signed_by: Eui | None
    message: Message | None


class SigningTool:
    """With the keys of a state folder, and the schemas of DUIS if they are at hand. Raises DuisClientError."""

    def __init__(self, ring: KeyRing, counters: CountersOf, schema: Schema | None = None) -> None:
        self.ring = ring
        self._counters = counters
        self._schema = schema

    def sign(
        self, document: RequestDocument, *, keep_counter: bool = False, unchecked: bool = False
    ) -> SignedDocument:
        """The counter becomes the present millisecond, or the next that was not used for this target.

        The request is held against our tables, and against the schemas, unless it is to go `unchecked`.
        """
        signer = self.ring.signer(document.request_id.originator)
        if not unchecked:
            document.request(self._schema)
        if not keep_counter:
            document = document.counted(self._next_counter(document.request_id))
        return SignedDocument(document=document, octets=document.signed(signer))

    def validate(self, octets: bytes) -> Validated:
        """A Request must be signed by its originator, a Response, if it is signed, by the DSP."""
        root = tree_of(octets)
        try:
            schema_version_of(root)
            if self._schema is not None:
                self._schema.validate(root)
            if root.tag == duis("Request"):
                return self._validate_request(root, RequestDocument(root).request_id.originator)
            if root.tag == duis("Response"):
                return self._validate_response(root)
        except UnknownCertificate as error:
            raise MissingKey(str(error)) from None
        except (SignatureFault, XmlFault) as fault:
            raise Unconforming(str(fault)) from None
        raise Unconforming(f"{shown(root)}, expected a Request or a Response of DUIS")

    def _validate_request(self, root: Element, originator: Eui) -> Validated:
        take_verified(root, originator, self.ring.find, _NEVER)
        octets = octets_of(root)
        read_request_tree(root)
        return Validated(octets=octets, signed_by=originator, message=None)

    def _validate_response(self, root: Element) -> Validated:
        certificate = take_if_verified(root, self.ring.find)
        octets = octets_of(root)
        message = read_message_tree(root)
        if certificate is None:
            return Validated(octets=octets, signed_by=None, message=message)
        return Validated(octets=octets, signed_by=_dsp(certificate), message=message)

    def _next_counter(self, request_id: RequestId) -> int:
        now = Instant(time.time_ns() // 1_000_000)
        return self._counters(request_id.originator).next(request_id.target, now)


def _dsp(certificate: SigningCertificate) -> Eui:
    """Who signed what a User is sent; raises SignatureFault unless that is the DSP."""
    holder = certificate.holder
    if holder.organisation_role != OrganisationRole.DSP_XML_SIGNING:
        raise SignatureFault(
            f"signed by {holder.entity} in role {holder.organisation_role}, "
            f"expected the DSP's, {OrganisationRole.DSP_XML_SIGNING}"
        )
    return holder.entity
