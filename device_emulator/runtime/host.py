"""The host: it hands the emulator what the DSP sends, commits what changed, and only then lets anything leave.

What comes from the DSP is taken in the order of the stream, so that a barrier is answered after all that came before
it. Whatever must not overtake the books (uplinks, answers to barriers, questions) waits for the group commit.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence

import structlog

from device_emulator.core.effects import (
    AlertTaken,
    Effect,
    FileWanted,
    HubsLaunched,
    Observe,
    Offered,
    OfferEnded,
    Send,
    Settled,
    ToExternal,
)
from device_emulator.core.emulator import Emulator
from device_emulator.core.engineer_records import ByHand
from device_emulator.core.external_records import FromExternal
from device_emulator.runtime.clock import FollowedClock
from device_emulator.runtime.fate_desk import Events, FateDesk, Position
from device_emulator.runtime.figures import Figures
from device_emulator.runtime.firmware_folder import FirmwareFolder
from device_emulator.runtime.frames import (
    Attach,
    ClockReached,
    ClockUpdate,
    Downlinks,
    HubsAttached,
    HubsLost,
    ToHubs,
    UplinksTaken,
)
from device_emulator.runtime.han_post import HanPost
from device_emulator.runtime.incoming_files import Block, BrokenFile
from device_emulator.runtime.stream import Stream
from ledger.bell import Bell
from ledger.group_commit import GroupCommit
from smart_metering.administration import Fate, FaultRule, PremisesTemplate
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.sm_wan import Downlink, content_name

HUBS_TOGETHER = 5_000
FRAMES_TOGETHER = 100  # taken before others get their turn
COMMITS_AHEAD = 16  # taken, and not yet durable

_log = structlog.get_logger()


class HubsRefused(Exception):
    """The DSP does not let this host serve some hubs; the text names them."""


class Host:
    """Drives one emulator. Its books change nowhere else."""

    def __init__(
        self,
        *,
        name: str,
        emulator: Emulator,
        commit: GroupCommit,
        firmware: FirmwareFolder,
        clock: FollowedClock,
        fates: FateDesk,
        han: HanPost,
        figures: Figures | None = None,
    ) -> None:
        self.name = name
        self.emulator = emulator
        self.clock = clock
        self.figures = figures or Figures()
        self.han = han
        self.knows_the_time = asyncio.Event()
        self.bell = Bell()
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._commit = commit
        self._firmware = firmware
        self._fates = fates
        self._durable = emulator.last_uplink
        self._in_flight = 0
        self._room = asyncio.Event()
        self._stream: Stream | None = None
        self._attached: set[str] = set()  # templates that the DSP has answered for
        self._refused: dict[str, list[str]] = {}  # and the hubs of them that it refused
        self._attachments = asyncio.Condition()
        self._alarm: asyncio.TimerHandle | None = None

    async def close(self) -> None:
        """Keeps what is still to be kept. Nothing may come in any more."""
        self._stop_alarm()
        await self._hand_in([])
        self._fates.close()
        await self._commit.close()

    async def flush(self) -> None:
        """Returns once all that was taken so far is durable."""
        await asyncio.shield(self._hand_in([]))

    # --- the stream to the DSP

    @property
    def has_stream(self) -> bool:
        """A stream to the DSP stands, and the DSP has answered on it."""
        return self._stream is not None and self._stream.is_attached

    def open(self) -> Stream:
        """A new stream to the DSP; it attaches every hub."""
        self.shut()
        self._stream = Stream(self.emulator.outbox, self._durable)
        self.figures.streams.by[()] += 1
        for template in self.emulator.state.launches:
            self._attach(template)
        if not self.emulator.state.launches:
            self._stream.put(Attach(host=self.name, template="", comms_hubs=(), last=True))
        return self._stream

    def shut(self) -> None:
        """The stream is gone; what it did not carry stands in the outbox."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        self._attached.clear()
        self._refused.clear()

    async def take(self, frame: ToHubs) -> None:
        """One frame of the stream. Raises what is not foreseen: the stream is then of no more use."""
        match frame:
            case Downlinks(downlinks=downlinks):
                await self._take_downlinks(downlinks)
            case UplinksTaken(sequence=sequence):
                self.emulator.uplinks_taken(sequence)  # Kept with the next commit: the DSP will say it again.
            case ClockUpdate():
                await self._hear_out(frame)
                self._pass_barrier(frame)
            case HubsAttached():
                await self._hubs_attached(frame)
            case HubsLost(comms_hubs=comms_hubs):
                _log.warning("hubs lost", host=self.name, comms_hubs=len(comms_hubs), first=comms_hubs[:1])
            case Block():
                await self._take_block(frame)

    # --- fleet control

    async def launch(self, templates: Sequence[PremisesTemplate]) -> None:
        """Returns once the premises stand, are durable, and attached. Raises InvalidLaunch and HubsRefused."""
        await asyncio.shield(self._hand_in(self.emulator.launch(templates)))
        names = [template.name for template in templates]
        async with self._attachments:
            await self._attachments.wait_for(lambda: self._attached.issuperset(names))
            refused = [fault for name in names for fault in self._refused.get(name, ())]
        if refused:
            raise HubsRefused("; ".join(refused))

    async def deliver_locally(self, device: Eui, octets: bytes) -> bytes:
        """What a Device answers to a Command past the air, once that is durable; it must be here."""
        answer, effects = self.emulator.deliver_locally(device, octets, self.clock.now())
        await asyncio.shield(self._hand_in(effects))
        return answer

    async def do_by_hand(self, event: ByHand) -> None:
        """Returns once it has happened to the Device, which must be here, and is durable. Raises CannotBeDone."""
        now = self.clock.now()
        self._hand_in(self.emulator.expire(now))  # Kept whatever becomes of the event.
        await asyncio.shield(self._hand_in(self.emulator.do_by_hand(event, now)))

    def is_attached(self, comms_hub: Eui) -> bool:
        """Whether a DSP serves this hub on the stream as it is now."""
        place = self.emulator.fleet.find(comms_hub)
        if place is None or place.premises.name not in self._attached:
            return False
        return not any(why.startswith(f"{comms_hub}:") for why in self._refused.get(place.premises.name, ()))

    async def fates(self, device: Eui, after: int, limit: int) -> list[tuple[int, Fate]]:
        """Up to `limit` fates of a Device's messages beyond the number `after`, oldest first."""
        await self.flush()
        return await self._fates.read(device, after, limit)

    async def events(self, after: Position, *, until_now: bool = False) -> AsyncIterator[Events]:
        """What befell Devices beyond a position, batch by batch."""
        await self.flush()
        async for batch in self._fates.follow(after, self.bell, until_now=until_now):
            yield batch

    async def presence(self) -> tuple[list[tuple[Eui, bool]], Position]:
        """Which Devices outside are there, in the order of their ids, and the position of what comes after."""
        await self.flush()
        position = await self._fates.head()
        devices = self.emulator.state.external_devices.values()
        return sorted((row.device, row.online) for row in devices), position

    async def set_faults(self, rules: Sequence[FaultRule]) -> None:
        """Raises InvalidFaultRule."""
        self.emulator.set_faults(rules)
        await self.flush()

    async def clear_faults(self, names: Sequence[str]) -> None:
        self.emulator.clear_faults(names)
        await self.flush()

    # --- the bridge to external Devices

    def hear_external(self, event: FromExternal) -> asyncio.Future[None]:
        """Takes what a Device outside says; done once that is durable. The time must be known."""
        return self._hand_in(self.emulator.hear_external(event, self.clock.now()))

    async def read_firmware(self, firmware_file: str, offset: int, size: int) -> bytes:
        """Up to `size` octets of a file that is here."""
        return await asyncio.to_thread(self._firmware.read, firmware_file, offset, size)

    # --- within

    async def _take_downlinks(self, downlinks: Sequence[Downlink]) -> None:
        for start in range(0, len(downlinks), FRAMES_TOGETHER):
            effects: list[Effect] = []
            try:
                for downlink in downlinks[start : start + FRAMES_TOGETHER]:
                    now = self._reach(downlink.at)
                    self.figures.downlinks.by[content_name(downlink.content),] += 1
                    began = time.perf_counter()
                    effects += self.emulator.receive(downlink, now)
                    self.figures.turns.add(time.perf_counter() - began)
            finally:  # Also after a broken promise: what is in memory is to be what is on disk.
                self._hand_in(effects)
            await asyncio.sleep(0)
            while self._in_flight >= COMMITS_AHEAD and not self.failed.done():
                self._room.clear()
                await self._room.wait()

    async def _hear_out(self, update: ClockUpdate) -> None:
        """Stepped time waits a moment for Devices outside: they live in real time, and answer when they do."""
        if update.rate == 0 and self.emulator.state.han_commands:
            await self.flush()  # What they were asked last is on its way only then.
            await self.han.hear_out()

    def _reach(self, at: Instant) -> Instant:
        """The time of a frame that the DSP sent at `at`; and how far our own clock was behind it."""
        if not self.clock.is_stepped:
            self.figures.behind_ms = max(0, at - self.clock.now())
        return self.clock.reach(at)

    def _expire_at(self, now: Instant) -> list[Effect]:
        began = time.perf_counter()
        effects = self.emulator.expire(now)
        self.figures.expiries.add(time.perf_counter() - began)
        return effects

    def _pass_barrier(self, update: ClockUpdate) -> None:
        self.clock.follow(update.now, update.rate)
        self.knows_the_time.set()
        effects = self._expire_at(self.clock.now())
        last = self.emulator.last_uplink
        reached = ClockReached(
            barrier=update.barrier, next_event=self.emulator.next_deadline(), uplinks_sent=last
        )
        stream = self._stream
        self._hand_in(effects, then=lambda: stream.put(reached, after=last) if stream else None)

    async def _hubs_attached(self, answer: HubsAttached) -> None:
        stream = self._stream
        assert stream is not None, answer
        attach = stream.unanswered.popleft()
        if not stream.is_attached:
            self.emulator.uplinks_taken(answer.uplinks_taken)
            stream.attached(answer.uplinks_taken)
            for wanted in self.emulator.wanted_files():
                stream.ask_for(wanted)
        if answer.refused:
            _log.warning("hubs refused", host=self.name, hubs=len(answer.refused), first=answer.refused[0])
            self._refused.setdefault(attach.template, []).extend(answer.refused)
        if attach.last:
            async with self._attachments:
                self._attached.add(attach.template)
                self._attachments.notify_all()
        self._pass_barrier(answer.clock)

    async def _take_block(self, block: Block) -> None:
        """The last block of a file lets go on what waited for it. The file is durable first."""
        stream = self._stream
        assert stream is not None, block.firmware_file
        try:
            octets = stream.incoming.take(block)
        except BrokenFile as error:
            _log.error("firmware file broken", firmware_file=block.firmware_file[:64], why=str(error))
            stream.answered(block.firmware_file)
            self._hand_in(self.emulator.file_failed(block.firmware_file, self.clock.now()))
            return
        if octets is not None:
            await asyncio.to_thread(self._firmware.keep, block.firmware_file, octets)
            stream.answered(block.firmware_file)
            self._hand_in(self.emulator.file_arrived(block.firmware_file, octets, self.clock.now()))

    def _attach(self, template: str) -> None:
        """Tells the DSP of a template's hubs, if there is a stream; else the next one begins with them."""
        if self._stream is None:
            return
        hubs = list(self.emulator.comms_hubs(template))
        for start in range(0, len(hubs), HUBS_TOGETHER):
            some = tuple(hubs[start : start + HUBS_TOGETHER])
            is_last = start + HUBS_TOGETHER >= len(hubs)
            self._stream.put(Attach(host=self.name, template=template, comms_hubs=some, last=is_last))

    def _hand_in(self, effects: list[Effect], then: Callable[[], None] | None = None) -> asyncio.Future[None]:
        """Commits what changed; once it is durable, carries out the effects, and then `then`."""
        last = self.emulator.last_uplink
        durable = self._commit.hand_in(self.emulator.ledger.take_changes())
        self._in_flight += 1
        durable.add_done_callback(lambda done: self._carry_out(done, last, effects, then))
        self._set_alarm()
        return durable

    def _carry_out(
        self, done: asyncio.Future[None], last: int, effects: list[Effect], then: Callable[[], None] | None
    ) -> None:
        self._in_flight -= 1
        self._room.set()
        failure = done.exception()
        if failure is not None:
            self._fail(failure)
            return
        self._durable = last
        self.bell.ring()
        if self._stream is not None:
            self._stream.durable_up_to(last)
        for effect in effects:
            self._do(effect)
        if then is not None:
            then()

    def _do(self, effect: Effect) -> None:
        match effect:
            case Send(uplink=uplink):  # It stands in the outbox, from which the stream sends it.
                self.figures.uplinks.by[content_name(uplink.content),] += 1
            case FileWanted(firmware_file=name):
                if self._stream is not None and self._stream.is_attached:
                    self._stream.ask_for(name)
            case HubsLaunched(template=template):
                self._attach(template)
            case Observe():
                self._tell(effect)
            case ToExternal() | Settled() | AlertTaken() | Offered() | OfferEnded():
                self.han.note(effect)

    def _tell(self, observed: Observe) -> None:
        about = {"request_id": observed.request_id} if observed.request_id else {}
        if observed.fate:
            self.figures.faults.by[observed.fate,] += 1
            about["fate"] = observed.fate
        _log.info("observed", device=observed.device, what=observed.what, **about)

    def _expire(self) -> None:
        self._hand_in(self._expire_at(self.clock.now()))

    def _set_alarm(self) -> None:
        """Wakes the emulator at its next deadline, if time runs by itself."""
        self._stop_alarm()
        deadline = None if self.clock.is_stepped else self.emulator.next_deadline()
        if deadline is not None:
            wait = self.clock.seconds_until(deadline)
            self._alarm = asyncio.get_running_loop().call_later(wait, self._expire)

    def _stop_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _fail(self, failure: BaseException) -> None:
        """What is in memory is ahead of the store for good: nothing may leave any more."""
        self._stop_alarm()
        self.shut()
        if not self.failed.done():
            _log.error("the store failed", why=str(failure))
            self.failed.set_exception(failure)
            self.failed.exception()  # Whoever waits for it raises it; if nobody does, the log has told it.
