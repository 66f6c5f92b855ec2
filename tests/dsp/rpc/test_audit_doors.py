"""The doors to the Service Audit Trail: own records, titles, the busiest Devices, who looked; pages and refusals."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import grpc
import pytest
from grpc import aio

from dsp.rules.modifications.service_audit_trail_titles import service_audit_trail_titles
from dsp.rules.releases import rules_with
from smart_metering.command_variants import CommandVariant
from smart_metering.duis.inventory_requests import DevicePrenotification, ReadInventory
from smart_metering.duis.service_requests import ReadFirmwareVersion, UninterpretedBody
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS, HOUR_MS, MINUTE_MS, Instant
from smart_metering.rpc.v1 import self_service_interface_pb2 as pb2
from tests.dsp.rpc.loopback import Dcc, as_user, running
from tests.support.dsp_premises import (
    DISTRIBUTOR,
    ESME,
    GAS_SUPPLIER,
    GSME,
    NOWHERE,
    OTHER_USER,
    ROLES,
    START,
    STRANGER,
    SUPPLIER,
)
from tests.support.hand_made_device import ACB

INVALID = grpc.StatusCode.INVALID_ARGUMENT
DENIED = grpc.StatusCode.PERMISSION_DENIED


@pytest.fixture
async def dcc(tmp_path: Path) -> AsyncIterator[Dcc]:
    """The premises, and titles in force."""
    async with running(tmp_path / "state", rules=service_audit_trail_titles(rules_with(()))) as dcc:
        await dcc.load_premises()
        yield dcc


async def look_at(dcc: Dcc, device: Eui = ESME, by: Eui = OTHER_USER) -> None:
    """An 8.2 about the Device: two messages with a title."""
    body = ReadInventory(device_id=device)
    request = dcc.request("8.2", body, target=ACB, by=by, variant=CommandVariant.NON_DEVICE)
    assert (await dcc.non_device(request, by)).response_code == "I0"


async def titles(
    dcc: Dcc,
    user: str = SUPPLIER,
    *,
    device_id: str = ESME,
    since: int = 0,
    to: int = 0,
    before_record: int = 0,
    page_size: int = 0,
) -> pb2.TitlesPage:
    """What the User sees of the meter."""
    query = pb2.TitlesQuery(
        device_id=device_id, to=to, before_record=before_record, page_size=page_size, **{"from": since}
    )
    return await dcc.ssi.QueryTitles(query, metadata=as_user(user))


async def refusal(call: Awaitable[object]) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(aio.AioRpcError) as refused:
        await call
    return refused.value.code(), refused.value.details() or ""


# --- titles


async def test_a_title_crosses_the_door_field_by_field(dcc: Dcc) -> None:
    await look_at(dcc)

    response, request = (await titles(dcc)).titles

    assert request == pb2.TitleRecord(
        record=1,
        at=START,
        device_id=ESME,
        device_type="ESME",
        message_kind="ServiceRequest",
        service_reference_variant="8.2",
        title="Read Inventory",
        originator_role="OU",
    )
    assert (response.record, response.message_kind) == (2, "ServiceResponse")


async def test_nothing_of_another_user_can_be_found_in_the_octets_of_a_page(dcc: Dcc) -> None:
    for user in (OTHER_USER, DISTRIBUTOR, GAS_SUPPLIER):
        await look_at(dcc, by=user)
    await dcc.send(dcc.request("11.2", ReadInventory(device_id=ESME), by=OTHER_USER), by=OTHER_USER)

    octets = (await titles(dcc)).SerializeToString()

    assert octets.count(b"Read Inventory") == 6
    for user in (*ROLES, ACB):
        assert user.encode() not in octets


async def test_titles_are_paged_until_there_are_no_more(dcc: Dcc) -> None:
    for _ in range(3):
        await look_at(dcc)

    pages, before = [], 0
    while True:
        page = await titles(dcc, page_size=2, before_record=before)
        pages.append([title.record for title in page.titles])
        before = page.next_before_record
        if not before:
            break

    assert pages == [[6, 5], [4, 3], [2, 1]]


async def test_titles_are_searched_by_time(dcc: Dcc) -> None:
    await look_at(dcc)
    await dcc.advance(HOUR_MS)
    await look_at(dcc)

    later = await titles(dcc, since=START + 1)
    earlier = await titles(dcc, to=START + HOUR_MS)
    none = await titles(dcc, since=START + HOUR_MS + 1, before_record=2**64 - 1)

    assert [title.record for title in later.titles] == [4, 3]
    assert [title.record for title in earlier.titles] == [2, 1]
    assert list(none.titles) == []


@pytest.mark.parametrize(
    ("user", "asked", "code", "told"),
    [
        (OTHER_USER, {}, DENIED, "neither Responsible Supplier nor Responsible Network Operator"),
        (SUPPLIER, {"device_id": GSME}, DENIED, f"of {GSME} at this moment"),
        (SUPPLIER, {"device_id": NOWHERE}, grpc.StatusCode.NOT_FOUND, f"the SMI does not know {NOWHERE}"),
        (SUPPLIER, {"device_id": ""}, INVALID, "device_id: "),
        (SUPPLIER, {"page_size": 1_001}, INVALID, "page_size: 1001, expected at most 1000"),
        (STRANGER, {}, grpc.StatusCode.UNAUTHENTICATED, "is no party that is loaded"),
    ],
)
async def test_titles_are_refused_with_what_was_expected(
    dcc: Dcc, user: str, asked: dict[str, str] | dict[str, int], code: grpc.StatusCode, told: str
) -> None:
    status, details = await refusal(titles(dcc, user, **asked))

    assert status is code
    assert told in details


async def test_a_quiet_device_and_one_that_was_only_touched_give_an_empty_page(dcc: Dcc) -> None:
    quiet = await titles(dcc, SUPPLIER)
    await look_at(dcc, by=OTHER_USER)
    touched = await titles(dcc, OTHER_USER)

    assert quiet == touched == pb2.TitlesPage()


async def test_before_the_modification_every_door_to_titles_is_shut(tmp_path: Path) -> None:
    async with running(tmp_path, rules=rules_with(())) as dcc:
        await dcc.load_premises()
        await look_at(dcc)

        refusals = [
            await refusal(titles(dcc)),
            await refusal(titles(dcc, device_id=NOWHERE)),
            await refusal(dcc.ssi.BusiestDevices(pb2.BusiestDevicesQuery(), metadata=as_user(SUPPLIER))),
        ]

    for status, details in refusals:
        assert status is DENIED
        assert "before the modification" in details
        assert "available only to the User that sent or received it" in details


# --- the busiest Devices


async def test_the_busiest_devices_are_counted_for_who_answers_for_them(dcc: Dcc) -> None:
    await look_at(dcc, ESME)
    for _ in range(2):
        await look_at(dcc, GSME)
    await look_at(dcc, ESME, by=SUPPLIER)

    async def busiest(user: str, **asked: int) -> list[tuple[str, str, int, int]]:
        query = pb2.BusiestDevicesQuery(**asked)
        answer = await dcc.ssi.BusiestDevices(query, metadata=as_user(user))
        return [(it.device_id, it.device_type, it.titles, it.by_others) for it in answer.devices]

    assert await busiest(SUPPLIER) == [(ESME, "ESME", 4, 2)]
    assert await busiest(GAS_SUPPLIER) == [(GSME, "GSME", 4, 4)]
    assert await busiest(SUPPLIER, to=START) == []
    assert await busiest(OTHER_USER) == []
    status, details = await refusal(busiest(SUPPLIER, limit=1_001))
    assert (status, details) == (INVALID, "limit: 1001, expected at most 1000")


# --- who looked


async def test_looks_are_listed_newest_first_in_pages(dcc: Dcc) -> None:
    await titles(dcc, DISTRIBUTOR)
    await dcc.advance(MINUTE_MS)
    query = pb2.ServiceAuditTrailQuery(device_id="", to=START + 1, **{"from": START})
    await dcc.ssi.QueryServiceAuditTrail(query, metadata=as_user(SUPPLIER))
    await refusal(titles(dcc, OTHER_USER))

    async def looks(**asked: object) -> pb2.LookUps:
        query = pb2.LookUpsQuery(**asked)  # type: ignore[arg-type]  # its names say which
        return await dcc.ssi.ListLookUps(query, metadata=as_user(OTHER_USER))

    whole = await looks()
    first = await looks(page_size=2)
    rest = await looks(page_size=2, before_record=first.next_before_record)

    assert list(whole.look_ups) == [
        pb2.LookUp(
            record=3, at=START + MINUTE_MS, user=OTHER_USER, what="titles", device_id=ESME, refused=True
        ),
        pb2.LookUp(
            record=2, at=START + MINUTE_MS, user=SUPPLIER, what="own records", since=START, until=START + 1
        ),
        pb2.LookUp(record=1, at=START, user=DISTRIBUTOR, what="titles", device_id=ESME),
    ]
    assert [*first.look_ups, *rest.look_ups] == list(whole.look_ups)
    assert (whole.next_before_record, rest.next_before_record) == (0, 0)
    assert [it.record for it in (await looks(user=SUPPLIER)).look_ups] == [2]
    assert [it.record for it in (await looks(device_id=ESME.lower())).look_ups] == [3, 1]
    assert [it.record for it in (await looks(to=START + 1)).look_ups] == [1]


async def test_a_look_survives_the_dsp(tmp_path: Path) -> None:
    async with running(tmp_path) as dcc:
        await dcc.load_premises()
        await dcc.ssi.QueryServiceAuditTrail(pb2.ServiceAuditTrailQuery(), metadata=as_user(SUPPLIER))

    async with running(tmp_path) as dcc:
        looks = await dcc.ssi.ListLookUps(pb2.LookUpsQuery(), metadata=as_user(SUPPLIER))

    assert [(it.user, it.what) for it in looks.look_ups] == [(SUPPLIER, "own records")]


@pytest.mark.parametrize(
    "call",
    [
        lambda dcc: dcc.ssi.QueryTitles(pb2.TitlesQuery()),
        lambda dcc: dcc.ssi.BusiestDevices(pb2.BusiestDevicesQuery()),
        lambda dcc: dcc.ssi.ListLookUps(pb2.LookUpsQuery()),
    ],
    ids=["QueryTitles", "BusiestDevices", "ListLookUps"],
)
async def test_nobody_looks_without_saying_who_it_is(
    dcc: Dcc, call: Callable[[Dcc], Awaitable[object]]
) -> None:
    status, _ = await refusal(call(dcc))

    assert status is grpc.StatusCode.UNAUTHENTICATED


# --- own records, and the history of a Device


async def test_own_records_end_after_three_calendar_months(dcc: Dcc) -> None:
    await look_at(dcc, by=SUPPLIER)
    query = pb2.ServiceAuditTrailQuery()

    await dcc.advance(92 * DAY_MS)
    on_the_day = await dcc.ssi.QueryServiceAuditTrail(query, metadata=as_user(SUPPLIER))
    await dcc.advance(1)
    after_it = await dcc.ssi.QueryServiceAuditTrail(query, metadata=as_user(SUPPLIER))

    assert (len(on_the_day.records), len(after_it.records)) == (2, 0)


async def test_the_request_that_changed_a_device_is_named_to_its_user_alone(dcc: Dcc) -> None:
    newcomer = "00-DB-12-34-56-78-90-77"
    body = DevicePrenotification(
        device_id=Eui(newcomer), device_manufacturer="106C", device_model="433100AC", device_type="GSME"
    )
    request = dcc.request("12.2", body, target=ACB, by=SUPPLIER, variant=CommandVariant.NON_DEVICE)
    answer = await dcc.non_device(request)

    seen = {}
    for user in (SUPPLIER, OTHER_USER):
        ask = pb2.ReadDeviceRequest(device_id=newcomer)
        device = await dcc.ssi.ReadDevice(ask, metadata=as_user(user))
        seen[user] = [change.request_id for change in device.status_history]

    assert answer.response_code == "I0"
    assert seen == {SUPPLIER: [answer.request_id], OTHER_USER: [""]}


async def own_page(dcc: Dcc, *, page_size: int = 0, before_record: int = 0) -> pb2.ServiceAuditTrailPage:
    query = pb2.ServiceAuditTrailQuery(page_size=page_size, before_record=before_record)
    return await dcc.ssi.QueryServiceAuditTrail(query, metadata=as_user(SUPPLIER))


async def test_an_own_record_crosses_the_door_with_its_message_and_the_size_of_it(dcc: Dcc) -> None:
    at = Instant(START + HOUR_MS)
    request = dcc.request("11.2", ReadFirmwareVersion(execution_date_time=at), target=ESME)
    answer = await dcc.send(request)

    acknowledgement, sent = (await own_page(dcc)).records

    assert sent.WhichOneof("content") == "service_request"
    assert sent.service_request == request
    assert sent.execution_date_time == at
    assert sent.size == request.ByteSize() > 0
    assert acknowledgement.service_response.response_code == answer.response_code == "I99"
    assert acknowledgement.service_response.request_id == answer.request_id


async def test_a_page_of_own_records_ends_where_its_contents_fill_it(dcc: Dcc) -> None:
    content = bytes(900 * 1024)
    for _ in range(4):
        body = UninterpretedBody(content=content)
        await dcc.non_device(
            dcc.request("8.6", body, target=ACB, by=SUPPLIER, variant=CommandVariant.NON_DEVICE)
        )

    pages: list[list[int]] = []
    before = 0
    while not pages or before:
        page = await own_page(dcc, before_record=before)
        pages.append([record.record for record in page.records])
        before = page.next_before_record

    assert [number for page in pages for number in page] == [8, 7, 6, 5, 4, 3, 2, 1]
    assert [len(page) for page in pages] == [6, 2]
