"""The push to a User's Receive Response Service: in order, not too early, until it is taken, and never after that."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest

from smart_metering.duis.service_responses import DccAlert
from smart_metering.duis_xml.messages import read_response, write_response
from smart_metering.instants import DAY_MS, HOUR_MS
from smart_metering.rpc.v1.central_products_list_pb2 import RemoveCplEntry
from tests.dsp.duis_http.duis_over_http import AT_ONCE, DuisDcc, duis_dsp
from tests.dsp.duis_http.pushing import failed, request_ids_of, respond, settled
from tests.dsp.duis_http.test_duis_bodies import dsps_signature_holds
from tests.dsp.rpc.loopback import HandHeldHost
from tests.support.dsp_premises import CHF, ESME, GAS_SUPPLIER, GPF, GSME, SUPPLIER, V1, cpl_entry
from tests.support.receive_response import ReceiveResponseService, receive_response_service

SHORT = replace(AT_ONCE, most_octets=1_000)


async def test_messages_are_pushed_signed_and_in_order(
    duis: DuisDcc, service: ReceiveResponseService
) -> None:
    await duis.push_to(service.url)

    request_ids = await respond(duis, ESME, CHF, ESME, ESME)
    pushes = await service.until(4)

    assert request_ids_of(pushes) == request_ids
    assert {push.content_type for push in pushes} == {"application/xml"}
    assert all(dsps_signature_holds(push.octets) for push in pushes)


async def test_what_is_pushed_is_what_stands_in_the_stream(
    duis: DuisDcc, service: ReceiveResponseService
) -> None:
    await duis.push_to(service.url)
    await respond(duis, ESME)
    await duis.dcc.cpl.Remove(RemoveCplEntry(entry_id=cpl_entry(ESME, V1).entry_id))
    stream = await duis.dcc.inbox()
    pushes = await service.until(len(stream))

    assert [push.message for push in pushes] == [read_response(write_response(message)) for message in stream]
    assert any(isinstance(message, DccAlert) for message in stream)


async def test_nothing_is_pushed_sooner_than_the_delay_after_its_acknowledgement(
    tmp_path: Path, service: ReceiveResponseService
) -> None:
    async with duis_dsp(tmp_path, replace(AT_ONCE, response_delay=0.4)) as duis:
        await duis.push_to(service.url)
        host = HandHeldHost(duis.dcc)
        await host.attach()
        await asyncio.sleep(0.4)  # else it waits because the DSP has just started

        await duis.send(duis.read_version())
        acknowledged = asyncio.get_running_loop().time()
        await duis.dcc.advance(5_000)
        (push,) = await service.until(1)
        await host.detach()

    assert push.at - acknowledged > 0.35


async def test_each_user_has_an_address_and_an_order_of_its_own(
    duis: DuisDcc, service: ReceiveResponseService
) -> None:
    async with receive_response_service() as other:
        await other.go_away()
        await duis.push_to(service.url)
        await duis.push_to(other.url, GAS_SUPPLIER)
        theirs = await respond(duis, GSME, GPF, by=GAS_SUPPLIER)
        ours = await respond(duis, ESME)

        assert request_ids_of(await service.until(1)) == ours
        await other.come_back()
        assert request_ids_of(await other.until(2)) == theirs


async def test_a_user_without_an_address_is_pushed_nothing(
    duis: DuisDcc, service: ReceiveResponseService
) -> None:
    await duis.push_to(service.url)
    await respond(duis, GSME, by=GAS_SUPPLIER)
    await respond(duis, ESME)

    (push,) = await service.until(1)

    assert str(SUPPLIER) in request_ids_of([push])[0]
    assert (await duis.state(GAS_SUPPLIER)).url == ""


# --- a client that is away, slow or refuses --------------------------------------------------------------------------


async def test_what_comes_while_the_client_is_away_is_pushed_once_it_is_back(
    duis: DuisDcc, service: ReceiveResponseService
) -> None:
    await duis.push_to(service.url)
    await service.go_away()
    request_ids = await respond(duis, ESME, CHF)
    away = await failed(duis)

    await service.come_back()
    pushes = await service.until(2)

    assert "ConnectError" in away.last_failure
    assert (away.pushed, away.last_position) == (0, 2)
    assert request_ids_of(pushes) == request_ids
    assert (await settled(duis)).last_failure == ""


@pytest.mark.parametrize("status", [301, 401, 404, 429, 500, 503])
async def test_a_client_that_cannot_now_is_asked_again(
    duis: DuisDcc, service: ReceiveResponseService, status: int
) -> None:
    service.answers.extend([status, status])
    await duis.push_to(service.url)
    request_ids = await respond(duis, ESME, CHF)

    pushes = await service.until(2)

    assert [push.status for push in service.pushes] == [status, status, 204, 204]
    assert request_ids_of(pushes) == request_ids


@pytest.mark.parametrize("status", [200, 202, 204])
async def test_any_2xx_takes_a_message(duis: DuisDcc, service: ReceiveResponseService, status: int) -> None:
    service.answers.append(status)
    await duis.push_to(service.url)

    await respond(duis, ESME, CHF)
    await service.until(2)

    assert [push.status for push in service.pushes] == [status, 204]


@pytest.mark.parametrize("status", [400, 413, 415, 422])
async def test_what_the_client_refuses_is_parked_and_the_next_goes_on(
    duis: DuisDcc, service: ReceiveResponseService, status: int
) -> None:
    service.answers.append(status)
    await duis.push_to(service.url)
    request_ids = await respond(duis, ESME, CHF)

    (taken,) = await service.until(1)
    state = await settled(duis)
    (parked,) = await duis.parked()

    assert request_ids_of([taken]) == request_ids[1:]
    assert (state.parked, state.pushed) == (1, 2)
    assert (parked.position, parked.http_status, parked.answer) == (1, status, "why not")
    assert parked.why.startswith(f"HTTP {status}")
    assert parked.xml == service.pushes[0].octets
    assert await duis.parked(GAS_SUPPLIER) == []


async def test_what_is_too_long_is_parked_and_not_sent(
    tmp_path: Path, service: ReceiveResponseService
) -> None:
    async with duis_dsp(tmp_path, SHORT) as duis:
        await duis.push_to(service.url)
        await respond(duis, ESME)
        state = await settled(duis)
        (parked,) = await duis.parked()

    assert (service.pushes, state.parked, parked.http_status) == ([], 1, 0)
    assert parked.why == f"{len(parked.xml)} octets, expected at most 1000"


async def test_parked_messages_are_listed_page_after_page(tmp_path: Path) -> None:
    async with duis_dsp(tmp_path, SHORT) as duis:
        await respond(duis, *[ESME] * 45)
        await duis.push_to("http://127.0.0.1:9/")
        await settled(duis)

        assert [parked.position for parked in await duis.parked()] == list(range(1, 46))


async def test_a_message_is_given_up_after_two_days_and_one_more_failure(
    duis: DuisDcc, service: ReceiveResponseService
) -> None:
    await duis.push_to(service.url)
    await service.go_away()
    await respond(duis, ESME)
    await failed(duis)
    await duis.dcc.advance(2 * DAY_MS - HOUR_MS)
    await asyncio.sleep(0.3)  # several attempts
    almost = await duis.state()
    await duis.dcc.advance(2 * HOUR_MS)

    state = await settled(duis)
    (parked,) = await duis.parked()

    assert (almost.pushed, almost.parked) == (0, 0)
    assert (state.pushed, state.parked) == (1, 1)
    assert parked.why.startswith("given up, it is too old: ConnectError")


async def test_however_far_the_clock_leaps_a_client_that_is_there_is_pushed_everything(
    duis: DuisDcc, service: ReceiveResponseService
) -> None:
    await duis.push_to(service.url)
    service.open.clear()
    request_ids = await respond(duis, ESME, CHF)
    await service.until_waiting()

    await duis.dcc.advance(30 * DAY_MS)
    service.open.set()

    assert request_ids_of(await service.until(2)) == request_ids


@pytest.mark.parametrize(
    ("answer", "is_taken"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut short", True),
        (b"HTTP/1.1 202 Accepted\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnone", True),
        (b"HTTP/1.1 400 Bad Request\r\nContent-Length: 100\r\n\r\ncut short", False),
    ],
    ids=["cut short", "not what its encoding says", "a refusal cut short"],
)
async def test_the_status_alone_decides_whatever_becomes_of_the_body(
    duis: DuisDcc, answer: bytes, is_taken: bool
) -> None:
    posts = 0

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal posts
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: ([0-9]+)", head)
        assert length is not None
        await reader.readexactly(int(length[1]))
        posts += 1
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        await duis.push_to(f"http://127.0.0.1:{port}/")
        await respond(duis, ESME, CHF)
        state = await settled(duis)

    assert posts == 2
    assert state.parked == (0 if is_taken else 2)
