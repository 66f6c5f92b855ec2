"""A world behind doors: the client library asks it as it asks a server, within the process and over sockets."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import grpc
import pytest
from grpc import aio

from smart_metering.administration import FaultRule
from smart_metering.device_types import DeviceType
from smart_metering.duis.service_responses import DeviceAlert
from smart_metering.identifiers import Eui, parse_request_id
from smart_metering.instants import DAY_MS, HOUR_MS
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.keys import KeyUsage
from smart_metering.rpc.v1.dcc_user_interface_pb2 import ReceiveRequest
from smart_metering.rpc.v1.dcc_user_interface_pb2_grpc import DccUserInterfaceStub
from smets.client.administration import Administration
from smets.client.emulator_control import EmulatorControl
from smets.client.errors import NotThere, Refused, UnknownCaller
from smets.client.user import User
from smets.client.user_keys import Repository, UserKeys
from smets.world.served import ServedWorld
from tests.support.dsp_premises import SUPPLIER, V1
from tests.support.hand_made_device import ACB, SEED
from tests.support.world import World
from tests.support.world_premises import eui_of

ESME = eui_of(DeviceType.ESME)
NOBODY = Eui("00-00-00-00-00-00-00-01")


@pytest.fixture
async def served() -> AsyncIterator[ServedWorld]:
    async with ServedWorld(World(seed=SEED.decode())) as served:
        yield served


def user(address: object, eui: Eui = SUPPLIER) -> User:
    credentials = DevelopmentPki(SEED).organisation(SUPPLIER, "02")
    keys = UserKeys(
        digital_signing=credentials[KeyUsage.DIGITAL_SIGNING].private_key,
        key_agreement=credentials[KeyUsage.KEY_AGREEMENT].private_key,
    )
    return User(address, eui, keys, repository=Repository(seed=SEED), acb=ACB)  # type: ignore[arg-type]


async def test_a_request_comes_back_verified(served: ServedWorld) -> None:
    async with user(served.dsp) as supplier:
        answer = await supplier.send("11.2", ESME)
        checked = await supplier.await_response(answer.request_id)

    assert answer.response_code == "I99"
    assert checked.verified.holds
    assert checked.outcome is not None
    assert checked.outcome.firmware_version == V1


async def test_many_requests_share_a_stream(served: ServedWorld) -> None:
    async with user(served.dsp) as supplier:
        now = await supplier.now()
        requests = [supplier.request("11.2", ESME, now=now) for _ in range(1_200)]
        answers = [answer async for answer in supplier.submit(requests)]

    assert [answer.request_id for answer in answers] == [str(request.request_id) for request in requests]


async def test_a_stream_that_is_followed_has_what_comes_later(served: ServedWorld) -> None:
    async with user(served.dsp) as supplier:
        following = supplier.receive()
        first = asyncio.ensure_future(anext(following))
        await asyncio.sleep(0)
        await supplier.send("11.2", ESME)
        message = await asyncio.wait_for(first, 5)
        await following.aclose()  # type: ignore[attr-defined]

    assert message.position == 1
    assert len(served.world.followers) == 1


async def test_time_is_moved_and_explained(served: ServedWorld) -> None:
    async with Administration(served.dsp) as administration, user(served.dsp) as supplier:
        before = (await administration.clock.now()).now
        answer = await supplier.send("11.2", ESME)
        after = (await administration.clock.advance(30 * DAY_MS)).now
        explanation = await administration.explain(parse_request_id(answer.request_id))

    assert after - before == 30 * DAY_MS
    assert served.world.now == after
    assert "11.2" in {explanation.service_reference_variant}
    assert len(explanation.hops) > 2


async def test_the_next_event_is_found(served: ServedWorld) -> None:
    served.world.set_faults(
        FaultRule(name="silence", direction="FROM_DEVICE", references=("11.2",), fate="lose", next=1)
    )
    async with Administration(served.dsp) as administration, user(served.dsp) as supplier:
        await supplier.send("11.2", ESME)
        state = await administration.clock.run_to_next_event(served.world.now + HOUR_MS)  # type: ignore[arg-type]
        nothing = await administration.clock.run_to_next_event(served.world.now + HOUR_MS)  # type: ignore[arg-type]

    assert state.event
    assert not nothing.event


async def test_devices_are_handled_as_behind_a_wire(served: ServedWorld) -> None:
    hub = eui_of(DeviceType.CHF)
    async with EmulatorControl(served.emulator) as emulator:
        off = await emulator.switch_hub_power(hub, "off")
        tampered = await emulator.tamper(ESME, "cover")
        (listed,) = [row async for row in emulator.hubs()]
        on = await emulator.switch_hub_power(hub, "on")
        with pytest.raises(Refused, match="on already"):
            await emulator.switch_power(ESME, "on")

    assert (off.off_since, off.attached, listed.off_since) == (served.world.now, True, served.world.now)
    assert tampered.hub_off_since == served.world.now
    assert on.off_since is None
    (alert,) = served.world.inbox[SUPPLIER]
    assert isinstance(alert, DeviceAlert)
    assert alert.alert_code == 0x8F74


async def test_statuses_are_those_of_a_wire(served: ServedWorld) -> None:
    async with Administration(served.dsp) as administration, EmulatorControl(served.emulator) as emulator:
        with pytest.raises(NotThere):
            await emulator.inspect(NOBODY)
        with pytest.raises(Refused, match="never goes back"):
            await administration.clock.advance(-1)
        with pytest.raises(Refused, match="smets up"):
            await administration.clock.set_rate(5)
    async with user(served.dsp, NOBODY) as stranger:
        with pytest.raises(UnknownCaller):
            await stranger.send("11.2", ESME)


async def test_a_deadline_is_kept(served: ServedWorld) -> None:
    stub = DccUserInterfaceStub(cast(aio.Channel, served.dsp))
    call = stub.Receive(ReceiveRequest(), timeout=0.01, metadata=(("user-id", SUPPLIER),))

    with pytest.raises(aio.AioRpcError) as ended:
        await anext(aiter(call))

    assert ended.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert len(served.world.followers) == 1


async def test_others_come_over_sockets_to_the_same_world(served: ServedWorld) -> None:
    dsp, emulator = await served.listen()
    async with user(dsp) as supplier, EmulatorControl(emulator) as control:
        answer = await supplier.send("11.2", ESME)
        checked = await supplier.await_response(answer.request_id)
        inside = await control.inspect(ESME)

    assert checked.verified.holds
    assert inside.messages == 2
