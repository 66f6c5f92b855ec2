"""`smets fleet`: fleet files, read and launched."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smets.cli.options import DEFAULT_STATE, Json, Mqtt, MqttBroker, MqttListen, State
from smets.cli.running import run
from smets.cli.screen import Screen
from smets.counting import counted

if TYPE_CHECKING:
    from smets.fleet.planning import FleetPlan

FleetFile = Annotated[Path, typer.Argument(metavar="FLEET.yaml", help="The fleet file.", show_default=False)]

app = typer.Typer(help="Fleet files: check one, launch one into a system that runs.", no_args_is_help=True)


@app.command()
def check(fleet: FleetFile, json_output: Json = False) -> None:
    """Say what a fleet file comes to, or everything that is wrong with it."""

    async def work(screen: Screen) -> None:
        from smets.fleet.premises_texts import premises_texts
        from smets.scenarios.planning import read_scenario

        plan = read_scenario(fleet).plan
        screen.data(_summary(plan))
        screen.table(
            ("premises", "count", "generation", "Devices", "first EUI", "SMI Status"),
            (
                (row.name, str(row.count), row.generation, str(row.device_count), row.eui_from, row.status)
                for row in plan.premises
            ),
        )
        for name, text in premises_texts(plan):
            screen.say(f"{name}: {text}")
        parts = (
            counted(len(plan.parties), "party", "parties"),
            counted(len(plan.firmware), "firmware file"),
            counted(len(plan.faults), "fault"),
        )
        screen.say(", ".join(parts))

    run(work, json_output=json_output)


Dsp = Annotated[
    str,
    typer.Option(
        "--dsp",
        envvar="SMETS_DSP",
        help="HOST:PORT of a DSP that runs with the same seed: an emulator of its own attaches there.",
    ),
]
DspCa = Annotated[
    Path | None,
    typer.Option(
        "--dsp-ca",
        envvar="SMETS_DSP_CA",
        help="PEM of whom to trust about it: that DSP is reached over TLS.",
        show_default=False,
    ),
]
DspToken = Annotated[
    Path | None,
    typer.Option(
        "--dsp-token",
        envvar="SMETS_DSP_TOKEN",
        help="File of an operator's bearer token, which that DSP asks for off loopback.",
        show_default=False,
    ),
]


@app.command()
def launch(
    fleet: FleetFile,
    dsp: Dsp = "",
    dsp_ca: DspCa = None,
    dsp_token: DspToken = None,
    mqtt: Mqtt = False,
    mqtt_listen: MqttListen = "",
    mqtt_broker: MqttBroker = "",
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """Launch a fleet file into the system that runs; with --dsp in an emulator of its own, until Ctrl-C.

    Premises that stand there already stay as they are. MQTT is for an emulator of its own; of the DSP's events its own
    system tells.
    """

    async def own_emulator(screen: Screen) -> None:
        from smart_metering.rpc.access import AccessFiles
        from smets.cli.up import keep_running, mqtt_settings
        from smets.local_system.local_system import LocalSystem, SystemSettings
        from smets.local_system.state_folder import StateFolder
        from smets.scenarios.planning import read_scenario

        plan = read_scenario(fleet, StateFolder(state).given).plan
        settings = SystemSettings(
            state=state.resolve(),
            organisations=plan.organisations,
            seed=plan.fleet.seed,
            running_dsp=dsp,
            dsp_access=AccessFiles(
                ca=dsp_ca.resolve() if dsp_ca else None, token=dsp_token.resolve() if dsp_token else None
            ),
            host=fleet.stem,
            mqtt=mqtt_settings(asked=mqtt, listen=mqtt_listen, broker=mqtt_broker),
        )
        async with LocalSystem(settings) as system:
            await keep_running(screen, system, plan)

    async def into_running(screen: Screen) -> None:
        from smets.cli.exits import Misuse
        from smets.fleet.launching import launch_fleet
        from smets.local_system.connection import read_connection
        from smets.local_system.state_folder import StateFolder
        from smets.scenarios.planning import read_scenario

        if mqtt or mqtt_listen:
            raise Misuse(
                "--mqtt: expected with --dsp; the system that runs has MQTT if it was started with it"
            )
        connection = read_connection(state)
        plan = read_scenario(fleet, StateFolder(connection.state).given).plan
        strangers = [
            party.name
            for party in plan.parties
            if not StateFolder(connection.state).party(party.eui).is_dir()
        ]
        if strangers:
            raise Misuse(
                f"{fleet}: {', '.join(strangers)}: not of the parties that this system was started with; "
                "add them to its fleet file and start it again"
            )
        if plan.fleet.seed != connection.seed:
            raise Misuse(f"{fleet}: seed {plan.fleet.seed!r}, but the system runs with {connection.seed!r}")
        launched = await launch_fleet(plan, connection)
        screen.data(launched)
        screen.say(f"{launched.premises} premises with {counted(launched.devices, 'Device')} launched")
        if launched.standing:
            screen.say(f"standing already: {', '.join(launched.standing)}")

    run(own_emulator if dsp else into_running, json_output=json_output)


def _summary(plan: "FleetPlan") -> dict[str, object]:
    from smets.fleet.premises_texts import awaiting_count

    return {
        "parties": [{"name": party.name, "eui": party.eui, "roles": party.roles} for party in plan.parties],
        "premises": [
            {
                "name": row.name,
                "count": row.count,
                "generation": row.generation,
                "devices": row.device_count,
                "eui_from": row.eui_from,
                "status": row.status,
                "awaiting_installation": awaiting_count(row),
                "next_suppliers": [
                    {"role": role, "party": party, "since": since}
                    for role, party, since in row.next_suppliers
                ],
            }
            for row in plan.premises
        ],
        "firmware": [row.name for row in plan.firmware],
        "faults": plan.faults,
    }
