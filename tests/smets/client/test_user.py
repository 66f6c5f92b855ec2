"""A User on a real DSP and real Devices: requests, signatures, Responses, and what was sent to it."""

import asyncio
from dataclasses import replace

import pytest

from smart_metering.administration import FaultRule
from smart_metering.command_variants import CommandVariant
from smart_metering.duis.inventory_requests import ReadInventory
from smart_metering.duis.service_requests import ActivateFirmware, UninterpretedBody
from smart_metering.duis.service_responses import DspInventory, NotEmulated, ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.instants import SECOND_MS
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smets.client.checked import CheckedResponse
from smets.client.errors import NoResponse, NotWhatWasAsked, UnknownCaller, UnknownServiceRequest, Unreachable
from smets.client.user import User
from smets.client.user_keys import read_user_keys
from smets.local_system.state_folder import StateFolder
from tests.smets.running_system import ESME, GSME, HCALCS, HUB, PPMID, RunningSystem

ABSENT = Eui("00-DB-12-34-FF-FF-FF-00")


@pytest.mark.parametrize("position", [ESME, GSME], ids=["ESME", "GSME"])
async def test_a_known_party_verifies_the_mac_of_a_response_itself(
    world: RunningSystem, position: int
) -> None:
    answer = await world.supplier.send("11.2", world.device(position))
    await world.administration.advance(0)

    checked = await world.supplier.await_response(answer.request_id)

    assert answer.response_code is ResponseCode.I99
    assert checked.verified.holds is True
    assert "MAC" in checked.verified.what
    assert checked.outcome is not None
    assert checked.outcome.firmware_version == "00000001"


@pytest.mark.parametrize("position", [HUB, PPMID, HCALCS], ids=["CHF", "PPMID", "HCALCS"])
async def test_what_is_made_for_the_acb_a_user_leaves_to_the_acb(world: RunningSystem, position: int) -> None:
    answer = await world.supplier.send("11.2", world.device(position))
    await world.administration.advance(0)

    checked = await world.supplier.await_response(answer.request_id)

    assert checked.response.response_code is ResponseCode.I0
    assert checked.verified.holds is None
    assert "Access Control Broker" in checked.verified.what


async def test_a_critical_request_is_transformed_checked_signed_and_answered(world: RunningSystem) -> None:
    body = ActivateFirmware(firmware_hash=world.v2.manufacturer_image_hash)

    answer = await world.supplier.send("11.3", world.device(ESME), body)
    await world.administration.advance(0)
    checked = await world.supplier.await_response(answer.request_id)

    assert answer.response_code is ResponseCode.I99
    assert checked.verified.holds is True
    assert "signature" in checked.verified.what
    assert checked.outcome is not None
    assert checked.outcome.text == "noImageHeld, firmware 00000001"
    assert checked.outcome.success is False


async def test_a_refusal_by_the_rules_is_an_answer(world: RunningSystem) -> None:
    answer = await world.network_operator.send(
        "11.3", world.device(ESME), ActivateFirmware(firmware_hash=bytes(32))
    )

    assert answer.response_code is ResponseCode.E2


async def test_a_pre_command_for_another_device_is_not_signed(world: RunningSystem) -> None:
    body = ActivateFirmware(firmware_hash=bytes(32))
    request = world.supplier.request("11.3", world.device(ESME), body, now=await world.supplier.now())
    answer = await world.supplier.transform(request)
    other = changed(request, request_id=replace(request.request_id, target=world.device(GSME)))

    with pytest.raises(NotWhatWasAsked, match=r"target .*-02, expected .*-03"):
        world.supplier.signed(other, answer)


async def test_a_request_that_is_not_emulated_says_so(world: RunningSystem) -> None:
    answer = await world.supplier.send("7.1", world.device(ESME))

    assert answer.response_code is None
    assert isinstance(answer.body, NotEmulated)


async def test_a_request_goes_where_it_is_sent_right_or_wrong(world: RunningSystem) -> None:
    request = world.supplier.request("11.2", world.device(ESME), now=await world.supplier.now())

    answer = await world.supplier.non_device(request)

    assert answer.response_code is ResponseCode.E13


async def test_read_inventory_shows_a_user_its_point_of_supply(world: RunningSystem) -> None:
    meter = await world.administration.read_device(world.device(ESME))

    answer = await world.supplier.send("8.2", body=ReadInventory(mpxn=meter.device.import_mpxn))

    assert isinstance(answer.body, DspInventory)
    assert [device.device_id for device in answer.body.devices] == [world.device(ESME)]


@pytest.mark.parametrize(
    ("srv", "device", "what"),
    [
        ("11.22", None, "none of the 129"),
        ("11.2", None, "needs the Device"),
        ("8.2", ABSENT, "names its Devices in its body"),
    ],
)
async def test_a_request_that_cannot_be_made_says_why(
    world: RunningSystem, srv: str, device: Eui | None, what: str
) -> None:
    with pytest.raises(UnknownServiceRequest, match=what):
        await world.supplier.send(srv, device)


async def test_an_unknown_srv_is_answered_with_the_nearest(world: RunningSystem) -> None:
    with pytest.raises(UnknownServiceRequest, match=r"did you mean .*11\.2"):
        await world.supplier.send("11.22", world.device(ESME))


async def test_requests_of_one_stream_are_answered_in_their_order(world: RunningSystem) -> None:
    now = await world.supplier.now()
    requests = [world.supplier.request("11.2", world.device(ESME), now=now) for _ in range(1_200)]
    odd = changed(requests[600], command_variant=CommandVariant.NON_DEVICE, body=UninterpretedBody())
    requests[600] = odd

    answers = [answer async for answer in world.supplier.submit(requests)]

    assert [answer.request_id for answer in answers] == [str(request.request_id) for request in requests]
    assert {answer.response_code for answer in answers} == {ResponseCode.I99, ResponseCode.E12}


async def test_what_is_sent_by_many_is_answered_by_each(world: RunningSystem) -> None:
    hash_ = world.v2.manufacturer_image_hash
    bodies = {meter: ActivateFirmware(firmware_hash=hash_) for meter in (*world.meters(), ABSENT)}

    answers = await world.supplier.send_many("11.3", bodies)

    assert [answer.response_code for answer in answers] == [
        ResponseCode.I99,
        ResponseCode.I99,
        ResponseCode.E19,
    ]


async def test_received_takes_each_message_once(world: RunningSystem) -> None:
    await world.supplier.send("11.2", world.device(ESME))
    await world.administration.advance(0)
    first = await world.supplier.received()
    await world.supplier.send("11.2", world.device(GSME))
    await world.administration.advance(0)

    second = await world.supplier.received()

    assert [row.position for row in (*first, *second)] == [1, 2]
    assert await world.supplier.received() == []
    assert world.supplier.position == 2


async def test_a_user_goes_on_from_a_position(world: RunningSystem) -> None:
    for _ in range(3):
        await world.supplier.send("11.2", world.device(ESME))
    await world.administration.advance(0)

    async with world.system.connection.user(world.supplier.eui, position=2) as later:
        assert [row.position for row in await later.received()] == [3]


async def test_a_response_is_found_whether_it_came_before_or_comes_later(world: RunningSystem) -> None:
    user, meter = world.supplier, world.device(ESME)
    before = await user.send("11.2", meter)
    await world.administration.advance(0)
    early = await user.await_response(before.request_id)
    waiting = [asyncio.create_task(_read(user, meter)) for _ in range(5)]

    checked = await asyncio.gather(*waiting)

    assert early.response.request_id == before.request_id
    assert len({row.response.request_id for row in checked}) == 5


async def test_each_response_is_handed_out_once(world: RunningSystem) -> None:
    answer = await world.supplier.send("11.2", world.device(ESME))
    await world.administration.advance(0)

    first = await world.supplier.response_until_now(answer.request_id)

    assert first is not None
    assert await world.supplier.response_until_now(answer.request_id) is None
    with pytest.raises(NoResponse, match=r"within 0\.1 s"):
        await world.supplier.await_response(answer.request_id, 0.1)


async def test_awaiting_takes_nothing_from_receiving(world: RunningSystem) -> None:
    answer = await world.supplier.send("11.2", world.device(ESME))
    await world.administration.advance(0)
    await world.supplier.await_response(answer.request_id)

    (received,) = await world.supplier.received()

    assert isinstance(received.message, ServiceResponse)
    assert received.message.request_id == answer.request_id


@pytest.mark.parametrize("rate", [0.0, 60.0], ids=["stepped", "running"])
async def test_a_response_is_had_whatever_the_clock_does(world: RunningSystem, rate: float) -> None:
    await world.administration.set_rate(rate)
    answer = await world.supplier.send("11.2", world.device(ESME))

    checked = await world.supplier.response_to(answer.request_id)

    assert checked.response.response_code is ResponseCode.I0


async def test_stepped_time_is_moved_no_further_than_was_said(world: RunningSystem) -> None:
    silence = FaultRule(name="silence", direction="FROM_DEVICE", references=("11.2",), fate="lose", one_in=1)
    await world.emulator.set_faults([silence])
    began = await world.supplier.now()
    answer = await world.supplier.send("11.2", world.device(ESME))

    with pytest.raises(NoResponse, match="10000 ms"):
        await world.supplier.response_to(answer.request_id, within_ms=10 * SECOND_MS)
    moved = await world.supplier.now() - began
    late = await world.supplier.response_to(answer.request_id)

    assert moved == 10 * SECOND_MS
    assert late.response.response_code is ResponseCode.E21


async def test_silence_is_an_e21_when_the_time_is_over(world: RunningSystem) -> None:
    silence = FaultRule(name="silence", direction="FROM_DEVICE", references=("11.2",), fate="lose", one_in=1)
    await world.emulator.set_faults([silence])
    answer = await world.supplier.send("11.2", world.device(ESME))

    await world.administration.advance(31 * SECOND_MS)
    checked = await world.supplier.await_response(answer.request_id)

    assert checked.response.response_code is ResponseCode.E21
    assert checked.outcome is None


async def test_at_one_instant_two_users_of_one_party_count_on_from_each_other(world: RunningSystem) -> None:
    connection, eui = world.system.connection, world.supplier.eui
    async with connection.remembering_user(eui) as one, connection.remembering_user(eui) as other:
        answers = [await user.send("11.2", world.device(ESME)) for user in (one, other, one)]

    assert [answer.response_code for answer in answers] == [ResponseCode.I99] * 3
    assert len({answer.request_id for answer in answers}) == 3


async def test_a_party_that_is_not_loaded_is_an_unknown_caller(world: RunningSystem) -> None:
    stranger = Eui("90-B3-D5-1F-30-99-00-00")
    keys = read_user_keys(
        StateFolder(world.system.settings.state).party(world.supplier.eui), world.supplier.eui
    )
    async with User(world.system.connection.dsp, stranger, keys) as user:
        with pytest.raises(UnknownCaller, match="no party that is loaded"):
            await user.received()


async def test_nobody_at_the_address_is_said_so(world: RunningSystem) -> None:
    await world.system.kill_dsp()

    with pytest.raises(Unreachable, match="nobody answers"):
        await world.supplier.send("11.2", world.device(ESME))


async def _read(user: User, meter: Eui) -> CheckedResponse:
    answer = await user.send("11.2", meter)
    return await user.await_response(answer.request_id)
