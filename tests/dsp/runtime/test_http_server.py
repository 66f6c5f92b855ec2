"""The HTTP server of the DSP holds nothing back."""

import asyncio
import time

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from dsp.runtime.http_server import SILENT_SECONDS, HttpServer

ANSWERS = 12
SECONDS = 0.02  # a client's system acknowledges after 40 ms what it may


async def answer(request: Request) -> PlainTextResponse:
    await request.body()
    return PlainTextResponse("taken")


async def test_an_answer_does_not_wait_for_the_clients_system() -> None:
    server = HttpServer("127.0.0.1:0", Starlette(routes=[Route("/", answer, methods=["POST"])]))
    await server.start()
    taken = []

    async with httpx.AsyncClient(base_url=f"http://{server.address}") as client:
        for _ in range(ANSWERS):
            started = time.monotonic()
            response = await client.post("/", content=b"x")
            taken.append(time.monotonic() - started)
            assert response.text == "taken"
    await server.stop()

    assert min(taken) < SECONDS, taken  # it would be each of them


async def test_a_connection_that_says_nothing_is_closed() -> None:
    server = HttpServer("127.0.0.1:0", Starlette())
    await server.start()
    host, _, port = server.address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))

    said = await asyncio.wait_for(reader.read(), SILENT_SECONDS + 10)

    assert said == b""
    writer.close()
    await server.stop()
