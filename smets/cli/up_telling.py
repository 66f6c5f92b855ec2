"""What `smets up` says once everything runs."""

from typing import TYPE_CHECKING

from smets.cli.screen import Screen
from smets.counting import counted

if TYPE_CHECKING:
    from smets.fleet.launching import Launched
    from smets.fleet.planning import FleetPlan
    from smets.local_system.connection import SystemConnection
    from smets.local_system.local_system import LocalSystem


def tell_what_runs(
    screen: Screen, system: "LocalSystem", plan: "FleetPlan", launched: "Launched", rules: str
) -> None:
    """Addresses, the state folder and what was launched, once the fleet stands; with --json in one line."""
    from smets.fleet.premises_texts import premises_texts

    connection = system.connection
    screen.data(
        {
            "dsp": connection.dsp,
            "emulator": connection.emulator,
            "smki": connection.smki,
            "duis": connection.duis,
            "ssi": connection.ssi,
            "state": str(connection.state),
            "dsp_pid": connection.dsp_pid,
            "emulator_pid": connection.emulator_pid,
            "mqtt": connection.mqtt,
            "dsp_metrics": connection.dsp_metrics,
            "emulator_metrics": connection.emulator_metrics,
            "rules": rules,
            "launched": launched,
        }
    )
    owners = len({entity for entity, _ in plan.given.certificates})
    keys = f"imported: those of {counted(owners, 'organisation')}" if owners else ""
    _tell_where(screen, connection, keys=keys, rules=rules)
    standing = f"; standing already: {', '.join(launched.standing)}" if launched.standing else ""
    new = counted(launched.devices, "Device")
    screen.say(
        ("fleet          ", "bold"),
        f"{launched.premises} premises, {new} new{standing}",
    )
    for name, text in premises_texts(plan):
        if name not in launched.standing:
            screen.say(("               ", "bold"), f"{name}: {text}")
    if launched.standing:
        screen.say(
            ("kept           ", "bold"), "CPL, firmware and faults as they have become, not as the file says"
        )
    for name, file in launched.uploaded.items():
        screen.say(("firmware       ", "bold"), f"{name}: {file.firmware_version}, file {file.sha256}")
    for name, why in launched.refused_firmware.items():
        screen.say(("firmware       ", "bold"), f"{name}: not taken: {why}")
    for name in launched.faults:
        screen.say(("fault          ", "bold"), name)
    if connection.duis and system.settings.rate == 0:
        screen.say(
            "Time is stepped: Responses come when 'smets clock advance' moves it; --rate 1 lets it run."
        )
    screen.say("Ctrl-C stops it. In another shell: ", ("smets inventory", "bold"))


def _tell_where(screen: Screen, connection: "SystemConnection", *, keys: str, rules: str) -> None:
    metrics = [address for address in (connection.dsp_metrics, connection.emulator_metrics) if address]
    scheme = "http" if connection.dsp_access.ca is None else "https"
    for heading, text in (
        ("DSP", connection.dsp),
        ("fleet control", connection.emulator),
        ("SMKI", f"{scheme}://{connection.smki}/" if connection.smki else ""),
        ("DUIS", f"{scheme}://{connection.duis}/" if connection.duis else ""),
        ("Self-Service", f"{scheme}://{connection.ssi}/" if connection.ssi else ""),
        ("MQTT broker", connection.mqtt),
        ("state", str(connection.state)),
        ("keys", keys),
        *(("metrics", f"{scheme}://{address}/metrics") for address in metrics),
        ("rules", rules),
    ):
        if text:
            screen.say((f"{heading:15}", "bold"), text)
