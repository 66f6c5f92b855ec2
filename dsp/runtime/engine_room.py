"""What doors and desks ask of whoever drives the engine."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from dsp.core.effects import Reply
from dsp.core.engine import Engine
from dsp.core.inputs import Input
from smart_metering.duis.service_responses import ReceivedMessage
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant


class Taken(Protocol):
    """What became of some inputs that were taken."""

    async def kept(self) -> list[Reply | None]:
        """The reply to each, once everything that follows from them is durable."""
        ...


class Time(Protocol):
    """A clock to read."""

    def now(self) -> Instant: ...


class Streams(Protocol):
    """What was sent to each User."""

    def receive(
        self, user: Eui, after: int, until: int | None = None
    ) -> AsyncIterator[list[ReceivedMessage]]: ...


class EngineRoom(Protocol):
    """Drives one engine; its books change nowhere else."""

    @property
    def engine(self) -> Engine: ...

    @property
    def clock(self) -> Time: ...

    @property
    def streams(self) -> Streams: ...

    async def submit(self, event: Input) -> Reply | None:
        """The reply to one input, once everything that follows from it is durable."""
        ...

    async def take_many(self, events: Sequence[Input]) -> Taken:
        """Takes the inputs, without waiting until they are durable."""
        ...

    async def flush(self) -> None:
        """Returns once all that was taken so far is durable and its effects are carried out."""
        ...
