"""Nonsense from every side over real gRPC: each is told what was wrong, and the system goes on."""

import asyncio
from collections.abc import Callable
from itertools import repeat

import grpc
import pytest
from grpc import aio

from smart_metering.administration import FaultRule
from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import DeviceType
from smart_metering.duis.service_requests import MAXIMUM_DEVICE_IDS, UpdateFirmware
from smart_metering.identifiers import Eui, eui_from_number
from smart_metering.instants import MINUTE_MS
from smart_metering.ota.image import MAXIMUM_FIRMWARE_FILE_OCTETS
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.rpc.v1 import dcc_user_interface_pb2 as users_pb2
from smart_metering.rpc.v1 import emulator_control_pb2 as control_pb2
from smart_metering.rpc.v1 import service_request_pb2
from smart_metering.rpc.v1.dcc_user_interface_pb2_grpc import DccUserInterfaceStub
from smart_metering.wire.conversion import to_message
from tests.dsp.rpc.test_server import break_listener
from tests.end_to_end.premises import meter, template
from tests.end_to_end.system import ATTACHED, System, as_user
from tests.support.dsp_premises import DISTRIBUTOR, NOWHERE, STRANGER, SUPPLIER, V2
from tests.support.hand_made_device import ACB
from tests.support.processes import PATIENCE_SECONDS
from tests.support.world_premises import firmware

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEW_HUB = Eui("00-DB-12-34-56-78-FF-00")


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
