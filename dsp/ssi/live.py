"""What happens now: the page of it, and the stream of server-sent events for it and for the strip of every page."""

import re
from collections.abc import AsyncIterator
from http import HTTPStatus

import msgspec
from starlette.responses import Response, StreamingResponse

from dsp.core.lookers import Looking
from dsp.runtime.events_desk import Position
from dsp.runtime.live_desk import MOST_EVENTS, Parcel
from dsp.ssi.refusing import Refused
from dsp.ssi.views.live import live_rows
from dsp.ssi.visits import Visit

EVERY = "all"
LAST_EVENT_ID = "Last-Event-ID"
RETRY_MS = 2_000
LONGEST_NUMBER = 18  # digits: fewer than the store can count to

_POSITION = re.compile(rf"([0-9]{{1,{LONGEST_NUMBER}}})\.([0-9]{{1,{LONGEST_NUMBER}}})")


async def live(visit: Visit) -> Response:
    """The last few, and then what comes."""
    only_own = _only_own(visit)
    await visit.desks.runtime.flush()
    recent = await visit.desks.live.recent(visit.looking, only_own=only_own)
    return visit.page(
        "live.html",
        "Live",
        rows=live_rows(recent.events),
        position=written(recent.position),
        is_of_party=visit.caller.eui is not None,
        only_own=only_own,
        most=MOST_EVENTS,
        of="" if only_own else EVERY,
    )


async def events(visit: Visit) -> Response:
    """Server-sent events, each with its position as its id; it ends with the session."""
    head = Position(*await visit.desks.records.heads())
    session = visit.csrf_token  # each session has another
    if not visit.desks.live.has_room(session):
        what = (
            "Too many pages are left open; this one shows what there was when it was loaded, and tries again."
        )
        raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "Not live", what)
    asked = visit.request.headers.get(LAST_EVENT_ID, "") or visit.query.text("after")
    only_own = _only_own(visit)
    parcels = visit.desks.live.follow(
        lambda: _looking(visit), read_position(asked), head, only_own=only_own, session=session
    )
    return StreamingResponse(_written(parcels), media_type="text/event-stream")


async def _written(parcels: AsyncIterator[Parcel]) -> AsyncIterator[bytes]:
    yield b"retry: %d\n\n" % RETRY_MS
    async for parcel in parcels:
        yield event_of(parcel)


def event_of(parcel: Parcel) -> bytes:
    """As it goes over the line; one that tells nothing only shows that the line stands."""
    if not parcel.events and not parcel.skipped:
        return b": still here\n\n"
    content = msgspec.json.encode(
        {"rows": live_rows(parcel.events), "dropped": parcel.dropped, "skipped": parcel.skipped}
    )
    return b"id: %s\ndata: %s\n\n" % (written(parcel.position).encode(), content)


def read_position(text: str) -> Position | None:
    """None: it is none, and who asked begins at what comes next."""
    found = _POSITION.fullmatch(text)
    return Position(int(found[1]), int(found[2])) if found else None


def written(position: Position) -> str:
    """The inverse."""
    return f"{position.smi_changes}.{position.messages}"


def _only_own(visit: Visit) -> bool:
    every = visit.query.one_of("of", (EVERY,)) == EVERY
    return not every and visit.caller.eui is not None and not visit.caller.is_operator


def _looking(visit: Visit) -> Looking | None:
    """As whoever is signed in is now; a page that is only open keeps no session from idling."""
    session = visit.desks.identity.session(visit.session_cookie, used=False)
    if session is None:
        return None
    visit.session = session
    return visit.looking
