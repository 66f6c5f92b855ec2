"""The door of a DCC User Interface, from outside: one POST for one request."""

import ssl
from types import TracebackType
from typing import Self

import httpx

from smart_metering.command_variants import Service
from smets.duis.faults import NobodyAnswers, NoDuisAnswer

PATHS = {
    Service.TRANSFORM: "/api/v1/serviceT",
    Service.SEND_COMMAND: "/api/v1/serviceS",
    Service.NON_DEVICE: "/api/v1/serviceD",
}
"""As DCC Boxed names them."""

MEDIA_TYPE = "application/xml"
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 60.0  # DCC's own clients wait 3

_SHOWN = 300


class InvalidUrl(ValueError):
    """An address that is not of http or https."""


class Door:
    """At `url`, like http://127.0.0.1:8079. No proxy is asked. `trust`: whom over https; else whom the machine does."""

    def __init__(self, url: str, trust: ssl.SSLContext | None = None) -> None:
        """Raises InvalidUrl."""
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise InvalidUrl(f"{url!r}: {error}; expected http://HOST:PORT") from None
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise InvalidUrl(f"{url!r}: expected http://HOST:PORT")
        self.url = url.rstrip("/")
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=True,
            trust_env=False,
            verify=trust if trust is not None else True,
        )

    async def post(self, service: Service, octets: bytes) -> bytes:
        """What is answered, with whatever code. Raises NobodyAnswers and NoDuisAnswer."""
        place = f"{self.url}{PATHS[service]}"
        try:
            answer = await self._client.post(place, content=octets, headers={"content-type": MEDIA_TYPE})
        except httpx.HTTPError as error:
            what = str(error) or type(error).__name__
            raise NobodyAnswers(f"{place}: no answer: {what}") from None
        if not answer.is_success:
            said = answer.content[:_SHOWN].decode(errors="replace").strip()
            raise NoDuisAnswer(f"{place}: HTTP {answer.status_code}, expected 200: {said}".rstrip(": "))
        media_type = answer.headers.get("content-type", "")
        if media_type.partition(";")[0].strip().lower() != MEDIA_TYPE:
            raise NoDuisAnswer(f"{place}: an answer of type {media_type!r}, expected {MEDIA_TYPE}")
        return answer.content

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()
