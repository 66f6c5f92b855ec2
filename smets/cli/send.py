"""`smets send`: one Service Request, the whole way: Transform, check, signature, answer, Response."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from smets.cli.options import DEFAULT_STATE, NO_TEXTS, Json, Sender, State
from smets.cli.running import run
from smets.cli.screen import Screen

if TYPE_CHECKING:
    from smart_metering.duis.service_requests import Body
    from smart_metering.duis.service_responses import ServiceResponse
    from smart_metering.instants import Instant
    from smets.cli.local_delivery import Delivery
    from smets.client.checked import CheckedResponse
    from smets.client.making import MakeBody
    from smets.client.user import User
    from smets.local_system.connection import SystemConnection
    from smets.requests.making import Asked

NONE_YET = (
    "none yet. 'smets clock advance 1m' lets time pass; then 'smets explain last' or 'smets alerts --responses' "
    "shows it (next time: --advance 1m)"
)


def send(
    srv: Annotated[str, typer.Argument(metavar="SRV", help="Service Reference Variant: 11.3.")],
    devices: Annotated[
        list[str],
        typer.Argument(
            metavar="[DEVICE]...", help="EUIs, or the beginning or end of one; 11.1 and 11.4 take several."
        ),
    ] = NO_TEXTS,
    firmware: Annotated[
        str,
        typer.Option(
            "--firmware",
            envvar="SMETS_FIRMWARE",
            help="11.1, 11.4: the file, or the SHA-256 of one uploaded before. 11.3: the file whose hash is meant.",
        ),
    ] = "",
    version: Annotated[
        str,
        typer.Option(
            "--version", envvar="SMETS_VERSION", help="11.1, 11.4: FirmwareVersion; else the file's."
        ),
    ] = "",
    image_hash: Annotated[
        str, typer.Option("--hash", envvar="SMETS_HASH", help="11.3: SHA-256 of the Manufacturer Image.")
    ] = "",
    at: Annotated[
        str,
        typer.Option(
            "--at", envvar="SMETS_AT", help="Not now but then: 2021-11-05T02:00:00Z, a day, or +2h; 'cancel'."
        ),
    ] = "",
    fields: Annotated[
        list[str],
        typer.Option(
            "--set",
            envvar="SMETS_SET",
            help="A field of the body, like esme_variant=ADE; an unknown name is answered with the list of valid ones.",
        ),
    ] = NO_TEXTS,
    variant: Annotated[
        int,
        typer.Option(
            "--variant",
            envvar="SMETS_VARIANT",
            min=0,
            max=8,
            help="Command Variant, 1 to 8; 0: that of its kind (8 without a Device, 4 if Critical, else 1).",
        ),
    ] = 0,
    delivered: Annotated[
        bool,
        typer.Option(
            "--deliver",
            envvar="SMETS_DELIVER",
            help="Variants 2, 3, 6, 7: hand the Command to the Device, and its answer to the DSP (8.13).",
        ),
    ] = False,
    sequence_first: Annotated[
        bool,
        typer.Option("--sequence-first", envvar="SMETS_SEQUENCE_FIRST", help="The first of a sequence."),
    ] = False,
    after: Annotated[
        str,
        typer.Option(
            "--after",
            envvar="SMETS_SEND_AFTER",
            metavar="REQUEST_ID",
            help="In a sequence: only once this request has succeeded.",
        ),
    ] = "",
    user: Sender = "",
    advance: Annotated[
        str,
        typer.Option(
            "--advance",
            envvar="SMETS_ADVANCE",
            help="Stepped time: advance the clock up to this long for a Response.",
        ),
    ] = "",
    wait: Annotated[
        float,
        typer.Option(
            "--wait", envvar="SMETS_WAIT", min=0, help="Time that runs: seconds to wait for a Response."
        ),
    ] = 60.0,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", envvar="SMETS_NO_WAIT", help="Do not wait for the Response.")
    ] = False,
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """Send a Service Request and wait for its Response.

    A Critical request is transformed, its Pre-Command checked, signed and sent. In stepped time what happens at once is
    waited for; --advance lets time pass until the Response is there.
    """

    async def work(screen: Screen) -> None:
        from smets.cli.lookups import CommandLookups, find_device, find_party, read_fields
        from smets.durations import parse_duration
        from smets.local_system.connection import read_connection
        from smets.requests.bodies import body_of
        from smets.requests.making import Asked

        way = Way(variant=variant, delivered=delivered, sequence_first=sequence_first, after=after)
        way.check()
        advance_ms = parse_duration(advance) if advance else 0
        connection = read_connection(state)
        async with connection.administration() as administration:
            party = await find_party(administration, user, srv)
            asked = Asked(
                srv=srv,
                devices=tuple([await find_device(administration, device) for device in devices]),
                firmware=firmware,
                version=version,
                image_hash=image_hash,
                at=at,
                fields=read_fields(fields, srv),
                mark="--",
            )
            async with connection.remembering_user(party.eui) as sender:
                body = await body_of(asked, sender, administration, CommandLookups(administration))
                answer = await _ask(sender, asked, body, way)
                sent = Sent(party.name or party.eui, answer, due=await _due(sender, asked, body))
                sent.to_be_delivered = way.delivered
                if way.delivered:
                    sent.delivery = await _deliver(connection, sender, sent.answer)
                if not no_wait and sent.is_answered_later:
                    sent.waited = True
                    sent.response = await _await(sender, sent, advance_ms, wait)
                    connection.remember(sender)
                _finish(screen, sent)

    run(work, json_output=json_output)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a request goes. `variant` 0: the Command Variant of its kind."""

    variant: int
    delivered: bool
    sequence_first: bool
    after: str

    def check(self) -> None:
        """Raises Misuse."""
        from smart_metering.command_variants import COMMAND_VARIANTS
        from smets.cli.exits import Misuse

        local = [f"{row.variant:d}" for row in COMMAND_VARIANTS if row.local]
        if self.delivered and f"{self.variant:d}" not in local:
            raise Misuse(f"--deliver needs --variant {', '.join(local)}: a Command that is delivered locally")
        if self.sequence_first and self.after:
            raise Misuse("--sequence-first and --after: the first of a sequence comes after none")


@dataclass(slots=True)
class Sent:
    """What became of a request so far. `due` is its date, where the DSP keeps it until then."""

    user: str
    answer: "ServiceResponse"
    due: "Instant | None" = None
    delivery: "Delivery | None" = None
    response: "CheckedResponse | None" = None
    waited: bool = False
    to_be_delivered: bool = False

    @property
    def is_a_utrn(self) -> bool:
        """It was to be delivered locally, and is answered by what the consumer types in."""
        return self.to_be_delivered and bool(getattr(self.answer.body, "utrn", ""))

    @property
    def is_answered_later(self) -> bool:
        """It was accepted, and no answer was brought back by hand."""
        from smart_metering.response_codes import ResponseCode

        taken = self.delivery is not None and self.delivery.taken
        return self.answer.response_code is ResponseCode.I99 and not taken


async def _ask(sender: "User", asked: "Asked", body: "Body | MakeBody | None", way: Way) -> "ServiceResponse":
    from smart_metering.command_variants import CommandVariant
    from smart_metering.identifiers import parse_request_id

    return await sender.send(
        asked.srv,
        asked.devices[0] if asked.is_to_a_device else None,
        body,
        variant=CommandVariant(way.variant) if way.variant else None,
        first_in_sequence=way.sequence_first,
        preceding=parse_request_id(way.after) if way.after else None,
    )


async def _due(sender: "User", asked: "Asked", body: "Body | MakeBody | None") -> "Instant | None":
    """The date of a request that the DSP keeps until then; a Device that keeps one says so at once."""
    from smart_metering.instants import CANCELLATION, Instant
    from smart_metering.service_requests import FutureDating, definition_of

    definition = definition_of(asked.srv)
    dated = getattr(body, "execution_date_time", None)
    if definition is None or definition.future_dated is FutureDating.DEVICE or dated in (None, CANCELLATION):
        return None
    assert isinstance(dated, int)
    return Instant(dated) if dated > await sender.now() else None


async def _deliver(
    connection: "SystemConnection", sender: "User", answer: "ServiceResponse"
) -> "Delivery | None":
    """None: the answer holds no Command."""
    from smets.cli.local_delivery import command_in, deliver

    command = command_in(answer)
    if command is None:
        return None
    async with connection.emulator_control() as emulator:
        return await deliver(sender, emulator, answer, command)


async def _await(
    sender: "User", sent: Sent, advance_ms: int, wait_seconds: float
) -> "CheckedResponse | None":
    """Time that runs is waited for; stepped time is let happen, and advanced from event to event."""
    from smart_metering.instants import SECOND_MS
    from smets.client.errors import NoResponse

    clock = await sender.clock.now()
    if (
        sent.due is not None
        and clock.rate > 0
        and sent.due > clock.now + wait_seconds * SECOND_MS * clock.rate
    ):
        return None
    try:
        return await sender.response_to(
            sent.answer.request_id, within_ms=advance_ms, timeout_seconds=wait_seconds
        )
    except NoResponse:
        return None


def _finish(screen: Screen, sent: Sent) -> None:
    from smets.cli.local_delivery import command_in

    response = sent.response
    command = command_in(sent.answer)
    screen.data(
        {
            "request_id": sent.answer.request_id,
            "user": sent.user,
            "due": sent.due,
            "answer": sent.answer,
            "response": response.response if response else None,
            "verified": response.verified if response else None,
            "outcome": response.outcome if response else None,
            "command": command,
            "delivery": sent.delivery,
        }
    )
    _say(screen, sent, command)
    _end(sent)


def _say(screen: Screen, sent: Sent, command: bytes | None) -> None:
    from smart_metering.instants import format_instant
    from smets.cli.local_delivery import delivery_lines
    from smets.cli.messages import answer_line, response_line

    screen.say(("request   ", "bold"), f"{sent.answer.request_id}  (as {sent.user})")
    screen.say(("answer    ", "bold"), *answer_line(sent.answer))
    if command is not None:
        screen.say(("command   ", "bold"), command.hex())
    for line in delivery_lines(sent.delivery) if sent.delivery is not None else ():
        screen.say(*line)
    if sent.is_a_utrn:
        screen.say(("delivered ", "bold"), "nothing to deliver: a UTRN, to be typed in at the meter")
    if sent.response is not None:
        screen.say(("response  ", "bold"), *response_line(sent.response))
    elif sent.waited and sent.due is not None:
        screen.say(("response  ", "bold"), f"due at {format_instant(sent.due)}")
    elif sent.waited:
        screen.say(("response  ", "bold"), NONE_YET)


def _end(sent: Sent) -> None:
    """By the last word on the request. Raises Ended where that is not a good one."""
    from smets.cli.exits import Ended, Exit

    delivery, last = sent.delivery, sent.answer
    if sent.response is not None:
        last = sent.response.response
    elif sent.waited and sent.due is not None:
        return
    elif sent.waited or (delivery is not None and delivery.answered is None):
        raise Ended(Exit.NO_RESPONSE)
    elif delivery is not None and delivery.returned is not None:
        last = delivery.returned
    if last.response_code is None:
        raise Ended(Exit.NOT_EMULATED)
    if last.response_code.startswith("E"):
        raise Ended(Exit.ANSWERED_WITH_ERROR)
