"""A User that speaks DUIS XML over HTTP: signs a request, sends it to its service, and reads what comes back.

tool = SigningTool(KeyRing(state), connection.counters)
async with Door("http://127.0.0.1:8079") as door:
    client = DuisClient(door, tool)
    exchange = await client.send(read_document(octets))
    print(exchange.answer.response_code, exchange.reading.outcome)
"""

from dataclasses import dataclass

from smart_metering.command_variants import CommandVariant, Service, service_of
from smart_metering.duis.service_requests import ServiceRequest, SignedPreCommand
from smart_metering.duis.service_responses import PreCommand, ServiceResponse
from smart_metering.duis_xml.messages import write_request
from smart_metering.gbcs.message import encode
from smart_metering.gbcs.protection import sign
from smart_metering.identifiers import Eui, RequestId
from smart_metering.records import changed
from smets.client.correlation import correlated
from smets.duis.documents import RequestDocument, read_document
from smets.duis.door import Door
from smets.duis.faults import NoDuisAnswer
from smets.duis.keys import Reading
from smets.duis.signing import SignedDocument, SigningTool


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request as it was sent, and what came back: as XML, and read. `signed_by`: None, the answer is not signed."""

    document: RequestDocument
    service: Service
    sent: bytes
    received: bytes
    answer: ServiceResponse
    signed_by: Eui | None
    reading: Reading

    @property
    def request_id(self) -> RequestId:
        return self.document.request_id

    @property
    def holds_pre_command(self) -> bool:
        """Something that its User may sign and send on."""
        return isinstance(self.answer.body, PreCommand)


class DuisClient:
    """Raises DuisClientError; a refusal by the DSP is an answer."""

    def __init__(self, door: Door, tool: SigningTool) -> None:
        self._door = door
        self._tool = tool

    async def send(
        self,
        document: RequestDocument,
        *,
        service: Service | None = None,
        keep_counter: bool = False,
        unchecked: bool = False,
    ) -> Exchange:
        """To the service of its Command Variant, or to another."""
        signed = self._tool.sign(document, keep_counter=keep_counter, unchecked=unchecked)
        return await self._exchange(signed, service or service_of(document.command_variant))

    async def send_signed_pre_command(self, exchange: Exchange) -> Exchange:
        """Signs the Pre-Command that came back and sends it on, under the same RequestID.

        Raises NotWhatWasAsked for one that is not the command of its request.
        """
        document = exchange.document
        signed = self._sign_pre_command(document.request(), exchange.answer)
        xml_signer = self._tool.ring.signer(document.request_id.originator)
        octets = write_request(signed, document.schema_version, xml_signer)
        ready = SignedDocument(document=read_document(octets), octets=octets)
        return await self._exchange(ready, service_of(signed.command_variant))

    def _sign_pre_command(self, request: ServiceRequest, answer: ServiceResponse) -> ServiceRequest:
        assert isinstance(answer.body, PreCommand), "ask holds_pre_command"
        pre_command = correlated(request, answer.body.gbcs_payload)
        key = self._tool.ring.digital_signing(request.request_id.originator)
        body = SignedPreCommand(
            execution_date_time=getattr(request.body, "execution_date_time", None),
            gbcs_payload=encode(sign(pre_command, key)),
        )
        return changed(request, command_variant=CommandVariant.SIGNED_SEND, body=body)

    async def _exchange(self, signed: SignedDocument, service: Service) -> Exchange:
        received = await self._door.post(service, signed.octets)
        validated = self._tool.validate(received)
        answer, request_id = validated.message, signed.document.request_id
        if not isinstance(answer, ServiceResponse):
            raise NoDuisAnswer(f"the answer to {request_id} is not a ResponseMessage")
        if answer.request_id and answer.request_id.upper() != str(request_id):
            raise NoDuisAnswer(f"the answer is to {answer.request_id}, expected one to {request_id}")
        return Exchange(
            document=signed.document,
            service=service,
            sent=signed.octets,
            received=received,
            answer=answer,
            signed_by=validated.signed_by,
            reading=self._tool.ring.read(request_id.originator, answer),
        )
