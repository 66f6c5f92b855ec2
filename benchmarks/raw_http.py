"""The raw baseline of what is served over HTTP: the same server with nothing behind it, in a process of its own.

It answers a POST with as many octets as an Acknowledgement has, and a GET of /N with N octets.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dsp.runtime.http_server import HttpServer

ANSWER = b"<a>" + bytes(b"x" * 1_430) + b"</a>"
READY = "ready"


async def _answer(request: Request) -> Response:
    await request.body()
    return Response(ANSWER, media_type="application/xml")


async def _page(request: Request) -> Response:
    return Response(bytes(request.path_params["octets"]), media_type="text/html")


async def _serve() -> None:
    routes = [Route("/", _answer, methods=["POST"]), Route("/{octets:int}", _page)]
    server = HttpServer("127.0.0.1:0", Starlette(routes=routes))
    await server.start()
    print(READY, server.address, flush=True)
    await asyncio.Event().wait()


@asynccontextmanager
async def raw_http_server() -> AsyncIterator[str]:
    """The URL of one that runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.raw_http", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        _, address = (await process.stdout.readline()).decode().split()
        yield f"http://{address}/"
    finally:
        process.terminate()
        await process.wait()


if __name__ == "__main__":
    asyncio.run(_serve())
