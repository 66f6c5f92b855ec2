"""The server of every HTTP door: what clients feel of it, whatever it serves."""

import socket

from starlette.responses import PlainTextResponse

from dsp.runtime.http_server import HttpServer


async def test_an_answer_does_not_wait_for_the_acknowledgement_of_its_head() -> None:
    """Connections inherit what their listener is told."""
    server = HttpServer("127.0.0.1:0", PlainTextResponse("here"))
    await server.start()
    try:
        assert server._listener is not None
        assert server._listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    finally:
        await server.stop()
