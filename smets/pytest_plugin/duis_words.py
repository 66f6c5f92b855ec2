"""Requests and answers in DUIS XML as tests hold them, and what is said where nothing was pushed."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from smart_metering.command_variants import CommandVariant
from smart_metering.duis.service_requests import ServiceRequest, UpdateFirmware, UpdatePpmidFirmware
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.duis_xml.messages import write_request
from smart_metering.identifiers import Eui
from smart_metering.ota.image import file_digest
from smart_metering.records import changed
from smets.client.receive_response import ReceiveResponse
from smets.client.records import ParkedMessage
from smets.duis.client import Exchange
from smets.duis.documents import pretty
from smets.duis.receiving import Attempt, Pushed
from smets.pytest_plugin.devices import Meant, members_of
from smets.pytest_plugin.failing import DidNotHold
from smets.scenarios.results import Failure
from smets.scenarios.sending import Sender

if TYPE_CHECKING:
    from smets.pytest_plugin.stage import Stage

PAUSE_SECONDS = 0.02
BEFORE_XML = "\ufeff \t\r\n"


class Answer:
    """What the DSP answered to a request at once: `code`, `xml`, `message` (the record); `exchange` has all of it."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.request_id = str(exchange.request_id)
        self.message: ServiceResponse = exchange.answer
        self.code = str(exchange.answer.response_code or "")
        self.xml = exchange.received.decode()

    def expect(self, code: str) -> "Answer":
        """Raises DidNotHold."""
        __tracebackhide__ = True
        if self.code != code:
            found = f"{self.code}\n{pretty(self.exchange.received)}"
            asked = f"{code} to {self.request_id}"
            raise DidNotHold([Failure(expected=asked, found=found, reasons=(self.code,))])
        return self

    def __repr__(self) -> str:
        return f"<answer {self.code} to {self.request_id}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which of what is pushed; None: any."""

    code: str | None
    request_id: str | None
    user: Eui | None

    def fits(self, pushed: Pushed) -> bool:
        return (
            self.code in (None, pushed.code)
            and self.request_id in (None, pushed.request_id)
            and self.user in (None, pushed.user)
        )

    def __str__(self) -> str:
        request = f" to {self.request_id}" if self.request_id else ""
        user = f" for {self.user}" if self.user else ""
        return f"{self.code or 'a message'}{request}{user}"


def draft(
    stage: "Stage", said: Mapping[str, object], to: Meant | None, variant: int | None
) -> ServiceRequest:
    """The request of these words of a scenario. Raises FleetFileError and WrongRequest."""
    __tracebackhide__ = True
    here = stage.here
    model = here.draft.said({"send": {key: value for key, value in said.items() if value}}).send
    assert model is not None
    files = {row.name: row.octets for row in here.scenario.plan.firmware}
    members = members_of(stage, to) if to is not None else ()
    request = stage(Sender(here.system, here.scenario.cast, files).request(model, members))
    if variant is not None:
        request = changed(request, command_variant=CommandVariant(variant))
    return _with_image(request, files.values())


def xml_of(request: ServiceRequest) -> str:
    """Not signed."""
    return write_request(request).decode()


def octets_of(xml: str | bytes | Path, folders: Sequence[Path]) -> bytes:
    """The text itself, or that of a file, looked for in the folders. Raises FileNotFoundError."""
    if isinstance(xml, bytes):
        return xml
    if isinstance(xml, str) and xml.lstrip(BEFORE_XML).startswith("<"):
        return xml.encode()
    for folder in folders:
        if (folder / xml).is_file():
            return (folder / xml).read_bytes()
    looked = ", ".join(map(str, dict.fromkeys(folders)))
    raise FileNotFoundError(f"{xml}: there is no such file (looked in: {looked})")


def missed(
    wanted: object, within: float, attempts: Sequence[Attempt], waiting: Callable[[], Iterable[str]]
) -> Failure:
    """Nothing that is wanted was pushed; tells what was, and what is `waiting` to be."""
    return Failure(
        expected=f"{wanted} to be pushed within {within:g} s",
        found=f"{len(attempts)} came" if attempts else "nothing came",
        reasons=(str(wanted),),
        near=(*map(_attempt, attempts), *waiting()),
    )


async def parked(push: ReceiveResponse, within: float) -> list[ParkedMessage]:
    """Once there is something, or after so many seconds."""
    rows: list[ParkedMessage] = []
    for _ in range(1 + round(within / PAUSE_SECONDS)):
        if rows := [row async for row in push.parked()]:
            break
        await asyncio.sleep(PAUSE_SECONDS)
    return rows


def _attempt(attempt: Attempt) -> str:
    taken = attempt.pushed
    if taken is None:
        return f"{attempt.user}: answered {attempt.status}, {attempt.wrong}"
    return f"{attempt.user}: {taken.code} {taken.request_id}".rstrip()


def _with_image(request: ServiceRequest, files: Iterable[bytes]) -> ServiceRequest:
    """XML carries the image that a record may name."""
    body = request.body
    if not isinstance(body, UpdateFirmware | UpdatePpmidFirmware) or not body.firmware_file:
        return request
    image = {file_digest(octets): octets for octets in files}[body.firmware_file]
    return changed(request, body=changed(body, firmware_file="", firmware_image=image))
