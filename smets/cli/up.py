"""`smets up`: a DSP and a fleet, from one file, until they are stopped."""

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from operations.log_choices import LogFormat, LogLevel
from smets.cli.options import (
    DEFAULT_STATE,
    NO_TEXTS,
    Format,
    Json,
    Level,
    Metrics,
    MetricsPort,
    Mqtt,
    MqttBroker,
    MqttListen,
    State,
    TlsCertificate,
    TlsKey,
)
from smets.cli.running import run
from smets.cli.screen import Screen

if TYPE_CHECKING:
    from smart_metering.pki.given_keys import GivenKeys
    from smets.fleet.planning import FleetPlan
    from smets.local_system.local_system import LocalSystem
    from smets.local_system.mqtt import MqttSettings
    from smets.local_system.protection import Protection

FleetFile = Annotated[Path, typer.Argument(metavar="FLEET.yaml", help="The fleet file.", show_default=False)]
Rate = Annotated[
    float | None,
    typer.Option(
        "--rate",
        envvar="SMETS_RATE",
        help="Speed of the clock: 0 = stepped by hand, 1 = real time; default: the fleet file's.",
    ),
]
Release = Annotated[
    str,
    typer.Option(
        "--release",
        envvar="SMETS_RELEASE",
        help="SEC Release in force ('June 2021', latest), or a day (2022-05-01). Else the file's rules.",
        show_default=False,
    ),
]
With = Annotated[
    list[str],
    typer.Option("--with", envvar="SMETS_WITH", help="The release with this modification; may be repeated."),
]
Without = Annotated[
    list[str],
    typer.Option(
        "--without", envvar="SMETS_WITHOUT", help="The release without this modification; may be repeated."
    ),
]
DspListen = Annotated[
    str,
    typer.Option("--dsp-listen", envvar="SMETS_DSP_LISTEN", help="HOST:PORT of the DSP; port 0: a free one."),
]
EmulatorListen = Annotated[
    str,
    typer.Option(
        "--emulator-listen",
        envvar="SMETS_EMULATOR_LISTEN",
        help="HOST:PORT of fleet control; port 0: a free one.",
    ),
]
Pki = Annotated[
    Path | None,
    typer.Option(
        "--pki",
        envvar="SMETS_PKI",
        metavar="SOURCE",
        help="Keys that parties are to have: what 'smets pki new' wrote, or anything 'smets pki import' takes.",
        show_default=False,
    ),
]
Smki = Annotated[
    bool, typer.Option("--smki", envvar="SMETS_SMKI", help="Serve the SMKI Repository, at port 8083.")
]
SmkiListen = Annotated[
    str,
    typer.Option(
        "--smki-listen",
        envvar="SMETS_SMKI_LISTEN",
        help="Serve the SMKI Repository at this HOST:PORT; port 0: a free one.",
        show_default=False,
    ),
]
Duis = Annotated[
    bool,
    typer.Option("--duis", envvar="SMETS_DUIS", help="Take DUIS XML over HTTP, at port 8079."),
]
DuisListen = Annotated[
    str,
    typer.Option(
        "--duis-listen",
        envvar="SMETS_DUIS_LISTEN",
        help="Take DUIS XML over HTTP at this HOST:PORT; port 0: a free one.",
        show_default=False,
    ),
]
DuisSchemaVersion = Annotated[
    str | None,
    typer.Option(
        "--duis-schema-version",
        envvar="SMETS_DUIS_SCHEMA_VERSION",
        help="schemaVersion of answers: 5.4 (default), 5.3, 5.2 or 5.1; nothing in them is newer than it.",
        show_default=False,
    ),
]
DuisUnsigned = Annotated[
    bool,
    typer.Option(
        "--duis-unsigned-acknowledgements",
        envvar="SMETS_DUIS_UNSIGNED_ACKNOWLEDGEMENTS",
        help="Do not sign what only says that a request was accepted or refused.",
    ),
]
DuisResponseDelay = Annotated[
    float | None,
    typer.Option(
        "--duis-response-delay",
        envvar="SMETS_DUIS_RESPONSE_DELAY",
        min=0.0,
        help="Least real seconds from an Acknowledgement to the push of the Response; default: 2.",
        show_default=False,
    ),
]
DuisSchemas = Annotated[
    Path | None,
    typer.Option(
        "--duis-schemas",
        envvar="SMETS_DUIS_SCHEMAS",
        metavar="FOLDER",
        help="Hold requests against the schemas of DUIS in this folder too.",
        show_default=False,
    ),
]
DuisRefuseExpired = Annotated[
    bool,
    typer.Option(
        "--duis-refuse-expired",
        envvar="SMETS_DUIS_REFUSE_EXPIRED",
        help="Refuse signatures of certificates that have expired.",
    ),
]
ANY_PORT = "127.0.0.1:0"


def up(
    fleet: FleetFile,
    state: State = DEFAULT_STATE,
    rate: Rate = None,
    release: Release = "",
    with_modifications: With = NO_TEXTS,
    without_modifications: Without = NO_TEXTS,
    dsp_listen: DspListen = ANY_PORT,
    emulator_listen: EmulatorListen = ANY_PORT,
    pki: Pki = None,
    smki: Smki = False,
    smki_listen: SmkiListen = "",
    duis: Duis = False,
    duis_listen: DuisListen = "",
    duis_schema_version: DuisSchemaVersion = None,
    duis_unsigned_acknowledgements: DuisUnsigned = False,
    duis_response_delay: DuisResponseDelay = None,
    duis_schemas: DuisSchemas = None,
    duis_refuse_expired: DuisRefuseExpired = False,
    mqtt: Mqtt = False,
    mqtt_listen: MqttListen = "",
    mqtt_broker: MqttBroker = "",
    metrics: Metrics = False,
    metrics_port: MetricsPort = None,
    tls_certificate: TlsCertificate = None,
    tls_key: TlsKey = None,
    log_format: Format = LogFormat.JSON,
    log_level: Level = LogLevel.INFO,
    json_output: Json = False,
) -> None:
    """Run a DSP and a device emulator until Ctrl-C; what they know stays in the state folder.

    With --json one line says where they listen, once the fleet stands.
    """

    async def work(screen: Screen) -> None:
        from smets.fleet.rules_in_force import rules_text, under_rules
        from smets.local_system.duis import PORT, SMKI_PORT
        from smets.local_system.duis import Duis as DuisSettings
        from smets.local_system.local_system import LocalSystem, SystemSettings
        from smets.local_system.state_folder import StateFolder
        from smets.scenarios.planning import read_scenario

        folder = StateFolder(state.resolve())
        brought = _read_keys(pki)
        plan = read_scenario(fleet, folder.given.and_then(brought)).plan
        rules = under_rules(
            plan.fleet,
            release=release,
            with_modifications=with_modifications,
            without_modifications=without_modifications,
        )
        refuse_a_second(state)
        folder.give(brought)
        settings = SystemSettings(
            state=state.resolve(),
            organisations=plan.organisations,
            seed=plan.fleet.seed,
            release=rules.release,
            with_modifications=rules.with_modifications,
            without_modifications=rules.without_modifications,
            modifications=rules.modifications,
            switches=plan.fleet.switch_texts,
            epoch=plan.fleet.clock.epoch,
            rate=plan.fleet.clock.rate if rate is None else rate,
            dsp_listen=dsp_listen,
            emulator_listen=emulator_listen,
            smki_listen=smki_listen or (SMKI_PORT if smki else ""),
            duis=DuisSettings(
                listen=duis_listen or (PORT if duis else ""),
                schema_version=duis_schema_version,
                unsigned_acknowledgements=duis_unsigned_acknowledgements,
                response_delay=duis_response_delay,
                schemas=duis_schemas,
                refuse_expired=duis_refuse_expired,
            ),
            mqtt=mqtt_settings(asked=mqtt, listen=mqtt_listen, broker=mqtt_broker),
            dsp_metrics_port=metrics_port or (0 if metrics else None),
            emulator_metrics_port=metrics_port + 1 if metrics_port else (0 if metrics else None),
            protection=protection_of(state, tls_certificate, tls_key),
            log_format=log_format,
            log_level=log_level,
        )
        async with LocalSystem(settings) as system:
            await keep_running(screen, system, plan, rules_text(rules))

    run(work, json_output=json_output)


def protection_of(state: Path, certificate: Path | None, key: Path | None) -> "Protection | None":
    """None: no TLS. Raises Misuse and ProtectionError."""
    from smets.cli.exits import Misuse
    from smets.local_system.protection import protect

    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise Misuse("expected --tls-certificate and --tls-key together")
    return protect(state, certificate, key)


def mqtt_settings(*, asked: bool, listen: str, broker: str) -> "MqttSettings | None":
    """None: no MQTT. Raises Misuse."""
    from device_emulator.han_bridge.brokers import InvalidBroker
    from smets.cli.exits import Misuse
    from smets.local_system.mqtt import MqttNotInstalled, MqttSettings
    from smets.local_system.mqtt_broker import LISTEN

    if broker and (asked or listen):
        raise Misuse("expected --mqtt-broker, or --mqtt for a broker of its own, not both")
    if not (asked or listen or broker):
        return None
    try:
        return MqttSettings(broker=broker, listen=listen or LISTEN)
    except (InvalidBroker, MqttNotInstalled) as error:
        raise Misuse(str(error)) from None


async def keep_running(screen: Screen, system: "LocalSystem", plan: "FleetPlan", rules: str = "") -> None:
    """Launches the plan, tells where everything is, and returns when it is asked to stop. Raises ProcessFailed.

    `rules` says which are in force, where this system's DSP has them from here.
    """
    import asyncio

    from smets.cli.up_telling import tell_what_runs
    from smets.fleet.launching import launch_fleet
    from smets.local_system.state_folder import StateFolder

    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    launching = asyncio.create_task(launch_fleet(plan, system.connection))
    stopping = asyncio.create_task(stopped.wait())
    failing = asyncio.create_task(system.failure())
    connection_file = StateFolder(system.settings.state).connection_file
    try:
        await asyncio.wait({launching, stopping, failing}, return_when=asyncio.FIRST_COMPLETED)
        if launching.done():
            launched = launching.result()
            replace(system.connection, pid=os.getpid()).write()
            tell_what_runs(screen, system, plan, launched, rules)
            await asyncio.wait({stopping, failing}, return_when=asyncio.FIRST_COMPLETED)
        if failing.done():
            raise failing.result()
    finally:
        for task in (launching, stopping, failing):
            task.cancel()
        await asyncio.gather(launching, stopping, failing, return_exceptions=True)
        connection_file.unlink(missing_ok=True)


def _read_keys(pki: Path | None) -> "GivenKeys":
    """Raises KeySourceError."""
    from smart_metering.pki.choosing import choose_keys
    from smart_metering.pki.given_keys import NOTHING_GIVEN
    from smart_metering.pki.key_sources import read_key_source

    return choose_keys(read_key_source(pki)).keys if pki is not None else NOTHING_GIVEN


def refuse_a_second(state: Path) -> None:
    """Raises Misuse if a system runs with this state folder."""
    from smets.cli.exits import Misuse
    from smets.local_system.connection import NoConnection, read_connection
    from smets.local_system.pids import is_ours

    try:
        connection = read_connection(state)
    except NoConnection:
        return
    running = [pid for pid in (connection.dsp_pid, connection.emulator_pid) if is_ours(pid)]
    if running:
        pids = ", ".join(map(str, running))
        raise Misuse(f"state folder {state} is in use by a system that runs (process ids {pids})")
