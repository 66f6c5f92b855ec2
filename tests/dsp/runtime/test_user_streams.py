"""Streams of Users: everything after a position, once, in order, however slow the reader is."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsp.runtime.user_streams import BATCH, REMEMBERED, UserStreams
from smart_metering.duis.service_responses import DeviceAlert, ReceivedMessage
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant

USER, OTHER = Eui("90-B3-D5-1F-30-01-00-00"), Eui("90-B3-D5-1F-30-02-00-00")


def message(position: int) -> ReceivedMessage:
    alert = DeviceAlert(response_id="r", alert_code=1, response_date_time=Instant(position), gbcs_payload=b"")
    return ReceivedMessage(position=position, message=alert)


class WrittenLog:
    """A log in memory, where every message stands before it is delivered."""

    def __init__(self) -> None:
        self.rows: list[tuple[Eui, ReceivedMessage]] = []
        self.reads = 0
        self.streams = UserStreams(self.read)
        self.positions = {USER: 0, OTHER: 0}

    def send(self, user: Eui, count: int = 1) -> None:
        for _ in range(count):
            self.positions[user] += 1
            sent = message(self.positions[user])
            self.rows.append((user, sent))
            self.streams.deliver(user, sent)

    async def read(self, user: Eui, after: int, in_log: int) -> list[tuple[int, ReceivedMessage]]:
        self.reads += 1
        await asyncio.sleep(0)
        return [
            (at, row)
            for at, (owner, row) in enumerate(self.rows, start=1)
            if owner == user and row.position > after and at > in_log
        ][:BATCH]

    async def take(self, after: int, count: int, *, slowly: bool = False) -> list[int]:
        taken: list[int] = []
        stream = self.streams.receive(USER, after)
        async for messages in stream:
            taken += [it.position for it in messages]
            if len(taken) >= count:
                break
            if slowly:
                await asyncio.sleep(0.001)
        await stream.aclose()  # type: ignore[attr-defined]  # an async generator
        return taken


@pytest.mark.parametrize("written", [0, 1, BATCH, BATCH + 1, 3 * BATCH])
@pytest.mark.parametrize("delivered", [1, 3])
async def test_what_was_written_comes_first_and_then_what_arrives(written: int, delivered: int) -> None:
    log = WrittenLog()
    log.send(USER, written)
    taking = asyncio.create_task(log.take(0, written + delivered))
    await asyncio.sleep(0.01)
    log.send(OTHER, 2)
    log.send(USER, delivered)

    assert await asyncio.wait_for(taking, 5) == list(range(1, written + delivered + 1))


async def test_what_arrives_while_the_log_is_read_comes_once() -> None:
    log = WrittenLog()
    log.send(USER, 2)
    taking = asyncio.create_task(log.take(0, 4))
    await asyncio.sleep(0)
    log.send(USER, 2)

    assert await asyncio.wait_for(taking, 5) == [1, 2, 3, 4]


async def test_a_reader_slower_than_the_memory_misses_nothing() -> None:
    log = WrittenLog()
    total = 2 * REMEMBERED + 7
    taking = asyncio.create_task(log.take(0, total, slowly=True))
    await asyncio.sleep(0.01)
    log.send(USER, total)

    assert await asyncio.wait_for(taking, 30) == list(range(1, total + 1))


async def test_a_reader_that_keeps_up_reads_the_log_once() -> None:
    log = WrittenLog()
    taking = asyncio.create_task(log.take(0, 5))
    for _ in range(5):
        await asyncio.sleep(0.001)
        log.send(USER)
    await asyncio.wait_for(taking, 5)

    assert log.reads == 1


@pytest.mark.parametrize(
    ("after", "until", "expected"), [(0, 3, [1, 2, 3]), (2, 3, [3]), (3, 3, []), (9, 3, [])]
)
async def test_a_stream_may_end_at_a_position(after: int, until: int, expected: list[int]) -> None:
    log = WrittenLog()
    log.send(USER, 5)

    taken = [it.position async for messages in log.streams.receive(USER, after, until) for it in messages]

    assert taken == expected


async def test_two_readers_of_one_stream_see_the_same() -> None:
    log = WrittenLog()
    taking = [asyncio.create_task(log.take(0, 3)), asyncio.create_task(log.take(1, 2))]
    await asyncio.sleep(0.01)
    log.send(USER, 3)

    assert await asyncio.gather(*taking) == [[1, 2, 3], [2, 3]]


@given(st.lists(st.integers(1, 700), min_size=1, max_size=6), st.integers(0, 900))
def test_any_burst_is_seen_once_and_in_order(bursts: list[int], before: int) -> None:
    async def story() -> list[int]:
        log = WrittenLog()
        log.send(USER, before)
        taking = asyncio.create_task(log.take(0, before + sum(bursts)))
        for burst in bursts:
            await asyncio.sleep(0)
            log.send(USER, burst)
        return await asyncio.wait_for(taking, 10)

    assert asyncio.run(story()) == list(range(1, before + sum(bursts) + 1))
