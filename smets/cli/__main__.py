"""The command line: `smets --help`. Commands import what they need when they run, so that help comes at once."""

from collections.abc import Callable

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from smets.cli import (
    alerts,
    audit,
    clock,
    cpl,
    demo,
    device,
    explain,
    fault,
    firmware,
    fleet,
    hub,
    inventory,
    pki,
    replay,
    rules,
    run,
    send,
    snapshot,
    up,
)
from smets.cli.exits import MEANINGS

EPILOG = (
    "Exit codes: "
    + "; ".join(f"{code:d} {meaning}" for code, meaning in MEANINGS)
    + ". Every option may be given by an environment variable too, like SMETS_STATE for --state."
)

COMMANDS: dict[str, Callable[..., None]] = {
    "run": run.run,
    "replay": replay.replay,
    "shrink": replay.shrink,
    "up": up.up,
    "send": send.send,
    "alerts": alerts.alerts,
    "audit": audit.audit,
    "explain": explain.explain,
    "demo": demo.demo,
}
GROUPS = {
    "inventory": inventory.app,
    "device": device.app,
    "hub": hub.app,
    "cpl": cpl.app,
    "clock": clock.app,
    "fault": fault.app,
    "firmware": firmware.app,
    "fleet": fleet.app,
    "pki": pki.app,
    "rules": rules.app,
    "snapshot": snapshot.app,
}


def application() -> typer.Typer:
    """All commands, noun before verb."""
    app = typer.Typer(
        name="smets",
        help="An emulator of Great Britain's smart metering system: run it, and ask it anything.",
        epilog=EPILOG,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name, command in COMMANDS.items():
        app.command(name)(command)
    for name, group in GROUPS.items():
        app.add_typer(group, name=name)
    return app


def main() -> None:
    """The entry point `smets`."""
    command = typer.main.get_command(application())
    _hide_environment_variables(command)
    command()


def _hide_environment_variables(command: object) -> None:
    """Help tells of them once, not under every option."""
    assert isinstance(command, TyperCommand | TyperGroup), command
    for parameter in command.params:
        if isinstance(parameter, TyperOption):
            parameter.show_envvar = False
    if isinstance(command, TyperGroup):
        for child in command.commands.values():
            _hide_environment_variables(child)


if __name__ == "__main__":
    main()
