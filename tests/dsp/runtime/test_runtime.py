"""The runtime: nothing leaves before it is durable, everything leaves in order, and a store that fails stops it."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path

import pytest

from dsp.core.engine import Engine
from dsp.core.inputs import AdministrationLoaded, CplEntryAdded, Input, RequestReceived
from dsp.core.state import State
from dsp.rules.releases import rules_as_of
from dsp.runtime.clock import VirtualClock
from dsp.runtime.hosts import Downlinks, Host, Hosts
from dsp.runtime.runtime import SLICE, Runtime
from dsp.runtime.user_streams import UserStreams
from ledger.books import Change
from ledger.group_commit import GroupCommit
from ledger.sqlite_store import SqliteStore
from smart_metering.administration import LoadSummary
from smart_metering.command_variants import CommandVariant, Service
from smart_metering.duis.service_requests import ReadFirmwareVersion, ServiceRequest
from smart_metering.duis.service_responses import ReceivedMessage, ServiceResponse
from smart_metering.identifiers import Eui, RequestId
from tests.support.dsp_premises import (
    CHF,
    DEVICE_TYPES,
    ESME,
    REGISTRATIONS,
    ROLES,
    START,
    SUPPLIER,
    V1,
    broker,
    change_of_supplier_party,
    cpl_entry,
    loaded_device,
    party,
)

LOADED = AdministrationLoaded(
    parties=tuple(map(party, ROLES)),
    registrations=REGISTRATIONS,
    devices=tuple(map(loaded_device, DEVICE_TYPES)),
)


class GatedStore(SqliteStore):
    """Commits when the gate is open; fails if it is told to."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.gate = threading.Event()
        self.gate.set()
        self.failure: sqlite3.Error | None = None
        self.commits = 0

    def commit(self, changes: Iterable[Change]) -> None:
        assert self.gate.wait(10)
        if self.failure is not None:
            raise self.failure
        self.commits += 1
        super().commit(changes)


@asynccontextmanager
async def at_work(folder: Path, *, rate: float = 0.0) -> AsyncIterator[tuple[Runtime, GatedStore]]:
    """A runtime whose premises are loaded."""
    store = GatedStore(folder / "dsp.sqlite3")
    state = State()
    store.load(state.ledger)

    async def read_log(*_: object) -> list[tuple[int, ReceivedMessage]]:
        return []

    noted = state.clock.get("now")
    runtime = Runtime(
        engine=Engine(state, rules_as_of(), broker(), change_of_supplier_party()),
        commit=GroupCommit(store),
        clock=VirtualClock(noted.now if noted else START, rate=rate),
        hosts=Hosts(),
        streams=UserStreams(read_log),
    )
    runtime.start()
    if not state.devices:
        await runtime.submit(LOADED)
    yield runtime, store
    store.gate.set()
    with pytest.raises(type(store.failure)) if store.failure else nullcontext():
        await runtime.close()
    store.close()


def attach(runtime: Runtime) -> Host:
    host = runtime.hosts.open("host")
    runtime.hosts.claim(host, [CHF])
    return host


def read(counter: int, caller: Eui = SUPPLIER) -> RequestReceived:
    request = ServiceRequest(
        request_id=RequestId(caller, ESME, counter),
        command_variant=CommandVariant.SEND,
        service_reference_variant="11.2",
        body=ReadFirmwareVersion(),
    )
    return RequestReceived(service=Service.SEND_COMMAND, caller=caller, request=request)


async def sent_frames(host: Host) -> list[str]:
    host.close()
    frames = []
    while (frame := await host.next_frame()) is not None:
        assert isinstance(frame, Downlinks)
        frames += [downlink.frame for downlink in frame.downlinks]
    return frames


async def test_nothing_leaves_before_it_is_durable(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (runtime, store):
        host = attach(runtime)
        store.gate.clear()
        asking = asyncio.create_task(runtime.submit(read(1)))
        next_frame = asyncio.create_task(host.next_frame())
        await asyncio.sleep(0.05)
        early = asking.done(), next_frame.done()
        store.gate.set()
        answer = await asking

        assert early == (False, False)
        assert isinstance(await asyncio.wait_for(next_frame, 5), Downlinks)
        assert isinstance(answer, ServiceResponse)
        assert answer.response_code == "I99"


async def test_many_callers_share_a_commit_and_effects_keep_their_order(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (runtime, store):
        host = attach(runtime)
        before = store.commits
        store.gate.clear()
        asking = [asyncio.create_task(runtime.submit(read(counter))) for counter in range(1, 200)]
        await asyncio.sleep(0.05)
        store.gate.set()
        await asyncio.gather(*asking)

        assert store.commits - before <= 3
        assert await sent_frames(host) == [f"{SUPPLIER}:{ESME}:{counter}" for counter in range(1, 200)]


async def test_a_batch_is_answered_in_order_and_others_get_their_turn_in_it(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (runtime, _):
        events: list[Input] = [read(counter) for counter in range(1, 4 * SLICE + 2)]
        batch = asyncio.create_task(runtime.take_many(events))
        await asyncio.sleep(0)
        between = asyncio.create_task(runtime.submit(read(100_000)))
        taken = await batch
        replies = await taken.kept()
        await between
        log = runtime.engine.state.journal.last_position

        assert [reply.request_id for reply in replies if isinstance(reply, ServiceResponse)] == [
            str(event.request.request_id) for event in events if isinstance(event, RequestReceived)
        ]
        assert log == len(events) + 3, "beside the start, the load and the one between"


async def test_an_empty_batch_is_answered_with_nothing(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (runtime, _):
        assert await runtime.submit_many([]) == []


async def test_a_caller_that_gives_up_does_not_take_the_effects_with_it(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (runtime, store):
        host = attach(runtime)
        store.gate.clear()
        asking = asyncio.create_task(runtime.submit(read(1)))
        await asyncio.sleep(0.01)
        asking.cancel()
        await asyncio.sleep(0.01)
        store.gate.set()
        await runtime.flush()

        assert asking.cancelled()
        assert len(await sent_frames(host)) == 1


async def test_a_store_that_fails_answers_nobody_and_stops_the_runtime(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (runtime, store):
        host = attach(runtime)
        store.failure = sqlite3.OperationalError("database or disk is full")

        for counter in (1, 2):
            with pytest.raises(sqlite3.OperationalError):
                await runtime.submit(read(counter))

        assert isinstance(runtime.failed.exception(), sqlite3.OperationalError)
        assert await sent_frames(host) == []


async def test_what_a_broken_promise_changed_is_kept_so_that_memory_and_disk_agree(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (runtime, _):
        wrong = RequestReceived(service=Service.SEND_COMMAND, caller=SUPPLIER, request=None)  # type: ignore[arg-type]
        with pytest.raises(AttributeError):
            await runtime.submit_many([read(1), wrong, read(2)])
        await runtime.flush()
        kept = runtime.engine.state.outstanding

        assert list(kept) == [f"{SUPPLIER}:{ESME}:1"]
        assert runtime.engine.ledger.take_changes() == []


async def test_a_restart_goes_on_at_the_same_time_with_the_same_state(tmp_path: Path) -> None:
    async with at_work(tmp_path, rate=1_000) as (runtime, _):
        entry = await runtime.submit(CplEntryAdded(entry=cpl_entry(ESME, V1)))
        await asyncio.sleep(0.01)
        await runtime.submit(read(1))
        noted = runtime.clock.now()
    async with at_work(tmp_path) as (runtime, _):
        state = runtime.engine.state

        assert entry is not None
        assert START < noted <= runtime.clock.now()
        assert list(state.outstanding) == [f"{SUPPLIER}:{ESME}:1"]
        assert list(state.cpl) == [cpl_entry(ESME, V1).entry_id]


async def test_time_that_runs_wakes_the_engine_at_its_deadline(tmp_path: Path) -> None:
    async with at_work(tmp_path, rate=1_000) as (runtime, _):
        await runtime.submit(read(1))
        async with asyncio.timeout(5):
            while SUPPLIER not in runtime.engine.state.user_positions:  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.005)

        assert runtime.clock.now() >= START + 30_000


async def test_what_is_loaded_is_counted(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (runtime, _):
        summary = await runtime.submit(LOADED)

        assert summary == LoadSummary(
            parties=len(ROLES), registrations=len(REGISTRATIONS), devices=len(DEVICE_TYPES)
        )
