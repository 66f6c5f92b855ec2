"""What can be wrong with DUIS XML, sorted by who has to answer for it."""

from smart_metering.decisions import Decision
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.instants import Instant
from smart_metering.marks import Mark
from smart_metering.response_codes import ResponseCode

LENGTH_SHOWN = 240

_SOURCES = {ResponseCode.E100: "choice G4", ResponseCode.E48: "choice G110"}


class NotDuisError(ValueError):
    """Octets that are no DUIS message: there is nothing in them that a Response could name. A door answers 4xx."""


class NotXmlError(NotDuisError):
    """Octets that are no XML, or XML with what no message of DUIS needs: another encoding, a document type."""


class XmlFault(ValueError):
    """An element, found by its `path` of names, that is not what DUIS says."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(path, what)
        self.path = path
        self.what = what

    def __str__(self) -> str:
        text = f"{self.path}: {self.what}" if self.path else self.what
        return text if len(text) <= LENGTH_SHOWN else f"{text[:LENGTH_SHOWN]}..."

    def under(self, element: str) -> "XmlFault":
        """The same fault, seen from the element that holds this one."""
        return XmlFault(f"{element}/{self.path}" if self.path else element, self.what)


class SignatureFault(ValueError):
    """A signature that is missing, of another profile, by another, or not over this document."""


class UnknownCertificate(SignatureFault):
    """A signature that names a certificate which is not at hand: nobody can say whether it holds."""


class UnwritableError(ValueError):
    """A record that DUIS XML cannot say in the schema version that is asked for; the text tells which element."""


class RefusedRequestError(ValueError):
    """A DUIS request that is answered with a response code before any rule is asked."""

    def __init__(
        self,
        code: ResponseCode,
        what: str,
        *,
        request_id: str,
        service_reference: str,
        service_reference_variant: str,
    ) -> None:
        super().__init__(code, what)
        self.code = code
        self.what = what
        self.request_id = request_id
        self.service_reference = service_reference
        self.service_reference_variant = service_reference_variant

    def __str__(self) -> str:
        return f"{self.code}: {self.what}"

    def response(self, now: Instant) -> ServiceResponse:
        """The answer; `what` is the row of its decision. Its RequestID is empty if the request's was unreadable."""
        return ServiceResponse(
            request_id=self.request_id,
            response_code=self.code,
            response_date_time=now,
            service_reference=self.service_reference,
            service_reference_variant=self.service_reference_variant,
            decision=Decision(code=self.code, row=self.what, source=_SOURCES[self.code], mark=Mark.WEAK),
        )
