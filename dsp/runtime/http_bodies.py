"""The body of an HTTP request: whole, or not taken."""

import asyncio

from starlette.requests import ClientDisconnect, Request


class BodyNotTaken(Exception):
    """A body that is too long or too late: with what status that is answered, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(status, why)
        self.status = status
        self.why = why


async def read_body(request: Request, most_octets: int, within_seconds: float) -> bytes:
    """Raises BodyNotTaken: 413 for one that is too long, 408 for one that is too late, 400 if the client went away."""
    octets = bytearray()
    try:
        async with asyncio.timeout(within_seconds):
            async for part in request.stream():
                octets += part
                if len(octets) > most_octets:
                    raise BodyNotTaken(413, f"the body has more than {most_octets} octets")
    except TimeoutError:
        raise BodyNotTaken(408, f"the body was not there within {within_seconds:g} s") from None
    except ClientDisconnect:
        raise BodyNotTaken(400, "the client went away") from None
    return bytes(octets)
