"""The client without `async`: what is asked is answered, and nothing that is waited for outlives its end."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from smart_metering.administration import CplEntry
from smart_metering.device_types import DeviceType
from smart_metering.instants import MINUTE_MS
from smart_metering.response_codes import ResponseCode
from smets.client import Blocking, Closed, NoResponse, NotRunning, OutOfTime, SystemConnection, connect
from tests.smets.running_system import ESME, RunningSystem, running


@pytest.fixture
def blocking() -> Iterator[Blocking]:
    with Blocking() as blocking:
        yield blocking


def test_a_supplier_without_async_sends_and_reads_its_stream(blocking: Blocking, tmp_path: Path) -> None:
    world = blocking.enter(running(tmp_path / "state"))
    system = blocking.enter(connect(world.system.connection))
    supplier, meter = system.user("supplier"), world.device(ESME)

    sent = blocking(supplier.send("11.2", meter))
    checked = blocking(supplier.response_to(sent.request_id))
    removed = blocking(system.administration.cpl_entries())
    blocking(system.administration.remove_cpl_entry(_of_esmes(removed)))
    alerts = list(blocking.iterate(supplier.alerts(device=meter, until_now=True)))

    assert checked.response.response_code is ResponseCode.I0
    assert checked.verified.holds is True
    assert [alert.devices for alert in alerts] == [(meter,)]


def test_what_fails_fails_as_in_async(blocking: Blocking) -> None:
    with pytest.raises(NotRunning, match="smets up"):
        blocking.enter(connect("no-such-folder"))


def test_a_call_that_takes_too_long_is_out_of_time(blocking: Blocking) -> None:
    with pytest.raises(OutOfTime, match=r"0\.05 s"):
        blocking(asyncio.sleep(60), timeout_seconds=0.05)


def test_an_error_of_the_call_itself_stays_what_it_is(blocking: Blocking) -> None:
    async def fail() -> None:
        raise OutOfTime("the server's own deadline")

    with pytest.raises(OutOfTime, match="own deadline"):
        blocking(fail(), timeout_seconds=5)


def test_an_iterator_that_is_left_is_closed(blocking: Blocking) -> None:
    left: list[int] = []

    for row in blocking.iterate(_counting(left)):
        if row == 3:
            break

    deadline = time.monotonic() + 5
    while not left and time.monotonic() < deadline:
        time.sleep(0.01)
    assert left == [3]


def test_a_row_that_does_not_come_is_out_of_time(blocking: Blocking) -> None:
    rows = blocking.iterate(_counting([], rest_of=2), timeout_seconds=0.1)

    assert [next(rows), next(rows)] == [1, 2]
    with pytest.raises(OutOfTime):
        next(rows)
    assert list(rows) == []


def test_closing_ends_what_another_thread_waits_for() -> None:
    ended: list[BaseException] = []
    blocking = Blocking().open()

    def wait() -> None:
        try:
            blocking(asyncio.sleep(600))
        except Closed as error:
            ended.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.1)
    blocking.close()
    waiting.join(5)

    assert not waiting.is_alive()
    assert len(ended) == 1


def test_what_was_entered_is_left_when_it_closes_and_nothing_more_is_asked() -> None:
    told: list[str] = []

    @asynccontextmanager
    async def room() -> AsyncIterator[str]:
        told.append("in")
        yield "room"
        told.append("out")

    with Blocking() as blocking:
        assert blocking.enter(room()) == "room"

    assert told == ["in", "out"]
    blocking.close()
    with pytest.raises(Closed):
        blocking(asyncio.sleep(0))


def test_ctrl_c_ends_the_call_that_is_waited_for_and_the_next_one_works(blocking: Blocking) -> None:
    told: list[str] = []

    async def wait() -> None:
        try:
            await asyncio.sleep(600)
        finally:
            told.append("ended")

    ringing = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    ringing.start()
    with pytest.raises(KeyboardInterrupt):
        blocking(wait())

    assert blocking(asyncio.sleep(0, "next")) == "next"
    assert told == ["ended"]


async def test_it_works_where_another_loop_runs_as_in_a_notebook(world: RunningSystem) -> None:
    with Blocking() as blocking:
        system = blocking.enter(connect(world.system.connection))

        now = blocking(system.clock.now())

    assert now.hosts == 1


def test_several_threads_ask_at_once(blocking: Blocking, tmp_path: Path) -> None:
    world = blocking.enter(running(tmp_path / "state"))
    supplier, answered = world.supplier, list[str]()

    def ask() -> None:
        for _ in range(5):
            sent = blocking(supplier.send("11.2", world.device(ESME)))
            with suppress(NoResponse):
                checked = blocking(supplier.response_to(sent.request_id, within_ms=MINUTE_MS))
                answered.append(checked.response.request_id)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(set(answered)) == 20


def test_a_system_that_does_not_answer_is_not_running(blocking: Blocking, tmp_path: Path) -> None:
    gone = SystemConnection(state=tmp_path, dsp="127.0.0.1:1", emulator="127.0.0.1:2", seed="seed")

    with pytest.raises(NotRunning, match=r"127\.0\.0\.1:1.*smets up FLEET --state"):
        blocking.enter(connect(gone))


async def _counting(left: list[int], rest_of: int = 0) -> AsyncIterator[int]:
    row = 0
    try:
        while True:
            row += 1
            yield row
            if row == rest_of:
                await asyncio.sleep(600)
    finally:
        left.append(row)


def _of_esmes(entries: list[CplEntry]) -> str:
    return next(entry.entry_id for entry in entries if entry.device_type is DeviceType.ESME)
