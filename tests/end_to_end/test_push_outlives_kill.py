"""kill -9 of the DSP between the Acknowledgement of a request and the push of its Service Response."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from grpc import aio

from smart_metering.command_variants import CommandVariant
from smart_metering.duis.service_requests import ReadFirmwareVersion, ServiceRequest
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.duis_xml.messages import write_request
from smart_metering.duis_xml.signature import Signer
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import MINUTE_MS
from smart_metering.pki.key_folders import read_certificate_file, read_private_key
from smart_metering.pki.keys import KeyUsage
from smart_metering.pki.serial_numbers import serial_number_of
from smart_metering.rpc.v1 import receive_response_pb2 as pb2
from smart_metering.rpc.v1.receive_response_pb2_grpc import ReceiveResponseStub
from smets.fleet.launching import launch_fleet
from smets.fleet.planning import plan_fleet
from smets.fleet.reading import read_fleet
from smets.local_system.duis import Duis
from smets.local_system.local_system import LocalSystem, SystemSettings
from smets.local_system.state_folder import StateFolder
from tests.support.receive_response import ReceiveResponseService, receive_response_service

SUPPLIER, METER = Eui("90-B3-D5-1F-30-01-00-00"), Eui("00-DB-12-34-00-00-00-02")
FLEET = "fleets: [{template: smets2}]"
USER = (("user-id", SUPPLIER),)


@asynccontextmanager
async def system_with_duis(state: Path, response_delay: float) -> AsyncIterator[LocalSystem]:
    plan = plan_fleet(*read_fleet(FLEET))
    duis = Duis(listen="127.0.0.1:0", response_delay=response_delay)
    settings = SystemSettings(state=state, organisations=plan.organisations, duis=duis)
    async with LocalSystem(settings) as system:
        await launch_fleet(plan, system.connection)
        yield system


async def push_state(system: LocalSystem, url: str | None = None) -> pb2.ReceiveResponseState:
    """How far the push is; with a URL, after setting it."""
    async with aio.insecure_channel(system.connection.dsp) as channel:
        stub = ReceiveResponseStub(channel)
        if url is None:
            return await stub.GetState(pb2.GetReceiveResponseStateRequest(), metadata=USER)
        return await stub.SetAddress(pb2.ReceiveResponseAddress(url=url), metadata=USER)


async def acknowledged(system: LocalSystem, counter: int) -> str:
    """Sends 11.2 as a supplier's system does; the Response comes while the clock is stepped."""
    folder = StateFolder(system.settings.state)
    certificate = read_certificate_file(folder.certificates, SUPPLIER, KeyUsage.XML_SIGNING)
    signer = Signer(
        private_key=read_private_key(folder.party(SUPPLIER), SUPPLIER, KeyUsage.XML_SIGNING),
        serial_number=serial_number_of(certificate),
    )
    request = ServiceRequest(
        request_id=RequestId(SUPPLIER, METER, counter),
        command_variant=CommandVariant.SEND,
        service_reference="11.2",
        service_reference_variant="11.2",
        body=ReadFirmwareVersion(),
    )
    async with httpx.AsyncClient(base_url=f"http://{system.connection.duis}") as http:
        answer = await http.post("/api/v1/serviceS", content=write_request(request, signer=signer))
    assert "<sr:ResponseCode>I99<" in answer.text, answer.text
    async with system.connection.administration() as administration:
        await administration.advance(MINUTE_MS)
    return str(request.request_id)


async def until_written_down(system: LocalSystem) -> None:
    """Waits until the DSP knows that the first message was taken."""
    for _ in range(1_000):
        if (await push_state(system)).pushed == 1:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(await push_state(system))


def pushed_requests(service: ReceiveResponseService) -> list[str]:
    messages = [push.message for push in service.taken]
    return [message.request_id for message in messages if isinstance(message, ServiceResponse)]


@pytest.fixture
async def service() -> AsyncIterator[ReceiveResponseService]:
    async with receive_response_service() as service:
        yield service


async def test_a_response_that_was_not_pushed_yet_is_pushed_once_after_the_kill(
    tmp_path: Path, service: ReceiveResponseService
) -> None:
    async with system_with_duis(tmp_path, response_delay=2.0) as system:
        await push_state(system, service.url)
        request_id = await acknowledged(system, 1)
        before = await push_state(system)

        await system.kill_dsp()
        await system.restart_dsp()
        await service.until(1)
        other = await acknowledged(system, 2)
        await service.until(2)

    assert (before.pushed, before.last_position) == (0, 1), "killed before the push"
    assert pushed_requests(service) == [request_id, other]


async def test_a_response_that_was_taken_is_not_pushed_again_after_the_kill(
    tmp_path: Path, service: ReceiveResponseService
) -> None:
    async with system_with_duis(tmp_path, response_delay=0) as system:
        await push_state(system, service.url)
        request_id = await acknowledged(system, 1)
        await service.until(1)
        await until_written_down(system)

        await system.kill_dsp()
        await system.restart_dsp()
        other = await acknowledged(system, 2)
        await service.until(2)

    assert pushed_requests(service) == [request_id, other]


async def test_a_response_whose_answer_did_not_come_before_the_kill_is_pushed_again(
    tmp_path: Path, service: ReceiveResponseService
) -> None:
    """The client was still at it: whether it took the message, the DSP cannot know, and none is lost."""
    async with system_with_duis(tmp_path, response_delay=0) as system:
        await push_state(system, service.url)
        service.open.clear()
        request_id = await acknowledged(system, 1)
        await service.until_waiting()

        await system.kill_dsp()
        service.open.set()
        await system.restart_dsp()
        await service.until(2)

    assert set(pushed_requests(service)) == {request_id}
