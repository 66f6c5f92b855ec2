"""The post to Devices outside: told until it is settled, and waited for in real time, so long and no longer."""

import asyncio

from device_emulator.core.effects import AlertTaken, Offered, OfferEnded, Settled, ToExternal
from device_emulator.core.external_records import HanCommand, HanOffer
from device_emulator.runtime.han_post import REPEAT_SECONDS, REPEATS, HanPost
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant

HUB, DEVICE = Eui("00-DB-12-34-00-00-00-00"), Eui("00-DB-12-34-00-00-00-02")
OFFER = HanOffer(comms_hub=HUB, device=DEVICE, firmware_file="f", firmware_version="00000002", size=1)


def command(number: int) -> HanCommand:
    return HanCommand(comms_hub=HUB, device=DEVICE, number=number, at=Instant(0), gbcs=b"x")


class Watch:
    """Real time, as a test wants it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_what_is_settled_is_told_no_more() -> None:
    post = HanPost([command(1), command(2)], [])
    post.tell_all_again()

    post.note(Settled(device=DEVICE, number=1))
    post.tell_again(DEVICE)

    assert await post.next_few(10) == [command(2)]


async def test_an_unanswered_command_is_repeated_a_few_times() -> None:
    watch = Watch()
    post = HanPost([], [], seconds=watch)
    post.note(ToExternal(command=command(1)))
    told = []

    for _ in range(REPEATS + 2):
        told += await asyncio.wait_for(post.next_few(10), 0.01) if post._waiting else []
        watch.now += REPEAT_SECONDS
        post.repeat_unanswered()

    assert told == [command(1)] * (REPEATS + 1)


async def test_an_offer_stands_until_it_ended() -> None:
    post = HanPost([], [])

    post.note(Offered(offer=OFFER))
    before = post.offer_to(DEVICE)
    post.note(OfferEnded(comms_hub=HUB, device=DEVICE))
    post.note(AlertTaken(comms_hub=HUB, device=DEVICE, number=7))

    assert before == OFFER
    assert post.offer_to(DEVICE) is None
    assert [type(notice) for notice in await post.next_few(10)] == [OfferEnded, AlertTaken]


async def test_nobody_waits_where_nobody_carries_the_post() -> None:
    post = HanPost([command(1)], [], patience=1_000)

    await asyncio.wait_for(post.hear_out(), 1)


async def test_time_waits_until_the_answer_is_there() -> None:
    post = HanPost([command(1)], [], patience=1_000)
    post.is_carried = True
    waiting = asyncio.create_task(post.hear_out())
    await asyncio.sleep(0)

    post.note(Settled(device=DEVICE, number=1))

    await asyncio.wait_for(waiting, 1)


async def test_a_mended_line_gives_each_command_its_time_anew() -> None:
    watch = Watch()
    post = HanPost([command(1)], [], patience=10, seconds=watch)
    post.is_carried = True
    watch.now = 10
    await asyncio.wait_for(post.hear_out(), 1)  # It has had its time.

    post.tell_all_again()
    waiting = asyncio.create_task(post.hear_out())
    done, _ = await asyncio.wait({waiting}, timeout=0.05)

    assert not done
    waiting.cancel()
