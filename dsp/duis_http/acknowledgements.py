"""When the Acknowledgement of each request went out: what follows from it may be pushed only a while later.

DCC's own clients know of a request only once they have validated its Acknowledgement; a Service Response that comes
sooner is taken, but nobody waits for it. What was acknowledged before this DSP started counts from its start.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Seconds = Callable[[], float]


class Acknowledgements:
    """In real time, whatever the emulated clock does: it is real clients that need it."""

    def __init__(self, delay: float, seconds: Seconds = time.monotonic) -> None:
        self._delay = delay
        self._seconds = seconds
        self._started = seconds()
        self._in_hand: dict[str, int] = {}
        self._waiting: dict[str, list[asyncio.Event]] = {}
        self._sent: dict[str, float] = {}  # oldest first

    @contextmanager
    def sending(self, request_id: str) -> Iterator[None]:
        """While a request is taken and its Acknowledgement written to the wire; more than one may be, under one id."""
        self._in_hand[request_id] = self._in_hand.get(request_id, 0) + 1
        try:
            yield
        finally:
            self._in_hand[request_id] -= 1
            if not self._in_hand[request_id]:
                del self._in_hand[request_id]
                self._note(request_id)
                for waiting in self._waiting.pop(request_id, ()):
                    waiting.set()

    async def old_enough(self, request_id: str) -> None:
        """Returns once a message that follows from this request may be pushed."""
        while request_id in self._in_hand:
            done = asyncio.Event()
            self._waiting.setdefault(request_id, []).append(done)
            await done.wait()
        since = self._sent.get(request_id, self._started)
        left = since + self._delay - self._seconds()
        if left > 0:
            await asyncio.sleep(left)

    def _note(self, request_id: str) -> None:
        now = self._seconds()
        self._sent.pop(request_id, None)
        self._sent[request_id] = now
        while (oldest := next(iter(self._sent.items())))[1] < now - self._delay:
            del self._sent[oldest[0]]
