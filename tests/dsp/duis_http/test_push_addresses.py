"""Where a User has its messages pushed, said, changed and taken back; and a DSP that starts again meanwhile."""

import asyncio
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from grpc import aio

from smart_metering.instants import DAY_MS
from tests.dsp.duis_http.duis_over_http import AT_ONCE, DuisDcc, duis_dsp
from tests.dsp.duis_http.pushing import failed, request_ids_of, respond, settled
from tests.support.dsp_premises import CHF, ESME, STRANGER
from tests.support.receive_response import ReceiveResponseService, receive_response_service


async def test_who_says_where_later_is_pushed_what_is_younger_than_two_days(
    duis: DuisDcc, service: ReceiveResponseService
) -> None:
    await respond(duis, ESME)
    await duis.dcc.advance(3 * DAY_MS)
    (young,) = await respond(duis, ESME)
    await duis.dcc.advance(DAY_MS)

    await duis.push_to(service.url)
    pushes = await service.until(1)

    assert request_ids_of(pushes) == [young]
    assert (await settled(duis)).parked == 0


async def test_who_asks_for_what_comes_from_now_on_is_pushed_no_more_than_that(
    duis: DuisDcc, service: ReceiveResponseService
) -> None:
    await respond(duis, ESME, ESME)
    await duis.push_to(service.url, from_now=True)

    (new,) = await respond(duis, CHF)

    assert request_ids_of(await service.until(1)) == [new]


async def test_another_address_goes_on_where_the_former_was(
    duis: DuisDcc, service: ReceiveResponseService
) -> None:
    await duis.push_to(service.url)
    (first,) = await respond(duis, ESME)
    await service.until(1)
    await service.go_away()
    (second,) = await respond(duis, CHF)
    await failed(duis)

    async with receive_response_service() as other:
        await duis.push_to(other.url)
        pushes = await other.until(1)

    assert request_ids_of(service.taken + pushes) == [first, second]


async def test_what_is_under_way_to_the_former_address_is_not_sent_to_the_other_too(
    duis: DuisDcc, service: ReceiveResponseService
) -> None:
    await duis.push_to(service.url)
    service.open.clear()
    first, second = await respond(duis, ESME, CHF)
    await service.until_waiting()

    async with receive_response_service() as other:
        await duis.push_to(other.url)
        service.open.set()
        pushes = await other.until(1)
        await settled(duis)

    assert (request_ids_of(service.taken), request_ids_of(pushes)) == ([first], [second])


async def test_no_address_ends_the_push(duis: DuisDcc, service: ReceiveResponseService) -> None:
    await duis.push_to(service.url)
    await respond(duis, ESME)
    await service.until(1)

    state = await duis.push_to("")
    await respond(duis, CHF)
    again = await duis.push_to(service.url)

    assert (state.url, state.pushed) == ("", 1)
    assert (again.pushed, again.last_position) == (1, 2)
    await service.until(2)


@pytest.mark.parametrize(
    "url",
    [
        "no url",
        "ftp://127.0.0.1/",
        "http://",
        "http://127.0.0.1:99999/",
        "http://[::1",
        "http://10.0.0.256:1880/x",
        "http://xn--a/",
        "http://h/\n",
        "http://h" + "x" * 2_000,
    ],
)
async def test_what_is_no_address_is_refused(duis: DuisDcc, url: str) -> None:
    with pytest.raises(aio.AioRpcError) as refusal:
        await duis.push_to(url)

    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "url: " in str(refusal.value.details())
    assert (await duis.state()).url == ""


async def test_only_a_party_has_an_address(duis: DuisDcc) -> None:
    with pytest.raises(aio.AioRpcError) as refusal:
        await duis.push_to("http://127.0.0.1:9/", STRANGER)

    assert refusal.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_a_dsp_that_starts_again_goes_on_where_it_was(
    tmp_path: Path, service: ReceiveResponseService
) -> None:
    async with duis_dsp(tmp_path) as duis:
        await duis.push_to(service.url)
        (first,) = await respond(duis, ESME)
        await service.until(1)
        await settled(duis)
        await service.go_away()
        second, third = await respond(duis, CHF, ESME)
        await failed(duis)
    await service.come_back()

    async with duis_dsp(tmp_path, load=False):
        pushes = await service.until(3)

    assert request_ids_of(pushes) == [first, second, third]


async def test_a_dsp_that_is_stopped_waits_for_the_answer_to_what_is_under_way(
    tmp_path: Path, service: ReceiveResponseService
) -> None:
    async with duis_dsp(tmp_path) as duis:
        await duis.push_to(service.url)
        service.open.clear()
        await respond(duis, ESME)
        await service.until_waiting()
        asyncio.get_running_loop().call_later(0.2, service.open.set)

    async with duis_dsp(tmp_path, load=False) as duis:
        state = await settled(duis)

    assert (len(service.pushes), state.pushed) == (1, 1)


async def test_after_a_start_nothing_is_pushed_before_the_delay_has_passed(
    tmp_path: Path, service: ReceiveResponseService
) -> None:
    """Whether its Acknowledgement went out just before the DSP died, nobody knows any more."""
    async with duis_dsp(tmp_path, AT_ONCE) as duis:
        await respond(duis, ESME)
        await duis.push_to(service.url.replace("127.0.0.1", "127.0.0.2"))
    async with duis_dsp(tmp_path, replace(AT_ONCE, response_delay=0.5), load=False) as duis:
        started = asyncio.get_running_loop().time()
        await duis.push_to(service.url)
        (push,) = await service.until(1)

    assert push.at - started > 0.3
