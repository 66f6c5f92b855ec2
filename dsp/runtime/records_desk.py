"""Reads of what is kept: a User's messages, the Service Audit Trail, and the Devices of the SMI in order."""

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TypeVar

import msgspec

from dsp.core.audit_titles import TitleRecord, title_of
from dsp.core.own_records import Kept, OwnRecord, own_record
from dsp.core.records import AuditRecord, LookUp, ParkedMessage, SmiChange, SmiDevice
from dsp.core.service_audit_trail import KIND_NUMBERS, lists_of
from dsp.core.state import State
from dsp.rules.audit_visibility import MessageKind
from dsp.rules.choices import Switches
from dsp.runtime.user_streams import BATCH
from ledger.books import Log
from ledger.sqlite_store import SqliteStore, Value, Wanted
from smart_metering.duis.service_responses import Message, ReceivedMessage
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant

T = TypeVar("T")
R = TypeVar("R", bound=msgspec.Struct)

TALLIED_TOGETHER = 1_000
TOGETHER = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Up to `limit` records from `since` up to, but not at, `to`, before record `before`; 0 and None: any."""

    since: Instant = Instant(0)
    to: Instant | None = None
    before: int = 0
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many messages a Device had that have a title, and how many of them are not the asking User's own."""

    device: Eui
    titles: int
    by_others: int


class RecordsDesk:
    """Reads the logs in a thread of its own, so that nobody waits for a long query but who asked it."""

    def __init__(self, state: State, store: SqliteStore) -> None:
        self._state = state
        self._store = store
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="records-desk")
        self._device_ids: list[Eui] = []
        self._device_ids_of = -1

    def close(self) -> None:
        """Waits for the query that runs."""
        self._reader.shutdown()

    async def read_messages(self, user: Eui, after: int, in_log: int) -> list[tuple[int, ReceivedMessage]]:
        """Positions in the log and messages that follow position `after` of the User, and `in_log` of the log."""
        return await self._read(
            partial(
                self._store.read,
                self._state.messages,
                where={"user": user},
                after=in_log,
                at_least={"user_position": after + 1},
                limit=BATCH,
            )
        )

    async def read_parked(self, user: Eui, after: int, limit: int) -> list[tuple[ParkedMessage, Message]]:
        """What is parked of a User's messages that follow position `after`, with the messages, in order."""

        def read() -> list[tuple[ParkedMessage, Message]]:
            state, where = self._state, {"user": user}
            parked = [
                record
                for _, record in self._store.read(
                    state.parked, where=where, at_least={"user_position": after + 1}, limit=limit
                )
            ]
            messages = (
                self._store.read(
                    state.messages, where={"user_position": record.position, "user": user}, limit=1
                )
                for record in parked
            )
            return [(record, found[0][1].message) for record, found in zip(parked, messages, strict=True)]

        return await self._read(read)

    async def read_audit_trail(
        self, user: Eui, device: Eui | None, kinds: Iterable[MessageKind], page: Page
    ) -> list[tuple[int, AuditRecord]]:
        """Record numbers and records of the User's own, newest first, without what they point to."""
        where: dict[str, Wanted] = {"user": user}
        if device is not None:
            where = {"device": device, "user": lists_of(user)}
        where["kind"] = _numbers(kinds)
        return await self._read(partial(self._newest, self._state.audit_trail, page, where))

    async def read_own_records(
        self, user: Eui, device: Eui | None, kinds: Iterable[MessageKind], page: Page
    ) -> list[OwnRecord]:
        """The User's own records whole, newest first."""
        return await self.read_contents(await self.read_audit_trail(user, device, kinds, page))

    async def read_contents(self, found: list[tuple[int, AuditRecord]]) -> list[OwnRecord]:
        """Records that were read for the User they belong to, whole."""
        return await self._read(partial(self._with_contents, found))

    async def read_own_record(
        self, user: Eui, number: int, kinds: Iterable[MessageKind], page: Page
    ) -> OwnRecord | None:
        """The User's own record of this number, whole; None: it has none such, or the page does not go so far back."""
        where: dict[str, Wanted] = {"user": lists_of(user), "kind": _numbers(kinds)}
        found = await self._read(partial(self._newest, self._state.audit_trail, page, where))
        own = await self._read(partial(self._with_contents, [it for it in found if it[0] == number]))
        return own[0] if own else None

    async def read_titles(
        self, user: Eui, device: Eui, kinds: Iterable[MessageKind], switches: Switches, page: Page
    ) -> list[TitleRecord]:
        """The titles of what others than `user` exchanged with the Device, newest first: nothing else leaves here."""
        where: dict[str, Wanted] = {"device": device, **_titled(kinds, switches)}
        without = {"user": lists_of(user)}
        read = partial(self._newest, self._state.audit_trail, page, where, without)
        return [title_of(number, record, switches) for number, record in await self._read(read)]

    async def tally_titles(
        self,
        user: Eui,
        kinds: Iterable[MessageKind],
        switches: Switches,
        is_wanted: Callable[[Eui], bool],
        page: Page,
    ) -> list[Tally]:
        """The wanted Devices, those with the most titles first; `user` is the one whose own are told apart."""
        log, where = self._state.audit_trail, _titled(kinds, switches)
        after, before = await self._read(partial(self._between, log, page))
        rows = self._store.tally(log, "device", where=where, after=after, before=before)
        busiest: list[tuple[str, int]] = []
        try:
            while len(busiest) < page.limit:
                together = await self._read(lambda: list(islice(rows, TALLIED_TOGETHER)))
                if not together:
                    break
                busiest += [row for row in together if is_wanted(Eui(row[0]))]
        finally:
            await self._read(rows.close)
        del busiest[page.limit :]
        found: dict[str, Wanted] = {"device": tuple(device for device, _ in busiest), **where}
        of_others = self._store.tally(
            log, "device", where=found, without={"user": lists_of(user)}, after=after, before=before
        )
        by_others = dict(await self._read(lambda: list(of_others)))
        return [
            Tally(device=Eui(device), titles=titles, by_others=by_others.get(device, 0))
            for device, titles in busiest
        ]

    async def read_look_ups(
        self, user: Eui | None, device: Eui | None, page: Page
    ) -> list[tuple[int, LookUp]]:
        """Numbers and look-ups of the Service Audit Trail, newest first; None: of any User, at any Device."""
        where: dict[str, Wanted] = {}
        if device is not None:
            where["device"] = device
        if user is not None:
            where["user"] = user
        return await self._read(partial(self._newest, self._state.look_ups, page, where))

    async def read_caused(self, cause: str, limit: int) -> tuple[list[AuditRecord], list[SmiChange]]:
        """What this RequestID led to, up to `limit` of each, oldest first: messages, and changes in the SMI."""

        def read() -> tuple[list[AuditRecord], list[SmiChange]]:
            found, state = {"cause": cause}, self._state
            messages = self._store.read(state.audit_trail, where=found, limit=limit)
            changes = self._store.read(state.smi_changes, where=found, limit=limit)
            return [record for _, record in messages], [change for _, change in changes]

        return await self._read(read)

    async def heads(self) -> tuple[int, int]:
        """The last durable positions: of the changes in the SMI, and of the Service Audit Trail."""
        store, state = self._store, self._state
        return await self._read(
            lambda: (store.last_position(state.smi_changes), store.last_position(state.audit_trail))
        )

    async def read_smi_changes(self, after: int, limit: int) -> list[tuple[int, SmiChange]]:
        """Positions and changes of any Device, oldest first."""
        return await self._read(partial(self._store.read, self._state.smi_changes, after=after, limit=limit))

    async def read_kinds(
        self, kinds: tuple[int, ...], after: int, last: int, limit: int
    ) -> list[tuple[int, AuditRecord]]:
        """Messages of these kinds of any User, up to position `last`, oldest first."""
        return await self._read(
            partial(
                self._store.read,
                self._state.audit_trail,
                where={"kind": kinds},
                after=after,
                before=last + 1,
                limit=limit,
            )
        )

    async def read_answer(self, user: Eui, request_id: str, after: int) -> AuditRecord | None:
        """The Service Response that the User got at once to a request that stands at `after`."""
        where: dict[str, Wanted] = {
            "cause": request_id,
            "user": user,
            "kind": _numbers((MessageKind.SERVICE_RESPONSE,)),
        }
        read = partial(self._store.read, self._state.audit_trail, where=where, after=after, limit=1)
        return next((record for _, record in await self._read(read)), None)

    async def read_number(self, user: Eui, request_id: str, kinds: Iterable[MessageKind]) -> int:
        """Of the User's newest record of these kinds under this RequestID; 0: there is none."""
        where: dict[str, Wanted] = {"cause": request_id, "user": user, "kind": _numbers(kinds)}
        log = self._state.audit_trail
        found = await self._read(partial(self._store.read, log, where=where, limit=1, newest_first=True))
        return found[0][0] if found else 0

    async def read_trail_of(
        self, user: Eui, devices: Sequence[Eui] | None, kinds: Iterable[MessageKind], after: int, last: int
    ) -> list[tuple[int, AuditRecord]]:
        """The User's own records beyond `after`, up to `last`: up to TOGETHER, oldest first. None: of any Device."""
        own: dict[str, Wanted] = {"user": user, "kind": _numbers(kinds)}
        where = own if devices is None else {"device": tuple(devices), **own}
        log = self._state.audit_trail
        return await self._read(
            partial(self._store.read, log, where=where, after=after, before=last + 1, limit=TOGETHER)
        )

    async def read_changes_of_all(
        self, devices: Sequence[Eui], after: int, last: int
    ) -> list[tuple[int, SmiChange]]:
        """Changes of these Devices in the SMI, likewise."""
        where: dict[str, Wanted] = {"device": tuple(devices)}
        log = self._state.smi_changes
        return await self._read(
            partial(self._store.read, log, where=where, after=after, before=last + 1, limit=TOGETHER)
        )

    async def read_changes_of(self, device: Eui, limit: int) -> list[SmiChange]:
        """What changed of the Device in the SMI: the last `limit`, oldest first."""
        log = self._state.smi_changes
        read = partial(self._store.read, log, where={"device": device}, limit=limit, newest_first=True)
        return [change for _, change in reversed(await self._read(read))]

    def list_devices(
        self, after: str, limit: int, is_wanted: Callable[[SmiDevice], bool]
    ) -> tuple[list[SmiDevice], bool]:
        """Up to `limit` wanted Devices whose ids follow `after`, in order, and whether there are more."""
        found: list[SmiDevice] = []
        ids = self._ids_in_order()
        for at in range(bisect_right(ids, after), len(ids)):
            device = self._state.devices[ids[at]]
            if is_wanted(device):
                if len(found) == limit:
                    return found, True
                found.append(device)
        return found, False

    def _with_contents(self, found: list[tuple[int, AuditRecord]]) -> list[OwnRecord]:
        state, read_at = self._state, self._store.read_at
        kept = Kept(
            journal=read_at(state.journal, (record.journaled for _, record in found if record.journaled)),
            messages=read_at(
                state.messages, (record.delivered_as for _, record in found if record.delivered_as)
            ),
            answers=read_at(
                state.audit_trail, (record.answered_as for _, record in found if record.answered_as)
            ),
        )
        return [own_record(number, record, kept) for number, record in found]

    def _ids_in_order(self) -> list[Eui]:
        if self._device_ids_of != self._state.devices_version:
            self._device_ids_of = self._state.devices_version
            self._device_ids = sorted(Eui(device_id) for device_id in self._state.devices)
        return self._device_ids

    def _newest(
        self,
        log: Log[R],
        page: Page,
        where: Mapping[str, Wanted],
        without: Mapping[str, tuple[Value, ...]] | None = None,
    ) -> list[tuple[int, R]]:
        after, before = self._between(log, page)
        return self._store.read(
            log,
            where=where,
            without=without,
            after=after,
            before=before,
            limit=page.limit,
            newest_first=True,
        )

    def _between(self, log: Log[R], page: Page) -> tuple[int, int | None]:
        """The positions of the time asked for: time never falls along these logs."""
        after = self._store.position_of(log, "at", page.since) - 1
        ends = [page.before] if page.before else []
        ends += [self._store.position_of(log, "at", page.to)] if page.to is not None else []
        return after, min(ends, default=None)

    async def _read(self, read: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._reader, read)


def _numbers(kinds: Iterable[MessageKind]) -> tuple[int, ...]:
    return tuple(sorted(KIND_NUMBERS[kind] for kind in kinds))


def _titled(kinds: Iterable[MessageKind], switches: Switches) -> dict[str, Wanted]:
    where: dict[str, Wanted] = {"kind": _numbers(kinds)}
    return where if switches.audit_titles_show_refused else {**where, "refused": 0}
