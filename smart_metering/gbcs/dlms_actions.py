"""DLMS Access-Requests that change a Device: what each step is to do in the request, its result code in the Response.

A request breaks on error: a step after one that failed is not done, and its result is OTHER_REASON. Layouts:
Reference Test Data Set 4.5.0 (certain).
"""

from dataclasses import replace

from smart_metering.gbcs.cursor import Cursor
from smart_metering.gbcs.dlms_access import (
    NULL_DATA,
    Access,
    encode_access_request,
    encode_access_response,
    open_access_response,
)

SUCCESS = 0
HARDWARE_FAULT = 1
OTHER_REASON = 250

Steps = tuple[Access, ...]
"""What a use case asks for, always the same; the data of its accesses are the Command's own."""


def encode_steps(counter: int, steps: Steps, arguments: tuple[bytes, ...]) -> bytes:
    """Access-Request of the steps, each with its encoded datum."""
    filled = tuple(replace(step, datum=datum) for step, datum in zip(steps, arguments, strict=True))
    return encode_access_request(counter, filled)


def open_steps(payload: bytes, counter: int, steps: Steps) -> Cursor:
    """A cursor at the first datum of an Access-Request of exactly these steps."""
    cursor = Cursor(payload)
    cursor.expect(encode_access_request(counter, steps)[: -len(steps)], "head of the Access-Request")
    return cursor


def encode_results(counter: int, steps: Steps, results: tuple[int, ...]) -> bytes:
    """Access-Response of null data and a result code (0 .. 255) for each step."""
    answers = zip(steps, results, strict=True)
    return encode_access_response(
        counter, tuple((step.choice, NULL_DATA, bytes((result,))) for step, result in answers)
    )


def decode_results(payload: bytes, counter: int, steps: Steps) -> tuple[int, ...]:
    """The result codes of an Access-Response of null data."""
    cursor = open_access_response(payload, counter, len(steps))
    cursor.expect(NULL_DATA * len(steps) + bytes((len(steps),)), "null data")
    results = tuple(_read_result(cursor, step) for step in steps)
    cursor.finish()
    return results


def read_octet_string(cursor: Cursor, size: int, what: str) -> bytes:
    """A datum of exactly `size` octets, at most 127."""
    cursor.expect(bytes((0x09, size)), f"tag and length of the {what}")
    return cursor.take(size, what)


def _read_result(cursor: Cursor, step: Access) -> int:
    cursor.expect(bytes((step.choice,)), "kind of the access result")
    return cursor.take(1, "access result")[0]
