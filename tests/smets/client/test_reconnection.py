"""A User's stream over broken lines: each message once, in order."""

import asyncio

import pytest

from smart_metering.duis.service_responses import ReceivedMessage
from smart_metering.identifiers import Eui
from smets.client.connection import Connection
from smets.client.dcc_user_interface import DccUserInterface
from smets.client.errors import Unreachable
from smets.client.inbox import Inbox
from tests.smets.running_system import ESME, RunningSystem


async def test_receiving_goes_on_where_it_was_when_the_dsp_is_killed(world: RunningSystem) -> None:
    taken: list[ReceivedMessage] = []
    receiving = asyncio.create_task(_take(world, taken))
    for _ in range(3):
        await world.supplier.send("11.2", world.device(ESME))
    await world.administration.advance(0)

    await world.system.kill_dsp()
    await world.system.restart_dsp()
    last = await world.supplier.send("11.2", world.device(ESME))
    await world.administration.advance(20_000)
    await asyncio.wait_for(_until_taken(taken, last.request_id), 30)
    receiving.cancel()

    assert [row.position for row in taken] == list(range(1, len(taken) + 1))
    assert len(taken) == 4


async def test_a_waiting_question_outlives_the_dsp(world: RunningSystem) -> None:
    answer = await world.supplier.send("11.2", world.device(ESME))
    waiting = asyncio.create_task(world.supplier.await_response(answer.request_id))
    other = await world.supplier.send("11.2", world.device(ESME, 1))
    also_waiting = asyncio.create_task(world.supplier.await_response(other.request_id))
    await asyncio.sleep(0.1)

    await world.system.kill_dsp()
    await world.system.restart_dsp()
    await world.administration.advance(20_000)

    assert (await waiting).response.request_id == answer.request_id
    assert (await also_waiting).response.request_id == other.request_id


async def test_a_line_that_stays_broken_is_an_error_in_the_end() -> None:
    connection = Connection("127.0.0.1:1")
    interface = DccUserInterface(connection, Eui("90-B3-D5-1F-30-01-00-00"))

    with pytest.raises(Unreachable, match="nobody answers"):
        async for _ in Inbox(interface).receive(patience_seconds=0.3):
            pass
    await connection.close()


async def _take(world: RunningSystem, taken: list[ReceivedMessage]) -> None:
    async for received in world.supplier.receive():
        taken.append(received)  # noqa: PERF401 - what was taken so far is looked at meanwhile


async def _until_taken(taken: list[ReceivedMessage], request_id: str) -> None:
    while request_id not in {getattr(row.message, "request_id", "") for row in taken}:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
