"""`smets alerts`: what the DCC and the Devices sent to Users."""

from typing import TYPE_CHECKING, Annotated

import typer

from smets.cli.options import DEFAULT_STATE, Json, State, user_option
from smets.cli.running import run
from smets.cli.screen import Screen

if TYPE_CHECKING:
    from smart_metering.administration import Party
    from smart_metering.duis.service_responses import ReceivedMessage
    from smets.client.outcomes import Outcome
    from smets.client.user import User
    from smets.local_system.connection import SystemConnection


def alerts(
    responses: Annotated[
        bool,
        typer.Option(
            "--responses", envvar="SMETS_RESPONSES", help="Service Responses too, not alerts alone."
        ),
    ] = False,
    after: Annotated[
        int,
        typer.Option("--after", envvar="SMETS_AFTER", min=0, help="Only beyond this position of the stream."),
    ] = 0,
    limit: Annotated[
        int, typer.Option("--limit", envvar="SMETS_LIMIT", min=1, help="Of each User, the last so many.")
    ] = 100,
    follow: Annotated[
        bool,
        typer.Option("--follow", "-f", envvar="SMETS_FOLLOW", help="Go on as messages come, until Ctrl-C."),
    ] = False,
    user: Annotated[str, user_option("all parties")] = "",
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """Show the alerts that a User received; without --user those of all parties. --follow needs a --user."""

    async def work(screen: Screen) -> None:
        from smets.cli.exits import Misuse
        from smets.local_system.connection import read_connection

        if follow and not user:
            raise Misuse("--follow needs a --user")
        connection = read_connection(state)
        parties = await _parties(connection, user)
        if follow:
            await _follow(screen, connection, parties[0], after, responses=responses)
            return
        shown: list[dict[str, object]] = []
        for party in parties:
            async with connection.user(party.eui, position=after) as receiver:
                wanted = [row for row in await receiver.received() if responses or _is_alert(row)]
                shown += [_as_data(party, receiver, row) for row in wanted[-limit:]]
                for row in wanted[-limit:]:
                    _say(screen, party, receiver, row)
        screen.data(shown)
        if not shown:
            screen.say("nothing")

    run(work, json_output=json_output)


async def _parties(connection: "SystemConnection", user: str) -> "list[Party]":
    from smets.cli.lookups import find_party

    async with connection.administration() as administration:
        return [await find_party(administration, user)] if user else await administration.parties()


async def _follow(
    screen: Screen, connection: "SystemConnection", party: "Party", after: int, *, responses: bool
) -> None:
    """With --json, one line a message."""
    async with connection.user(party.eui, position=after) as receiver:
        async for row in receiver.receive():
            if responses or _is_alert(row):
                screen.data(_as_data(party, receiver, row))
                _say(screen, party, receiver, row)


def _is_alert(row: "ReceivedMessage") -> bool:
    from smart_metering.duis.service_responses import ServiceResponse

    return not isinstance(row.message, ServiceResponse)


def _as_data(party: "Party", receiver: "User", row: "ReceivedMessage") -> dict[str, object]:
    return {
        "user": party.eui,
        "position": row.position,
        "message": row.message,
        "verified": receiver.verify(row.message),
        "outcome": _outcome(receiver, row),
    }


def _outcome(receiver: "User", row: "ReceivedMessage") -> "Outcome | None":
    from smart_metering.duis.service_responses import DccAlert

    return None if isinstance(row.message, DccAlert) else receiver.outcome_of(row.message)


def _say(screen: Screen, party: "Party", receiver: "User", row: "ReceivedMessage") -> None:
    from smart_metering.duis.service_responses import DccAlert, DeviceAlert
    from smart_metering.instants import format_instant
    from smets.cli.messages import answer_line, because, said_by, vouched

    before = f"{party.name or party.eui}  {row.position:>4}  "
    message, outcome = row.message, _outcome(receiver, row)
    match message:
        case DccAlert():
            at = format_instant(message.response_date_time)
            screen.say(
                before, f"{at}  ", (message.dcc_alert_code, "yellow"), said_by(message), because(message)
            )
        case DeviceAlert():
            at, device = format_instant(message.response_date_time), message.response_id.partition(":")[0]
            said = f"  of {device}{said_by(message, outcome)}{vouched(receiver.verify(message))}"
            screen.say(before, f"{at}  ", (f"{message.alert_code:04X}", "cyan"), said)
        case _:
            about = f"  {message.service_reference_variant} {message.request_id}"
            when, code, words = answer_line(message, outcome)
            screen.say(before, when, code, about, words, vouched(receiver.verify(message)))
