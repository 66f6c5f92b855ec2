"""The order of what leaves: uplinks by sequence and once a stream, every other frame after the uplinks it follows."""

import asyncio

from device_emulator.runtime.frames import Attach, ClockReached, FileAsked, FromHubs, Uplinks
from device_emulator.runtime.stream import UPLINKS_TOGETHER, Stream
from smart_metering.sm_wan import Receipt, Uplink
from tests.device_emulator.bench import FIRST_EUI, NOON

ATTACH = Attach(host="host", template="home", comms_hubs=(FIRST_EUI,), last=True)


def read_outbox(after: int, up_to: int) -> list[Uplink]:
    return [
        Uplink(
            sequence=sequence,
            comms_hub=FIRST_EUI,
            device=FIRST_EUI,
            at=NOON,
            content=Receipt(frame="f", delivered=True),
        )
        for sequence in range(after + 1, up_to + 1)
    ]


async def leaves(stream: Stream, count: int) -> list[FromHubs | None]:
    return [await asyncio.wait_for(stream.next(), 1) for _ in range(count)]


def sequences(frame: FromHubs | None) -> list[int]:
    assert isinstance(frame, Uplinks), frame
    return [uplink.sequence for uplink in frame.uplinks]


def reached(barrier: int) -> ClockReached:
    return ClockReached(barrier=barrier, next_event=None, uplinks_sent=0)


async def test_nothing_but_attachments_leaves_before_the_dsp_has_answered() -> None:
    stream = Stream(read_outbox, durable=3)
    stream.put(ATTACH)

    first = await stream.next()
    waiting = asyncio.create_task(stream.next())
    await asyncio.sleep(0)
    held_back = not waiting.done()
    stream.attached(1)

    assert first == ATTACH
    assert held_back
    assert sequences(await waiting) == [2, 3]


async def test_a_frame_waits_for_the_uplinks_before_it_and_not_for_those_after() -> None:
    stream = Stream(read_outbox, durable=2)
    stream.attached(0)
    stream.put(reached(1), after=2)
    stream.durable_up_to(5)
    stream.put(FileAsked("file"), after=5)

    first, second, third, fourth = await leaves(stream, 4)

    assert (sequences(first), second) == ([1, 2], reached(1))
    assert (sequences(third), fourth) == ([3, 4, 5], FileAsked("file"))


async def test_uplinks_leave_in_batches() -> None:
    stream = Stream(read_outbox, durable=2 * UPLINKS_TOGETHER + 1)
    stream.attached(0)

    batches = await leaves(stream, 3)

    assert [len(sequences(batch)) for batch in batches] == [UPLINKS_TOGETHER, UPLINKS_TOGETHER, 1]


async def test_a_file_is_asked_for_once_until_it_came() -> None:
    stream = Stream(read_outbox, durable=0)
    stream.attached(0)
    for _ in range(3):
        stream.ask_for("file")
    stream.put(reached(1))

    assert await leaves(stream, 2) == [FileAsked("file"), reached(1)]
    stream.answered("file")
    stream.ask_for("file")
    assert await leaves(stream, 1) == [FileAsked("file")]


async def test_a_closed_stream_ends() -> None:
    stream = Stream(read_outbox, durable=0)
    waiting = asyncio.create_task(stream.next())
    await asyncio.sleep(0)

    stream.close()

    assert await asyncio.wait_for(waiting, 1) is None
