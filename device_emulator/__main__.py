"""Runs a device emulator: `python -m device_emulator --dsp HOST:PORT --state FOLDER --certificates FOLDER`.

Says where fleet control listens in one line of JSON.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from device_emulator.bootstrap import DEFAULT_ACB, DeviceEmulator, EmulatorSettings, MissingCertificates
from device_emulator.han_bridge.brokers import (
    BROKER_VARIABLE,
    MISSING,
    InvalidBroker,
    is_client_installed,
    read_broker,
)
from device_emulator.runtime.han_post import PATIENCE_SECONDS
from ledger.sqlite_store import StoreError
from ledger.state_directory import StateInUse
from operations.metrics_page import CannotServeMetrics
from operations.server_process import add_operating_options, operating_from, set_up_server_process
from operations.tls import ProtectionError
from smart_metering.identifiers import InvalidIdentifier, parse_eui
from smart_metering.pki.key_folders import KeyFolderError
from smart_metering.rpc.access import AccessError, AccessFiles
from smart_metering.rpc.listening import CannotListen


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs until SIGTERM or SIGINT. Exit status 1: it cannot start, or its store failed; 2: wrong arguments."""
    parser = _parser()
    try:
        settings = _settings(parser.parse_args(arguments))
    except (InvalidBroker, InvalidIdentifier, ProtectionError) as error:
        parser.error(str(error))
    if settings.broker is not None and not is_client_installed():
        parser.error(MISSING)
    set_up_server_process(settings.operating)
    try:
        asyncio.run(_run(settings))
    except (
        AccessError,
        CannotListen,
        CannotServeMetrics,
        KeyFolderError,
        MissingCertificates,
        ProtectionError,
        StateInUse,
        StoreError,
    ) as error:
        sys.stderr.write(f"device_emulator: {error}\n")
        return 1
    return 0


async def _run(settings: EmulatorSettings) -> None:
    emulator = DeviceEmulator(settings)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with emulator:
        ready = {"address": emulator.address, "host": settings.host, "metrics": emulator.metrics}
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
        stopping = asyncio.create_task(stopped.wait())
        failing = asyncio.create_task(emulator.failure())
        await asyncio.wait({stopping, failing}, return_when=asyncio.FIRST_COMPLETED)
        if failing.done():
            failing.result()
        failing.cancel()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m device_emulator", description="Runs Comms Hubs and their Devices."
    )
    parser.add_argument("--dsp", required=True, metavar="HOST:PORT", help="where the DSP listens")
    parser.add_argument(
        "--dsp-ca",
        type=Path,
        metavar="FILE",
        help="PEM: reaches the DSP over TLS; the issuers of its certificate, or that certificate",
    )
    parser.add_argument(
        "--dsp-name", default="", metavar="NAME", help="that of its certificate, where it is not the address"
    )
    parser.add_argument(
        "--dsp-token", type=Path, metavar="FILE", help="an operator's bearer token, needed off loopback"
    )
    parser.add_argument(
        "--dsp-certificate", type=Path, metavar="FILE", help="PEM of a client certificate, if it asks for one"
    )
    parser.add_argument("--dsp-key", type=Path, metavar="FILE", help="PEM of its private key")
    parser.add_argument("--listen", default="127.0.0.1:0", metavar="HOST:PORT", help="port 0: a free one")
    parser.add_argument("--state", type=Path, required=True, metavar="FOLDER", help="its durable state")
    parser.add_argument("--seed", default="development", help="of Device keys and of fates")
    parser.add_argument(
        "--certificates", type=Path, required=True, metavar="FOLDER", help="of the parties that Devices know"
    )
    parser.add_argument("--host", default="emulator", metavar="NAME", help="as the DSP remembers it")
    parser.add_argument("--acb", default=DEFAULT_ACB, metavar="EUI", help="the DSP's own EUI")
    parser.add_argument(
        "--mqtt-broker",
        default=os.environ.get(BROKER_VARIABLE, ""),
        metavar="URL",
        help="mqtt://[USER:PASSWORD@]HOST:PORT or mqtts://, by which Devices outside are reached; "
        f"default: ${BROKER_VARIABLE}",
    )
    parser.add_argument(
        "--han-patience",
        type=float,
        default=PATIENCE_SECONDS,
        metavar="SECONDS",
        help="of real time that stepped time waits for the answer of a Device outside",
    )
    add_operating_options(parser)
    return parser


def _settings(arguments: argparse.Namespace) -> EmulatorSettings:
    """Raises InvalidIdentifier, InvalidBroker and ProtectionError."""
    return EmulatorSettings(
        dsp=arguments.dsp,
        listen=arguments.listen,
        state=arguments.state,
        seed=arguments.seed,
        certificates=arguments.certificates,
        host=arguments.host,
        acb=parse_eui(arguments.acb),
        broker=read_broker(arguments.mqtt_broker) if arguments.mqtt_broker else None,
        han_patience=arguments.han_patience,
        dsp_access=AccessFiles(
            ca=arguments.dsp_ca,
            name=arguments.dsp_name,
            token=arguments.dsp_token,
            certificate=arguments.dsp_certificate,
            key=arguments.dsp_key,
        ),
        operating=operating_from(arguments),
    )


if __name__ == "__main__":
    sys.exit(main())
