"""Receive goes on where its caller left it: nothing missed, nothing twice, over a restart of the DSP too."""

import asyncio
from contextlib import aclosing

from smart_metering.duis.service_responses import ReceivedMessage
from smart_metering.instants import MINUTE_MS
from tests.end_to_end.conftest import Start
from tests.end_to_end.premises import meter
from tests.end_to_end.system import System
from tests.support.processes import PATIENCE_SECONDS

PREMISES = 20


async def test_a_stream_that_is_left_and_taken_up_again_misses_nothing_and_repeats_nothing(
    start: Start,
) -> None:
    system = await start(PREMISES)
    taken: list[ReceivedMessage] = []

    for count in (1, 7, 5):
        await read_all(system)
        await take(system, taken, count)
    await system.kill_dsp()
    await system.dsp_again()
    await read_all(system)
    await take(system, taken, 4 * PREMISES - len(taken))

    assert [received.position for received in taken] == list(range(1, 4 * PREMISES + 1))
    assert taken == await system.received()


async def test_until_now_ends_with_what_stood_there_and_without_it_the_stream_waits(start: Start) -> None:
    system = await start(PREMISES)
    assert await system.received() == []
    await read_all(system)

    assert len(await system.received()) == PREMISES
    assert len(await system.received(after=PREMISES - 1)) == 1
    assert await system.received(after=PREMISES) == []
    assert await system.received(after=2**64 - 1) == []

    following: list[ReceivedMessage] = []
    taking = asyncio.create_task(take(system, following, 1, after=PREMISES))
    await read_all(system)
    await taking
    assert [received.position for received in following] == [PREMISES + 1]


async def read_all(system: System) -> None:
    async for _ in system.submit(system.read_version(meter(number)) for number in range(PREMISES)):
        pass
    await system.advance(MINUTE_MS)


async def take(system: System, taken: list[ReceivedMessage], count: int, after: int | None = None) -> None:
    """So many more, and the stream is left."""
    enough = len(taken) + count
    position = len(taken) if after is None else after
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        aclosing(system.receive(after=position, until_now=False)) as stream,
    ):
        async for received in stream:
            taken.append(received)
            if len(taken) == enough:
                break
