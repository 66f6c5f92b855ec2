"""`smets send`: one Service Request, the whole way: Transform, check, signature, answer, Response."""

from typing import TYPE_CHECKING, Annotated

import typer

from smets.cli.options import DEFAULT_STATE, NO_TEXTS, Json, State, UserName
from smets.cli.running import run
from smets.cli.screen import Screen

if TYPE_CHECKING:
    from smart_metering.duis.service_responses import ServiceResponse
    from smets.cli.bodies import Asked
    from smets.client.administration import Administration
    from smets.client.user import CheckedResponse, User


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
        typer.Option("--at", envvar="SMETS_AT", help="11.2, 11.3: 2021-11-05T02:00:00Z, or +2h; 'cancel'."),
    ] = "",
    fields: Annotated[
        list[str],
        typer.Option(
            "--set", envvar="SMETS_SET", help="8.4, 12.2: a field of the body, like esme_variant=ADE."
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
    user: UserName = "",
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
        from smets.cli.bodies import Asked
        from smets.cli.lookups import find_device, find_party
        from smets.durations import parse_duration
        from smets.local_system.connection import read_connection

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
                fields=tuple(fields),
            )
            async with connection.remembering_user(party.eui) as sender:
                answer = await _ask(sender, asked, variant)
                if no_wait or not _is_accepted(answer):
                    _finish(screen, answer, None, waited=False)
                    return
                response = await _await(sender, administration, answer.request_id, advance_ms, wait)
                connection.remember(sender)
                _finish(screen, answer, response, waited=True)

    run(work, json_output=json_output)


async def _ask(sender: "User", asked: "Asked", variant: int) -> "ServiceResponse":
    from smart_metering.command_variants import CommandVariant
    from smets.cli.bodies import body_of

    body = await body_of(asked, sender)
    device = asked.devices[0] if asked.is_to_a_device else None
    return await sender.send(asked.srv, device, body, variant=CommandVariant(variant) if variant else None)


def _is_accepted(answer: "ServiceResponse") -> bool:
    from smart_metering.response_codes import ResponseCode

    return answer.response_code is ResponseCode.I99


async def _await(
    sender: "User", administration: "Administration", request_id: str, advance_ms: int, wait_seconds: float
) -> "CheckedResponse | None":
    """Time that runs is waited for; stepped time is let happen, and advanced from event to event."""
    from smart_metering.instants import Instant
    from smets.client.errors import NoResponse

    clock = await administration.now()
    if clock.rate > 0:
        try:
            return await sender.await_response(request_id, wait_seconds)
        except NoResponse:
            return None
    until = Instant(clock.now + advance_ms)
    await administration.advance(0)
    while (response := await sender.response_until_now(request_id)) is None:
        clock = await administration.run_to_next_event(until)
        if clock.now >= until and not clock.event:
            return await sender.response_until_now(request_id)
    return response


def _finish(
    screen: Screen, answer: "ServiceResponse", response: "CheckedResponse | None", *, waited: bool
) -> None:
    from smets.cli.exits import Ended, Exit
    from smets.cli.messages import answer_line, response_line

    screen.data(
        {
            "request_id": answer.request_id,
            "answer": answer,
            "response": response.response if response else None,
            "verified": response.verified if response else None,
            "outcome": response.outcome if response else None,
        }
    )
    screen.say(("request   ", "bold"), answer.request_id)
    screen.say(("answer    ", "bold"), *answer_line(answer))
    if response is not None:
        screen.say(("response  ", "bold"), *response_line(response))
    elif waited:
        screen.say(
            ("response  ", "bold"), "none yet; in stepped time --advance DURATION lets time pass for it"
        )
        raise Ended(Exit.NO_RESPONSE)
    code = (response.response if response is not None else answer).response_code
    if code is None:
        raise Ended(Exit.NOT_EMULATED)
    if code.startswith("E"):
        raise Ended(Exit.ANSWERED_WITH_ERROR)
