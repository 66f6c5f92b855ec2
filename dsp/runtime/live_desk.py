"""What happens now, in parcels for a page that is left open: the newest events of a moment, and how many were let go.

However fast it happens and however slow the page takes it, no more than MOST_EVENTS wait for it: the oldest are
dropped and counted. A page that comes back names the position after which it goes on; if that is long ago, it goes on
from MOST_CAUGHT_UP before the head of the log, and is told that something was skipped.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from dsp.core.live import LiveEvent, live_event
from dsp.core.lookers import Looking
from dsp.core.state import State
from dsp.rules.audit_visibility import MessageKind
from dsp.runtime.events_desk import SMI, Batch, Position
from dsp.runtime.records_desk import Page, RecordsDesk

MOST_EVENTS = 200
PARCEL_SECONDS = 0.5
HEARTBEAT_SECONDS = 15.0
MOST_OPEN = 500
"""Streams at a time: half of what the listener takes, so that pages still come."""
MOST_OPEN_OF_SESSION = 8
MOST_CAUGHT_UP = 20_000
"""Records of each log that are read for a page that comes back."""
RECENT = 50
LOOKED_THROUGH = 1_000

KINDS_OF_PARTY = (SMI, MessageKind.DCC_ALERT, MessageKind.DEVICE_ALERT)
Looks = Callable[[], Looking | None]


@dataclass(frozen=True, slots=True)
class Parcel:
    """Events by time, of those since the last parcel the newest; `dropped` others were let go.

    `skipped`: what the page had missed before them was too much to look through, and nobody counted it.
    """

    events: tuple[LiveEvent, ...]
    dropped: int
    position: Position
    skipped: bool = False


class Follows(Protocol):
    """Who tells what happens."""

    def follow(self, after: Position, kinds: tuple[str, ...]) -> AsyncIterator[Batch]: ...


class LiveDesk:
    """Reads for each open page by itself: nothing is kept for one that is closed."""

    def __init__(
        self,
        state: State,
        records: RecordsDesk,
        events: Follows,
        *,
        parcel_seconds: float = PARCEL_SECONDS,
    ) -> None:
        self._state = state
        self._records = records
        self._events = events
        self._parcel_seconds = parcel_seconds
        self._open: set[_Waiting] = set()
        self._is_closed = False

    def has_room(self, session: str) -> bool:
        """Whether this session may leave one more page open. `session` tells it from others."""
        of_session = sum(waiting.session == session for waiting in self._open)
        return len(self._open) < MOST_OPEN and of_session < MOST_OPEN_OF_SESSION

    def close(self) -> None:
        """Every stream ends soon."""
        self._is_closed = True
        for waiting in self._open:
            waiting.news.set()

    async def recent(self, looking: Looking, *, only_own: bool) -> Parcel:
        """The last few, newest first, and the position to go on from."""
        head = Position(*await self._records.heads())
        start = max(head.smi_changes - LOOKED_THROUGH, 0)
        changes = await self._records.read_smi_changes(start, LOOKED_THROUGH)
        rows = [record for position, record in changes if position <= head.smi_changes]
        found = [
            live_event(looking, record, self._state.devices.get(record.device), only_own=only_own)
            for record in rows
        ]
        if looking.user is not None:
            kinds = (MessageKind.DCC_ALERT, MessageKind.DEVICE_ALERT)
            page = Page(before=head.messages + 1, limit=RECENT)
            alerts = await self._records.read_audit_trail(looking.user, None, kinds, page)
            found += [live_event(looking, record, None, only_own=only_own) for _, record in alerts]
        events = sorted((it for it in found if it is not None), key=lambda it: it.at, reverse=True)
        return Parcel(tuple(events[:RECENT]), 0, head)

    async def follow(
        self, looks: Looks, after: Position | None, head: Position, *, only_own: bool, session: str
    ) -> AsyncIterator[Parcel]:
        """Ends when `looks` says that nobody looks; at once if there is no room, where several were let in together.
        After None: from `head` on, where the logs are now. Where nothing happens, an empty parcel comes now and then.
        """
        if not self.has_room(session):
            return
        waiting = _Waiting(session, head if after is None else after, head)
        self._open.add(waiting)
        reading = asyncio.create_task(self._read(looks, waiting, only_own))
        reading.add_done_callback(lambda _: waiting.news.set())
        try:
            while not reading.done():
                with suppress(TimeoutError):
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        await waiting.news.wait()
                if self._is_closed or looks() is None:
                    return
                yield waiting.take()
                await asyncio.sleep(self._parcel_seconds)
            reading.result()
        finally:
            self._open.discard(waiting)
            reading.cancel()

    async def _read(self, looks: Looks, waiting: "_Waiting", only_own: bool) -> None:
        looking = looks()
        kinds = KINDS_OF_PARTY if looking is not None and looking.user is not None else (SMI,)
        async for batch in self._events.follow(waiting.position, kinds):
            looking = looks()
            if looking is None:
                return
            for event in batch.events:
                told = live_event(looking, event.record, event.device, only_own=only_own)
                if told is not None:
                    waiting.put(told)
            waiting.position = batch.position


class _Waiting:
    """What a page has not been given yet: never more than MOST_EVENTS."""

    def __init__(self, session: str, after: Position, head: Position) -> None:
        self.session = session
        self.position = Position(
            max(after.smi_changes, head.smi_changes - MOST_CAUGHT_UP),
            max(after.messages, head.messages - MOST_CAUGHT_UP),
        )
        self.news = asyncio.Event()
        self._events: deque[LiveEvent] = deque(maxlen=MOST_EVENTS)
        self._dropped = 0
        self._skipped = self.position != after
        if self._skipped:
            self.news.set()

    def put(self, event: LiveEvent) -> None:
        """The oldest makes room."""
        self._dropped += len(self._events) == MOST_EVENTS
        self._events.append(event)
        self.news.set()

    def take(self) -> Parcel:
        """All that waits."""
        parcel = Parcel(tuple(self._events), self._dropped, self.position, self._skipped)
        self._events.clear()
        self._dropped = 0
        self._skipped = False
        self.news.clear()
        return parcel
