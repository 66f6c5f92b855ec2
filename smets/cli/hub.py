"""`smets hub`: the Comms Hubs of the emulator, listed, looked at, switched off and on."""

from typing import TYPE_CHECKING, Annotated

import typer

from smets.cli.options import DEFAULT_STATE, Json, State
from smets.cli.running import run
from smets.cli.screen import Screen

if TYPE_CHECKING:
    from smart_metering.administration import HubDevice, HubInside
    from smart_metering.instants import Instant

Hub = Annotated[str, typer.Argument(metavar="HUB", help="Its EUI, or the beginning or end of it.")]

app = typer.Typer(help="Comms Hubs: list them, look at one, switch it off and on.", no_args_is_help=True)


@app.command("list")
def list_hubs(
    off: Annotated[bool, typer.Option("--off", envvar="SMETS_OFF", help="Only hubs without power.")] = False,
    limit: Annotated[
        int, typer.Option("--limit", envvar="SMETS_LIMIT", min=1, help="At most so many hubs.")
    ] = 100,
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """The Comms Hubs of the emulator."""

    async def work(screen: Screen) -> None:
        from smets.local_system.system import connect

        hubs = []
        async with connect(state) as system:
            async for hub in system.emulator.hubs():
                if hub.off_since is not None or not off:
                    hubs.append(hub)
                if len(hubs) == limit:
                    break
        screen.data(hubs)
        if not hubs:
            screen.say("no hub is off" if off else "no hubs")
            return
        screen.table(
            ("hub", "attached", "power", "Devices", "of them off"),
            (
                (
                    hub.comms_hub,
                    _yes(hub.attached),
                    _power(hub.off_since),
                    str(hub.devices),
                    str(hub.devices_off or ""),
                )
                for hub in hubs
            ),
        )

    run(work, json_output=json_output)


@app.command()
def show(hub: Hub, state: State = DEFAULT_STATE, json_output: Json = False) -> None:
    """One Comms Hub: its Devices, whether a DSP serves it, whether it has power, and what waits there."""
    _look(hub, state, json_output, power="")


@app.command()
def off(hub: Hub, state: State = DEFAULT_STATE, json_output: Json = False) -> None:
    """Switch a Comms Hub off: nothing reaches its premises, whose Devices live on and keep what they say."""
    _look(hub, state, json_output, power="off")


@app.command()
def on(hub: Hub, state: State = DEFAULT_STATE, json_output: Json = False) -> None:
    """Switch a Comms Hub on: what was kept is sent, and firmware on its way goes on."""
    _look(hub, state, json_output, power="on")


def _look(hub: str, state: State, json_output: bool, *, power: str) -> None:
    async def work(screen: Screen) -> None:
        from smets.cli.lookups import find_device
        from smets.local_system.system import connect

        async with connect(state) as system:
            comms_hub = await find_device(system.administration, hub)
            if power:
                inside = await system.emulator.switch_hub_power(comms_hub, power)
            else:
                inside = await system.emulator.inspect_hub(comms_hub)
        screen.data(inside)
        _show(screen, inside)

    run(work, json_output=json_output)


def _show(screen: Screen, hub: "HubInside") -> None:
    from smets.counting import counted

    attached = "attached" if hub.attached else "not attached to a DSP"
    screen.say((hub.comms_hub, "bold"), f"  {_power(hub.off_since)}, {attached}")
    if hub.uplinks_waiting:
        screen.say(f"{counted(hub.uplinks_waiting, 'message')} sent and not acknowledged yet")
    for firmware_file in hub.files_wanted:
        screen.say(f"waits for firmware file {firmware_file}")
    screen.table(
        ("Device", "type", "on the HAN", "power", "messages kept", "firmware on its way"),
        (
            (
                device.device_id,
                device.device_type,
                _yes(device.joined),
                _power(device.off_since),
                str(device.messages_kept or ""),
                _transfer(device),
            )
            for device in hub.devices
        ),
    )


def _power(off_since: "Instant | None") -> str:
    from smart_metering.instants import format_instant

    return "on" if off_since is None else f"off since {format_instant(off_since)}"


def _transfer(device: "HubDevice") -> str:
    from smart_metering.instants import format_instant
    from smets.durations import format_duration

    if device.transfer_remaining is not None:
        return f"rests, {format_duration(device.transfer_remaining)} to go"
    return f"there at {format_instant(device.transfer_due)}" if device.transfer_due is not None else ""


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"
