"""Reads the logs of what befell Devices: fates that fault rules drew, and who outside came and went, page by page."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from device_emulator.core.external_records import PresenceChange
from ledger.bell import Bell
from ledger.books import Log
from ledger.sqlite_store import SqliteStore
from smart_metering.administration import Fate
from smart_metering.identifiers import Eui

BATCH = 500
REST_SECONDS = 0.05

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Position:
    """The last of each log that was told."""

    fates: int = 0
    presence: int = 0


@dataclass(frozen=True, slots=True)
class Events:
    """Records by time, each with its position in its log, and the position after them."""

    events: list[tuple[int, Fate | PresenceChange]]
    position: Position


class FateDesk:
    """In a thread of its own, so that nobody waits for a long query but who asked it."""

    def __init__(self, fates: Log[Fate], presence: Log[PresenceChange], store: SqliteStore) -> None:
        self._fates = fates
        self._presence = presence
        self._store = store
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="fate-desk")

    async def read(self, device: Eui, after: int, limit: int) -> list[tuple[int, Fate]]:
        """Up to `limit` durable fates beyond the number `after`, oldest first, each with its number."""
        return await self._run(
            lambda: self._store.read(self._fates, where={"device": device}, after=after, limit=limit)
        )

    async def head(self) -> Position:
        """The last of each log that is durable."""
        store = self._store
        return await self._run(
            lambda: Position(store.last_position(self._fates), store.last_position(self._presence))
        )

    async def follow(self, after: Position, bell: Bell, *, until_now: bool = False) -> AsyncIterator[Events]:
        """Batches that are never empty, but for the last one of `until_now`; they wait for who takes them."""
        position = after
        with bell.listening() as news:
            while True:
                news.clear()
                batch = await self._run(lambda start=position: self._read_events(start))  # type: ignore[misc]
                is_behind = len(batch.events) >= BATCH
                position = batch.position
                if batch.events or until_now:
                    yield batch
                if is_behind:
                    continue
                if until_now:
                    return
                await news.wait()
                await asyncio.sleep(REST_SECONDS)

    def close(self) -> None:
        """Waits for the query that runs."""
        self._reader.shutdown()

    def _read_events(self, after: Position) -> Events:
        fates = self._store.read(self._fates, after=after.fates, limit=BATCH)
        presence = self._store.read(self._presence, after=after.presence, limit=BATCH)
        position = Position(
            fates[-1][0] if fates else after.fates, presence[-1][0] if presence else after.presence
        )
        return Events(sorted([*fates, *presence], key=lambda row: row[1].at), position)

    async def _run(self, read: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._reader, read)
