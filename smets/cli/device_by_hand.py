"""What a test engineer does to a Device by hand: `smets device power`, `tamper`, `clock`, `external`."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from smets.cli.options import DEFAULT_STATE, Json, State
from smets.cli.running import run
from smets.cli.screen import Screen

if TYPE_CHECKING:
    from smart_metering.administration import DeviceInside
    from smart_metering.identifiers import Eui
    from smets.client.emulator_control import EmulatorControl

Device = Annotated[str, typer.Argument(metavar="DEVICE", help="Its EUI, or the beginning or end of it.")]

app = typer.Typer()  # its commands are those of the noun `device`


@app.command()
def power(
    device: Device,
    to: Annotated[str, typer.Argument(metavar="off|on", help="Off is as if its supply were cut.")],
    at_activation: Annotated[
        bool,
        typer.Option(
            "--at-activation",
            envvar="SMETS_AT_ACTIVATION",
            help="With off: while it next activates firmware, not now; on takes that back.",
        ),
    ] = False,
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """Switch a Device off or on.

    Off, it hears nothing and does nothing, and its registers stand still; on again, it tells of it, and does what it
    had a date for.
    """

    async def do(emulator: "EmulatorControl", device_id: "Eui") -> "DeviceInside":
        from smets.cli.exits import Misuse

        if to not in ("on", "off"):
            raise Misuse(f"power {to!r}: expected off or on")
        if at_activation and to != "off":
            raise Misuse("--at-activation goes with off")
        return await emulator.switch_power(device_id, "off-at-activation" if at_activation else to)

    def told(inside: "DeviceInside") -> str:
        if inside.cut_at_activation:
            return "on; its power goes when it next activates firmware"
        return "on" if inside.off_since is None else "off"

    _by_hand(device, state, json_output, do, told)


@app.command()
def tamper(
    device: Device,
    cover: Annotated[
        bool, typer.Option("--cover", envvar="SMETS_COVER", help="Its cover is removed: 8F74.")
    ] = False,
    terminal_cover: Annotated[
        bool,
        typer.Option(
            "--terminal-cover", envvar="SMETS_TERMINAL_COVER", help="ESME: the terminal cover, 8F76."
        ),
    ] = False,
    second_terminal_cover: Annotated[
        bool,
        typer.Option(
            "--second-terminal-cover",
            envvar="SMETS_SECOND_TERMINAL_COVER",
            help="ESME: the second one, 8F77.",
        ),
    ] = False,
    battery_cover: Annotated[
        bool,
        typer.Option("--battery-cover", envvar="SMETS_BATTERY_COVER", help="GSME: the battery cover, 8F73."),
    ] = False,
    magnet: Annotated[
        bool, typer.Option("--magnet", envvar="SMETS_MAGNET", help="A strong magnetic field: 8F75.")
    ] = False,
    other: Annotated[
        bool, typer.Option("--other", envvar="SMETS_OTHER", help="Any other physical access: 8F78.")
    ] = False,
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """Tamper with a meter: it writes that into its log, and its supplier gets a Device Alert."""
    asked = {
        "cover": cover,
        "terminal-cover": terminal_cover,
        "second-terminal-cover": second_terminal_cover,
        "battery-cover": battery_cover,
        "magnet": magnet,
        "other": other,
    }

    async def do(emulator: "EmulatorControl", device_id: "Eui") -> "DeviceInside":
        from smets.cli.exits import Misuse

        chosen = [name for name, is_asked in asked.items() if is_asked]
        if len(chosen) != 1:
            raise Misuse(f"expected one of {', '.join(f'--{name}' for name in asked)}")
        return await emulator.tamper(device_id, chosen[0])

    def told(inside: "DeviceInside") -> str:
        latest = inside.log[-1]
        return f"{latest.code:04X} {latest.name}"

    _by_hand(device, state, json_output, do, told)


@app.command()
def clock(
    device: Device,
    drift: Annotated[
        str,
        typer.Option(
            "--drift",
            envvar="SMETS_DRIFT",
            help="How fast it is: 90s, 2h; -5m is slow; 0: it is right again.",
        ),
    ] = "",
    reading: Annotated[
        str, typer.Option("--set", envvar="SMETS_SET", help="What it reads now: 2021-11-04T00:00:00Z.")
    ] = "",
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """Set a Device's own clock wrong, or right.

    By it the Device dates its answers, alerts and logs and keeps future dates; SR 8.1.1 sets a meter's clock right.
    """

    async def do(emulator: "EmulatorControl", device_id: "Eui") -> "DeviceInside":
        from smart_metering.instants import parse_instant
        from smets.cli.exits import Misuse
        from smets.durations import parse_signed_duration

        if bool(drift) == bool(reading):
            raise Misuse("expected either --drift or --set")
        if reading:
            return await emulator.set_device_clock(device_id, reading=parse_instant(reading))
        return await emulator.set_device_clock(device_id, ahead_ms=parse_signed_duration(drift))

    _by_hand(device, state, json_output, do, lambda inside: clock_text(inside.clock_ahead) or "right")


@app.command()
def external(device: Device, state: State = DEFAULT_STATE, json_output: Json = False) -> None:
    """Give a Device's place to one outside, which its hub reaches by MQTT (docs/hardware-in-the-loop.md)."""

    def do(emulator: "EmulatorControl", device_id: "Eui") -> "Awaitable[DeviceInside]":
        return emulator.set_external(device_id, True)

    _by_hand(device, state, json_output, do, whereabouts)


@app.command()
def emulated(device: Device, state: State = DEFAULT_STATE, json_output: Json = False) -> None:
    """Take a Device's place back from one outside: the emulated one goes on as it was left."""

    def do(emulator: "EmulatorControl", device_id: "Eui") -> "Awaitable[DeviceInside]":
        return emulator.set_external(device_id, False)

    _by_hand(device, state, json_output, do, whereabouts)


def whereabouts(inside: "DeviceInside") -> str:
    """Where the Device is that answers under this EUI."""
    if not inside.external:
        return "emulated"
    return f"outside the emulator, {'online' if inside.online else 'offline'}"


def clock_text(ahead_ms: int) -> str:
    """How a clock goes; nothing, if it is right."""
    from smets.durations import fast_or_slow

    return fast_or_slow(ahead_ms) if ahead_ms else ""


def _by_hand(
    device: str,
    state: State,
    json_output: bool,
    do: "Callable[[EmulatorControl, Eui], Awaitable[DeviceInside]]",
    told: "Callable[[DeviceInside], str]",
) -> None:
    """Does it, and says in a line what the Device is then."""

    async def work(screen: Screen) -> None:
        from smets.cli.lookups import find_device
        from smets.local_system.system import connect

        async with connect(state) as system:
            device_id = await find_device(system.administration, device)
            inside = await do(system.emulator, device_id)
        screen.data({"device": inside})
        screen.say((device_id, "bold"), f"  {told(inside)}")

    run(work, json_output=json_output)
