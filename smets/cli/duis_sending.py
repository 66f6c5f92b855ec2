"""The work of `smets duis send`: files of DUIS XML sent one after another, and what became of each."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import typer

from smart_metering.response_codes import ResponseCode
from smets.cli.duis_exits import DuisExit, exit_of
from smets.cli.exits import Misuse
from smets.cli.messages import answer_line, response_line, vouched
from smets.cli.screen import Screen
from smets.client.checked import CheckedResponse
from smets.client.counters import Counters, CountersInFile
from smets.client.errors import NoResponse
from smets.duis.client import DuisClient, Exchange
from smets.duis.documents import pretty, read_document
from smets.duis.door import Door
from smets.duis.telling import command_in, gbcs_line
from smets.local_system.connection import COUNTERS, SystemConnection
from smets.local_system.protection import trusting
from smets.local_system.state_folder import StateFolder

STDIN = "-"
NO_RESPONSE = "no Service Response came in time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How each file is sent. A Service Response is waited for where there is a `connection`: `wait` seconds where time
    runs, `advance_ms` of emulated time where it is stepped."""

    keep_counter: bool = False
    unchecked: bool = False
    sign_pre_command: bool = False
    connection: SystemConnection | None = None
    wait: float = 0.0
    advance_ms: int = 0


@dataclass(slots=True, kw_only=True)
class Sent:
    """What became of a file: its exchanges in order, the Service Response that followed, how it ends, and why."""

    file: str
    exchanges: list[Exchange] = field(default_factory=list)
    response: CheckedResponse | None = None
    code: DuisExit = DuisExit.SUCCESS
    error: str = ""


def read_octets(name: str) -> bytes:
    """Of a file, or of stdin. Raises Misuse."""
    try:
        return sys.stdin.buffer.read() if name == STDIN else Path(name).read_bytes()
    except OSError as error:
        raise Misuse(f"cannot be read: {error.strerror}") from None


def counters_in(state: Path) -> Callable[..., Counters]:
    """The counters of each party, which all who work with the state folder share."""
    return lambda party: CountersInFile(StateFolder(state).party(party) / COUNTERS)


def door_of(connection: SystemConnection) -> Door:
    """Raises Misuse and AccessError."""
    if not connection.duis:
        raise Misuse(
            "the system that runs takes no DUIS XML: start it by 'smets up FLEET --duis', or name another by --url"
        )
    access = connection.dsp_access.read()
    if access is None:
        return Door(f"http://{connection.duis}")
    return Door(f"https://{connection.duis}", trusting(access))


async def send_file(client: DuisClient, name: str, way: Way) -> Sent:
    """Never raises what has an exit code: the files behind it are sent all the same."""
    sent = Sent(file=name)
    try:
        await _send(client, sent, way)
    except Exception as error:
        code = exit_of(error)
        if code is None:
            raise
        sent.code, sent.error = code, str(error)
    return sent


async def _send(client: DuisClient, sent: Sent, way: Way) -> None:
    document = read_document(read_octets(sent.file))
    exchange = await client.send(document, keep_counter=way.keep_counter, unchecked=way.unchecked)
    sent.exchanges.append(exchange)
    if way.sign_pre_command and exchange.holds_pre_command:
        exchange = await client.send_signed_pre_command(exchange)
        sent.exchanges.append(exchange)
    answer = exchange.answer
    if way.connection is not None and answer.response_code is ResponseCode.I99:
        sent.response = await _await_response(way.connection, exchange, way)
        answer = sent.response.response
    if answer.response_code is not None and answer.response_code.startswith("E"):
        sent.code = DuisExit.EXCHANGE


async def _await_response(connection: SystemConnection, exchange: Exchange, way: Way) -> CheckedResponse:
    """Raises NoResponse."""
    request_id = str(exchange.request_id)
    async with connection.remembering_user(exchange.request_id.originator) as user:
        try:
            return await user.response_to(request_id, within_ms=way.advance_ms, timeout_seconds=way.wait)
        except NoResponse:
            raise NoResponse(f"{request_id}: {NO_RESPONSE}") from None
        finally:
            connection.remember(user)


def as_row(sent: Sent) -> dict[str, object]:
    """For --json."""
    response = sent.response
    return {
        "file": sent.file,
        "exit": sent.code.value,
        "error": sent.error,
        "exchanges": [
            {
                "request_id": exchange.request_id,
                "command_variant": exchange.document.command_variant.value,
                "service": exchange.service,
                "sent": exchange.sent.decode(),
                "received": exchange.received.decode(),
                "answer": exchange.answer,
                "signed_by": exchange.signed_by,
                "verified": exchange.reading.verified,
                "outcome": exchange.reading.outcome,
            }
            for exchange in sent.exchanges
        ],
        "response": response.response if response else None,
        "verified": response.verified if response else None,
        "outcome": response.outcome if response else None,
    }


def write_raw(sent: Sent) -> None:
    """The answers as they came, each on a line."""
    for exchange in sent.exchanges:
        typer.echo(exchange.received)


def tell(screen: Screen, sent: Sent, *, with_name: bool) -> None:
    """For people."""
    if with_name:
        screen.say(("file      ", "bold"), sent.file)
    for exchange in sent.exchanges:
        _tell_exchange(screen, exchange)
    if sent.response is not None:
        screen.say(("response  ", "bold"), *response_line(sent.response))
    last = sent.exchanges[-1] if sent.exchanges else None
    if last is not None and last.holds_pre_command and not sent.error:
        screen.say("--sign-pre-command signs the Pre-Command and sends it on")


def _tell_exchange(screen: Screen, exchange: Exchange) -> None:
    document, answer = exchange.document, exchange.answer
    screen.say(
        ("request   ", "bold"),
        f"{exchange.request_id}  {document.service_reference_variant} "
        f"in Command Variant {document.command_variant:d}, to {exchange.service}",
    )
    screen.say(
        ("answer    ", "bold"),
        *answer_line(answer, exchange.reading.outcome),
        vouched(exchange.reading.verified),
    )
    if (octets := command_in(answer)) is not None:
        screen.say(("GBCS      ", "bold"), gbcs_line(octets))
    signed = f"signed by {exchange.signed_by}, verified" if exchange.signed_by else "not signed"
    screen.say(("XML       ", "bold"), signed)
    for line in pretty(exchange.received).splitlines():
        screen.say(f"    {line}")
