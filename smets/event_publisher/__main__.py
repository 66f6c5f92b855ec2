"""Publishes events as a program: `python -m smets.event_publisher --emulator HOST:PORT --state FOLDER`.

Says in one line of JSON which broker it has reached.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from device_emulator.han_bridge.brokers import (
    BROKER_VARIABLE,
    MISSING,
    Broker,
    InvalidBroker,
    is_client_installed,
    read_broker,
    session_name,
)
from operations.log import set_up_log
from operations.server_process import add_log_options
from smart_metering.rpc.access import Access, AccessError, AccessFiles
from smets.client.connection import Address, Protected
from smets.client.errors import SmetsError

REACHED_SECONDS = 8.0
POSITIONS = "positions.json"


class NoBroker(ConnectionError):
    """Nobody answers there, or not as a broker does; the text says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs until SIGTERM or SIGINT. Exit status 1: there is no broker, or a side said what it should not; 2: misuse."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        broker = read_broker(given.mqtt_broker)
        access = AccessFiles(
            ca=given.ca, name=given.name, token=given.token, certificate=given.certificate, key=given.key
        ).read()
    except (AccessError, InvalidBroker) as error:
        parser.error(str(error))
    if not is_client_installed():
        parser.error(MISSING)
    set_up_log(given.log_format, given.log_level)
    try:
        asyncio.run(_run(given, broker, access))
    except (NoBroker, SmetsError) as error:
        sys.stderr.write(f"event_publisher: {error}\n")
        return 1
    return 0


async def _run(given: argparse.Namespace, broker: Broker, access: Access | None) -> None:
    from smets.event_publisher.publisher import EventPublisher, Sides

    given.state.mkdir(parents=True, exist_ok=True)
    publisher = EventPublisher(
        Sides(emulator=_address(given.emulator, access), host=given.host, dsp=_address(given.dsp, access)),
        broker,
        given.state / POSITIONS,
        session_name(given.host, given.state),
    )
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    publishing = asyncio.create_task(publisher.run())
    reaching = asyncio.create_task(asyncio.wait_for(publisher.connected.wait(), REACHED_SECONDS))
    stopping = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait({publishing, reaching, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if reaching.done():
            if reaching.exception() is not None:
                raise NoBroker(f"no MQTT broker at {broker.address}: {publisher.why_not}")
            sys.stdout.write(json.dumps({"address": broker.address}) + "\n")
            sys.stdout.flush()
            await asyncio.wait({publishing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if publishing.done():
            publishing.result()
    except ExceptionGroup as group:
        raise group.exceptions[0] from None
    finally:
        for task in (publishing, reaching, stopping):
            task.cancel()
        await asyncio.gather(publishing, reaching, stopping, return_exceptions=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m smets.event_publisher", description="Publishes what happens over an MQTT broker."
    )
    parser.add_argument(
        "--emulator", required=True, metavar="HOST:PORT", help="fleet control of the emulator"
    )
    parser.add_argument(
        "--dsp", default="", metavar="HOST:PORT", help="the DSP, unless another publisher follows it"
    )
    parser.add_argument(
        "--host", default="emulator", metavar="NAME", help="of the emulator, as the DSP has it"
    )
    parser.add_argument(
        "--state", type=Path, required=True, metavar="FOLDER", help="how far it told is kept there"
    )
    parser.add_argument(
        "--mqtt-broker",
        default=os.environ.get(BROKER_VARIABLE, ""),
        metavar="URL",
        help=f"mqtt://[USER:PASSWORD@]HOST:PORT or mqtts://; default: ${BROKER_VARIABLE}",
    )
    parser.add_argument(
        "--ca", type=Path, metavar="FILE", help="PEM: reaches both over TLS; of whom it trusts"
    )
    parser.add_argument("--name", default="", help="that of their certificate, where it is not the address")
    parser.add_argument("--token", type=Path, metavar="FILE", help="an operator's bearer token")
    parser.add_argument("--certificate", type=Path, metavar="FILE", help="PEM of a client certificate")
    parser.add_argument("--key", type=Path, metavar="FILE", help="PEM of its private key")
    add_log_options(parser)
    return parser


def _address(where: str, access: Access | None) -> Address:
    return Protected(where, access) if where and access is not None else where


if __name__ == "__main__":
    sys.exit(main())
