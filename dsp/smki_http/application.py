"""The SMKI Repository's two calls, as an ASGI application.

    POST /services/certificatesearch      200 and a list, 402 if there is none, 401 for what it cannot read
    POST /services/retrievecertificate    200 and the certificate, 402, 401

Any `apikey` is as good as another. A body of more than MOST_OCTETS is answered 413, one that does not come in time 408.
"""

from itertools import count

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dsp.runtime.certificate_desk import CertificateDesk
from dsp.runtime.http_bodies import BodyNotTaken, read_body
from dsp.smki_http.documents import (
    MOST_OCTETS,
    BadParameters,
    read_retrieval,
    read_search,
    write_retrieval_response,
    write_search_response,
)

FOUND = 200
BAD_PARAMETERS = 401
NONE_FOUND = 402

BODY_WITHIN_SECONDS = 5.0


def smki_application(desk: CertificateDesk) -> Starlette:
    """What is served on the port of the SMKI Repository."""
    door = _Door(desk)
    return Starlette(
        routes=[
            Route("/services/certificatesearch", door.search, methods=["POST"]),
            Route("/services/retrievecertificate", door.retrieve, methods=["POST"]),
        ]
    )


class _Door:
    def __init__(self, desk: CertificateDesk) -> None:
        self._desk = desk
        self._references = count(1)

    async def search(self, request: Request) -> Response:
        try:
            body = await read_body(request, MOST_OCTETS, BODY_WITHIN_SECONDS)
        except BodyNotTaken as error:
            return Response(status_code=error.status)
        reference = self._next_reference()
        try:
            wanted = read_search(body)
        except BadParameters as error:
            return _xml(BAD_PARAMETERS, write_search_response(BAD_PARAMETERS, str(error), reference))
        found = [row for row in self._desk.in_use_by(wanted.owner, wanted.role) if wanted.wants(row)]
        if not found:
            what = f"No certificate of {wanted.owner} found"
            return _xml(NONE_FOUND, write_search_response(NONE_FOUND, what, reference))
        return _xml(FOUND, write_search_response(FOUND, "Success", reference, found))

    async def retrieve(self, request: Request) -> Response:
        try:
            body = await read_body(request, MOST_OCTETS, BODY_WITHIN_SECONDS)
        except BodyNotTaken as error:
            return Response(status_code=error.status)
        reference = self._next_reference()
        try:
            serial_number = read_retrieval(body)
        except BadParameters as error:
            return _xml(BAD_PARAMETERS, write_retrieval_response(BAD_PARAMETERS, str(error), reference))
        row = self._desk.with_serial_number(serial_number)
        if row is None:
            what = f"No certificate with serial number {serial_number:X} found"
            return _xml(NONE_FOUND, write_retrieval_response(NONE_FOUND, what, reference))
        return _xml(FOUND, write_retrieval_response(FOUND, "Success", reference, row))

    def _next_reference(self) -> str:
        """Counted from the start of this DSP: nothing is written down of who looked."""
        return f"smki-{next(self._references)}"


def _xml(status: int, octets: bytes) -> Response:
    return Response(octets, status_code=status, media_type="application/xml")
