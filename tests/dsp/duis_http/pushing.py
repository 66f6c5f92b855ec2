"""Responses to push, and how far the push has come."""

import asyncio
from collections.abc import Callable

from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.response_codes import ResponseCode
from smart_metering.rpc.v1.receive_response_pb2 import ReceiveResponseState
from tests.dsp.duis_http.duis_over_http import DuisDcc
from tests.dsp.rpc.loopback import HandHeldHost
from tests.support.dsp_premises import SUPPLIER
from tests.support.receive_response import Push


async def respond(duis: DuisDcc, *devices: Eui, by: Eui = SUPPLIER) -> list[str]:
    """Lets Devices answer 11.2, one after the other; the RequestIDs."""
    host = HandHeldHost(duis.dcc, name=f"host {duis.counter}", latency=1_000)  # each counts its own uplinks
    await host.attach()
    request_ids = []
    for device in devices:
        answer = await duis.send(duis.read_version(device, by))
        assert answer.response_code is ResponseCode.I99
        request_ids.append(answer.request_id)
        await duis.dcc.advance(2_000)
    await host.detach()
    return request_ids


def request_ids_of(pushes: list[Push]) -> list[str]:
    return [push.message.request_id for push in pushes if isinstance(push.message, ServiceResponse)]


async def failed(duis: DuisDcc) -> ReceiveResponseState:
    """Waits for a failed attempt."""
    return await until(duis, lambda state: bool(state.last_failure))


async def settled(duis: DuisDcc) -> ReceiveResponseState:
    """Waits until nothing is left to push."""
    return await until(duis, lambda state: state.pushed == state.last_position)


async def until(duis: DuisDcc, holds: Callable[[ReceiveResponseState], bool]) -> ReceiveResponseState:
    for _ in range(1_000):
        if holds(state := await duis.state()):
            return state
        await asyncio.sleep(0.01)
    raise AssertionError(await duis.state())
