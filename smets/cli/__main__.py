"""The command line: `smets --help`. Commands import what they need when they run, so that help comes at once."""

import sys
from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from smets.cli import (
    alerts,
    audit,
    clock,
    cpl,
    demo,
    device,
    doctor,
    down,
    duis,
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
    scenarios,
    send,
    snapshot,
    status,
    up,
    user,
)
from smets.cli.exits import MEANINGS

EPILOG = (
    "Exit codes: "
    + "; ".join(f"{code:d} {meaning}" for code, meaning in MEANINGS)
    + ". Those of duis send, sign and validate are DCC's: smets duis --help"
    + ". Every option may be given by an environment variable too, like SMETS_STATE for --state."
)

SETTINGS: dict[str, Any] = {
    "help_option_names": ["-h", "--help"],
    "max_content_width": 110,  # as far as the terminal is so wide
}

COMMANDS: dict[str, Callable[..., None]] = {
    "run": run.run,
    "replay": replay.replay,
    "shrink": replay.shrink,
    "up": up.up,
    "status": status.status,
    "down": down.down,
    "doctor": doctor.doctor,
    "send": send.send,
    "alerts": alerts.alerts,
    "audit": audit.audit,
    "explain": explain.explain,
    "demo": demo.demo,
}
GROUPS = {
    "scenarios": scenarios.app,
    "inventory": inventory.app,
    "device": device.app,
    "hub": hub.app,
    "cpl": cpl.app,
    "clock": clock.app,
    "fault": fault.app,
    "firmware": firmware.app,
    "fleet": fleet.app,
    "duis": duis.app,
    "pki": pki.app,
    "rules": rules.app,
    "snapshot": snapshot.app,
    "user": user.app,
}


def application() -> typer.Typer:
    """All commands, noun before verb."""
    app = typer.Typer(
        name="smets",
        help="An emulator of Great Britain's smart metering system: run it, and ask it anything.",
        epilog=EPILOG,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # plain help, which comes at once: the other takes a tenth of a second to import
        context_settings=SETTINGS,
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
    name, words = "smets", sys.argv[1:]
    while words and (part := _part(command, words[0])) is not None:
        command, name, words = part, f"{name} {words[0]}", words[1:]
    inherited = {key: value for key, value in SETTINGS.items() if key not in command.context_settings}
    command.main(args=words, prog_name=name, **inherited)


def _part(command: object, word: str) -> "TyperCommand | TyperGroup | None":
    """The command of a group that is named next; None: the group itself has to read what follows.

    A group that only holds commands has nothing to read but this name. To let it read that takes a tenth of a second,
    in which the help of the command is there twice.
    """
    if not isinstance(command, TyperGroup) or command.invoke_without_command:
        return None
    part = command.commands.get(word)
    return part if isinstance(part, TyperCommand | TyperGroup) else None


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
