"""The hosts of the SM WAN as the runtime keeps them: ownership of hubs, and what waits on each stream."""

import asyncio

import pytest

from dsp.runtime import hosts as frames
from dsp.runtime.hosts import (
    FRAMES_TOGETHER,
    ClockUpdate,
    Downlinks,
    HostCutOff,
    Hosts,
    HubsLost,
    UplinksTaken,
)
from smart_metering.identifiers import Eui, eui_from_number
from smart_metering.instants import Instant
from smart_metering.sm_wan import CertificatesWanted, Downlink

HUB, HUB_2 = eui_from_number(1), eui_from_number(2)


def downlink(frame: int, hub: Eui = HUB) -> Downlink:
    return Downlink(frame=str(frame), comms_hub=hub, device=hub, at=Instant(0), content=CertificatesWanted())


async def test_downlinks_leave_together_and_in_order() -> None:
    hosts = Hosts()
    host = hosts.open("host")
    hosts.claim(host, [HUB])
    for frame in range(FRAMES_TOGETHER + 2):
        hosts.send(downlink(frame))
    host.put(UplinksTaken(1))
    hosts.send(downlink(9))

    sent = [await host.next_frame() for _ in range(4)]

    assert [len(it.downlinks) for it in sent if isinstance(it, Downlinks)] == [FRAMES_TOGETHER, 2, 1]
    assert sent[2] == UplinksTaken(1)


async def test_a_frame_without_a_host_is_lost() -> None:
    hosts = Hosts()
    host = hosts.open("host")
    hosts.send(downlink(1))
    hosts.claim(host, [HUB])
    hosts.close(host)
    hosts.send(downlink(2))

    assert await host.next_frame() is None
    assert list(hosts) == []


async def test_the_older_stream_is_told_which_hubs_it_lost() -> None:
    hosts = Hosts()
    older, newer = hosts.open("older"), hosts.open("newer")
    hosts.claim(older, [HUB, HUB_2])
    hosts.claim(newer, [HUB])
    hosts.send(downlink(1))
    hosts.close(older)
    hosts.send(downlink(2))

    assert await older.next_frame() == HubsLost((HUB,))
    assert older.lost == {HUB}
    sent = await newer.next_frame()
    assert isinstance(sent, Downlinks)
    assert [it.frame for it in sent.downlinks] == ["1", "2"]


async def test_the_same_host_again_takes_the_place_of_its_older_stream() -> None:
    hosts = Hosts()
    older = hosts.open("host")
    hosts.claim(older, [HUB])
    newer = hosts.open("host")
    hosts.close(older)

    with pytest.raises(HostCutOff, match="attached again"):
        await older.next_frame()
    assert list(hosts) == [newer]


async def test_a_host_that_does_not_read_is_cut_off() -> None:
    hosts = Hosts(frames_waiting=10)
    host = hosts.open("host")
    hosts.claim(host, [HUB])
    for frame in range(11):
        hosts.send(downlink(frame))

    with pytest.raises(HostCutOff, match="are not read"):
        await host.next_frame()


async def test_a_barrier_is_passed_by_an_answer_or_by_the_end() -> None:
    hosts = Hosts()
    answering, ending = hosts.open("answering"), hosts.open("ending")
    update = ClockUpdate(barrier=7, now=Instant(5), rate=0)
    waiting = asyncio.gather(answering.reach(update), ending.reach(update))
    await asyncio.sleep(0)

    answering.reached(6, None)
    answering.reached(7, Instant(9))
    hosts.close(ending)

    await asyncio.wait_for(waiting, 5)
    assert answering.next_event == 9
    assert await answering.next_frame() == update


async def test_a_file_on_its_way_is_not_sent_twice_but_may_be_asked_for_again() -> None:
    host = Hosts().open("host")

    host.ask_for_file("file")
    host.ask_for_file("file")
    host.file_sent("file")
    host.ask_for_file("file")
    host.close()

    assert await host.next_frame() == frames.FirmwareFileAsked("file")
    assert await host.next_frame() == frames.FirmwareFileAsked("file")
    assert await host.next_frame() is None
