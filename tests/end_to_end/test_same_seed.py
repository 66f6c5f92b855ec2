"""A seed decides a run: how many requests are under way at once changes nothing that a Device lives through."""

import asyncio

from smart_metering.administration import DeviceInside, FaultRule
from smart_metering.duis.service_requests import ServiceRequest
from smart_metering.instants import HOUR_MS, MINUTE_MS, SECOND_MS
from smart_metering.response_codes import ResponseCode
from tests.end_to_end.conftest import Start
from tests.end_to_end.premises import meter
from tests.end_to_end.system import System
from tests.support.dsp_premises import SUPPLIER

PREMISES = 30
METERS = tuple(meter(number) for number in range(PREMISES))
FAULTS = (
    FaultRule(name="lost activation", direction="FROM_DEVICE", references=("11.3",), fate="lose", one_in=5),
    FaultRule(name="garble", fate="garble", one_in=7),
    FaultRule(name="repeat", fate="repeat", one_in=7, delay=3 * SECOND_MS),
    FaultRule(name="delay", fate="delay", one_in=7, delay=12 * SECOND_MS),
)


async def test_the_same_seed_gives_the_same_run_one_at_a_time_and_fifty_at_once(start: Start) -> None:
    one, fifty = await start(PREMISES), await start(PREMISES)

    await asyncio.gather(campaign(one, at_once=1), campaign(fifty, at_once=50))

    assert await one.trace() == await fifty.trace()
    assert await insides(one) == await insides(fifty)
    assert await codes(one) == await codes(fifty)


async def test_another_seed_gives_another_run(start: Start) -> None:
    one, another = await start(PREMISES), await start(PREMISES, seed="another")

    await asyncio.gather(campaign(one, at_once=50), campaign(another, at_once=50))

    assert await one.trace() != await another.trace()
    assert [it.messages for it in await insides(one)] != [it.messages for it in await insides(another)]


async def campaign(system: System, at_once: int) -> None:
    """In waves, as a supplier does it: distribute, activate twice, read twice; between them time passes."""
    await system.set_faults(*FAULTS)
    await system.remove()
    await system.distribute(METERS)
    await system.advance(2 * HOUR_MS)
    for _ in range(2):
        await wave(system, [await system.activation(device) for device in METERS], at_once)
    for _ in range(2):
        await wave(system, [system.read_version(device) for device in METERS], at_once)


async def wave(system: System, requests: list[ServiceRequest], at_once: int) -> None:
    """All are acknowledged, so many at a time, before time goes on."""
    for first in range(0, len(requests), at_once):
        answers = await asyncio.gather(*map(system.ask, requests[first : first + at_once]))
        assert {answer.response_code for answer in answers} == {ResponseCode.I99}
    await system.advance(MINUTE_MS)


async def insides(system: System) -> list[DeviceInside]:
    """Every meter with its whole history."""
    return [await system.inside(device) for device in METERS]


async def codes(system: System) -> list[str]:
    """What the supplier received, in no order: within one instant it is that of the requests."""
    return sorted(str(message)[:400] for message in await system.inbox(SUPPLIER))
