"""The post to external Devices: what is durable and still to be told there, for whoever carries it.

The same may be told again: after a broken line, when a Device comes back, and by and by while it does not answer. What
was settled meanwhile is not told any more.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from device_emulator.core.effects import AlertTaken, Offered, OfferEnded, Settled, ToExternal
from device_emulator.core.external_records import HanCommand, HanOffer
from smart_metering.identifiers import Eui

PATIENCE_SECONDS = 2.0
REPEAT_SECONDS = 5.0
REPEATS = 3

Notice = HanCommand | AlertTaken | HanOffer | OfferEnded
PostEffect = ToExternal | Settled | AlertTaken | Offered | OfferEnded
Key = tuple[Eui, int]


@dataclass(slots=True)
class _Open:
    """A Command without an answer: since when, in real seconds, and how often it was told again."""

    command: HanCommand
    since: float
    told_at: float
    repeats: int = 0


class HanPost:
    """`patience` is how many real seconds stepped time waits for the answer to a Command; `seconds` is real time."""

    def __init__(
        self,
        commands: Iterable[HanCommand],
        offers: Iterable[HanOffer],
        *,
        patience: float = PATIENCE_SECONDS,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._patience = patience
        self._seconds = seconds
        now = seconds()
        self._open = {
            _key(command): _Open(command, now, now) for command in commands if not command.acknowledged
        }
        self._offers = {offer.device: offer for offer in offers}
        self._waiting: dict[tuple[str, Eui, int], Notice] = {}
        self._news = asyncio.Event()
        self._settled = asyncio.Event()
        self.is_carried = False
        """Whether anybody carries the post, or will once the line is mended: else nobody waits for answers."""

    def note(self, effect: PostEffect) -> None:
        """Something has become durable."""
        match effect:
            case ToExternal(command=command):
                now = self._seconds()
                self._open[_key(command)] = _Open(command, now, now)
                self._put(command)
            case Settled(device=device, number=number):
                self._open.pop((device, number), None)
                self._waiting.pop(("command", device, number), None)
                self._settled.set()
            case AlertTaken():
                self._put(effect)
            case Offered(offer=offer):
                self._offers[offer.device] = offer
                self._put(offer)
            case OfferEnded(device=device):
                self._offers.pop(device, None)
                self._put(effect)

    def tell_all_again(self) -> None:
        """Of whoever carried the post before, nobody knows what arrived: each Command has its time anew."""
        for command in self._open.values():
            command.since = self._seconds()
            self._put(command.command)
        for offer in self._offers.values():
            self._put(offer)

    def tell_again(self, device: Eui) -> None:
        """The Device came, perhaps without what it was told before."""
        for (owner, _), command in self._open.items():
            if owner == device:
                self._put(command.command)

    def repeat_unanswered(self) -> None:
        """What has waited for long is told again, a few times."""
        now = self._seconds()
        for command in self._open.values():
            if command.repeats < REPEATS and now - command.told_at >= REPEAT_SECONDS:
                command.repeats += 1
                command.told_at = now
                self._put(command.command)

    def offer_to(self, device: Eui) -> HanOffer | None:
        """The file that waits for this Device."""
        return self._offers.get(device)

    async def next_few(self, limit: int) -> list[Notice]:
        """What is to be told next, oldest first; waits until there is something."""
        while not self._waiting:
            self._news.clear()
            await self._news.wait()
        return [self._waiting.pop(next(iter(self._waiting))) for _ in range(min(limit, len(self._waiting)))]

    async def hear_out(self) -> None:
        """Returns once every Command is answered, or has had its time; at once if nobody is to carry the post."""
        while self.is_carried and (left := self._longest_wait()) > 0:
            self._settled.clear()
            try:
                await asyncio.wait_for(self._settled.wait(), left)
            except TimeoutError:
                return

    def _longest_wait(self) -> float:
        now = self._seconds()
        return max((it.since + self._patience - now for it in self._open.values()), default=0.0)

    def _put(self, notice: Notice) -> None:
        self._waiting[_place(notice)] = notice
        self._news.set()


def _key(command: HanCommand) -> Key:
    return command.device, command.number


def _place(notice: Notice) -> tuple[str, Eui, int]:
    """What is told of the same thing takes the place of what was to be told before."""
    match notice:
        case HanCommand():
            return "command", notice.device, notice.number
        case AlertTaken():
            return "alert", notice.device, notice.number
        case HanOffer() | OfferEnded():
            return "offer", notice.device, 0
