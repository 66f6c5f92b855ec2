"""How long a client bears a broken line: again and again, at growing distances, until its patience is over."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from smets.client.errors import Unreachable

PATIENCE_SECONDS = 60.0
STEADY_SECONDS = 5.0  # longer than a call waits for a line that was broken
RECONNECT_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0)  # the last again and again

T = TypeVar("T")


class Patience:
    """With one line or call that is tried again: after it stood for a while, the count starts anew."""

    def __init__(self, seconds: float = PATIENCE_SECONDS) -> None:
        self._seconds = seconds
        self._clock = asyncio.get_running_loop().time
        self._began = self._failing_since = self._clock()
        self._failures = 0

    def begin(self) -> None:
        """Before each try."""
        self._began = self._clock()

    def is_over(self) -> bool:
        """Asked after each failure."""
        now = self._clock()
        if self._failures == 0 or now - self._began > STEADY_SECONDS:
            self._failing_since, self._failures = now, 0
        return now - self._failing_since >= self._seconds

    def pause_seconds(self) -> float:
        """To the next try."""
        self._failures += 1
        return RECONNECT_SECONDS[min(self._failures, len(RECONNECT_SECONDS)) - 1]


async def patiently(
    call: Callable[[], Awaitable[T]],
    patience_seconds: float = PATIENCE_SECONDS,
    before: Callable[[], Awaitable[object]] | None = None,
) -> T:
    """The answer of a call that may be made twice, over broken lines too. Raises Unreachable in the end.

    What is to be waited for `before` each try has a patience of its own: what it raises is not tried again.
    """
    patience = Patience(patience_seconds)
    while True:
        if before is not None:
            await before()
        patience.begin()
        try:
            return await call()
        except Unreachable:
            if patience.is_over():
                raise
        await asyncio.sleep(patience.pause_seconds())
