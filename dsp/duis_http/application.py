"""The DCC User Interface as DCC's own clients know it: three services that take signed DUIS XML.

    POST /api/v1/serviceT    Transform: Command Variant 4
    POST /api/v1/serviceS    Send Command: 1, 5, and 3, 7
    POST /api/v1/serviceD    Non-Device Service: 8, and 2, 6

What has a response code is answered 200 and a Response, whatever the code. 400 is for what is no DUIS message, 413 for
more than MOST_OCTETS, 408 for a body that does not come in time, 415 for one that is compressed.
"""

import asyncio
from dataclasses import dataclass

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from dsp.core.inputs import RequestReceived
from dsp.duis_http.acknowledgements import Acknowledgements
from dsp.duis_http.writing import Writer
from dsp.identity.identity import Identity
from dsp.runtime.engine_room import EngineRoom
from dsp.runtime.figures import Figures
from dsp.runtime.firmware_intake import FirmwareIntake
from dsp.runtime.http_bodies import BodyNotTaken, read_body
from smart_metering.command_variants import Service
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.duis_xml.faults import NotDuisError, RefusedRequestError, UnwritableError
from smart_metering.duis_xml.messages import SignedRequest, read_request
from smart_metering.duis_xml.signature import FindCertificate
from smart_metering.duis_xml.validating import Schema
from smart_metering.records import changed

MOST_OCTETS = 16 * 1024 * 1024
BODY_WITHIN_SECONDS = 30.0
READ_AT_ONCE = 64 * 1024  # octets; a longer request is read in a thread, so that nobody waits for it

SERVICES = {
    "/api/v1/serviceT": Service.TRANSFORM,
    "/api/v1/serviceS": Service.SEND_COMMAND,
    "/api/v1/serviceD": Service.NON_DEVICE,
}

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the door opens to, and how it reads and writes."""

    runtime: EngineRoom
    identity: Identity
    intake: FirmwareIntake
    figures: Figures
    acknowledgements: Acknowledgements
    find_certificate: FindCertificate
    writer: Writer
    schema: Schema | None = None
    refuse_expired: bool = False


def duis_application(desk: Desk) -> Starlette:
    """What is served on the port of the DCC User Interface."""
    routes = [Route(path, _Door(desk, service), methods=["POST"]) for path, service in SERVICES.items()]
    return Starlette(routes=routes)


class _Door:
    """One service: reads, submits, renders."""

    def __init__(self, desk: Desk, service: Service) -> None:
        self._desk = desk
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            signed = await self._read(Request(scope, receive))
        except BodyNotTaken as error:
            response: Response = PlainTextResponse(f"{error.why}\n", status_code=error.status)
        except NotDuisError as error:
            response = PlainTextResponse(f"not DUIS: {error}\n", status_code=400)
        except RefusedRequestError as error:
            response = self._render(self._refuse(error))
        else:
            await self._serve(signed, scope, receive, send)
            return
        await response(scope, receive, send)

    async def _serve(self, signed: SignedRequest, scope: Scope, receive: Receive, send: Send) -> None:
        """What follows from a request waits until this has sent its Acknowledgement."""
        desk = self._desk
        with desk.acknowledgements.sending(str(signed.request.request_id)):
            request = await desk.intake.take_out_image(signed.request)
            caller = desk.identity.signer(request.request_id.originator).eui
            assert caller is not None, request.request_id
            event = RequestReceived(service=self._service, caller=caller, request=request)
            answer = await desk.runtime.submit(event)
            assert isinstance(answer, ServiceResponse), answer
            await self._render(changed(answer, request_id=signed.request_id))(scope, receive, send)

    async def _read(self, request: Request) -> SignedRequest:
        """Raises BodyNotTaken, NotDuisError and RefusedRequestError."""
        if request.headers.get("content-encoding", "identity") != "identity":
            raise BodyNotTaken(415, "the body is compressed, expected it as it is")
        octets = await read_body(request, MOST_OCTETS, BODY_WITHIN_SECONDS)
        if len(octets) <= READ_AT_ONCE:
            return self._understand(octets)
        return await asyncio.to_thread(self._understand, octets)

    def _understand(self, octets: bytes) -> SignedRequest:
        desk = self._desk
        return read_request(
            octets,
            desk.find_certificate,
            desk.runtime.clock.now(),
            schema=desk.schema,
            refuse_expired=desk.refuse_expired,
        )

    def _refuse(self, error: RefusedRequestError) -> ServiceResponse:
        answer = error.response(self._desk.runtime.clock.now())
        self._desk.figures.request(answer)
        _log.info(
            "request answered",
            request_id=error.request_id,
            srv=error.service_reference_variant,
            response_code=error.code,
            why=error.what,
        )
        return answer

    def _render(self, answer: ServiceResponse) -> Response:
        try:
            octets = self._desk.writer.answer(answer)
        except UnwritableError as error:
            _log.error("an answer that DUIS cannot say", request_id=answer.request_id, why=str(error))
            return PlainTextResponse(f"the answer cannot be said in DUIS: {error}\n", status_code=500)
        return Response(octets, media_type="application/xml")
