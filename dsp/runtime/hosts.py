"""The hosts of the SM WAN: which attached stream serves which hub, and what waits to be sent on each stream."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import structlog

from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.sm_wan import Downlink

FRAMES_WAITING = 1_000_000  # a host that lets more pile up is cut off
FRAMES_TOGETHER = 1_000

_log = structlog.get_logger()


class HostCutOff(Exception):
    """The DSP ends a host's stream; the text says why."""


@dataclass(frozen=True, slots=True)
class Downlinks:
    """Frames for hubs, in order."""

    downlinks: list[Downlink]


@dataclass(frozen=True, slots=True)
class UplinksTaken:
    """Uplinks up to this sequence are durable."""

    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockUpdate:
    """The DSP's time. With rate 0 the host answers it once everything up to `now` has happened."""

    barrier: int
    now: Instant
    rate: float


@dataclass(frozen=True, slots=True)
class RefusedHub:
    """A hub that the stream may not serve."""

    comms_hub: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HubsAttached:
    """The answer to an Attachment."""

    uplinks_taken: int
    clock: ClockUpdate
    refused: tuple[RefusedHub, ...]


@dataclass(frozen=True, slots=True)
class HubsLost:
    """A newer stream serves these hubs."""

    comms_hubs: tuple[Eui, ...]


@dataclass(frozen=True, slots=True)
class FirmwareFileAsked:
    """The host is to be sent this file, block by block."""

    firmware_file: str


Frame = Downlinks | UplinksTaken | ClockUpdate | HubsAttached | HubsLost | FirmwareFileAsked


class Host:
    """One stream of the SM WAN."""

    def __init__(self, name: str, frames_waiting: int) -> None:
        self.name = name
        self._limit = frames_waiting
        self.comms_hubs: set[Eui] = set()
        self.lost: set[Eui] = set()
        self.is_attached = False
        self.owes_barrier = True  # it was told something since the last barrier
        self.next_event: Instant | None = None
        self._waiting: deque[Downlink | Frame] = deque()
        self._news = asyncio.Event()
        self._reached = 0
        self._at_barrier = asyncio.Event()
        self._files_on_their_way: set[str] = set()
        self._end: HostCutOff | None = None
        self.is_open = True

    def put(self, frame: Downlink | Frame) -> None:
        """Sends a frame, after those that wait already."""
        if len(self._waiting) >= self._limit:
            self.cut_off(f"{self._limit} frames wait and are not read")
            return
        self._waiting.append(frame)
        self._news.set()

    async def next_frame(self) -> Frame | None:
        """The next frame to send, Downlinks together; None when the stream has ended. Raises HostCutOff."""
        while not self._waiting and self.is_open:
            self._news.clear()
            await self._news.wait()
        if self._end is not None:
            raise self._end
        if not self._waiting:
            return None
        first = self._waiting.popleft()
        return Downlinks(self._with_followers(first)) if isinstance(first, Downlink) else first

    def ask_for_file(self, firmware_file: str) -> None:
        """The host wants a file; one that is on its way is not sent twice."""
        if firmware_file not in self._files_on_their_way:
            self._files_on_their_way.add(firmware_file)
            self.owes_barrier = True
            self.put(FirmwareFileAsked(firmware_file))

    def file_sent(self, firmware_file: str) -> None:
        """All blocks are on the stream."""
        self._files_on_their_way.discard(firmware_file)

    def reached(self, barrier: int, next_event: Instant | None) -> None:
        """The host's answer to a ClockUpdate."""
        self._reached = max(self._reached, barrier)
        self.next_event = next_event
        self._at_barrier.set()

    async def reach(self, update: ClockUpdate) -> None:
        """Returns once the host has answered this update, or is gone."""
        self.owes_barrier = False
        self.put(update)
        while self._reached < update.barrier and self.is_open:
            self._at_barrier.clear()
            await self._at_barrier.wait()

    def cut_off(self, why: str) -> None:
        """Ends the stream with an error."""
        if self.is_open:
            _log.warning("host cut off", host=self.name, why=why)
            self._end = HostCutOff(why)
            self.close()

    def close(self) -> None:
        """Nothing more is sent, nobody waits for it any longer."""
        self.is_open = False
        self.next_event = None
        self._news.set()
        self._at_barrier.set()

    def _with_followers(self, first: Downlink) -> list[Downlink]:
        together = [first]
        while self._waiting and len(together) < FRAMES_TOGETHER:
            follower = self._waiting[0]
            if not isinstance(follower, Downlink):
                break
            together.append(follower)
            self._waiting.popleft()
        return together


class Hosts:
    """All attached streams. The newest that claims a hub owns it."""

    def __init__(self, frames_waiting: int = FRAMES_WAITING) -> None:
        self._limit = frames_waiting
        self._owners: dict[Eui, Host] = {}
        self._open: dict[str, Host] = {}

    def __len__(self) -> int:
        """How many have attached their hubs."""
        return sum(host.is_attached for host in self)

    def __iter__(self) -> Iterator[Host]:
        """In the order in which they attached."""
        return iter(list(self._open.values()))

    def hubs(self) -> dict[str, int]:
        """How many hubs each stream serves, by the name of its host."""
        return {host.name: len(host.comms_hubs) for host in self}

    def open(self, name: str) -> Host:
        """A new stream; an older one of the same host is cut off."""
        former = self._open.pop(name, None)
        if former is not None:
            former.cut_off(f"host {name} attached again")
            self._release(former)
        host = self._open[name] = Host(name, self._limit)
        _log.info("host attached", host=name)
        return host

    def claim(self, host: Host, comms_hubs: Iterable[Eui]) -> None:
        """The stream serves these hubs from now on; who served them before is told."""
        host.is_attached = True
        lost: dict[Host, list[Eui]] = defaultdict(list)
        for comms_hub in comms_hubs:
            former = self._owners.get(comms_hub)
            if former is not None and former is not host:
                lost[former].append(comms_hub)
            self._owners[comms_hub] = host
            host.comms_hubs.add(comms_hub)
            host.lost.discard(comms_hub)
        for former, hubs in lost.items():
            former.comms_hubs.difference_update(hubs)
            former.lost.update(hubs)
            former.put(HubsLost(tuple(hubs)))
            _log.info("hubs lost", host=former.name, to=host.name, comms_hubs=len(hubs))

    def close(self, host: Host) -> None:
        """The stream has ended."""
        host.close()
        self._release(host)
        if self._open.get(host.name) is host:
            del self._open[host.name]
            _log.info("host detached", host=host.name)

    def send(self, downlink: Downlink) -> None:
        """Sends a frame to its hub. If no stream serves the hub, the frame is lost."""
        host = self._owners.get(downlink.comms_hub)
        if host is not None:
            host.owes_barrier = True
            host.put(downlink)

    def _release(self, host: Host) -> None:
        for comms_hub in host.comms_hubs:
            if self._owners.get(comms_hub) is host:
                del self._owners[comms_hub]
        host.comms_hubs.clear()
