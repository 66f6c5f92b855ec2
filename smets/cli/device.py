"""`smets device`: one Device from both sides."""

from typing import TYPE_CHECKING, Annotated

import typer

from smets.cli.options import DEFAULT_STATE, Json, State
from smets.cli.running import run
from smets.cli.screen import Screen

if TYPE_CHECKING:
    from smart_metering.administration import DeviceInside
    from smets.client.records import SmiDevice

app = typer.Typer(help="One Device: what the SMI says of it, and what it is.", no_args_is_help=True)


@app.callback()
def device() -> None:
    """One Device: what the SMI says of it, and what it is."""


@app.command()
def show(
    device: Annotated[str, typer.Argument(metavar="DEVICE", help="Its EUI, or the beginning or end of it.")],
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """Both sides of a Device: the SMI's, which the DSP believes, and the Device's own, which is true."""

    async def work(screen: Screen) -> None:
        from smets.cli.lookups import find_device
        from smets.client.errors import NotThere
        from smets.local_system.connection import read_connection

        connection = read_connection(state)
        async with connection.administration() as administration, connection.emulator_control() as emulator:
            device_id = await find_device(administration, device)
            smi = inside = None
            try:
                smi = await administration.read_device(device_id)
            except NotThere as error:
                unknown_to_smi = error
            try:
                inside = await emulator.inspect(device_id)
            except NotThere:
                if smi is None:
                    raise unknown_to_smi from None
        screen.data({"smi": smi, "device": inside})
        screen.say((device_id, "bold"), f"  {(inside or smi.device).device_type if smi or inside else ''}")
        _show_sides(screen, smi, inside)
        _show_history(screen, smi)

    run(work, json_output=json_output)


def _show_sides(screen: Screen, smi: "SmiDevice | None", inside: "DeviceInside | None") -> None:
    from smart_metering.instants import format_instant

    said, is_loaded = smi.device if smi else None, smi is not None
    nothing = "not in the SMI" if not is_loaded else "not here"
    pending = inside.pending_version if inside else None
    due = format_instant(inside.activation_due) if inside and inside.activation_due is not None else ""
    rows = (
        # what, the SMI's, the Device's
        ("firmware", said and said.device_firmware_version, inside and inside.firmware_version),
        ("ESME Variant", said and said.esme_variant, inside and inside.esme_variant),
        ("manufacturer", said and said.device_manufacturer, inside and inside.device_manufacturer),
        ("model", said and said.device_model, inside and inside.device_model),
        ("hub", smi and smi.comms_hub, inside and inside.comms_hub),
        ("SMI Status", said and said.device_status, "" if inside else None),
        ("before suspension", smi and (smi.status_before_suspension or ""), ""),
        ("MPxN", said and said.import_mpxn, ""),
        ("staged firmware", "", pending or ""),
        ("activation due", "", due),
        ("mirrored firmware", "", (inside and inside.mirrored_version) or ""),
        ("messages", "", str(inside.messages) if inside else ""),
    )
    shown = [(what, one, other) for what, one, other in rows if one or other]
    screen.table(
        ("", "the SMI says", "the Device is", ""),
        (
            (what, str(one or ""), str(other or ""), "differs" if one and other and one != other else "")
            for what, one, other in shown
        ),
    )
    if smi is None or inside is None:
        screen.say(nothing if smi is None else "no premises of the emulator hold it", "")


def _show_history(screen: Screen, smi: "SmiDevice | None") -> None:
    from smart_metering.instants import format_instant

    if smi is None:
        return
    screen.say("")
    screen.table(
        ("at", "SMI Status", "cause"),
        ((format_instant(row.at), row.status or "", row.cause) for row in smi.status_history),
    )
