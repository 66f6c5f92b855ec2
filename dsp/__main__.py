"""Runs a DSP: `python -m dsp --listen 127.0.0.1:0 --state FOLDER`. Says where it listens in one line of JSON."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from dsp.bootstrap import Dsp, DspSettings
from dsp.duis_http.settings import DuisSettings
from dsp.rules.releases import LATEST, MODIFICATIONS, RELEASES, UnknownRule, rules_as_of, rules_with
from dsp.rules.rule_set import RuleSet
from dsp.rules.switching import READERS, switches_from
from dsp.runtime.clock import ClockRefusal, checked_rate
from dsp.ssi.settings import SsiSettings
from ledger.sqlite_store import StoreError
from ledger.state_directory import StateInUse
from operations.metrics_page import CannotServeMetrics
from operations.server_process import add_operating_options, operating_from, set_up_server_process
from operations.tls import ProtectionError
from smart_metering.duis_xml.validating import SchemaFolderError
from smart_metering.duis_xml.versions import SCHEMA_VERSIONS
from smart_metering.identifiers import parse_eui
from smart_metering.instants import format_instant, parse_instant
from smart_metering.pki.given_keys import MissingPrivateKey
from smart_metering.pki.key_folders import KeyFolderError
from smart_metering.rpc.access import AccessError, AccessFiles
from smart_metering.rpc.listening import CannotListen

CANNOT_START = (
    AccessError,
    CannotListen,
    CannotServeMetrics,
    KeyFolderError,
    MissingPrivateKey,
    ProtectionError,
    SchemaFolderError,
    StateInUse,
    StoreError,
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs until SIGTERM or SIGINT. Exit status 1: it cannot start, or its store failed; 2: wrong arguments."""
    parser = _parser()
    try:
        settings = _settings(parser.parse_args(arguments))
    except (UnknownRule, ClockRefusal, ValueError) as error:
        parser.error(str(error))
    set_up_server_process(settings.operating)
    try:
        asyncio.run(_run(settings))
    except CANNOT_START as error:
        sys.stderr.write(f"dsp: {error}\n")
        return 1
    return 0


async def _run(settings: DspSettings) -> None:
    dsp = Dsp(settings)
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[None] = loop.create_future()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _finish, stopped)
    async with dsp:
        ready = {
            "address": dsp.address,
            "now": format_instant(dsp.runtime.clock.now()),
            "rate": settings.rate,
            "metrics": dsp.metrics,
        }
        others = {"smki": dsp.smki_address, "duis": dsp.duis_address, "ssi": dsp.ssi_address}
        ready.update({name: address for name, address in others.items() if address})
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
        await asyncio.wait({stopped, dsp.runtime.failed}, return_when=asyncio.FIRST_COMPLETED)
        if dsp.runtime.failed.done():
            dsp.runtime.failed.result()


def _finish(stopped: asyncio.Future[None]) -> None:
    if not stopped.done():
        stopped.set_result(None)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dsp", description="Runs a DSP of the emulator.")
    parser.add_argument("--listen", default="127.0.0.1:0", metavar="HOST:PORT", help="port 0: a free one")
    parser.add_argument("--state", type=Path, required=True, metavar="FOLDER", help="its durable state")
    parser.add_argument("--seed", default="development", help="of the development PKI; the emulators' too")
    rules = parser.add_mutually_exclusive_group()
    releases = ", ".join(row.name for row in RELEASES)
    rules.add_argument(
        "--release", default=LATEST, help=f"SEC Release in force: {releases}, or a day like 2022-05-01"
    )
    modifications = ", ".join(MODIFICATIONS)
    rules.add_argument(
        "--modifications", nargs="*", metavar="NAME", help=f"exactly these instead: {modifications}"
    )
    for option in ("with", "without"):
        parser.add_argument(
            f"--{option}",
            dest=f"{option}_modifications",
            action="append",
            default=[],
            metavar="NAME",
            help=f"the release {option} this modification; may be repeated",
        )
    parser.add_argument(
        "--switch",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=f"a choice made otherwise (docs/tables.md, choices): {', '.join(READERS)}",
    )
    parser.add_argument("--epoch", default="2021-11-04T00:00:00Z", help="the time of the first start")
    parser.add_argument(
        "--rate", type=float, default=0.0, help="0: time is stepped, 1: real, n: n times as fast"
    )
    parser.add_argument("--acb", default="90-B3-D5-1F-30-00-00-02", metavar="EUI", help="the DSP's own EUI")
    parser.add_argument(
        "--keys", type=Path, metavar="FOLDER", help="of its own keys that are not derived (docs/keys.md)"
    )
    parser.add_argument(
        "--certificates", type=Path, metavar="FOLDER", help="of organisations, for the SMKI Repository"
    )
    parser.add_argument(
        "--smki-listen",
        default="",
        metavar="HOST:PORT",
        help="serves the SMKI Repository there; else it does not",
    )
    _add_ssi_options(parser)
    _add_duis_options(parser)
    add_operating_options(parser)
    return parser


def _add_ssi_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--ssi-listen",
        default="",
        metavar="HOST:PORT",
        help="serves the pages of the Self-Service Interface there; else it does not",
    )
    parser.add_argument(
        "--ssi-emulator",
        action="append",
        default=[],
        metavar="HOST:PORT|@FILE",
        help="where those pages ask what Devices themselves say, or a file in which that stands; may be repeated",
    )
    for name, what in (
        ("ca", "PEM: reaches emulators over TLS; the issuers of their certificate, or that certificate"),
        ("token", "an operator's bearer token, which an emulator off loopback asks for"),
    ):
        parser.add_argument(f"--ssi-emulator-{name}", type=Path, metavar="FILE", help=what)
    parser.add_argument(
        "--ssi-emulator-name",
        default="",
        metavar="NAME",
        help="that of their certificate, where it is not the address",
    )
    parser.add_argument(
        "--ssi-development-sign-in",
        action="store_true",
        help="the web page lets one sign in as anybody, without a password; on loopback only",
    )
    parser.add_argument(
        "--ssi-development-keys",
        type=Path,
        metavar="FOLDER",
        help="parties' private keys, by which those pages sign 11.3; only beside --ssi-development-sign-in",
    )


def _ssi_settings(arguments: argparse.Namespace) -> SsiSettings:
    access = AccessFiles(
        ca=arguments.ssi_emulator_ca, name=arguments.ssi_emulator_name, token=arguments.ssi_emulator_token
    )
    return SsiSettings(
        listen=arguments.ssi_listen,
        emulators=tuple(arguments.ssi_emulator),
        access=access,
        development_keys=arguments.ssi_development_keys,
    )


def _add_duis_options(parser: argparse.ArgumentParser) -> None:
    defaults = DuisSettings()
    parser.add_argument(
        "--duis-listen",
        default="",
        metavar="HOST:PORT",
        help="takes DUIS XML over HTTP there; else it does not",
    )
    parser.add_argument(
        "--duis-schema-version",
        default=defaults.schema_version,
        metavar="VERSION",
        help=f"that Responses say: {', '.join(SCHEMA_VERSIONS)}; no value is newer than it",
    )
    parser.add_argument(
        "--duis-unsigned-acknowledgements",
        action="store_true",
        help="no signature on what only says that a request was accepted or refused",
    )
    parser.add_argument(
        "--duis-response-delay",
        type=float,
        default=defaults.response_delay,
        metavar="SECONDS",
        help="least real time from an Acknowledgement to the push of what follows from it",
    )
    parser.add_argument(
        "--duis-most-octets",
        type=int,
        default=defaults.most_octets,
        metavar="OCTETS",
        help="a longer message is parked, not pushed",
    )
    parser.add_argument(
        "--duis-schemas",
        type=Path,
        metavar="FOLDER",
        help="with the schemas of DUIS, to hold requests against",
    )
    parser.add_argument(
        "--duis-refuse-expired",
        action="store_true",
        help="E48 for the signature of a certificate that expired",
    )


def _duis_settings(arguments: argparse.Namespace) -> DuisSettings:
    """Raises DuisSettingsError."""
    return DuisSettings(
        listen=arguments.duis_listen,
        schema_version=arguments.duis_schema_version,
        unsigned_acknowledgements=arguments.duis_unsigned_acknowledgements,
        response_delay=arguments.duis_response_delay,
        most_octets=arguments.duis_most_octets,
        schemas=arguments.duis_schemas,
        refuse_expired=arguments.duis_refuse_expired,
    )


def _settings(arguments: argparse.Namespace) -> DspSettings:
    """Raises ValueError (UnknownRule and ClockRefusal are such)."""
    return DspSettings(
        listen=arguments.listen,
        state=arguments.state,
        seed=arguments.seed.encode(),
        rules=_rules(arguments),
        epoch=parse_instant(arguments.epoch),
        rate=checked_rate(arguments.rate),
        acb=parse_eui(arguments.acb),
        keys=arguments.keys,
        certificates=arguments.certificates,
        smki_listen=arguments.smki_listen,
        ssi=_ssi_settings(arguments),
        development_sign_in=arguments.ssi_development_sign_in,
        duis=_duis_settings(arguments),
        operating=operating_from(arguments),
    )


def _rules(arguments: argparse.Namespace) -> RuleSet:
    on, off = arguments.with_modifications, arguments.without_modifications
    switches = switches_from(arguments.switch)
    if arguments.modifications is None:
        return rules_as_of(
            arguments.release, with_modifications=on, without_modifications=off, switches=switches
        )
    if on or off:
        raise UnknownRule(
            "--modifications means exactly these; expected --with and --without beside a release"
        )
    return rules_with(arguments.modifications, switches=switches)


if __name__ == "__main__":
    sys.exit(main())
