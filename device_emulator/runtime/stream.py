"""One stream to the DSP: what waits to be sent on it, in order; uplinks come straight out of the outbox.

Only durable uplinks are sent, each once a stream and in the order of their sequences: the DSP takes each sequence once
and would pass over one that came after a later one.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from device_emulator.runtime.frames import Attach, FileAsked, FromHubs, Uplinks
from device_emulator.runtime.incoming_files import IncomingFiles
from smart_metering.sm_wan import Uplink

UPLINKS_TOGETHER = 500

ReadOutbox = Callable[[int, int], list[Uplink]]  # after this sequence, up to that one


class Stream:
    """From the moment it is opened until it is closed; the next one starts anew."""

    def __init__(self, read_outbox: ReadOutbox, durable: int) -> None:
        self.unanswered: deque[Attach] = deque()
        self.incoming = IncomingFiles()
        self.is_open = True
        self._read_outbox = read_outbox
        self._durable = durable
        self._sent: int | None = None  # unknown until the DSP says what it has taken
        self._waiting: deque[tuple[int, FromHubs]] = deque()
        self._asked: set[str] = set()
        self._news = asyncio.Event()

    @property
    def is_attached(self) -> bool:
        """The DSP has answered the first Attach."""
        return self._sent is not None

    def attached(self, uplinks_taken: int) -> None:
        """The DSP holds all uplinks up to this one: sending goes on with the next."""
        self._sent = uplinks_taken
        self._news.set()

    def put(self, frame: FromHubs, after: int = 0) -> None:
        """Sends a frame after those that wait, and after all uplinks up to `after`."""
        if isinstance(frame, Attach):
            self.unanswered.append(frame)
        self._waiting.append((after, frame))
        self._news.set()

    def ask_for(self, firmware_file: str) -> None:
        """Asks for a file, unless it is on its way."""
        if firmware_file not in self._asked:
            self._asked.add(firmware_file)
            self.put(FileAsked(firmware_file))

    def answered(self, firmware_file: str) -> None:
        """The file came, or cannot be had: it may be asked for again."""
        self._asked.discard(firmware_file)

    def durable_up_to(self, sequence: int) -> None:
        """These uplinks may be sent."""
        self._durable = sequence
        self._news.set()

    def close(self) -> None:
        """Nothing more is sent."""
        self.is_open = False
        self._news.set()

    async def next(self) -> FromHubs | None:
        """What is to be sent next; None when the stream is closed."""
        while self.is_open:
            self._news.clear()
            frame = self._take()
            if frame is not None:
                return frame
            await self._news.wait()
        return None

    def _take(self) -> FromHubs | None:
        """A waiting frame once the uplinks before it are sent; else the next uplinks."""
        while True:
            sent = self._sent or 0
            if self._waiting and self._waiting[0][0] <= sent:
                return self._waiting.popleft()[1]
            if self._sent is None or sent >= self._durable:
                return None
            up_to = min(sent + UPLINKS_TOGETHER, self._waiting[0][0] if self._waiting else self._durable)
            uplinks = self._read_outbox(sent, min(up_to, self._durable))
            self._sent = min(up_to, self._durable)
            if uplinks:
                return Uplinks(uplinks)
