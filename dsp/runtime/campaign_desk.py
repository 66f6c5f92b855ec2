"""The desk where a User's firmware campaigns are watched: read out of the Service Audit Trail, and then followed.

A campaign that somebody watches is remembered as far as it was read, so that looking again reads only what is new.
Nothing of it is kept elsewhere: after a restart it is read again.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import merge

from dsp.core.campaigns import KINDS, UPDATE_SRVS, Campaign, Course, begin, campaign_of, go_on
from dsp.core.own_records import OwnRecord
from dsp.core.records import AuditRecord, SmiChange
from dsp.rules.audit_visibility import MessageKind, oldest_shown
from dsp.runtime.engine_room import EngineRoom
from dsp.runtime.records_desk import TOGETHER, Page, RecordsDesk
from smart_metering.duis.service_requests import ServiceRequest, UpdateFirmware, UpdatePpmidFirmware
from smart_metering.identifiers import Eui

REMEMBERED = 16
REQUESTS_TOGETHER = 500
MOST_PAGES = 40
DEVICES_TOGETHER = 400
REQUESTS = frozenset({MessageKind.SERVICE_REQUEST})


@dataclass(slots=True)
class _Watched:
    course: Course
    messages: int
    changes: int


@dataclass(frozen=True, slots=True)
class Campaigns:
    """Newest first. Older ones may be before record `older`; 0: there are none."""

    found: list[Campaign]
    older: int


class CampaignDesk:
    """Of all Users; each sees its own alone."""

    def __init__(self, runtime: EngineRoom, records: RecordsDesk) -> None:
        self._runtime = runtime
        self._records = records
        self._watched: OrderedDict[tuple[Eui, int], _Watched] = OrderedDict()
        self._turn = asyncio.Lock()

    async def campaigns(self, user: Eui, *, before: int = 0, limit: int) -> Campaigns:
        """Up to `limit` of the User's 11.1 and 11.4, as far back as the trail is shown.

        Among other requests they are looked for page by page, MOST_PAGES at once; `older` goes on from there.
        """
        await self._runtime.flush()
        found: list[Campaign] = []
        for _ in range(MOST_PAGES):
            updates, next_before = await self._updates(user, before)
            whole = await self._records.read_contents(updates[: limit - len(found)])
            found += [it for own in whole if (it := await self._campaign(user, own)) is not None]
            if len(found) == limit:
                return Campaigns(found, found[-1].number)
            before = next_before
            if not before:
                break
        return Campaigns(found, before)

    async def number_of(self, user: Eui, request_id: str) -> int:
        """Of the campaign that the User has just sent under this RequestID; 0: the trail shows none."""
        await self._runtime.flush()
        return await self._records.read_number(user, request_id, REQUESTS)

    async def course(self, user: Eui, number: int) -> Course | None:
        """How far a campaign has come by now; None: the User has none of this number."""
        await self._runtime.flush()
        async with self._turn:
            key = (user, number)
            watched = self._watched.pop(key, None)
            if watched is None:
                watched = await self._read(user, number)
            else:
                await self._read_on(user, watched)
            if watched is None:
                return None
            self._watched[key] = watched
            while len(self._watched) > REMEMBERED:
                self._watched.popitem(last=False)
            return watched.course

    async def _updates(self, user: Eui, before: int) -> tuple[list[tuple[int, AuditRecord]], int]:
        """The 11.1 and 11.4 of one page of requests, and before which record the next page is; 0: there is none."""
        acb = self._runtime.engine.acb.eui  # They name many Devices: of themselves they are about the ACB.
        page = self._page(before, REQUESTS_TOGETHER)
        rows = await self._records.read_audit_trail(user, acb, REQUESTS, page)
        updates = [row for row in rows if row[1].srv in UPDATE_SRVS]
        return updates, rows[-1][0] if len(rows) == REQUESTS_TOGETHER else 0

    async def _read(self, user: Eui, number: int) -> _Watched | None:
        found = await self._records.read_own_record(user, number, REQUESTS, self._page(number + 1, 1))
        campaign = await self._campaign(user, found) if found is not None else None
        if campaign is None:
            return None
        changes, messages = await self._records.heads()
        course = begin(campaign)
        trail: list[tuple[int, AuditRecord]] = []
        smi: list[SmiChange] = []
        devices = [] if campaign.refused else list(campaign.devices)
        for start in range(0, len(devices), DEVICES_TOGETHER):
            some = devices[start : start + DEVICES_TOGETHER]
            trail += await self._trail(user, some, number, messages)
            smi += await self._changes(some, changes)
        trail.sort(key=lambda row: row[0])
        smi.sort(key=lambda change: change.at)
        go_on(course, _by_time([record for _, record in trail], smi))
        return _Watched(course, messages, changes)

    async def _read_on(self, user: Eui, watched: _Watched) -> None:
        changes, messages = await self._records.heads()
        if (changes, messages) == (watched.changes, watched.messages):
            return
        trail = await self._trail(user, None, watched.messages, messages)
        smi: list[SmiChange] = []
        after = watched.changes
        while after < changes:
            rows = await self._records.read_smi_changes(after, TOGETHER)
            smi += [change for position, change in rows if position <= changes]
            after = rows[-1][0] if rows else changes
        go_on(watched.course, _by_time([record for _, record in trail], smi))
        watched.messages, watched.changes = messages, changes

    async def _trail(
        self, user: Eui, devices: Sequence[Eui] | None, after: int, last: int
    ) -> list[tuple[int, AuditRecord]]:
        found: list[tuple[int, AuditRecord]] = []
        while True:
            rows = await self._records.read_trail_of(user, devices, KINDS, after, last)
            found += rows
            if len(rows) < TOGETHER:
                return found
            after = rows[-1][0]

    async def _changes(self, devices: Sequence[Eui], last: int) -> list[SmiChange]:
        found: list[SmiChange] = []
        after = 0
        while True:
            rows = await self._records.read_changes_of_all(devices, after, last)
            found += [change for _, change in rows]
            if len(rows) < TOGETHER:
                return found
            after = rows[-1][0]

    async def _campaign(self, user: Eui, found: OwnRecord) -> Campaign | None:
        request = found.content
        if found.record.srv not in UPDATE_SRVS or not isinstance(request, ServiceRequest):
            return None
        body = request.body
        if not isinstance(body, UpdateFirmware | UpdatePpmidFirmware):
            return None
        answer = await self._records.read_answer(user, found.record.request_id, found.number)
        return campaign_of(found.number, found.record, body, answer)

    def _page(self, before: int, limit: int) -> Page:
        return Page(since=oldest_shown(self._runtime.clock.now()), before=before, limit=limit)


def _by_time(trail: Iterable[AuditRecord], changes: Iterable[SmiChange]) -> Iterable[AuditRecord | SmiChange]:
    """Both are by time; what a message taught comes after it."""
    return merge(trail, changes, key=lambda event: event.at)
