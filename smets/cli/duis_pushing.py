"""The work of `smets duis address`, `state` and `parked`: where the DSP pushes, how far it is, what it has parked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from smart_metering.administration import Party
from smart_metering.instants import format_instant
from smets.cli.lookups import find_party
from smets.cli.screen import Screen
from smets.client.administration import Administration
from smets.client.connection import Connection
from smets.client.receive_response import ReceiveResponse
from smets.client.records import ParkedMessage, ReceiveResponseState
from smets.duis.documents import pretty
from smets.local_system.connection import read_connection

COLUMNS = ("user", "pushed to", "pushed up to", "of", "waiting", "parked", "last failure")


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """A party, and its Receive Response Service as the DSP has it."""

    party: Party
    push: ReceiveResponse

    @property
    def name(self) -> str:
        return self.party.name or self.party.eui


@asynccontextmanager
async def receivers(state: Path, user: str) -> AsyncIterator[list[Receiver]]:
    """The party that is named, or each that is loaded. Raises Misuse and SmetsError."""
    connection = read_connection(state)
    async with Connection(connection.at_dsp) as line:
        administration = Administration(line)
        parties = [await find_party(administration, user)] if user else await administration.parties()
        yield [Receiver(party=party, push=ReceiveResponse(line, party.eui)) for party in parties]


def tell_states(screen: Screen, rows: list[tuple[Receiver, ReceiveResponseState]]) -> None:
    """One row a User."""
    screen.data(
        [
            {
                "user": row.name,
                "eui": row.party.eui,
                "url": state.url,
                "pushed": state.pushed,
                "last_position": state.last_position,
                "waiting": state.waiting,
                "parked": state.parked,
                "last_failure": state.last_failure,
            }
            for row, state in rows
        ]
    )
    screen.table(
        COLUMNS,
        (
            (
                row.name,
                state.url or "nowhere",
                str(state.pushed),
                str(state.last_position),
                str(state.waiting),
                str(state.parked),
                state.last_failure,
            )
            for row, state in rows
        ),
        empty="no party is loaded",
    )


def tell_parked(screen: Screen, rows: list[tuple[Receiver, ParkedMessage]], *, with_xml: bool) -> None:
    """Each on a line, what the client said of it below, and the XML if it is asked for."""
    screen.data(
        [
            {
                "user": row.name,
                "eui": row.party.eui,
                "position": parked.position,
                "at": parked.at,
                "why": parked.why,
                "http_status": parked.http_status,
                "answer": parked.answer,
                "xml": parked.xml.decode(),
            }
            for row, parked in rows
        ]
    )
    for row, parked in rows:
        at = format_instant(parked.at)
        screen.say(f"{row.name}  {parked.position:>4}  {at}  ", (parked.why, "red"))
        for line in parked.answer.splitlines():
            screen.say(f"    the client: {line}")
        for line in pretty(parked.xml).splitlines() if with_xml else ():
            screen.say(f"    {line}")
    if not rows:
        screen.say("nothing is parked")
