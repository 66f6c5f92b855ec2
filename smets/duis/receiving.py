"""A Receive Response Service for tests: takes what the DSP pushes as DCC's own clients do, or not, as it is told.

What is pushed is validated before it is taken: 204 for what is right, 400 for what is not, as DCC's nodes answer.
Each User has an address of its own, so that it is known who was sent what.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dsp.runtime.http_server import HttpServer
from smart_metering.duis.service_responses import Message, ServiceResponse
from smart_metering.duis_xml.names import WHITE_SPACE
from smart_metering.identifiers import Eui
from smets.client.checked import code_of
from smets.duis.faults import DuisClientError
from smets.duis.keys import Reading
from smets.duis.signing import SigningTool

PATH = "/smartdcc/duis"
ANY_PORT = "127.0.0.1:0"
MEDIA_TYPE = "application/xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a push is answered: with this status instead of the right one, after so many seconds. 0: as is right."""

    status: int = 0
    answer: str = ""
    delay: float = 0.0


WELL = Manner()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """A message that was taken. `code`: I0, E21; N29 of a DCC Alert, 8F72 of a Device Alert."""

    user: Eui
    xml: str = field(repr=False)
    message: Message
    signed_by: Eui | None
    reading: Reading = field(repr=False)

    @property
    def is_alert(self) -> bool:
        return not isinstance(self.message, ServiceResponse)

    @property
    def code(self) -> str:
        if isinstance(self.message, ServiceResponse):
            return str(self.message.response_code or "")
        return code_of(self.message)

    @property
    def request_id(self) -> str:
        """Which it answers, in capitals; empty of an alert."""
        return self.message.request_id.upper() if isinstance(self.message, ServiceResponse) else ""

    @property
    def says(self) -> str:
        """What the Device says in it; empty where none does."""
        return self.reading.outcome.text if self.reading.outcome is not None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One push as it came, and how it was answered; `wrong` says why it was not taken, `pushed` is what was."""

    user: str
    xml: str = field(repr=False)
    status: int
    wrong: str = ""
    pushed: Pushed | None = None


class ReceiveResponseService:
    """Listens from `start` to `stop`. `taken` and `attempts` are in the order in which they came."""

    def __init__(self, tool: SigningTool) -> None:
        self.manner = WELL
        self.taken: list[Pushed] = []
        self.attempts: list[Attempt] = []
        self._tool = tool
        self._application = Starlette(
            routes=[Route(f"{PATH}/{{user}}", self._receive, methods=["POST"])],
        )
        self._server: HttpServer | None = None
        self._listen = ANY_PORT
        self._came = asyncio.Event()

    def url(self, user: Eui) -> str:
        """Where what is for this User is taken."""
        return f"http://{self._listen}{PATH}/{user}"

    async def start(self) -> None:
        """Where it listened before, if it did. Raises CannotListen."""
        if self._server is None:
            self._server = HttpServer(self._listen, self._application)
            await self._server.start()
            self._listen = self._server.address

    async def stop(self) -> None:
        """Connections are refused from now on."""
        if self._server is not None:
            server, self._server = self._server, None
            await server.stop()

    async def wait_for(self, wanted: Callable[[Pushed], bool], seconds: float) -> Pushed | None:
        """The first that was taken and is wanted, or the first that comes; None: none came in time."""

        def find() -> Pushed | None:
            return next((pushed for pushed in self.taken if wanted(pushed)), None)

        await self._until(lambda: find() is not None, seconds)
        return find()

    async def wait_for_attempts(self, count: int, seconds: float) -> bool:
        """Whether so many pushes have come, however they were answered, by then."""
        return await self._until(lambda: len(self.attempts) >= count, seconds)

    async def _until(self, holds: Callable[[], bool], seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                while not holds():
                    self._came.clear()
                    await self._came.wait()
        except TimeoutError:
            return False
        return True

    async def _receive(self, request: Request) -> Response:
        octets = await request.body()
        manner, user = self.manner, str(request.path_params["user"])
        pushed, wrong = None, f"told to answer {manner.status}"
        if not manner.status:
            pushed, wrong = self._read(user, request.headers.get("content-type", ""), octets)
        status = manner.status or (400 if wrong else 204)
        xml = octets.decode(errors="replace")
        self.attempts.append(Attempt(user=user, xml=xml, status=status, wrong=wrong, pushed=pushed))
        if pushed is not None:
            self.taken.append(pushed)
        self._came.set()
        if manner.delay:
            await asyncio.sleep(manner.delay)
        return PlainTextResponse(manner.answer or wrong, status) if wrong else Response(status_code=status)

    def _read(self, user: str, media_type: str, octets: bytes) -> tuple[Pushed | None, str]:
        """And why it is not taken."""
        if media_type.partition(";")[0].strip(WHITE_SPACE) != MEDIA_TYPE:
            return None, f"content type {media_type!r}, expected {MEDIA_TYPE}"
        try:
            validated = self._tool.validate(octets)
        except DuisClientError as error:
            return None, str(error)
        if validated.message is None:
            return None, "a Request, expected a Response"
        pushed = Pushed(
            user=Eui(user),
            xml=octets.decode(),
            message=validated.message,
            signed_by=validated.signed_by,
            reading=self._tool.ring.read(Eui(user), validated.message),
        )
        return pushed, ""
