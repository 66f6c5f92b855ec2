"""The headers that every answer carries, and the Host that every request must name: an ASGI application around another.

Nothing inline, nothing from elsewhere, no frame around it. A server on loopback answers to names of loopback alone:
else a page elsewhere whose name is made to point here could read it.
"""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smart_metering.rpc.listening import is_loopback

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Permitted-Cross-Domain-Policies": "none",
}
KEPT_NOWHERE = "no-store"  # unless what is served says otherwise
FOR_A_YEAR = "max-age=31536000"


def names_loopback(host: str) -> bool:
    """Whether this HOST or HOST:PORT is `localhost` or a number of loopback, in whatever spelling."""
    has_port = host.endswith("]") is False and host.rpartition(":")[2].isdecimal()
    return is_loopback(host.lower() if has_port else f"{host.lower()}:0")


class SafeHeaders:
    """`only_loopback`: a request for another Host is refused."""

    def __init__(self, application: ASGIApp, *, only_loopback: bool) -> None:
        self._application = application
        self._only_loopback = only_loopback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._application(scope, receive, send)

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", KEPT_NOWHERE)
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = FOR_A_YEAR
            await send(message)

        host = Headers(scope=scope).get("host", "")
        if self._only_loopback and not names_loopback(host):
            what = f"This server is reached as localhost, not as {host[:100]!r}.\n"
            refusal = PlainTextResponse(what, HTTPStatus.MISDIRECTED_REQUEST)
            return await refusal(scope, receive, send_safely)
        return await self._application(scope, receive, send_safely)
