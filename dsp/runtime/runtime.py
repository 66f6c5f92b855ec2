"""The engine at work: inputs in, changes kept, effects carried out once what they follow from is durable.

The engine is called in the event loop, one input at a time. The changes of a slice of inputs go to the group commit
together; when they are durable its effects are carried out, in order, and its callers are answered.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from dsp.core.effects import Answer, Deliver, Effect, Observe, Reply, Send
from dsp.core.engine import Engine
from dsp.core.inputs import Input, RequestReceived, UplinkReceived
from dsp.runtime.clock import VirtualClock
from dsp.runtime.figures import Figures
from dsp.runtime.hosts import Hosts
from dsp.runtime.telling import Telling
from dsp.runtime.user_streams import UserStreams
from ledger.bell import Bell
from ledger.group_commit import GroupCommit
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.instants import Instant
from smart_metering.sm_wan import content_name

SLICE = 64  # inputs between two turns of the event loop
HEARTBEAT_SECONDS = 1.0  # how much running time a crash can take back

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of some inputs: the reply to each caller, to be given once all is kept."""

    replies: list[Reply | None]
    durable: asyncio.Future[None]

    async def kept(self) -> list[Reply | None]:
        """The replies, once everything that follows from the inputs is durable."""
        await asyncio.shield(self.durable)  # A caller that gives up must not take the effects with it.
        return self.replies


class Runtime:
    """Drives one engine. Its books change nowhere else."""

    def __init__(
        self,
        *,
        engine: Engine,
        commit: GroupCommit,
        clock: VirtualClock,
        hosts: Hosts,
        streams: UserStreams,
        figures: Figures | None = None,
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.hosts = hosts
        self.streams = streams
        self.figures = figures or Figures()
        self._telling = Telling()
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.bell = Bell()
        self._commit = commit
        self._noted: Instant | None = None
        self._alarm: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Notes the time and the rules, and sets the alarm."""
        self.engine.start(self.clock.now())
        self._hand_in([])

    async def close(self) -> None:
        """Keeps what is still to be kept. Nothing may be submitted any more."""
        self._stop_alarm()
        self._hand_in([])
        await self._commit.close()

    async def submit(self, event: Input) -> Reply | None:
        """The reply to one input, once everything that follows from it is durable."""
        (reply,) = await self._take((event,)).kept()
        return reply

    async def submit_many(self, events: Sequence[Input]) -> list[Reply | None]:
        """The reply to each input, likewise."""
        return await (await self.take_many(events)).kept()

    async def take_many(self, events: Sequence[Input]) -> Taken:
        """As `submit_many`, but without waiting until it is durable; others get their turn between the slices."""
        taken = self._take(events[:SLICE])
        replies = taken.replies
        for start in range(SLICE, len(events), SLICE):
            await asyncio.sleep(0)
            taken = self._take(events[start : start + SLICE])
            replies += taken.replies
        return Taken(replies, taken.durable)

    async def flush(self) -> None:
        """Returns once all that was taken so far is durable and its effects are carried out."""
        await asyncio.shield(self._hand_in([]))

    def expire(self) -> None:
        """Lets happen what is due now."""
        effects: list[Effect] = []
        try:
            effects = self._expire(self.clock.now())
        finally:  # As in _take; and time goes on.
            self._hand_in(effects)

    def set_alarm(self) -> None:
        """Wakes the engine at its next deadline, if time runs by itself."""
        self._stop_alarm()
        if self.clock.is_stepped:
            return
        deadline = self.engine.next_deadline()
        wait = HEARTBEAT_SECONDS if deadline is None else self.clock.seconds_until(deadline)
        loop = asyncio.get_running_loop()
        self._alarm = loop.call_later(min(wait, HEARTBEAT_SECONDS), self.expire)

    def _take(self, events: Sequence[Input]) -> Taken:
        now = self.clock.now()
        effects: list[Effect] = []
        replies: list[Reply | None] = []
        try:
            if not self.clock.is_stepped:
                effects += self._expire(now)
            for event in events:
                reply = None
                began = time.perf_counter()
                wished = self.engine.receive(event, now)
                self.figures.turns.add(time.perf_counter() - began)
                for effect in wished:
                    if isinstance(effect, Answer):
                        reply = effect.reply
                    else:
                        effects.append(effect)
                replies.append(reply)
                self._count(event, reply)
        finally:  # Also after a broken promise: what is in memory is to be what is on disk.
            durable = self._hand_in(effects)
        return Taken(replies, durable)

    def _expire(self, now: Instant) -> list[Effect]:
        due = self.engine.next_deadline()
        if due is None or due > now:
            return []
        self.figures.late_ms = 0 if self.clock.is_stepped else now - due
        began = time.perf_counter()
        effects = self.engine.expire(now)
        self.figures.expiries.add(time.perf_counter() - began)
        return effects

    def _count(self, event: Input, reply: Reply | None) -> None:
        match event:
            case RequestReceived():
                assert isinstance(reply, ServiceResponse), reply
                self.figures.request(reply)
                self._telling.answer(reply)
            case UplinkReceived(uplink=uplink):
                self.figures.uplinks.by[content_name(uplink.content),] += 1
            case _:
                self.figures.other_inputs.by[type(event).__name__,] += 1

    def _hand_in(self, effects: list[Effect]) -> asyncio.Future[None]:
        now = self.clock.now()
        if now != self._noted:
            self._noted = now
            self.engine.clock_moved(now)
        durable = self._commit.hand_in(self.engine.ledger.take_changes())
        durable.add_done_callback(lambda done: self._carry_out(done, effects))
        self.set_alarm()
        return durable

    def _carry_out(self, durable: asyncio.Future[None], effects: list[Effect]) -> None:
        failure = durable.exception()
        if failure is not None:
            self._fail(failure)
            return
        self.bell.ring()
        for effect in effects:
            match effect:
                case Send(downlink=downlink):
                    self.hosts.send(downlink)
                    self.figures.downlinks.by[content_name(downlink.content),] += 1
                case Deliver(user=user, message=message, request_id=request_id):
                    self.streams.deliver(user, message)
                    self.figures.message(message.message)
                    self._telling.message(user, message.message, request_id)
                case Observe(device=device, what=what, request_id=request_id):
                    self._telling.observation(device, what, request_id)
                case Answer():
                    raise AssertionError("an answer is given to its caller, not carried out")

    def _fail(self, failure: BaseException) -> None:
        """What is in memory is ahead of the store for good: nothing may be acknowledged any more."""
        self._stop_alarm()
        if not self.failed.done():
            _log.error("the store failed", why=str(failure))
            self.failed.set_exception(failure)
            self.failed.exception()  # Whoever waits for it raises it; if nobody does, the log has told it.

    def _stop_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
