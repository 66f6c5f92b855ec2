"""The SM WAN door: who serves a hub, what goes down once, and what comes up once."""

import asyncio
from pathlib import Path

import grpc
import pytest

from smart_metering.command_variants import CommandVariant
from smart_metering.duis.service_requests import UpdateFirmware
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.instants import HOUR_MS
from smart_metering.ota.image import encode as encode_firmware_file
from smart_metering.response_codes import ResponseCode
from smart_metering.rpc.v1 import sm_wan_pb2
from smart_metering.sm_wan import FirmwareAtHub, Gbcs, Receipt
from tests.dsp.rpc.loopback import Dcc, HandHeldHost, running
from tests.support.dsp_premises import CHF, ESME, START, V2, firmware_file
from tests.support.hand_made_device import ACB

OTHER_HUB = "00-DB-12-34-56-78-91-00"


def codes(messages: list[object]) -> list[str]:
    return [str(message.response_code) for message in messages if isinstance(message, ServiceResponse)]


async def test_a_read_goes_down_and_its_response_comes_home(dcc: Dcc) -> None:
    host = HandHeldHost(dcc)
    attached = await host.attach()
    await dcc.send(dcc.read_version())
    await dcc.advance(10_000)

    assert (attached.clock.now, attached.clock.rate) == (START, 0)
    assert codes([*await dcc.inbox()]) == ["I0"]
    assert host.unsent == []


async def test_without_a_host_the_time_runs_out(dcc: Dcc) -> None:
    await dcc.send(dcc.read_version())
    await dcc.advance(31_000)

    assert codes([*await dcc.inbox()]) == ["E20"]


async def test_the_newest_stream_that_claims_a_hub_owns_it_and_the_older_is_told(dcc: Dcc) -> None:
    older, newer = HandHeldHost(dcc, name="older"), HandHeldHost(dcc, name="newer")
    await older.attach()
    await newer.attach()

    lost = await older.wait_for("hubs_lost")
    await dcc.send(dcc.read_version())
    await dcc.advance(10_000)

    assert list(lost.hubs_lost.comms_hubs) == [CHF]
    assert older.frames("downlinks") == []
    assert newer.frames("downlinks") != []
    assert codes([*await dcc.inbox()]) == ["I0"]


async def test_a_host_that_attaches_again_cuts_off_its_older_stream(dcc: Dcc) -> None:
    first, again = HandHeldHost(dcc), HandHeldHost(dcc)
    await first.attach()
    await again.attach()

    assert await first.ended() is grpc.StatusCode.ABORTED


async def test_an_uplink_of_a_hub_that_was_lost_is_dropped(dcc: Dcc) -> None:
    older, newer = HandHeldHost(dcc, name="older"), HandHeldHost(dcc, name="newer")
    await older.attach()
    await newer.attach()
    await older.wait_for("hubs_lost")

    older.uplink(ESME, Receipt(frame="a frame", delivered=True))
    taken = await older.wait_for("uplinks_taken")

    assert taken.uplinks_taken.sequence == 1
    assert "older" not in dcc.dsp.runtime.engine.state.host_positions


async def test_who_speaks_for_a_hub_it_did_not_attach_loses_its_stream_and_nobody_else_does(dcc: Dcc) -> None:
    owner, impostor = (
        HandHeldHost(dcc, name="owner"),
        HandHeldHost(dcc, name="impostor", comms_hubs=(OTHER_HUB,)),
    )
    await owner.attach()
    await impostor.attach()

    impostor.uplink(ESME, Gbcs(gbcs=b"\x00"))

    assert await impostor.ended() is grpc.StatusCode.PERMISSION_DENIED
    assert impostor.error is not None
    assert f"did not attach hub {CHF}" in (impostor.error.details() or "")
    await dcc.send(dcc.read_version())
    await dcc.advance(10_000)
    assert codes([*await dcc.inbox()]) == ["I0"]


async def test_hubs_that_are_none_are_refused_by_name_and_the_others_attached(dcc: Dcc) -> None:
    host = HandHeldHost(dcc, comms_hubs=(CHF, ESME, "a hub", OTHER_HUB))

    attached = await host.attach()

    assert [refused.comms_hub for refused in attached.refused] == [ESME, "a hub"]
    assert "not a CHF" in attached.refused[0].why


async def test_uplinks_are_taken_once_over_reconnections_and_restarts(tmp_path: Path) -> None:
    async with running(tmp_path) as dcc:
        await dcc.load_premises()
        host = HandHeldHost(dcc)
        await host.attach()
        host.uplink(ESME, Receipt(frame="one", delivered=True))
        await host.wait_for("uplinks_taken")
        kept = [*host.unsent]
        await host.detach()

    async with running(tmp_path) as dcc:
        host.dcc, host.unsent = dcc, kept
        host.heard.clear()
        attached = await host.attach()
        again = HandHeldHost(dcc, name="hand-held")
        again.sequence = 0
        await again.attach()
        again.uplink(ESME, Receipt(frame="the same sequence again", delivered=True))
        taken = await again.wait_for("uplinks_taken")

    assert attached.uplinks_taken == 1
    assert taken.uplinks_taken.sequence == 1


@pytest.mark.parametrize(
    ("frame", "what"),
    [
        (sm_wan_pb2.FromHubs(uplinks=sm_wan_pb2.UplinkBatch()), "an attachment as the first message"),
        (sm_wan_pb2.FromHubs(attachment=sm_wan_pb2.Attachment()), "attachment.host"),
        (sm_wan_pb2.FromHubs(), "an attachment as the first message"),
    ],
)
async def test_a_stream_begins_with_an_attachment(dcc: Dcc, frame: sm_wan_pb2.FromHubs, what: str) -> None:
    call = dcc.sm_wan.Attach()
    await call.write(frame)

    assert await call.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert what in (await call.details() or "")


async def test_an_uplink_that_cannot_be_read_ends_the_stream_and_says_why(dcc: Dcc) -> None:
    host = HandHeldHost(dcc)
    await host.attach()

    host.say(uplinks=sm_wan_pb2.UplinkBatch(uplinks=[sm_wan_pb2.Uplink(comms_hub="x", device="y")]))

    assert await host.ended() is grpc.StatusCode.INVALID_ARGUMENT
    assert host.error is not None
    assert "comms_hub: " in (host.error.details() or "")


async def test_a_firmware_file_is_sent_block_by_block_to_the_host_that_wants_it(dcc: Dcc) -> None:
    host = HandHeldHost(dcc)
    await host.attach()
    firmware = encode_firmware_file(firmware_file(V2))
    body = UpdateFirmware(firmware_image=firmware, firmware_version=V2, device_id_list=(ESME,))
    request = dcc.request("11.1", body, target=ACB, variant=CommandVariant.NON_DEVICE)
    await dcc.non_device(request)
    await dcc.advance(HOUR_MS)
    told = host.frames("downlinks")[-1].downlinks.downlinks[0].firmware_for_devices

    host.say(firmware_file_wanted=sm_wan_pb2.FirmwareFileWanted(firmware_file=told.firmware_file))
    block = (await host.wait_for("firmware_block")).firmware_block
    host.uplink(CHF, FirmwareAtHub(request_id=told.request_id, success=True))
    await host.wait_for("uplinks_taken")

    assert (block.offset, block.size, block.content) == (0, len(firmware), firmware)
    assert len(await dcc.inbox()) == 1


async def test_a_firmware_file_that_is_not_there_is_one_block_of_nothing(dcc: Dcc) -> None:
    host = HandHeldHost(dcc)
    await host.attach()

    for name in ("00" * 32, "../../etc/passwd"):
        host.say(firmware_file_wanted=sm_wan_pb2.FirmwareFileWanted(firmware_file=name))
    await host.wait_for("firmware_block", 2)

    assert {block.firmware_block.size for block in host.frames("firmware_block")} == {0}


async def test_a_host_that_is_gone_is_not_waited_for(dcc: Dcc) -> None:
    host = HandHeldHost(dcc, answers=False)
    await host.attach()
    advancing = asyncio.ensure_future(dcc.advance(1_000))
    await host.wait_for("clock_update")

    await host.detach()

    assert (await advancing).now == START + 1_000


async def test_a_caller_that_gives_up_does_not_stop_the_clock_for_the_next(dcc: Dcc) -> None:
    host = HandHeldHost(dcc, answers=False)
    await host.attach()
    advancing = asyncio.ensure_future(dcc.advance(1_000))
    await host.wait_for("clock_update")
    advancing.cancel()

    host.answers = True
    with pytest.raises(asyncio.CancelledError):
        await advancing
    again = await dcc.advance(1_000)

    assert START + 1_000 <= again.now <= START + 2_000


async def test_an_event_left_behind_a_barrier_ends_the_stream(dcc: Dcc) -> None:
    host = HandHeldHost(dcc, answers=False)
    await host.attach()
    advancing = asyncio.ensure_future(dcc.advance(0))
    update = (await host.wait_for("clock_update")).clock_update

    host.say(clock_reached=sm_wan_pb2.ClockReached(barrier=update.barrier, next_event=START))

    assert (await advancing).now == START
    assert await host.ended() is grpc.StatusCode.ABORTED


async def test_a_response_at_the_very_deadline_still_counts(dcc: Dcc) -> None:
    host = HandHeldHost(dcc, latency=15_000)  # 15 s to ask for the certificates, 15 s to answer
    await host.attach()
    await dcc.send(dcc.read_version())
    await dcc.advance(60_000)

    assert codes([*await dcc.inbox()])[0] == str(ResponseCode.I0)


async def test_many_hosts_pass_each_instant_together(dcc: Dcc) -> None:
    hosts = [
        HandHeldHost(dcc, name=f"host {at}", comms_hubs=(f"00-00-00-00-00-00-00-{at:02X}",))
        for at in range(5)
    ]
    for host in hosts:
        await host.attach()

    await dcc.advance(5_000)

    assert {frame.clock_update.now for host in hosts for frame in host.frames("clock_update")[-1:]} == {
        START + 5_000
    }
