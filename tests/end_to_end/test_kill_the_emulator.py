"""kill -9 of the device emulator: its Devices are after it what they would have been without it."""

import asyncio
import random
from contextlib import aclosing

import pytest

from smart_metering.administration import FaultRule
from smart_metering.duis.service_requests import SignedPreCommand
from smart_metering.duis.service_responses import DccAlert, DeviceAlert, ReceivedMessage, ServiceResponse
from smart_metering.gbcs.message import decode, encode
from smart_metering.gbcs.protection import add_mac, shared_secret
from smart_metering.identifiers import Eui
from smart_metering.instants import HOUR_MS, MINUTE_MS, SECOND_MS, Instant
from smart_metering.pki.keys import KeyUsage, derive_private_key
from smart_metering.response_codes import ResponseCode
from smart_metering.rpc.v1 import clock_pb2
from smart_metering.sm_wan import Downlink, Gbcs, Receipt
from tests.device_emulator.fake_dsp import FakeDsp
from tests.end_to_end.conftest import Start
from tests.end_to_end.premises import comms_hub, meter
from tests.end_to_end.system import System
from tests.support.dsp_premises import START, V2
from tests.support.hand_made_device import ACB, SEED
from tests.support.processes import PATIENCE_SECONDS

PREMISES = 12
METERS = tuple(meter(number) for number in range(PREMISES))
LOSES_EACH_FIRST = FaultRule(
    name="lose the first two", direction="FROM_DEVICE", references=("11.3",), fate="lose", next=2
)
SHORTER_THAN_THE_TIMEOUT_MS = 10 * SECOND_MS


async def test_a_run_with_kills_leaves_the_same_trace_as_one_without(start: Start) -> None:
    undisturbed, disturbed = await start(PREMISES), await start(PREMISES)

    expected, found = await asyncio.gather(
        lossy_campaign(undisturbed, kills=False), lossy_campaign(disturbed, kills=True)
    )

    assert found == expected
    assert await disturbed.trace() == await undisturbed.trace()
    assert [await disturbed.inside(device) for device in METERS] == [
        await undisturbed.inside(device) for device in METERS
    ]


async def lossy_campaign(system: System, *, kills: bool) -> list[str]:
    """Two Responses to 11.3 of each Device get lost, the third does not: the codes that the supplier received.

    A kill falls between every two acts, so between the two losses of each Device too.
    """

    async def pass_time(by: int) -> None:
        await system.advance(by)
        if kills:
            await system.kill_emulator()
            await system.start_emulator()

    await pass_time(0)
    await system.distribute(METERS)
    await pass_time(2 * HOUR_MS)
    await system.set_faults(LOSES_EACH_FIRST)
    for _ in range(3):
        for device in METERS:
            await system.ask(await system.activation(device))
        await pass_time(MINUTE_MS)
        assert {(await system.inside(device)).firmware_version for device in METERS} == {V2}
    return await codes(system)


async def test_after_a_lost_response_the_device_runs_the_new_firmware_and_refuses_a_replay(
    start: Start,
) -> None:
    system = await start()
    await system.distribute([meter()])
    await system.advance(2 * HOUR_MS)
    await system.set_faults(LOSES_EACH_FIRST)
    activation = await system.activation(meter())
    assert (await system.ask(activation)).response_code is ResponseCode.I99
    await system.advance(MINUTE_MS)

    await system.kill_emulator()
    await system.kill_dsp()
    async with FakeDsp(int(system.address.rpartition(":")[2])) as dsp:
        dsp.now = Instant(START + HOUR_MS * 3)
        await system.start_emulator()
        running = (await system.inside(meter())).firmware_version
        assert isinstance(activation.body, SignedPreCommand)
        dsp.send(command(activation.body.gbcs_payload, meter()))
        await dsp.pass_barrier(Instant(dsp.now + MINUTE_MS))
        refused = [line for line in system.emulator.log if "the counter was used before" in line]

    assert running == V2
    assert [uplink.content for uplink in dsp.uplinks][-1:] == [Receipt(frame="a replay", delivered=True)]
    assert len(refused) == 1


def command(signed: bytes, device: Eui) -> Downlink:
    """A Signed Pre-Command as the DSP sends it to the Device."""
    secret = shared_secret(
        derive_private_key(SEED, ACB, KeyUsage.KEY_AGREEMENT),
        derive_private_key(SEED, device, KeyUsage.KEY_AGREEMENT).public_key(),
    )
    octets = encode(add_mac(decode(signed), secret))
    return Downlink(
        frame="a replay", comms_hub=comms_hub(), device=device, at=Instant(0), content=Gbcs(gbcs=octets)
    )


async def test_what_devices_said_while_nobody_listened_outlives_the_emulator_and_arrives_once(
    start: Start,
) -> None:
    """Time runs, so that the Devices go on without the DSP: their alerts stand in the outbox."""
    system = await start(PREMISES)
    await system.distribute(METERS)
    await system.advance(HOUR_MS)  # Every hub has the file, and hands it to its meter within seconds.
    await system.clock.SetRate(clock_pb2.SetRateRequest(rate=5), timeout=PATIENCE_SECONDS)
    await system.kill_dsp()
    await until_all_hold_the_image(system)

    await system.kill_emulator()
    await system.start_dsp()
    await system.start_emulator()
    await system.advance(MINUTE_MS)

    messages = await system.inbox()
    alerts = [message.response_id[:23] for message in messages if isinstance(message, DeviceAlert)]
    delivered = [message for message in messages if isinstance(message, DccAlert)]
    assert sorted(alerts) == sorted(METERS)
    assert len(delivered) == len(messages) - len(alerts) == len(METERS)


async def until_all_hold_the_image(system: System) -> None:
    for _ in range(1_000):
        if {(await system.inside(device)).pending_version for device in METERS} == {V2}:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("not every meter holds the image")


@pytest.mark.parametrize("seed", range(3))
async def test_killed_while_its_devices_answer_it_sends_every_response_once(start: Start, seed: int) -> None:
    system = await start(PREMISES)
    requests = [system.read_version(device) for _ in range(20) for device in METERS]
    answers = [answer async for answer in system.submit(requests, together=100)]
    enough = random.Random(seed).randrange(1, len(requests))

    advancing = asyncio.create_task(system.advance(SHORTER_THAN_THE_TIMEOUT_MS))
    async with aclosing(system.receive(until_now=False)) as stream:
        async for received in stream:
            if received.position >= enough:
                break
    await system.kill_emulator()
    await advancing
    await system.start_emulator()
    await system.advance(MINUTE_MS)

    came = await system.received()
    assert [received.position for received in came] == list(range(1, len(requests) + 1))
    assert sorted(response.request_id for response in map(response_of, came)) == sorted(
        answer.request_id for answer in answers
    )
    assert {response_of(received).response_code for received in came} == {ResponseCode.I0}


async def codes(system: System) -> list[str]:
    """What the supplier received: response codes, and alerts by their kind."""
    return [
        f"{message.request_id} {message.response_code}"
        if isinstance(message, ServiceResponse)
        else type(message).__name__
        for message in await system.inbox()
    ]


def response_of(received: ReceivedMessage) -> ServiceResponse:
    assert isinstance(received.message, ServiceResponse), received
    return received.message
