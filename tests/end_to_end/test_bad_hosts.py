"""Hosts of the SM WAN that say what they may not: they are told, nobody believes them, and the system goes on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
import pytest

from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.instants import MINUTE_MS
from smart_metering.response_codes import ResponseCode
from smart_metering.rpc.v1 import sm_wan_pb2
from smart_metering.sm_wan import DeviceCertificates, Gbcs, Receipt, Smets1Response, Uplink, UplinkContent
from smart_metering.wire.conversion import to_message
from tests.end_to_end.premises import comms_hub, meter
from tests.end_to_end.system import System
from tests.support.dsp_premises import SUPPLIER, V1, V2
from tests.support.processes import PATIENCE_SECONDS

pytestmark = pytest.mark.asyncio(loop_scope="module")

VICTIM, VICTIMS_HUB = meter(1), comms_hub(1)
NEW_HUB = Eui("00-DB-12-34-56-78-FF-00")


class RawHost:
    """A stream of the SM WAN that a test writes itself."""

    def __init__(self, system: System) -> None:
        self.call = system.sm_wan.Attach(timeout=PATIENCE_SECONDS)
        self.sequence = 0

    async def attach(self, name: str, *comms_hubs: str) -> sm_wan_pb2.HubsAttached:
        attachment = sm_wan_pb2.Attachment(host=name, comms_hubs=comms_hubs)
        await self.call.write(sm_wan_pb2.FromHubs(attachment=attachment))
        return (await self.next("hubs_attached")).hubs_attached

    async def uplink(self, hub: Eui, device: Eui, content: UplinkContent) -> None:
        self.sequence += 1
        uplink = Uplink(sequence=self.sequence, comms_hub=hub, device=device, at=0, content=content)  # type: ignore[arg-type]
        batch = sm_wan_pb2.UplinkBatch(uplinks=[to_message(uplink, sm_wan_pb2.Uplink)])
        await self.call.write(sm_wan_pb2.FromHubs(uplinks=batch))

    async def next(self, kind: str) -> sm_wan_pb2.ToHubs:
        """The next frame of this kind; those before it are passed over."""
        while True:
            frame = await self.call.read()
            assert isinstance(frame, sm_wan_pb2.ToHubs), await self.call.details()
            if frame.WhichOneof("content") == kind:
                return frame


@asynccontextmanager
async def raw_host(system: System) -> AsyncIterator[RawHost]:
    """The stream, broken off afterwards. Nobody serves its hubs then, until their emulator attaches again."""
    host = RawHost(system)
    try:
        yield host
    finally:
        host.call.cancel()


@pytest.mark.parametrize("octets", [b"\xde\xad\xbe\xef", b"", bytes(5_000)], ids=["short", "empty", "zeros"])
async def test_octets_that_are_no_gbcs_are_observed_and_teach_nothing(system: System, octets: bytes) -> None:
    before, position = await system.smi(VICTIM), len(await system.received())

    async with raw_host(system) as host:
        await host.attach(f"malformed {len(octets)}", VICTIMS_HUB)
        await host.uplink(VICTIMS_HUB, VICTIM, Gbcs(gbcs=octets))
        assert (await host.next("uplinks_taken")).uplinks_taken.sequence == 1

    await system.dsp.logged(f'"device": "{VICTIM}", "what": "a message that cannot be read: octet')
    assert await system.smi(VICTIM) == before
    assert await system.received(after=position) == []


async def test_a_hub_that_speaks_for_the_device_of_another_is_not_believed(system: System) -> None:
    before = await system.smi(meter())

    async with raw_host(system) as host:
        await host.attach("claims a Device", VICTIMS_HUB)
        await host.uplink(VICTIMS_HUB, meter(), DeviceCertificates(digital_signing=b"", key_agreement=b""))
        assert (await host.next("uplinks_taken")).uplinks_taken.sequence == 1

    await system.dsp.logged(f"refused: the SMI knows no such Device behind hub {VICTIMS_HUB}")
    assert await system.smi(meter()) == before


async def test_a_hub_that_has_no_s1sp_behind_it_cannot_speak_like_one(system: System) -> None:
    """A Smets1Response carries neither signature nor MAC: of a SMETS2+ Device it proves nothing."""
    async with raw_host(system) as host:
        await host.attach("no S1SP", VICTIMS_HUB)
        reading = system.read_version(VICTIM)
        assert (await system.ask(reading)).response_code is ResponseCode.I99
        made_up = Smets1Response(
            originator=SUPPLIER,
            counter=reading.request_id.counter,
            service_reference_variant="11.2",
            success=True,
            firmware_version=V2,
        )
        await host.uplink(VICTIMS_HUB, VICTIM, made_up)
        assert (await host.next("uplinks_taken")).uplinks_taken.sequence == 1

    assert (await system.smi(VICTIM)).device_firmware_version == V1
    assert str(reading.request_id) not in {
        message.request_id for message in await system.inbox() if isinstance(message, ServiceResponse)
    }


async def test_a_hub_cannot_say_that_a_command_reached_the_device_of_another(system: System) -> None:
    far = meter(2)
    await system.ask(system.read_version(far))
    await system.advance(
        MINUTE_MS
    )  # Its certificates are known from now on, so that the next command goes out.
    async with raw_host(system) as nobody:
        await nobody.attach("serves nothing", comms_hub(2))
    position = len(await system.received())
    reading = await system.ask(system.read_version(far))

    async with raw_host(system) as host:
        await host.attach("speaks of others", VICTIMS_HUB)
        await host.uplink(VICTIMS_HUB, VICTIM, Receipt(frame=reading.request_id, delivered=True))
        assert (await host.next("uplinks_taken")).uplinks_taken.sequence == 1
    await system.advance(MINUTE_MS)

    (response,) = await system.inbox(after=position)
    assert isinstance(response, ServiceResponse)
    assert (response.request_id, response.response_code) == (reading.request_id, ResponseCode.E20)


async def test_a_stream_that_speaks_for_a_hub_it_did_not_attach_is_ended(system: System) -> None:
    async with raw_host(system) as host:
        await host.attach("speaks for others", NEW_HUB)
        await host.uplink(comms_hub(), meter(), Gbcs(gbcs=b"\x00"))

        assert await host.call.code() is grpc.StatusCode.PERMISSION_DENIED
        assert f"this stream did not attach hub {comms_hub()}" in (await host.call.details() or "")


async def test_the_newest_stream_that_claims_a_hub_has_it_and_the_older_is_told(system: System) -> None:
    async with raw_host(system) as older, raw_host(system) as newer:
        await older.attach("older", VICTIMS_HUB)
        await newer.attach("newer", VICTIMS_HUB)

        lost = (await older.next("hubs_lost")).hubs_lost
        reading = await system.ask(system.read_version(VICTIM))
        downlinks = (await newer.next("downlinks")).downlinks

        await system.emulator.logged('"event": "hubs lost"')
        assert list(lost.comms_hubs) == [VICTIMS_HUB]
        assert reading.response_code is ResponseCode.I99
        assert {downlink.comms_hub for downlink in downlinks.downlinks} == {VICTIMS_HUB}


async def test_an_attachment_names_what_it_cannot_attach(system: System) -> None:
    async with raw_host(system) as host:
        attached = await host.attach("mixed", NEW_HUB, meter(), "a hub")

        assert [refused.comms_hub for refused in attached.refused] == [meter(), "a hub"]
        assert "not a CHF" in attached.refused[0].why
        assert "expected" in attached.refused[1].why


@pytest.mark.parametrize(
    "first",
    [
        sm_wan_pb2.FromHubs(),
        sm_wan_pb2.FromHubs(uplinks=sm_wan_pb2.UplinkBatch()),
        sm_wan_pb2.FromHubs(clock_reached=sm_wan_pb2.ClockReached(barrier=1)),
    ],
    ids=["empty", "uplinks", "clock_reached"],
)
async def test_a_stream_that_does_not_begin_with_an_attachment_is_ended(
    system: System, first: sm_wan_pb2.FromHubs
) -> None:
    async with raw_host(system) as host:
        await host.call.write(first)

        assert await host.call.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert "expected an attachment as the first message" in (await host.call.details() or "")
