"""The whole client for who does not write `async`: an event loop of its own, in a thread, that is asked and waited for.

    with Blocking() as blocking:
        system = blocking.enter(connect(".smets"))
        supplier = system.user("supplier")
        sent = blocking(supplier.send("11.2", meter))
        for alert in blocking.iterate(supplier.alerts("N29"), timeout_seconds=10): ...

Every method of the client is there, once, with its types. It may be asked by several threads, within pytest or a
notebook whose own loop runs. Ctrl-C ends what is being waited for, closing what any thread still waits for (Closed).
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Coroutine, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import AbstractAsyncContextManager, ExitStack
from types import TracebackType
from typing import Self, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

from smets.client.errors import Closed, OutOfTime

T = TypeVar("T")


class Blocking:
    """Opened by `with`, or by `open` and `close`."""

    def __init__(self) -> None:
        self._portal: BlockingPortal | None = None
        self._thread = ExitStack()
        self._entered = ExitStack()

    def open(self) -> Self:
        """Starts the loop."""
        if self._portal is None:
            self._portal = self._thread.enter_context(start_blocking_portal("asyncio", name="smets.client"))
        return self

    def close(self) -> None:
        """Leaves what was entered, ends what is still under way, and the loop. Once is enough, twice does no harm."""
        if self._portal is None:
            return
        try:
            self._entered.close()
        finally:
            portal, self._portal = self._portal, None
            portal.call(portal.stop, True)
            self._thread.close()

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __call__(self, call: Awaitable[T], *, timeout_seconds: float | None = None) -> T:
        """What a call answers, or raises. Raises OutOfTime, and Closed."""
        try:
            portal = self._running()
        except Closed:
            if isinstance(call, Coroutine):
                call.close()
            raise
        return _answer_of(portal.start_task_soon(_within, call, timeout_seconds))

    def enter(self, context: AbstractAsyncContextManager[T]) -> T:
        """What `async with` would give; left, the last first, when this is closed."""
        return self._entered.enter_context(self._running().wrap_async_context_manager(context))

    def iterate(self, rows: AsyncIterator[T], *, timeout_seconds: float | None = None) -> Iterator[T]:
        """The same rows, one after the other, each waited for no longer than so. Raises OutOfTime, and ends by it."""
        try:
            while next_row := self(_next(rows), timeout_seconds=timeout_seconds):
                yield next_row[0]
        finally:
            if isinstance(rows, AsyncGenerator) and self._portal is not None:
                self(rows.aclose())

    def _running(self) -> BlockingPortal:
        if self._portal is None:
            raise Closed("Blocking is not open: use it within its `with`")
        return self._portal


def _answer_of(future: Future[T]) -> T:
    try:
        return future.result()
    except CancelledError:
        raise Closed("the client was closed before the answer came") from None
    except BaseException:
        future.cancel()  # Ctrl-C reaches who waits, and so the call; it does nothing where the call has ended.
        raise


async def _next(rows: AsyncIterator[T]) -> tuple[T] | None:
    async for row in rows:
        return (row,)
    return None


async def _within(call: Awaitable[T], timeout_seconds: float | None) -> T:
    try:
        async with asyncio.timeout(timeout_seconds):
            return await call
    except TimeoutError as error:
        if isinstance(error, OutOfTime):
            raise
        raise OutOfTime(f"no answer within {timeout_seconds:g} s") from None
