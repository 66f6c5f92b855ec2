"""The command line: `smets --help`. Commands import what they need when they run, so that help comes at once."""

import typer

from smets.cli import (
    alerts,
    audit,
    clock,
    cpl,
    demo,
    device,
    fault,
    firmware,
    fleet,
    inventory,
    send,
    up,
)
from smets.cli.exits import MEANINGS

EPILOG = "Exit codes: " + "; ".join(f"{code:d} {meaning}" for code, meaning in MEANINGS) + "."

app = typer.Typer(
    name="smets",
    help="An emulator of Great Britain's smart metering system: run it, and ask it anything.",
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("up")(up.up)
app.command("send")(send.send)
app.command("inventory")(inventory.inventory)
app.command("alerts")(alerts.alerts)
app.command("audit")(audit.audit)
app.command("demo")(demo.demo)
app.add_typer(device.app, name="device")
app.add_typer(cpl.app, name="cpl")
app.add_typer(clock.app, name="clock")
app.add_typer(fault.app, name="fault")
app.add_typer(firmware.app, name="firmware")
app.add_typer(fleet.app, name="fleet")


def main() -> None:
    """The entry point `smets`."""
    app()


if __name__ == "__main__":
    main()
