"""Nonsense from every side over real gRPC: each is told what was wrong, and the system goes on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import repeat
from pathlib import Path

import grpc
import pytest
import pytest_asyncio
from grpc import aio

from smart_metering.administration import FaultRule
from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import DeviceType
from smart_metering.duis.service_requests import MAXIMUM_DEVICE_IDS, UpdateFirmware
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.identifiers import Eui, eui_from_number
from smart_metering.instants import MINUTE_MS
from smart_metering.ota.image import MAXIMUM_FIRMWARE_FILE_OCTETS
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.rpc.v1 import dcc_user_interface_pb2 as users_pb2
from smart_metering.rpc.v1 import emulator_control_pb2 as control_pb2
from smart_metering.rpc.v1 import service_request_pb2, sm_wan_pb2
from smart_metering.rpc.v1.dcc_user_interface_pb2_grpc import DccUserInterfaceStub
from smart_metering.sm_wan import DeviceCertificates, Gbcs, Receipt, Smets1Response, Uplink, UplinkContent
from smart_metering.wire.conversion import to_message
from tests.dsp.rpc.test_server import break_listener
from tests.support.dsp_premises import DISTRIBUTOR, NOWHERE, STRANGER, SUPPLIER, V1, V2
from tests.support.hand_made_device import ACB
from tests.support.processes import (
    ATTACHED,
    PATIENCE_SECONDS,
    Settings,
    System,
    as_user,
    comms_hub,
    meter,
    running,
    template,
)
from tests.support.world import firmware

pytestmark = pytest.mark.asyncio(loop_scope="module")

PREMISES = 3  # the first is left alone: after each test its meter answers
VICTIM, VICTIMS_HUB = meter(1), comms_hub(1)
NEW_HUB = Eui("00-DB-12-34-56-78-FF-00")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def the_system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    folder: Path = tmp_path_factory.mktemp("bad input")
    async with running(Settings(folder=folder, premises=PREMISES)) as system:
        yield system


@pytest_asyncio.fixture(loop_scope="module")
async def system(the_system: System) -> AsyncIterator[System]:
    """The one system of all these tests; after each of them it must still serve."""
    yield the_system
    position = len(await the_system.received())
    good = await the_system.ask(the_system.read_version(meter()))
    await the_system.advance(MINUTE_MS)
    codes = [
        response.response_code
        for response in await the_system.inbox(after=position)
        if isinstance(response, ServiceResponse) and response.request_id == good.request_id
    ]
    assert codes == [ResponseCode.I0]


async def refusal(call: Callable[[], object]) -> tuple[grpc.StatusCode, str]:
    """With what status a call ends, and what the caller is told."""
    with pytest.raises(aio.AioRpcError) as refused:
        await call()  # type: ignore[misc]  # a call of gRPC is awaitable
    return refused.value.code(), refused.value.details() or ""


# --- Users


def update(
    system: System, devices: tuple[Eui, ...] = (), **body: object
) -> service_request_pb2.ServiceRequest:
    content = UpdateFirmware(firmware_version=V2, device_id_list=devices or (meter(),), **body)  # type: ignore[arg-type]
    request = system.request("11.1", content, target=ACB, variant=CommandVariant.NON_DEVICE)
    return to_message(request, service_request_pb2.ServiceRequest)


@pytest.mark.parametrize(
    "image",
    [b"no firmware file", bytes(MAXIMUM_FIRMWARE_FILE_OCTETS + 1)],
    ids=["unreadable", "too large"],
)
async def test_an_image_that_is_none_is_answered_e110105(system: System, image: bytes) -> None:
    answer = await system.users.NonDevice(
        update(system, firmware_image=image), metadata=as_user(SUPPLIER), timeout=PATIENCE_SECONDS
    )

    assert answer.response_code == ResponseCode.E110105


async def test_a_file_without_an_end_is_cut_off_with_a_reason(system: System) -> None:
    """Asked by a synchronous client: one of grpc.aio may see INTERNAL of its own making when it is stopped writing."""

    def upload() -> tuple[grpc.StatusCode, str]:
        endless = repeat(users_pb2.FirmwareChunk(content=bytes(256 * 1024)))
        with grpc.insecure_channel(system.address) as channel, pytest.raises(grpc.RpcError) as refused:
            DccUserInterfaceStub(channel).UploadFirmware(
                endless, metadata=as_user(SUPPLIER), timeout=PATIENCE_SECONDS
            )
        return refused.value.code(), refused.value.details() or ""

    status, details = await asyncio.to_thread(upload)

    assert status is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert details == f"a firmware file has at most {MAXIMUM_FIRMWARE_FILE_OCTETS} octets"


async def test_more_devices_than_a_list_holds_are_refused(system: System) -> None:
    devices = tuple(eui_from_number(number) for number in range(MAXIMUM_DEVICE_IDS + 1))

    file = await system.upload(firmware(DeviceType.ESME, V2))

    answer = await system.users.NonDevice(
        update(system, devices, firmware_file=file.sha256),
        metadata=as_user(SUPPLIER),
        timeout=PATIENCE_SECONDS,
    )

    assert answer.response_code == ResponseCode.E110103
    assert f"more than {MAXIMUM_DEVICE_IDS} Devices" in answer.decision.row


async def test_a_device_that_the_smi_does_not_know_is_answered_e19(system: System) -> None:
    assert (await system.ask(system.read_version(NOWHERE))).response_code is ResponseCode.E19


async def test_who_speaks_for_another_is_answered_e1(system: System) -> None:
    answer = await system.ask(system.read_version(meter()), by=DISTRIBUTOR)

    assert answer.response_code is ResponseCode.E1


@pytest.mark.parametrize(
    "request_id",
    ["", "1:2", f"{SUPPLIER}:no meter:1", f"{SUPPLIER}:{meter()}:01", f"{SUPPLIER}:{meter()}:-1"],
)
async def test_a_request_id_that_is_none_is_answered_e100_and_why(system: System, request_id: str) -> None:
    message = to_message(system.read_version(meter()), service_request_pb2.ServiceRequest)
    message.request_id = request_id

    answer = await system.users.SendCommand(message, metadata=as_user(SUPPLIER), timeout=PATIENCE_SECONDS)

    assert (answer.response_code, answer.request_id) == (ResponseCode.E100, request_id)
    assert "request_id: " in answer.decision.row
    assert "expected" in answer.decision.row


@pytest.mark.parametrize(
    ("metadata", "what"),
    [
        ((), "expected one metadata entry 'user-id'"),
        ((*as_user(SUPPLIER), *as_user(SUPPLIER)), "found 2"),
        (as_user("me"), "expected 8 octets"),
        (as_user(STRANGER), f"{STRANGER} is no party that is loaded"),
    ],
    ids=["nobody", "two", "no EUI", "a stranger"],
)
async def test_a_caller_whom_nobody_knows_is_told_what_is_expected(
    system: System, metadata: tuple[tuple[str, str], ...], what: str
) -> None:
    message = to_message(system.read_version(meter()), service_request_pb2.ServiceRequest)

    status, details = await refusal(
        lambda: system.users.SendCommand(message, metadata=metadata, timeout=PATIENCE_SECONDS)
    )

    assert status is grpc.StatusCode.UNAUTHENTICATED
    assert what in details


async def test_a_message_beyond_the_limit_is_refused(system: System) -> None:
    status, details = await refusal(
        lambda: system.users.NonDevice(
            update(system, firmware_image=bytes(17 * 1024 * 1024)),
            metadata=as_user(SUPPLIER),
            timeout=PATIENCE_SECONDS,
        )
    )

    assert status is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "larger than max" in details


async def test_a_batch_of_too_many_requests_is_refused_and_none_is_taken(system: System) -> None:
    position = len(await system.received())
    requests = [
        to_message(system.read_version(meter()), service_request_pb2.ServiceRequest) for _ in range(10_001)
    ]
    call = system.users.Submit(metadata=as_user(SUPPLIER), timeout=PATIENCE_SECONDS)
    await call.write(users_pb2.SubmitBatch(requests=requests))

    assert await call.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "10001 in one batch, expected at most 10000" in (await call.details() or "")
    await system.advance(MINUTE_MS)
    assert await system.received(after=position) == []


# --- hosts of the SM WAN


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


# --- fleet control


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"name": "empty", "count": 0}, "count 0: expected 1 or more"),
        (
            {"name": "hubless", "devices": template(1).devices[1:]},
            "the first Device of a premises is its CHF",
        ),
        ({"name": "taken"}, "its EUIs are taken by premises that stand"),
        ({"name": "endless", "eui_from": Eui("FF-FF-FF-FF-FF-FF-FF-F0")}, "beyond the last EUI"),
    ],
    ids=lambda it: it["name"] if isinstance(it, dict) else "",
)
async def test_templates_that_cannot_stand_are_refused_whole(
    system: System, wrong: dict[str, object], what: str
) -> None:
    trace = await system.trace()
    good = changed(template(1), name="good", eui_from=NEW_HUB)

    status, details = await refusal(lambda: system.launch(good, changed(template(2), **wrong)))

    assert status is grpc.StatusCode.INVALID_ARGUMENT
    assert what in details
    assert (await refusal(lambda: system.inside(NEW_HUB)))[0] is grpc.StatusCode.NOT_FOUND
    assert await system.trace() == trace


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"fate": "explode"}, "expected one of lose, delay"),
        ({"fate": "lose", "direction": "SIDEWAYS"}, "expected TO_DEVICE, FROM_DEVICE or nothing"),
        ({"fate": "lose", "one_in": 0}, "expected either next or one_in"),
        ({"fate": "delay"}, "needs a delay"),
        ({"fate": "lose", "device": Eui("a meter")}, "expected 8 octets"),
    ],
    ids=["fate", "direction", "how many", "delay", "device"],
)
async def test_fault_rules_that_cannot_hold_are_refused_whole(
    system: System, wrong: dict[str, object], what: str
) -> None:
    good = FaultRule(name="good", fate="lose", one_in=1)

    status, details = await refusal(
        lambda: system.set_faults(good, changed(good, **{"name": "wrong", **wrong}))
    )

    assert status is grpc.StatusCode.INVALID_ARGUMENT
    assert what in details
    rules = await system.control.ListFaults(control_pb2.ListFaultsRequest(), timeout=PATIENCE_SECONDS)
    assert list(rules.rules) == []


# --- what is no gRPC


async def test_a_path_that_is_no_text_ends_no_service_for_good(system: System) -> None:
    """It ends the listener (grpcio 1.85), which is replaced: hosts and Users are back as after a broken line."""
    attached = sum(ATTACHED in line for line in system.emulator.log)

    await asyncio.to_thread(break_listener, system.address)
    await asyncio.to_thread(break_listener, system.emulator.ready["address"])

    await system.emulator.logged(ATTACHED, attached + 1)
    traced = system.control.ReadTrace(
        control_pb2.ReadTraceRequest(), timeout=PATIENCE_SECONDS, wait_for_ready=True
    )
    assert (await traced).devices > 0
