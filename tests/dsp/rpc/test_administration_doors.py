"""The doors of the administration, the CPL, the clock and the Self-Service Interface."""

import asyncio
import math
from pathlib import Path

import grpc
import pytest
from grpc import aio

from smart_metering.command_variants import CommandVariant
from smart_metering.duis.inventory_requests import ReadInventory
from smart_metering.instants import DAY_MS, MINUTE_MS
from smart_metering.rpc.v1 import central_products_list_pb2 as cpl_pb2
from smart_metering.rpc.v1 import clock_pb2
from smart_metering.rpc.v1 import dcc_user_interface_pb2 as dcc_pb2
from smart_metering.rpc.v1 import inventory_administration_pb2 as administration_pb2
from smart_metering.rpc.v1 import self_service_interface_pb2 as ssi_pb2
from smart_metering.wire.conversion import to_message
from tests.dsp.rpc.loopback import Dcc, HandHeldHost, as_user, running
from tests.support.dsp_premises import (
    CHF,
    DEVICE_TYPES,
    DISTRIBUTOR,
    ESME,
    NOWHERE,
    ROLES,
    START,
    SUPPLIER,
    V1,
    cpl_entry,
    loaded_device,
    registration,
)
from tests.support.hand_made_device import ACB

INVALID = grpc.StatusCode.INVALID_ARGUMENT


# --- administration


async def test_a_load_that_cannot_be_read_names_every_fault_and_loads_nothing(tmp_path: Path) -> None:
    batch = administration_pb2.InventoryBatch(
        parties=[
            administration_pb2.Party(eui=SUPPLIER, roles=["IS"]),
            administration_pb2.Party(eui="x", roles=["KING"]),
        ],
        devices=[administration_pb2.LoadedDevice(comms_hub=CHF)],
    )
    async with running(tmp_path) as dcc:
        with pytest.raises(aio.AioRpcError) as refused:
            await dcc.administration.Load(iter([batch]))
        parties = await dcc.administration.ListParties(administration_pb2.ListPartiesRequest())

    details = refused.value.details() or ""
    assert refused.value.code() is INVALID
    for path in ("parties[1].eui: ", "parties[1].roles[0]: ", "devices[0].device: "):
        assert path in details
    assert len(parties.parties) == 0


async def test_a_load_that_contradicts_itself_is_refused_whole(tmp_path: Path) -> None:
    batch = administration_pb2.InventoryBatch(
        registrations=[to_message(registration("1200000000000", SUPPLIER), administration_pb2.Registration)],
        devices=[to_message(loaded_device(ESME), administration_pb2.LoadedDevice)],
    )
    async with running(tmp_path) as dcc:
        with pytest.raises(aio.AioRpcError) as refused:
            await dcc.administration.Load(iter([batch]))

    details = refused.value.details() or ""
    assert refused.value.code() is INVALID
    assert "registrations[0].party" in details
    assert "devices[0]" in details


async def test_batches_are_summed(tmp_path: Path) -> None:
    parties = [administration_pb2.Party(eui=eui, roles=["OU"]) for eui in (SUPPLIER, DISTRIBUTOR)]
    async with running(tmp_path) as dcc:
        batches = [administration_pb2.InventoryBatch(parties=[it]) for it in parties]
        summary = await dcc.administration.Load(iter(batches))
        nothing = await dcc.administration.Load(iter([administration_pb2.InventoryBatch()]))

    assert (summary.parties, nothing.parties) == (2, 0)


async def test_parties_are_listed_in_order(dcc: Dcc) -> None:
    listed = await dcc.administration.ListParties(administration_pb2.ListPartiesRequest())

    assert [party.eui for party in listed.parties] == sorted(ROLES)


# --- the Central Products List


async def test_an_entry_that_leaves_the_list_suspends_its_devices_and_comes_back(dcc: Dcc) -> None:
    entry = cpl_entry(ESME, V1)

    removed = await dcc.cpl.Remove(cpl_pb2.RemoveCplEntry(entry_id=entry.entry_id))
    added = await dcc.cpl.Add(to_message(entry, cpl_pb2.CplEntry))
    listed = await dcc.cpl.List(cpl_pb2.ListCplEntries())

    assert (removed.devices_suspended, added.devices_restored) == (1, 1)
    ids = [it.entry_id for it in listed.entries]
    assert ids == sorted(ids)
    assert entry.entry_id in ids


async def test_an_entry_that_is_not_there_is_not_found(dcc: Dcc) -> None:
    with pytest.raises(aio.AioRpcError) as refused:
        await dcc.cpl.Remove(cpl_pb2.RemoveCplEntry(entry_id="no entry"))

    assert refused.value.code() is grpc.StatusCode.NOT_FOUND


async def test_an_entry_without_a_firmware_version_is_refused(dcc: Dcc) -> None:
    entry = to_message(cpl_entry(ESME, V1), cpl_pb2.CplEntry)
    entry.firmware_version = ""

    with pytest.raises(aio.AioRpcError) as refused:
        await dcc.cpl.Add(entry)

    assert refused.value.code() is INVALID
    assert "firmware_version: " in (refused.value.details() or "")


# --- the clock


async def test_the_clock_runs_to_each_next_event_and_says_when_there_is_none(dcc: Dcc) -> None:
    host = HandHeldHost(dcc, latency=2_000)
    await host.attach()
    await dcc.send(dcc.read_version())
    until = clock_pb2.RunToNextEventRequest(until=START + MINUTE_MS)

    states = [await dcc.clock.RunToNextEvent(until) for _ in range(3)]

    assert [(state.now - START, state.event) for state in states][:2] == [(2_000, True), (4_000, True)]
    assert (await dcc.clock.Now(clock_pb2.NowRequest())).now == states[-1].now
    while states[-1].event:
        states.append(await dcc.clock.RunToNextEvent(until))
    assert states[-1].now == START + MINUTE_MS


@pytest.mark.parametrize("by", [-1, 2**62])
async def test_an_advance_that_cannot_be_is_refused(dcc: Dcc, by: int) -> None:
    with pytest.raises(aio.AioRpcError) as refused:
        await dcc.advance(by)

    assert refused.value.code() is INVALID
    assert (await dcc.advance(0)).now == START


@pytest.mark.parametrize("rate", [-1.0, math.nan, math.inf, 1e9])
async def test_a_rate_that_cannot_be_is_refused(dcc: Dcc, rate: float) -> None:
    with pytest.raises(aio.AioRpcError) as refused:
        await dcc.clock.SetRate(clock_pb2.SetRateRequest(rate=rate))

    assert refused.value.code() is INVALID


async def test_time_that_runs_is_not_stepped_and_wakes_the_engine_by_itself(dcc: Dcc) -> None:
    await dcc.send(dcc.read_version())
    running_state = await dcc.clock.SetRate(clock_pb2.SetRateRequest(rate=1_000))

    with pytest.raises(aio.AioRpcError) as refused:
        await dcc.advance(1)
    batch = await asyncio.wait_for(
        dcc.users.Receive(dcc_pb2.ReceiveRequest(), metadata=as_user(SUPPLIER)).read(), 5
    )
    stopped = await dcc.clock.SetRate(clock_pb2.SetRateRequest(rate=0))

    assert running_state.rate == 1_000
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert isinstance(batch, dcc_pb2.ReceivedBatch)
    assert batch.messages[0].service_response.response_code == "E20"
    assert stopped.now >= START + 30_000
    assert (await dcc.clock.Now(clock_pb2.NowRequest())).now == stopped.now


async def test_hosts_follow_the_rate(dcc: Dcc) -> None:
    host = HandHeldHost(dcc)
    await host.attach()

    await dcc.clock.SetRate(clock_pb2.SetRateRequest(rate=60))

    assert host.frames("clock_update")[-1].clock_update.rate == 60


async def test_a_month_of_nothing_is_one_step(dcc: Dcc) -> None:
    assert (await dcc.advance(30 * DAY_MS)).now == START + 30 * DAY_MS


# --- the Self-Service Interface


async def test_a_device_is_shown_with_its_history(dcc: Dcc) -> None:
    await dcc.cpl.Remove(cpl_pb2.RemoveCplEntry(entry_id=cpl_entry(ESME, V1).entry_id))

    device = await dcc.ssi.ReadDevice(ssi_pb2.ReadDeviceRequest(device_id=ESME), metadata=as_user(SUPPLIER))

    assert (device.device.device_status, device.status_before_suspension) == ("Suspended", "Commissioned")
    assert [change.status for change in device.status_history] == ["Commissioned", "Suspended"]
    assert device.comms_hub == CHF


@pytest.mark.parametrize(("device_id", "status"), [(NOWHERE, grpc.StatusCode.NOT_FOUND), ("x", INVALID)])
async def test_a_device_that_is_not_there_is_not_shown(
    dcc: Dcc, device_id: str, status: grpc.StatusCode
) -> None:
    with pytest.raises(aio.AioRpcError) as refused:
        await dcc.ssi.ReadDevice(ssi_pb2.ReadDeviceRequest(device_id=device_id), metadata=as_user(SUPPLIER))

    assert refused.value.code() is status


async def test_devices_are_listed_page_by_page_in_order(dcc: Dcc) -> None:
    seen: list[str] = []
    after = ""
    while True:
        request = ssi_pb2.ListDevicesRequest(after_device_id=after, page_size=2)
        page = await dcc.ssi.ListDevices(request, metadata=as_user(SUPPLIER))
        seen += [it.device.device_id for it in page.devices]
        after = page.next_after_device_id
        if not after:
            break

    assert seen == sorted(DEVICE_TYPES)


async def test_devices_are_filtered_by_status_and_type(dcc: Dcc) -> None:
    request = ssi_pb2.ListDevicesRequest(device_status="Commissioned", device_type="ESME")

    page = await dcc.ssi.ListDevices(request, metadata=as_user(SUPPLIER))

    assert [it.device.device_id for it in page.devices] == [ESME]


@pytest.mark.parametrize(
    "request_",
    [ssi_pb2.ListDevicesRequest(device_status="Fine"), ssi_pb2.ListDevicesRequest(page_size=1_001)],
)
async def test_a_list_that_cannot_be_is_refused(dcc: Dcc, request_: ssi_pb2.ListDevicesRequest) -> None:
    with pytest.raises(aio.AioRpcError) as refused:
        await dcc.ssi.ListDevices(request_, metadata=as_user(SUPPLIER))

    assert refused.value.code() is INVALID


async def test_a_user_sees_its_own_records_of_the_audit_trail_newest_first(dcc: Dcc) -> None:
    for _ in range(3):
        await dcc.non_device(
            dcc.request("8.2", ReadInventory(device_id=ESME), target=ACB, variant=CommandVariant.NON_DEVICE)
        )
    query = ssi_pb2.ServiceAuditTrailQuery(page_size=4)

    first = await dcc.ssi.QueryServiceAuditTrail(query, metadata=as_user(SUPPLIER))
    query.before_record = first.next_before_record
    second = await dcc.ssi.QueryServiceAuditTrail(query, metadata=as_user(SUPPLIER))
    others = await dcc.ssi.QueryServiceAuditTrail(query, metadata=as_user(DISTRIBUTOR))

    records = [*first.records, *second.records]
    assert [it.record for it in records] == sorted((it.record for it in records), reverse=True)
    assert len(records) == 6
    assert second.next_before_record == 0
    assert {it.user for it in records} == {SUPPLIER}
    assert len(others.records) == 0


async def test_the_audit_trail_is_searched_by_time_and_device(dcc: Dcc) -> None:
    await dcc.send(dcc.read_version())
    await dcc.advance(MINUTE_MS)
    later = ssi_pb2.ServiceAuditTrailQuery(device_id=ESME.lower(), to=START + 1)
    other = ssi_pb2.ServiceAuditTrailQuery(device_id=CHF, before_record=2**64 - 1)

    early = await dcc.ssi.QueryServiceAuditTrail(later, metadata=as_user(SUPPLIER))
    none = await dcc.ssi.QueryServiceAuditTrail(other, metadata=as_user(SUPPLIER))

    assert {it.at for it in early.records} == {START}
    assert {it.device_id for it in early.records} == {ESME}
    assert len(none.records) == 0
