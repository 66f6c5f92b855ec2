"""Many requests at once: each on its whole way, over a DSP that is killed in between, none lost and none done twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable

import pytest

from smart_metering.duis.inventory_requests import ReadInventory
from smart_metering.duis.service_requests import ActivateFirmware, ReadFirmwareVersion, ServiceRequest
from smart_metering.duis.service_responses import DspInventory, ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.instants import MINUTE_MS
from smart_metering.response_codes import ResponseCode
from smets.client.campaign import Sent
from smets.client.checked import ReceivedResponse
from smets.client.connection import Connection
from smets.client.dcc_user_interface import DccUserInterface
from smets.client.errors import Unreachable
from smets.client.user import User
from smets.client.user_keys import read_user_keys
from smets.local_system.state_folder import StateFolder
from tests.smets.running_system import ESME, RunningSystem

ABSENT = Eui("00-DB-12-34-FF-FF-FF-00")
ROUNDS = 20


async def test_each_request_comes_with_its_answer_and_its_response(world: RunningSystem) -> None:
    bodies = dict.fromkeys((*world.meters(), ABSENT), ReadFirmwareVersion())
    requests = world.supplier.requests("11.2", bodies, now=await world.supplier.now())

    rows = [row async for row in world.supplier.send_all(requests, in_flight=2, within_ms=MINUTE_MS)]

    assert [row.device for row in rows] == list(bodies)
    assert [row.acknowledged for row in rows] == [True, True, False]
    assert [row.response and row.response.verified.holds for row in rows] == [True, True, None]


async def test_critical_and_other_requests_go_together(world: RunningSystem) -> None:
    now, meter = await world.supplier.now(), world.device(ESME)
    requests = [
        world.supplier.request("8.2", body=ReadInventory(device_id=meter), now=now),
        world.supplier.request("11.3", meter, ActivateFirmware(firmware_hash=bytes(32)), now=now),
        world.supplier.request("11.2", meter, now=now),
    ]

    rows = [row async for row in world.supplier.send_all(requests, within_ms=MINUTE_MS)]

    assert isinstance(rows[0].answer.body, DspInventory)
    assert [row.acknowledged for row in rows] == [False, True, True]
    assert [row.response is not None for row in rows] == [False, True, True]


async def test_a_campaign_outlives_the_dsp_and_nothing_is_lost_or_done_twice(world: RunningSystem) -> None:
    now = await world.supplier.now()
    bodies = dict.fromkeys(world.meters(), ReadFirmwareVersion())
    requests = [row for _ in range(ROUNDS) for row in world.supplier.requests("11.2", bodies, now=now)]
    rows: list[Sent] = []
    killings: list[asyncio.Task[None]] = []

    async for row in world.supplier.send_all(requests, in_flight=8, within_ms=MINUTE_MS):
        rows.append(row)
        if len(rows) in (8, 24):
            killings.append(asyncio.create_task(_kill_and_restart(world)))
            await asyncio.sleep(0)
    await asyncio.gather(*killings)
    answered = Counter([row.response.request_id async for row in _responses(world)])

    assert [row.request for row in rows] == requests
    assert {row.answer.response_code for row in rows} == {ResponseCode.I99}
    assert {row.response and row.response.response.response_code for row in rows} == {ResponseCode.I0}
    assert answered == Counter(str(request.request_id) for request in requests)


async def test_what_was_taken_before_the_line_broke_counts_as_acknowledged(world: RunningSystem) -> None:
    user = await _with_breaking_lines(world)
    requests = user.requests(
        "11.2", dict.fromkeys(world.meters(), ReadFirmwareVersion()), now=await user.now()
    )

    rows = [row async for row in user.send_all(requests, within_ms=MINUTE_MS)]
    answered = Counter([row.response.request_id async for row in _responses(world)])

    assert [row.answer.response_code for row in rows] == [ResponseCode.I99, ResponseCode.I99]
    assert [row.was_resent for row in rows] == [False, True]
    assert set(answered.values()) == {1}
    await user.close()


async def test_a_lost_pre_command_is_made_anew_under_another_request_id(world: RunningSystem) -> None:
    user = await _with_breaking_lines(world)
    body = ActivateFirmware(firmware_hash=bytes(32))
    requests = user.requests("11.3", dict.fromkeys(world.meters(), body), now=await user.now())

    rows = [row async for row in user.send_all(requests, within_ms=MINUTE_MS)]

    assert [row.acknowledged for row in rows] == [True, True]
    assert [row.request == request for row, request in zip(rows, requests, strict=True)] == [True, False]
    assert [row.response is not None for row in rows] == [True, True]
    await user.close()


async def test_a_lost_answer_that_cannot_be_had_again_is_said_to_be_lost(world: RunningSystem) -> None:
    user = await _with_breaking_lines(world)
    now = await user.now()
    requests = [user.request("8.2", body=ReadInventory(device_id=it), now=now) for it in world.meters()]

    rows = [row async for row in user.send_all(requests)]

    assert [row.answer.response_code for row in rows] == [ResponseCode.I0, ResponseCode.E40]
    assert [row.answer_is_lost for row in rows] == [False, True]
    await user.close()


async def test_a_request_id_that_another_used_is_no_acknowledgement(world: RunningSystem) -> None:
    request = world.supplier.request("11.2", world.device(ESME), now=await world.supplier.now())
    await world.supplier.send_command(request)

    (row,) = [row async for row in world.supplier.send_all([request])]

    assert row.answer.response_code is ResponseCode.E40
    assert not row.answer_is_lost


async def test_a_campaign_gives_up_on_a_dsp_that_stays_away(world: RunningSystem) -> None:
    request = world.supplier.request("11.2", world.device(ESME), now=await world.supplier.now())
    await world.system.kill_dsp()

    with pytest.raises(Unreachable, match="nobody answers"):
        async for _ in world.supplier.send_all([request], patience_seconds=0.3):
            pass


class LineBreaksOnce(DccUserInterface):
    """The DSP takes all that the first stream brings; of its answers only the first comes back."""

    broken = False

    async def submit(self, requests: Iterable[ServiceRequest]) -> AsyncIterator[ServiceResponse]:
        async for answer in super().submit(requests):
            if self.broken:
                yield answer
                continue
            yield answer
            self.broken = True
            raise Unreachable("Submit: the line broke")


async def _with_breaking_lines(world: RunningSystem) -> User:
    eui, settings = world.supplier.eui, world.system.settings
    folder = StateFolder(settings.state)
    line = Connection(world.system.connection.dsp)
    user = User(line, eui, read_user_keys(folder.party(eui), eui), repository=world.supplier.repository)
    user._interface = LineBreaksOnce(line, eui)
    return user


async def _kill_and_restart(world: RunningSystem) -> None:
    await world.system.kill_dsp()
    await world.system.restart_dsp()


def _responses(world: RunningSystem) -> AsyncIterator[ReceivedResponse]:
    return world.supplier.responses(srv="11.2", after=0, until_now=True)
