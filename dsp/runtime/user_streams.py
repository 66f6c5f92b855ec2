"""What was sent to each User, in order: the latest from memory, all else from the log of messages.

A subscription sees every message after its position once, however slow it reads: what falls out of its memory it
reads back from the log, where each message stands before it is delivered.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable

from smart_metering.duis.service_responses import ReceivedMessage
from smart_metering.identifiers import Eui

REMEMBERED = 4_096
BATCH = 512

# (user, after this position of the User's, after this position of the log) -> log positions and messages, in order
ReadLog = Callable[[Eui, int, int], Awaitable[list[tuple[int, ReceivedMessage]]]]


class _Subscription:
    def __init__(self) -> None:
        self.latest: deque[ReceivedMessage] = deque(maxlen=REMEMBERED)
        self.news = asyncio.Event()

    def next_after(self, position: int) -> list[ReceivedMessage] | None:
        """What follows `position`; empty: nothing yet; None: it follows, but is no longer remembered."""
        while self.latest and self.latest[0].position <= position:
            self.latest.popleft()
        if self.latest and self.latest[0].position != position + 1:
            return None
        return [self.latest.popleft() for _ in range(min(BATCH, len(self.latest)))]


class UserStreams:
    """The streams of all Users."""

    def __init__(self, read_log: ReadLog) -> None:
        self._read_log = read_log
        self._subscriptions: dict[Eui, list[_Subscription]] = defaultdict(list)

    def deliver(self, user: Eui, message: ReceivedMessage) -> None:
        """Wakes those who wait for it; it is in the log already."""
        for subscription in self._subscriptions.get(user, ()):
            subscription.latest.append(message)
            subscription.news.set()

    async def receive(
        self, user: Eui, after: int, until: int | None = None
    ) -> AsyncIterator[list[ReceivedMessage]]:
        """Batches of what follows position `after`; ends at position `until`, else never."""
        if until is not None and until <= after:
            return
        subscription = _Subscription()
        self._subscriptions[user].append(subscription)
        try:
            async for messages in self._follow(subscription, user, after):
                if until is None or messages[-1].position < until:
                    yield messages
                else:
                    yield [message for message in messages if message.position <= until]
                    return
        finally:
            self._subscriptions[user].remove(subscription)
            if not self._subscriptions[user]:
                del self._subscriptions[user]

    async def _follow(
        self, subscription: _Subscription, user: Eui, position: int
    ) -> AsyncIterator[list[ReceivedMessage]]:
        in_log = 0  # where in the log the last message read there stands
        is_behind = True  # what follows is to be read in the log
        while True:
            if is_behind:
                rows = await self._read_log(user, position, in_log)
                messages = [message for _, message in rows]
                in_log = rows[-1][0] if rows else in_log
                is_behind = len(rows) == BATCH
            else:
                subscription.news.clear()
                remembered = subscription.next_after(position)
                is_behind = remembered is None
                messages = remembered or []
                if remembered == []:
                    await subscription.news.wait()
            if messages:
                position = messages[-1].position
                yield messages
