"""Reads the log of fates: what fault rules did to the messages of a Device, a page at a time."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from ledger.books import Log
from ledger.sqlite_store import SqliteStore
from smart_metering.administration import Fate
from smart_metering.identifiers import Eui


class FateDesk:
    """In a thread of its own, so that nobody waits for a long query but who asked it."""

    def __init__(self, fates: Log[Fate], store: SqliteStore) -> None:
        self._fates = fates
        self._store = store
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="fate-desk")

    async def read(self, device: Eui, after: int, limit: int) -> list[tuple[int, Fate]]:
        """Up to `limit` durable fates beyond the number `after`, oldest first, each with its number."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._reader,
            lambda: self._store.read(self._fates, where={"device": device}, after=after, limit=limit),
        )

    def close(self) -> None:
        """Waits for the query that runs."""
        self._reader.shutdown()
