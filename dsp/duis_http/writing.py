"""What the DSP says in DUIS XML, in the version that is set, and signed as is set."""

from dataclasses import dataclass

from smart_metering.duis.service_responses import Message, ServiceResponse
from smart_metering.duis_xml.messages import write_response
from smart_metering.duis_xml.signature import Signer
from smart_metering.response_codes import ResponseCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Signs everything; with `unsigned_acknowledgements` not what only says that a request was accepted or refused."""

    signer: Signer
    schema_version: str
    unsigned_acknowledgements: bool = False

    def answer(self, answer: ServiceResponse) -> bytes:
        """What is answered to a request at once. Raises UnwritableError."""
        is_acknowledgement = answer.body is None and answer.response_code is not ResponseCode.I0
        unsigned = self.unsigned_acknowledgements and is_acknowledgement
        return write_response(answer, self.schema_version, None if unsigned else self.signer)

    def pushed(self, message: Message) -> bytes:
        """What a User receives later. Raises UnwritableError."""
        return write_response(message, self.schema_version, self.signer)
