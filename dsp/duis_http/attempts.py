"""One attempt to push a message, and what its outcome means."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum

import httpx

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 15.0  # DCC's nodes start a Java virtual machine before they answer
BODY_SECONDS = 2.0  # for the body of an answer, whose status is there already
ANSWER_SHOWN = 2_000  # octets of what the client says of a message that it refuses
CONNECTIONS_AT_ONCE = 100


class Meaning(Enum):
    """What becomes of the message."""

    TAKEN = "taken"
    PARKED = "parked"
    AGAIN = "tried again"


_REFUSALS = (
    # HTTP status  what it says of the message
    (400,          "the client cannot read it"),
    (413,          "the client says that it is too large"),
    (415,          "the client does not take XML"),
    (422,          "the client cannot make sense of it"),
)  # fmt: skip
"""The same message would be refused again (choice G114)."""

_REFUSED = dict(_REFUSALS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of it: `why` it was not taken, the HTTP status (0: no answer), and the beginning of the answer."""

    meaning: Meaning
    why: str = ""
    http_status: int = 0
    answer: str = ""


def meaning_of(http_status: int, answer: str = "") -> Attempt:
    """Of a client that answered."""
    if 200 <= http_status < 300:
        return Attempt(meaning=Meaning.TAKEN, http_status=http_status)
    meaning = Meaning.PARKED if http_status in _REFUSED else Meaning.AGAIN
    why = f"HTTP {http_status}: {_REFUSED.get(http_status, 'expected 2xx')}"
    return Attempt(meaning=meaning, why=why, http_status=http_status, answer=answer)


class Outgoing:
    """Posts over connections that it keeps; no redirect is followed, and no proxy asked."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS, pool=None),
            limits=httpx.Limits(max_connections=CONNECTIONS_AT_ONCE),
            trust_env=False,
        )

    async def close(self) -> None:
        """Breaks what is under way."""
        await self._client.aclose()

    async def attempt(self, url: str, octets: bytes) -> Attempt:
        """Posts once. A message whose answer did not come may have been taken: that nobody can know."""
        headers = {"content-type": "application/xml"}
        try:
            async with self._client.stream("POST", url, content=octets, headers=headers) as response:
                return meaning_of(response.status_code, await _beginning_of(response))
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            return Attempt(meaning=Meaning.AGAIN, why=f"{type(error).__name__}: {error}".removesuffix(": "))


async def _beginning_of(response: httpx.Response) -> str:
    """As it comes; the status alone decides, so an answer that breaks off or never ends is left at that."""
    octets = bytearray()
    with suppress(httpx.HTTPError, TimeoutError):
        async with asyncio.timeout(BODY_SECONDS):
            async for part in response.aiter_raw():
                octets += part
                if len(octets) >= ANSWER_SHOWN:
                    break
    return octets[:ANSWER_SHOWN].decode(errors="replace")
