"""How far back the Service Audit Trail goes, its pages and times, the busiest Devices, and who looked into it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dsp.core.audit_titles import TitleRecord
from dsp.core.inputs import LookedUp, LookUpKind
from dsp.runtime.audit_desk import NotForThisUser, UnknownDevice
from dsp.runtime.records_desk import Page, Tally
from smart_metering.duis.inventory_requests import ReadInventory
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS, HOUR_MS, Instant, parse_instant
from smart_metering.records import changed
from tests.dsp.runtime.audit_world import ALL, Looking, before_titles, looking, with_titles
from tests.support.dsp_premises import (
    AGENT,
    DEVICE_TYPES,
    DISTRIBUTOR,
    ESME,
    GAS_SUPPLIER,
    GSME,
    HCALCS,
    NOWHERE,
    OTHER_USER,
    PPMID,
    SUPPLIER,
)


@pytest.fixture
async def after(tmp_path: Path) -> AsyncIterator[Looking]:
    """The modification in force."""
    async with looking(tmp_path, with_titles()) as world:
        yield world


@pytest.fixture
async def before(tmp_path: Path) -> AsyncIterator[Looking]:
    """No modification in force."""
    async with looking(tmp_path, before_titles()) as world:
        yield world


# --- how far back


MONTHS = parse_instant("2022-02-21T02:00:00Z")  # three calendar months after the premises were loaded


@pytest.mark.parametrize(("later", "left"), [(0, True), (1, False)])
async def test_a_record_exactly_three_calendar_months_old_is_still_visible(
    after: Looking, later: int, left: bool
) -> None:
    after.world.ask("8.2", ReadInventory(device_id=ESME), by=OTHER_USER)

    after.world.advance(MONTHS + later - after.world.now)

    assert bool(await after.titles(SUPPLIER, ESME)) is left
    assert bool(await after.own(OTHER_USER)) is left
    assert bool(await after.busiest(SUPPLIER)) is left


async def test_what_is_older_than_92_days_is_cleaned_up_and_numbers_go_on(after: Looking) -> None:
    trail, store = after.world.engine.state.audit_trail, after.records._store
    for _ in range(3):
        after.world.ask("8.2", ReadInventory(device_id=ESME), by=OTHER_USER)
    await after.titles(SUPPLIER, ESME)
    kept = len(store.read(trail))
    after.world.advance(92 * DAY_MS)
    after.world.ask("8.2", ReadInventory(device_id=ESME), by=OTHER_USER)
    await after.titles(SUPPLIER, ESME)
    on_the_day = len(store.read(trail))
    after.world.advance(DAY_MS)
    after.world.ask("8.2", ReadInventory(device_id=ESME), by=OTHER_USER)
    await after.titles(SUPPLIER, ESME)

    assert (kept, on_the_day) == (6, 8)
    assert [number for number, _ in store.read(trail)] == [7, 8, 9, 10]
    assert len(store.read(after.world.engine.state.look_ups)) == 2, "and the looks of that time with them"


async def test_the_trail_is_tidied_once_a_day(after: Looking) -> None:
    def forgets() -> int:
        changes = after.world.engine.ledger.take_changes()
        return sum(type(change).__name__ == "Forget" for change in changes)

    after.world.engine.ledger.take_changes()
    after.world.read_version(ESME)
    first = forgets()
    after.world.read_version(ESME)
    same_day = forgets()
    after.world.advance(DAY_MS)
    after.world.read_version(ESME)

    assert (first, same_day, forgets()) == (2, 0, 2)


# --- pages and times


async def test_titles_are_paged_by_record(after: Looking) -> None:
    for _ in range(3):
        after.world.ask("8.2", ReadInventory(device_id=ESME), by=OTHER_USER)

    whole = await after.titles(SUPPLIER, ESME)
    first = await after.titles(SUPPLIER, ESME, Page(limit=4))
    rest = await after.titles(SUPPLIER, ESME, Page(limit=4, before=first[-1].record))

    assert len(whole) == 6
    assert [*first, *rest] == whole


async def test_a_range_of_time_begins_within_and_ends_before(after: Looking) -> None:
    times = []
    for _ in range(4):
        times.append(after.world.now)
        after.world.ask("8.2", ReadInventory(device_id=ESME), by=OTHER_USER)
        after.world.advance(HOUR_MS)

    def at(titles: list[TitleRecord]) -> set[Instant]:
        return {title.at for title in titles}

    assert at(await after.titles(SUPPLIER, ESME, Page(limit=9, since=times[1], to=times[3]))) == {
        times[1],
        times[2],
    }
    assert at(await after.titles(SUPPLIER, ESME, Page(limit=9, to=times[1]))) == {times[0]}
    assert at(await after.titles(SUPPLIER, ESME, Page(limit=9, since=times[3]))) == {times[3]}
    assert await after.titles(SUPPLIER, ESME, Page(limit=9, since=Instant(times[3] + 1))) == []
    assert {record.at for record in await after.own(OTHER_USER, None, Page(limit=9, to=times[1]))} == {
        times[0]
    }


# --- the busiest Devices


async def test_the_busiest_devices_are_the_users_own_most_first(after: Looking) -> None:
    for device, times in ((ESME, 1), (HCALCS, 3), (GSME, 5), (PPMID, 2)):
        for _ in range(times):
            after.world.ask("8.2", ReadInventory(device_id=device), by=OTHER_USER)
    for _ in range(2):
        after.world.ask("8.2", ReadInventory(device_id=ESME), by=SUPPLIER)

    assert await after.busiest(SUPPLIER) == [
        Tally(device=ESME, titles=6, by_others=2),
        Tally(device=HCALCS, titles=6, by_others=6),
        Tally(device=PPMID, titles=4, by_others=4),
    ]
    assert [tally.device for tally in await after.busiest(GAS_SUPPLIER)] == [GSME, PPMID]
    assert [tally.device for tally in await after.busiest(SUPPLIER, Page(limit=2))] == [ESME, HCALCS]
    assert await after.busiest(OTHER_USER) == []


async def test_refused_requests_and_alerts_make_no_device_busy(after: Looking) -> None:
    after.world.read_version(ESME, by=GAS_SUPPLIER)
    after.world.remove_from_cpl(ESME)

    assert await after.busiest(SUPPLIER) == []


async def test_devices_are_busy_within_a_time(after: Looking) -> None:
    after.world.ask("8.2", ReadInventory(device_id=ESME), by=OTHER_USER)
    after.world.advance(HOUR_MS)
    after.world.ask("8.2", ReadInventory(device_id=PPMID), by=OTHER_USER)

    later = await after.busiest(SUPPLIER, Page(limit=9, since=after.world.now))
    earlier = await after.busiest(SUPPLIER, Page(limit=9, to=after.world.now))

    assert [tally.device for tally in later] == [PPMID]
    assert [tally.device for tally in earlier] == [ESME]


async def test_before_nobody_is_told_which_devices_are_busy(before: Looking) -> None:
    with pytest.raises(NotForThisUser, match="before the modification"):
        await before.busiest(SUPPLIER)


# --- who looked


async def test_each_look_is_written_down_the_refused_ones_too(after: Looking) -> None:
    start = after.world.now
    await after.own(SUPPLIER)
    await after.own(SUPPLIER, ESME, Page(limit=1, since=Instant(5), to=Instant(7)))
    after.world.advance(1_000)
    await after.titles(DISTRIBUTOR, ESME)
    await after.busiest(GAS_SUPPLIER)
    for device, error in ((ESME, NotForThisUser), (NOWHERE, UnknownDevice)):
        with pytest.raises(error):
            await after.titles(OTHER_USER, device)

    looks = [(look.at, look.looked_up) for _, look in await after.desk.look_ups(None, None, ALL)]

    then, now = start, Instant(start + 1_000)
    assert list(reversed(looks)) == [
        (then, LookedUp(user=SUPPLIER, what=LookUpKind.OWN_RECORDS)),
        (
            then,
            LookedUp(
                user=SUPPLIER, what=LookUpKind.OWN_RECORDS, device=ESME, since=Instant(5), to=Instant(7)
            ),
        ),
        (now, LookedUp(user=DISTRIBUTOR, what=LookUpKind.TITLES, device=ESME)),
        (now, LookedUp(user=GAS_SUPPLIER, what=LookUpKind.BUSIEST_DEVICES)),
        (now, LookedUp(user=OTHER_USER, what=LookUpKind.TITLES, device=ESME, refused=True)),
        (now, LookedUp(user=OTHER_USER, what=LookUpKind.TITLES, device=NOWHERE, refused=True)),
    ]


@pytest.mark.parametrize(
    ("user", "device", "count"), [(SUPPLIER, None, 2), (None, ESME, 2), (SUPPLIER, ESME, 1), (AGENT, None, 0)]
)
async def test_looks_are_searched_by_user_and_device(
    after: Looking, user: Eui | None, device: Eui | None, count: int
) -> None:
    await after.own(SUPPLIER)
    await after.own(SUPPLIER, ESME)
    await after.titles(DISTRIBUTOR, ESME)

    assert len(await after.desk.look_ups(user, device, ALL)) == count


# --- Devices come and go


async def test_a_list_of_devices_is_in_order_and_as_of_now_whoever_left_and_whoever_came(
    after: Looking,
) -> None:
    state = after.world.engine.state
    lists = [ids_listed(after)]

    left = state.devices[ESME]
    state.remove_device(left)
    lists.append(ids_listed(after))
    state.put_device(changed(left, device=changed(left.device, device_id=NOWHERE)))
    lists.append(ids_listed(after))
    state.remove_device(state.devices[GSME])
    state.put_device(left)
    lists.append(ids_listed(after))

    every = set(DEVICE_TYPES)
    assert [set(ids) for ids in lists] == [
        every,
        every - {ESME},
        every - {ESME} | {NOWHERE},
        every - {GSME} | {NOWHERE},
    ]
    assert all(ids == sorted(ids) for ids in lists)


def ids_listed(looking: Looking) -> list[Eui]:
    devices, _ = looking.records.list_devices("", 100, lambda _: True)
    return [device.device.device_id for device in devices]
