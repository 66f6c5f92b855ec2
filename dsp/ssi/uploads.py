"""Files that a form uploads: read as they come (RFC 7578), within limits; no file is held in memory."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from dsp.runtime.firmware_store import FileTooLargeError
from dsp.ssi.refusing import Refused, bad_request
from smart_metering.ota.image import MAXIMUM_FIRMWARE_FILE_OCTETS

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FIELD = "firmware"
ROOM_FOR_THE_REST = 64 * 1024  # boundaries, heads of parts, other fields
WITHIN_SECONDS = 120.0
LONGEST_NAME = 200

Add = Callable[[bytes], None]


async def take_file(request: Request, add: Add) -> str:
    """Hands the octets of the field FIELD to `add`; answers the file's name as the browser has it. Raises Refused."""
    media_type, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if media_type != b"multipart/form-data" or not boundary:
        raise Refused(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "That cannot be read", "expected multipart/form-data"
        )
    parts = _Parts(add)
    try:
        parser = MultipartParser(boundary, parts.callbacks())
        async with asyncio.timeout(WITHIN_SECONDS):
            await _feed(request, parser)
        parser.finalize()
    except MultipartParseError:
        raise bad_request("the form: no multipart/form-data as RFC 7578 has it") from None
    except FileTooLargeError as error:
        raise _too_much(f"{error}.") from None
    except TimeoutError:
        raise Refused(HTTPStatus.REQUEST_TIMEOUT, "Too slow", "The rest of it never came.") from None
    except ClientDisconnect:
        raise bad_request("the rest of it never came") from None
    if not parts.octets:
        raise bad_request(f"{FIELD}: expected a file that is not empty")
    if not parts.is_ended:
        raise bad_request("the form ends before its end")
    return parts.file_name


async def _feed(request: Request, parser: MultipartParser) -> None:
    most = MAXIMUM_FIRMWARE_FILE_OCTETS + ROOM_FOR_THE_REST
    came = 0
    async for chunk in request.stream():
        came += len(chunk)
        if came > most:
            raise _too_much(f"More than {most} octets.")
        parser.write(chunk)


def _too_much(what: str) -> Refused:
    return Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Too much at once", what)


class _Parts:
    """What the parser tells, part by part: of the file's part the octets, of others nothing."""

    def __init__(self, add: Add) -> None:
        self._add = add
        self._name = self._value = b""
        self._is_file = False
        self.file_name = ""
        self.octets = 0
        self.is_ended = False

    def callbacks(self) -> "MultipartCallbacks":
        """As the parser names them."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_part_data": self._data,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._is_file = False
        self._name = self._value = b""

    def _header_field(self, octets: bytes, start: int, end: int) -> None:
        self._name += octets[start:end]

    def _header_value(self, octets: bytes, start: int, end: int) -> None:
        self._value += octets[start:end]

    def _header_end(self) -> None:
        if self._name.lower() == b"content-disposition":
            _, options = parse_options_header(self._value)
            if options.get(b"name") == FIELD.encode():
                self._is_file = True
                self.file_name = options.get(b"filename", b"").decode("utf-8", "replace")[:LONGEST_NAME]
        self._name = self._value = b""

    def _data(self, octets: bytes, start: int, end: int) -> None:
        if self._is_file:
            self.octets += end - start
            self._add(octets[start:end])

    def _end(self) -> None:
        self.is_ended = True
