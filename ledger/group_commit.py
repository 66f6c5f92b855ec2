"""Group commit: many hand in changes, one thread commits what is waiting, each learns when its own are durable."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from ledger.books import Change
from ledger.sqlite_store import SqliteStore


class GroupCommit:
    """Batches by what is waiting, never by a timer: while one commit runs, the next one gathers.

    A commit that fails fails every later one too: what is in memory is then ahead of the store for good.
    """

    def __init__(self, store: SqliteStore, tell: Callable[[float, int], None] | None = None) -> None:
        """`tell` is told of each commit: how many seconds it took, and how many changes it kept."""
        self._store = store
        self._tell = tell
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="group-commit")
        self._waiting: list[tuple[Sequence[Change], asyncio.Future[None]]] = []
        self._running: asyncio.Task[None] | None = None
        self._failure: BaseException | None = None

    async def submit(self, changes: Sequence[Change]) -> None:
        """Returns once these changes, and all handed in before them, are durable."""
        await self.hand_in(changes)

    def hand_in(self, changes: Sequence[Change]) -> asyncio.Future[None]:
        """As `submit`, without waiting: the future is done when the changes are durable."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._failure is not None:
            done.set_exception(self._failure)
            return done
        self._waiting.append((changes, done))
        if self._running is None:
            self._running = asyncio.create_task(self._commit_what_waits())
        return done

    async def close(self) -> None:
        """Commits what is still waiting, then stops the thread; raises the failure of a commit, if one failed."""
        try:
            if self._running is not None:
                await self._running
        finally:
            self._writer.shutdown()

    async def _commit_what_waits(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting, []
            changes = [change for handed_in, _ in batch for change in handed_in]
            try:
                if changes:
                    began = time.perf_counter()
                    await loop.run_in_executor(self._writer, self._store.commit, changes)
                    if self._tell is not None:
                        self._tell(time.perf_counter() - began, len(changes))
            except BaseException as failure:
                self._fail(batch, failure)
                raise
            for _, done in batch:
                if not done.done():
                    done.set_result(None)
        self._running = None

    def _fail(
        self, batch: list[tuple[Sequence[Change], asyncio.Future[None]]], failure: BaseException
    ) -> None:
        self._failure = failure
        for _, done in [*batch, *self._waiting]:
            if not done.done():
                done.set_exception(failure)
        self._waiting.clear()
