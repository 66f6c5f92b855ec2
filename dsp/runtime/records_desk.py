"""Reads of what is kept: a User's messages, the Service Audit Trail, and the Devices of the SMI in order."""

import asyncio
from bisect import bisect_right
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from dsp.core.state import AuditRecord, SmiDevice, State
from dsp.runtime.user_streams import BATCH
from ledger.sqlite_store import SqliteStore
from smart_metering.duis.service_responses import ReceivedMessage
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """The records of one User from `since` up to, but not at, `to`, before record `before`; 0 and None: any."""

    user: Eui
    device: Eui | None = None
    since: Instant = Instant(0)
    to: Instant | None = None
    before: int = 0
    limit: int


class RecordsDesk:
    """Reads the logs in a thread of its own, so that nobody waits for a long query but who asked it."""

    def __init__(self, state: State, store: SqliteStore) -> None:
        self._state = state
        self._store = store
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="records-desk")
        self._device_ids: list[Eui] = []

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

    async def read_audit_trail(self, query: AuditQuery) -> list[tuple[int, AuditRecord]]:
        """Record numbers and records, newest first."""
        where = {"user": str(query.user)} | ({"device": str(query.device)} if query.device else {})
        return await self._read(
            partial(
                self._store.read,
                self._state.audit_trail,
                where=where,
                before=query.before or None,
                at_least={"at": query.since},
                below={"at": query.to} if query.to is not None else {},
                limit=query.limit,
                newest_first=True,
            )
        )

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

    def _ids_in_order(self) -> list[Eui]:
        if len(self._device_ids) != len(self._state.devices):  # No Device ever leaves the SMI.
            self._device_ids = sorted(Eui(device_id) for device_id in self._state.devices)
        return self._device_ids

    async def _read(self, read: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._reader, read)
