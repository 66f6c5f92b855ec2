"""An MQTT broker as a child process: `python -m smets.local_system.mqtt_broker --listen HOST:PORT`; port 0: a free one.

For a test rig on this machine: it lets everybody in, and remembers nothing when it ends. Says where it listens in one
line of JSON.
"""

import argparse
import asyncio
import json
import logging
import signal
import socket
import sys
from importlib.util import find_spec

from device_emulator.han_bridge.brokers import MISSING

LISTEN = "127.0.0.1:0"


async def run(listen: str) -> None:
    """Until SIGTERM or SIGINT."""
    from smets.local_system.embedded_broker import EmbeddedBroker

    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    address = _with_a_port(listen)
    broker = EmbeddedBroker(address)
    await broker.start()
    sys.stdout.write(json.dumps({"address": address}) + "\n")
    sys.stdout.flush()
    await stopped.wait()
    await broker.shutdown()


def is_broker_installed() -> bool:
    """It is of the extra that brings the MQTT client, too."""
    return find_spec("amqtt") is not None


def _with_a_port(listen: str) -> str:
    host, _, port = listen.rpartition(":")
    if port != "0":
        return listen
    with socket.socket() as free:
        free.bind((host, 0))
        return f"{host}:{free.getsockname()[1]}"


def main() -> int:
    """Exit status 1: it cannot start; 2: misuse."""
    parser = argparse.ArgumentParser(
        prog="python -m smets.local_system.mqtt_broker", description="Runs an MQTT broker."
    )
    parser.add_argument("--listen", default=LISTEN, metavar="HOST:PORT", help="port 0: a free one")
    arguments = parser.parse_args()
    if not is_broker_installed():
        parser.error(MISSING)
    logging.basicConfig(level=logging.WARNING)
    try:
        asyncio.run(run(arguments.listen))
    except Exception as error:  # noqa: BLE001  # amqtt has errors of its own for whatever fails
        sys.stderr.write(f"mqtt_broker: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
