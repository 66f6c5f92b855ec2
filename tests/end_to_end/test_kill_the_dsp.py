"""kill -9 of the DSP, at moments counted in work done: what it acknowledged comes to its end, once."""

import asyncio
import random
from contextlib import aclosing

import pytest
from grpc import aio

from smart_metering.duis.service_requests import ServiceRequest
from smart_metering.duis.service_responses import (
    CspFirmwareDeliveryStatus,
    DccAlert,
    DeviceAlert,
    DeviceStatusChangeEvent,
    ReceivedMessage,
    ServiceResponse,
)
from smart_metering.instants import HOUR_MS, MINUTE_MS
from smart_metering.response_codes import ResponseCode
from tests.end_to_end.conftest import Start
from tests.end_to_end.premises import meter
from tests.end_to_end.system import System
from tests.support.dsp_premises import DISTRIBUTOR, SUPPLIER

PREMISES = 30
METERS = tuple(meter(number) for number in range(PREMISES))
READS_OF_EACH = 3
ALREADY_USED = ResponseCode.E40


async def test_every_acknowledged_request_ends_with_one_response(start: Start) -> None:
    system = await start(PREMISES)
    requests = [system.read_version(device) for device in METERS]
    answers = [answer async for answer in system.submit(requests)]

    await system.kill_dsp()
    await system.dsp_again()
    await system.advance(MINUTE_MS)

    assert {answer.response_code for answer in answers} == {ResponseCode.I99}
    assert await responses(system) == {answer.request_id: [ResponseCode.I0] for answer in answers}


@pytest.mark.parametrize("seed", range(4))
async def test_killed_again_and_again_in_the_middle_of_its_work_it_loses_and_doubles_nothing(
    start: Start, seed: int
) -> None:
    """Once between two Acknowledgements of a stream, once while the Responses to them come in.

    What was not acknowledged is sent again, as a User does; some of it was taken before all the same.
    """
    moments = random.Random(seed)
    system = await start(PREMISES)
    requests = [system.read_version(device) for _ in range(READS_OF_EACH) for device in METERS]

    acknowledged = await acknowledgements(system, requests, moments.randrange(1, len(requests)))
    await system.kill_dsp()
    await system.dsp_again()
    unsure = [request for request in requests if str(request.request_id) not in acknowledged]
    again = [answer.response_code async for answer in system.submit(unsure)]
    await kill_while_responses_come(system, moments.randrange(1, len(requests) + 1))
    await system.dsp_again()
    await system.advance(MINUTE_MS)

    assert set(again) <= {ResponseCode.I99, ALREADY_USED}
    assert await responses(system) == {str(request.request_id): [ResponseCode.I0] for request in requests}


@pytest.mark.parametrize("under_way_ms", [0, 30 * MINUTE_MS], ids=["at once", "half an hour later"])
async def test_a_distribution_goes_on_after_both_sides_were_killed(start: Start, under_way_ms: int) -> None:
    system = await start(PREMISES)
    assert (await system.distribute(METERS)).response_code is ResponseCode.I0
    await system.advance(under_way_ms)

    await system.kill_dsp()
    await system.kill_emulator()
    await system.start_dsp()
    await system.start_emulator()
    await system.advance(2 * HOUR_MS)

    messages = [received.message for received in in_order(await system.received())]
    delivered = [
        message.body.target_device_id
        for message in messages
        if isinstance(message, DccAlert) and isinstance(message.body, CspFirmwareDeliveryStatus)
    ]
    verified = [message.response_id[:23] for message in messages if isinstance(message, DeviceAlert)]
    assert len(messages) == len(delivered) + len(verified)
    assert sorted(delivered) == sorted(METERS)
    assert sorted(verified) == sorted(METERS)


@pytest.mark.parametrize("is_answered", [True, False], ids=["after the answer", "before the answer"])
async def test_each_recipient_has_one_alert_for_each_suspended_device(
    start: Start, is_answered: bool
) -> None:
    system = await start(PREMISES)
    removing = asyncio.create_task(system.remove())
    if is_answered:
        assert (await removing).devices_suspended == PREMISES

    await system.kill_dsp()
    await asyncio.gather(removing, return_exceptions=True)
    await system.dsp_again()
    if not is_answered:
        await asyncio.gather(system.remove(), return_exceptions=True)  # It may be removed already.

    for recipient in (SUPPLIER, DISTRIBUTOR):
        messages = [received.message for received in in_order(await system.received(recipient))]
        suspended = [
            message.body.device_id
            for message in messages
            if isinstance(message, DccAlert) and isinstance(message.body, DeviceStatusChangeEvent)
        ]
        assert len(messages) == len(suspended)
        assert sorted(suspended) == sorted(METERS)


async def acknowledgements(system: System, requests: list[ServiceRequest], enough: int) -> list[str]:
    """RequestIDs that were answered I99, when there are enough of them; more are on their way."""
    acknowledged: list[str] = []
    async with aclosing(system.submit(requests, together=1)) as answers:
        async for answer in answers:
            assert answer.response_code is ResponseCode.I99, answer
            acknowledged.append(answer.request_id)
            if len(acknowledged) >= enough:
                break
    return acknowledged


async def kill_while_responses_come(system: System, enough: int) -> None:
    """Time goes on, and ends as soon as so many Responses have come."""
    advancing = asyncio.create_task(system.advance(MINUTE_MS))
    async with aclosing(system.receive(until_now=False)) as stream:
        async for received in stream:
            if received.position >= enough:
                break
    await system.kill_dsp()
    (outcome,) = await asyncio.gather(advancing, return_exceptions=True)
    assert outcome is None or isinstance(outcome, aio.AioRpcError)


async def responses(system: System) -> dict[str, list[ResponseCode | None]]:
    """The codes of the Service Responses that the supplier was sent, by RequestID."""
    codes: dict[str, list[ResponseCode | None]] = {}
    for received in in_order(await system.received()):
        assert isinstance(received.message, ServiceResponse), received
        codes.setdefault(received.message.request_id, []).append(received.message.response_code)
    return codes


def in_order(messages: list[ReceivedMessage]) -> list[ReceivedMessage]:
    """The messages, whose positions rise by one from 1."""
    assert [received.position for received in messages] == list(range(1, len(messages) + 1))
    return messages
