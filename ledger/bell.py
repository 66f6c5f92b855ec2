"""A bell that is rung when something new is durable, for who follows a log: a follower reads, then waits for the bell.

A follower that is slow misses rings, not records: it reads on from where it was. Nothing is kept for it meanwhile.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Bell:
    """Rung as often as you like: who does not listen costs nothing."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Event] = set()

    def ring(self) -> None:
        for listener in self._listeners:
            listener.set()

    @contextmanager
    def listening(self) -> Iterator[asyncio.Event]:
        """An event that is set by each ring, until the block ends. Clear it before you read."""
        listener = asyncio.Event()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
