"""A client of DUIS XML over HTTP against the DSP's own door, and against servers that are not what they should be."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dsp.duis_http.application import SERVICES
from dsp.duis_http.settings import DuisSettings
from dsp.runtime.http_server import HttpServer
from smart_metering.command_variants import CommandVariant, Service
from smart_metering.duis.service_responses import PreCommand
from smart_metering.identifiers import Eui
from smart_metering.records import changed
from smets.client.errors import NotWhatWasAsked, Refused
from smets.client.receive_response import ReceiveResponse
from smets.client.records import ReceiveResponseState
from smets.duis.client import DuisClient
from smets.duis.documents import read_document
from smets.duis.door import MEDIA_TYPE, PATHS, Door, InvalidUrl
from smets.duis.faults import NobodyAnswers, NoDuisAnswer, Unconforming
from smets.duis.keys import KeyRing
from smets.duis.receiving import Manner, ReceiveResponseService
from smets.duis.signing import SigningTool
from smets.fleet.planning import plan_fleet
from smets.fleet.reading import read_fleet
from smets.world.simulation import Simulation, simulate
from tests.support.duis_files import SUPPLIER, activate_firmware_file, read_version_file

ANY_PORT = "127.0.0.1:0"
SECONDS = 10.0


@dataclass(frozen=True)
class Place:
    """A system in this process with a door for DUIS XML, and a client of it."""

    simulation: Simulation
    url: str
    tool: SigningTool
    client: DuisClient


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with simulate(plan_fleet(*read_fleet("fleets: [{count: 1}]"))) as simulation:
        settings = DuisSettings(listen=ANY_PORT, response_delay=0.0)
        url = f"http://{await simulation.served.listen_for_duis(settings)}"
        connection = simulation.system.connection
        tool = SigningTool(KeyRing(connection.state), connection.counters)
        async with Door(url) as door:
            yield Place(simulation, url, tool, DuisClient(door, tool))


@asynccontextmanager
async def answering(answer: Callable[[bytes], Response]) -> AsyncIterator[str]:
    """A server that answers every request so; where it is."""

    async def receive(request: Request) -> Response:
        return answer(await request.body())

    routes = [Route(path, receive, methods=["POST"]) for path in PATHS.values()]
    server = HttpServer(ANY_PORT, Starlette(routes=routes))
    await server.start()
    try:
        yield f"http://{server.address}"
    finally:
        await server.stop()


def test_the_paths_are_those_that_the_door_opens() -> None:
    assert {path: service for service, path in PATHS.items()} == SERVICES


async def test_a_request_is_answered_by_the_service_of_its_command_variant(place: Place) -> None:
    exchange = await place.client.send(read_document(read_version_file().encode()))

    assert exchange.service is Service.SEND_COMMAND
    assert exchange.answer.response_code == "I99"
    assert exchange.signed_by == place.simulation.system.connection.acb
    assert exchange.answer.request_id.upper() == str(exchange.request_id)


async def test_a_request_to_another_service_is_refused_as_the_rules_have_it(place: Place) -> None:
    document = read_document(read_version_file().encode())

    exchange = await place.client.send(document, service=Service.NON_DEVICE)

    assert exchange.answer.response_code == "E13"


async def test_a_pre_command_is_signed_and_sent_on_under_the_same_request_id(place: Place) -> None:
    first = await place.client.send(read_document(activate_firmware_file().encode()))
    assert first.holds_pre_command

    second = await place.client.send_signed_pre_command(first)

    assert (first.service, second.service) == (Service.TRANSFORM, Service.SEND_COMMAND)
    assert second.document.command_variant is CommandVariant.SIGNED_SEND
    assert second.request_id == first.request_id
    assert second.answer.response_code == "I99"
    async with place.simulation.system.user(SUPPLIER) as supplier:
        checked = await supplier.response_to(str(first.request_id))
    assert checked.outcome is not None
    assert checked.outcome.text.startswith("noImageHeld")


async def test_a_pre_command_that_is_another_s_is_not_signed(place: Place) -> None:
    first = await place.client.send(read_document(activate_firmware_file().encode()))
    other = await place.client.send(read_document(activate_firmware_file(b"\x01" * 32).encode()))
    assert isinstance(other.answer.body, PreCommand)
    swapped = changed(first.answer, body=other.answer.body)
    exchange = type(first)(
        document=first.document,
        service=first.service,
        sent=first.sent,
        received=first.received,
        answer=swapped,
        signed_by=first.signed_by,
        reading=first.reading,
    )

    with pytest.raises(NotWhatWasAsked, match="firmware hash"):
        await place.client.send_signed_pre_command(exchange)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1:1", "127.0.0.1:1", "http://", "http://a:b"])
def test_an_address_must_be_of_http(url: str) -> None:
    with pytest.raises(InvalidUrl, match="expected http://HOST:PORT"):
        Door(url)


async def test_who_does_not_answer_is_named(place: Place) -> None:
    async with Door("http://127.0.0.1:1") as door:
        with pytest.raises(NobodyAnswers, match=r"http://127\.0\.0\.1:1/api/v1/serviceS: no answer"):
            await DuisClient(door, place.tool).send(read_document(read_version_file().encode()))


@pytest.mark.parametrize(
    ("answer", "error", "what"),
    [
        (Response("sorry", 503), NoDuisAnswer, "HTTP 503, expected 200: sorry"),
        (Response(status_code=204), NoDuisAnswer, "type '', expected application/xml"),
        (Response("<a/>", media_type="text/xml"), NoDuisAnswer, "type 'text/xml"),
        (Response("<a/>", media_type=MEDIA_TYPE), Unconforming, "element a, expected one of DUIS"),
    ],
)
async def test_an_answer_that_is_none_is_refused(
    place: Place, answer: Response, error: type[Exception], what: str
) -> None:
    async with answering(lambda _: answer) as url, Door(url) as door:
        with pytest.raises(error, match=what):
            await DuisClient(door, place.tool).send(read_document(read_version_file().encode()))


async def test_an_answer_to_another_request_or_one_that_was_changed_is_refused(place: Place) -> None:
    stored = await place.client.send(read_document(read_version_file().encode()))
    changed_answer = stored.received.replace(b"I99", b"I0")

    for received, error, what in (
        (stored.received, NoDuisAnswer, "the answer is to"),
        (changed_answer, Unconforming, "digest"),
        (stored.sent, NoDuisAnswer, "is not a ResponseMessage"),
    ):
        answer = Response(received, media_type=MEDIA_TYPE)
        async with answering(lambda _, it=answer: it) as url, Door(url) as door:  # type: ignore[misc]
            with pytest.raises(error, match=what):
                await DuisClient(door, place.tool).send(read_document(read_version_file().encode()))


# --- what is pushed


@asynccontextmanager
async def receiving(place: Place) -> AsyncIterator[ReceiveResponseService]:
    service = ReceiveResponseService(place.tool)
    await service.start()
    push = place.simulation.system.receive_response(Eui(SUPPLIER))
    await push.set_address(service.url(Eui(SUPPLIER)))
    try:
        yield service
    finally:
        await push.set_address("")
        await service.stop()


async def until(push: ReceiveResponse, holds: Callable[[ReceiveResponseState], bool]) -> ReceiveResponseState:
    """The state of the push once it is so; a test that waits in vain ends by its time limit."""
    async with asyncio.timeout(SECONDS):
        state = await push.state()
        while not holds(state):
            await asyncio.sleep(0)
            state = await push.state()
    return state


async def test_what_is_pushed_is_taken_read_and_told_apart(place: Place) -> None:
    async with receiving(place) as service:
        exchange = await place.client.send(read_document(read_version_file().encode()))
        pushed = await service.wait_for(lambda it: not it.is_alert, SECONDS)

    assert pushed is not None
    assert (pushed.code, pushed.user, pushed.says) == ("I0", SUPPLIER, "firmware 00000001")
    assert pushed.request_id == str(exchange.request_id)
    assert pushed.reading.verified.holds
    assert [attempt.status for attempt in service.attempts] == [204]


async def test_a_push_that_is_not_right_is_answered_400_and_parked_with_what_was_said(place: Place) -> None:
    push = place.simulation.system.receive_response(Eui(SUPPLIER))
    async with receiving(place) as service:
        service.manner = Manner(status=400, answer="I cannot read this")
        await place.client.send(read_document(read_version_file().encode()))
        assert await service.wait_for_attempts(1, SECONDS)
        state = await until(push, lambda it: it.parked > 0)
        parked = [row async for row in push.parked()]

    assert [(row.http_status, row.answer) for row in parked] == [(400, "I cannot read this")]
    assert parked[0].xml.startswith(b"<?xml")
    assert (state.parked, state.waiting) == (1, 0)
    assert service.taken == []


async def test_what_is_pushed_while_nobody_listens_waits_and_comes_later(place: Place) -> None:
    push = place.simulation.system.receive_response(Eui(SUPPLIER))
    async with receiving(place) as service:
        await service.stop()
        await place.client.send(read_document(read_version_file().encode()))
        state = await until(push, lambda it: it.last_failure != "")
        assert (state.waiting, state.last_failure) == (1, "ConnectError: All connection attempts failed")
        await service.start()

        pushed = await service.wait_for(lambda _: True, SECONDS)

    assert pushed is not None
    assert len(service.attempts) == 1


async def test_an_address_that_is_no_url_is_refused(place: Place) -> None:
    push = place.simulation.system.receive_response(Eui(SUPPLIER))

    with pytest.raises(Refused, match="expected http://HOST:PORT/PATH"):
        await push.set_address("ftp://127.0.0.1/")

    assert (await push.state()).url == ""


async def test_what_is_pushed_wrongly_is_not_taken(place: Place) -> None:
    exchange = await place.client.send(read_document(read_version_file().encode()))
    right, changed_answer = exchange.received, exchange.received.replace(b"I99", b"I0")
    service = ReceiveResponseService(place.tool)
    await service.start()
    async with httpx.AsyncClient(trust_env=False) as pusher:

        async def push(octets: bytes, media_type: str = MEDIA_TYPE) -> int:
            headers = {"content-type": media_type}
            answer = await pusher.post(service.url(Eui(SUPPLIER)), content=octets, headers=headers)
            return answer.status_code

        statuses = [
            await push(right),
            await push(right, "text/xml"),
            await push(changed_answer),
            await push(exchange.sent),
            await push(b"hello"),
        ]
    await service.stop()

    assert statuses == [204, 400, 400, 400, 400]
    assert [attempt.wrong.partition(":")[0] for attempt in service.attempts] == [
        "",
        "content type 'text/xml', expected application/xml",
        "the digest is not that of the document",
        "a Request, expected a Response",
        "not well-formed XML",
    ]
    assert len(service.taken) == 1
