"""The Service Audit Trail through the client: own records, titles, the busiest Devices, and who looked."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from smart_metering.identifiers import Eui
from smart_metering.instants import HOUR_MS, Instant
from smart_metering.user_roles import UserRole
from smets.client.errors import NotThere, UnknownCaller
from smets.client.records import BusyDevice, LookUp
from tests.smets.running_system import ESME, RunningSystem, running

WITH_TITLES = """
modifications: [SAT-TITLES]
fleets:
  - count: 2
"""
BEFORE = """
modifications: []
fleets:
  - count: 1
"""
NEWCOMER = Eui("00-DB-12-34-00-00-00-77")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[RunningSystem]:
    """Two premises; each network operator has read both electricity meters, the second an hour later."""
    async with running(tmp_path / "state", WITH_TITLES) as world:
        for meter in world.meters():
            await world.network_operator.send("11.2", meter)
            await world.administration.advance(HOUR_MS)
        yield world


async def test_a_supplier_sees_what_the_network_operator_did_by_title(world: RunningSystem) -> None:
    meter = world.device(ESME)

    titles = [title async for title in world.supplier.self_service.titles(meter)]

    assert [(title.message_kind, title.title, title.originator_role) for title in titles] == [
        ("ServiceResponse", "Read Firmware Version", UserRole.ED),
        ("ServiceRequest", "Read Firmware Version", UserRole.ED),
    ]
    assert {title.device_id for title in titles} == {meter}
    assert [title async for title in world.network_operator.self_service.titles(meter)] == []


async def test_records_and_titles_are_searched_by_time_and_number(world: RunningSystem) -> None:
    supplier, operator = world.supplier.self_service, world.network_operator.self_service
    _, second = world.meters()
    own = [record async for record in operator.audit_trail()]
    times = sorted({record.at for record in own if record.message_kind == "ServiceRequest"})

    later = [record async for record in operator.audit_trail(since=times[1])]
    older = [record async for record in operator.audit_trail(before=own[2].record)]
    in_time = [title async for title in supplier.titles(second, since=times[1])]
    too_early = [title async for title in supplier.titles(second, until=times[1])]

    assert {record.device_id for record in later} == {second}
    assert older == own[3:]
    assert len(in_time) == 2
    assert too_early == []
    assert [title async for title in supplier.titles(second, before=in_time[0].record)] == in_time[1:]


async def test_the_busiest_devices_come_first(world: RunningSystem) -> None:
    first, second = world.meters()
    await world.supplier.send("11.2", second)
    await world.administration.advance(0)
    now = (await world.administration.now()).now
    desk = world.supplier.self_service

    assert [(it.device_id, it.titles, it.by_others) for it in await desk.busiest_devices()] == [
        (second, 4, 2),
        (first, 2, 2),
    ]
    assert [it.device_id for it in await desk.busiest_devices(limit=1)] == [second]
    (recent,) = await desk.busiest_devices(since=now)
    assert recent == BusyDevice(device_id=second, device_type=recent.device_type, titles=2, by_others=0)
    assert await desk.busiest_devices(until=Instant(1)) == []


async def test_titles_that_are_not_to_be_seen_are_refused(world: RunningSystem) -> None:
    second_supplier = world.administration.self_service(world.plan.parties[2].eui)

    with pytest.raises(NotThere, match=NEWCOMER):
        [title async for title in world.supplier.self_service.titles(NEWCOMER)]
    with pytest.raises(UnknownCaller, match="neither Responsible Supplier nor Responsible Network Operator"):
        [title async for title in second_supplier.titles(world.device(ESME))]


async def test_each_look_is_seen_by_who_runs_the_dcc(world: RunningSystem) -> None:
    meter = world.device(ESME)
    desk = world.supplier.self_service
    [title async for title in desk.titles(meter, until=Instant(5))]
    [record async for record in world.network_operator.self_service.audit_trail()]

    now = (await world.administration.now()).now
    looks = [look async for look in world.administration.self_service(world.supplier.eui).look_ups()]
    of_supplier = [look async for look in desk.look_ups(user=world.supplier.eui, device_id=meter)]

    operator = world.network_operator.eui
    titles = LookUp(
        record=1, at=now, user=world.supplier.eui, what="titles", device_id=meter, until=Instant(5)
    )
    assert looks == [LookUp(record=2, at=now, user=operator, what="own records"), titles]
    assert of_supplier == [titles]


async def test_before_the_modification_there_are_no_titles(tmp_path: Path) -> None:
    async with running(tmp_path / "state", BEFORE) as world:
        desk = world.supplier.self_service

        with pytest.raises(UnknownCaller, match="before the modification"):
            [title async for title in desk.titles(world.device(ESME))]
        with pytest.raises(UnknownCaller, match="before the modification"):
            await desk.busiest_devices()
