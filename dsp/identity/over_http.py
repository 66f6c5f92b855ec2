"""Stands before an ASGI application that asks nobody who calls: off loopback only those who are known get through."""

import ssl
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dsp.identity.caller import Presented, Unauthenticated
from dsp.identity.identity import Identity
from smart_metering.rpc.bearer import AUTHORIZATION, BEARER

API_KEY = "apikey"


class KnownCallers:
    """`on_loopback`: all get through. Elsewhere a caller shows a bearer token, in `Authorization` or as the parameter
    `apikey` that clients of the SMKI Repository send, or a client certificate; else the answer is 401."""

    def __init__(self, application: ASGIApp, identity: Identity, *, on_loopback: bool) -> None:
        self._application = application
        self._identity = identity
        self._on_loopback = on_loopback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._on_loopback:
            try:
                self._identity.caller(presented_over_http(Request(scope), on_loopback=False))
            except Unauthenticated as error:
                refusal = PlainTextResponse(f"{error}\n", 401, {"WWW-Authenticate": "Bearer"})
                await refusal(scope, receive, send)
                return
        await self._application(scope, receive, send)


def presented_over_http(request: Request, *, on_loopback: bool) -> Presented:
    """What came with a request."""
    chain = request.scope.get("extensions", {}).get("tls", {}).get("client_cert_chain", ())
    certificate = ssl.PEM_cert_to_DER_cert(chain[0]) if chain else None
    authorizations = tuple(request.headers.getlist(AUTHORIZATION))
    if not authorizations and certificate is None:  # beside a certificate any apikey is as good as another
        keys = parse_qs(request.scope["query_string"].decode("latin-1")).get(API_KEY, ())
        authorizations = tuple(f"{BEARER}{key}" for key in keys)
    return Presented(on_loopback=on_loopback, authorizations=authorizations, certificate=certificate)
