"""What a form or an address brought: names and texts, read within limits; nothing is guessed."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from dsp.ssi.refusing import Refused, bad_request

MOST_OCTETS = 64 * 1024
MOST_OCTETS_OF_LONG = 2 * 1024 * 1024  # 50,000 Device IDs, percent-encoded
MOST_FIELDS = 200
BODY_WITHIN_SECONDS = 10.0
FORM = "application/x-www-form-urlencoded"


class Fields:
    """Texts by name. A name that is given more than once has several."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._texts: dict[str, list[str]] = {}
        for name, text in pairs:
            self._texts.setdefault(name, []).append(text)

    def text(self, name: str) -> str:
        """Without the spaces around it; empty if it is not given. Raises Refused where it is given twice."""
        found = self._texts.get(name, [""])
        if len(found) != 1:
            raise bad_request(f"{name}: given {len(found)} times, expected once")
        return found[0].strip()

    def texts(self, name: str) -> list[str]:
        """All that are given."""
        return list(self._texts.get(name, ()))

    def number(self, name: str, *, most: int) -> int:
        """A whole number from 0 to `most`; 0 if it is not given. Raises Refused."""
        text = self.text(name)
        if not text:
            return 0
        if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and int(text) <= most):
            raise bad_request(f"{name}: {text[:100]!r}, expected a number from 0 to {most}")
        return int(text)

    def one_of(self, name: str, expected: Mapping[str, object] | tuple[str, ...]) -> str:
        """One of these, or empty. Raises Refused."""
        text = self.text(name)
        if text and text not in expected:
            raise bad_request(f"{name}: {text[:100]!r}, expected one of {', '.join(expected)}")
        return text


NO_FIELDS = Fields([])


def read_query(request: Request) -> Fields:
    """What the address says after its `?`. Raises Refused."""
    return _read(request.url.query, "the address")


async def read_form(request: Request, most: int = MOST_OCTETS) -> Fields:
    """What a form sent. Raises Refused."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    octets = await read_body(request, most)
    if not octets:
        return NO_FIELDS
    if media_type != FORM:
        what = f"{media_type[:100]!r}: expected {FORM}"
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "That cannot be read", what)
    try:
        return _read(octets.decode("ascii"), "the form")
    except UnicodeDecodeError:
        raise bad_request("the form: expected percent-encoded text") from None


async def read_body(request: Request, most: int) -> bytes:
    """Up to so many octets, in their time. Raises Refused."""
    octets = bytearray()
    try:
        async with asyncio.timeout(BODY_WITHIN_SECONDS):
            async for part in request.stream():
                octets += part
                if len(octets) > most:
                    what = f"More than {most} octets."
                    raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Too much at once", what)
    except TimeoutError:
        raise Refused(HTTPStatus.REQUEST_TIMEOUT, "Too slow", "The rest of it never came.") from None
    except ClientDisconnect:
        raise bad_request("the rest of it never came") from None
    return bytes(octets)


def _read(text: str, what: str) -> Fields:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except UnicodeDecodeError:
        raise bad_request(f"{what}: expected UTF-8") from None
    except ValueError:
        raise bad_request(f"{what}: more than {MOST_FIELDS} fields") from None
    if any("\0" in part for pair in pairs for part in pair):
        raise bad_request(f"{what}: has a NUL in it")
    return Fields(pairs)
