"""`smets device`: one Device from both sides, and by hand."""

from typing import TYPE_CHECKING

import typer

from smets.cli import device_by_hand
from smets.cli.options import DEFAULT_STATE, Json, State
from smets.cli.running import run
from smets.cli.screen import Screen

if TYPE_CHECKING:
    from smart_metering.administration import DeviceInside
    from smets.client.records import SmiDevice

app = typer.Typer(
    help="One Device: what the SMI says of it, what it is, and what is done to it by hand.",
    no_args_is_help=True,
)
app.add_typer(device_by_hand.app)


@app.command()
def show(
    device: device_by_hand.Device,
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """Both sides of a Device: the SMI's, which the DSP believes, and the Device's own, which is true."""

    async def work(screen: Screen) -> None:
        from smets.cli.lookups import find_device
        from smets.local_system.system import connect

        async with connect(state) as system:
            device_id = await find_device(system.administration, device)
            found = await system.device(device_id)
        screen.data({"smi": found.smi, "device": found.inside})
        _show(screen, device_id, found.smi, found.inside)

    run(work, json_output=json_output)


def _show(screen: Screen, device_id: str, smi: "SmiDevice | None", inside: "DeviceInside | None") -> None:
    from smart_metering.instants import format_instant
    from smets.cli.histories import HISTORY_COLUMNS, history_rows

    screen.say((device_id, "bold"))
    said, is_so = _of_the_smi(smi), _of_the_device(inside)
    screen.table(
        ("", "the SMI says", "the Device is", ""),
        (
            (what, said.get(what, ""), is_so.get(what, ""), _verdict(said.get(what), is_so.get(what)))
            for what in dict.fromkeys((*said, *is_so))
        ),
    )
    if smi is None or inside is None:
        screen.say(_missing(smi, inside))
    if inside is not None and inside.readings and not inside.external:
        screen.say("")
        screen.table(("it shows", ""), ((row.name, row.value) for row in inside.readings))
    if inside is not None and inside.log:
        screen.say("")
        screen.table(
            ("its log", "", ""),
            ((format_instant(event.at), f"{event.code:04X}", event.name) for event in inside.log),
        )
    if smi is not None:
        screen.say("")
        screen.table(HISTORY_COLUMNS, history_rows(smi.status_history))


def _missing(smi: "SmiDevice | None", inside: "DeviceInside | None") -> str:
    """On which side it is not; a meter that is still to be installed has its point of supply from the fleet file."""
    from smets.fleet.points_of_supply import mpxn_of

    if inside is None:
        return "not among the Devices of the emulator"
    mpxn = mpxn_of(inside.device_type, inside.comms_hub) if smi is None and not inside.joined else ""
    return f"not in the SMI{f'; awaits installation at MPxN {mpxn}' if mpxn else ''}"


def _of_the_smi(smi: "SmiDevice | None") -> dict[str, str]:
    if smi is None:
        return {}
    shown = smi.device
    rows = {
        "type": shown.device_type,
        "firmware": shown.device_firmware_version,
        "ESME Variant": shown.esme_variant,
        "manufacturer": shown.device_manufacturer,
        "model": shown.device_model,
        "hub": smi.comms_hub,
        "SMI Status": shown.device_status,
        "before suspension": smi.status_before_suspension,
        "MPxN": shown.import_mpxn,
    }
    return {what: value for what, value in rows.items() if value}


def _of_the_device(inside: "DeviceInside | None") -> dict[str, str]:
    from smart_metering.instants import format_instant

    if inside is None:
        return {}
    due = inside.activation_due
    if inside.external:  # Of itself it tells only whom it answers.
        return {
            "type": inside.device_type,
            "hub": inside.comms_hub,
            "on the HAN": "yes" if inside.joined else "no",
            "it is": device_by_hand.whereabouts(inside),
        }
    rows = {
        "type": inside.device_type,
        "firmware": inside.firmware_version,
        "ESME Variant": inside.esme_variant,
        "manufacturer": inside.device_manufacturer,
        "model": inside.device_model,
        "hub": inside.comms_hub,
        "staged firmware": inside.pending_version,
        "activation due": None if due is None else format_instant(due),
        "mirrored firmware": inside.mirrored_version,
        "on the HAN": "yes" if inside.joined else "no",
        "power": _power(inside),
        "its hub": _hub_power(inside),
        "its clock": device_by_hand.clock_text(inside.clock_ahead),
        "supplier": inside.supplier,
        "network operator": inside.network_operator,
        "messages": str(inside.messages),
    }
    return {what: value for what, value in rows.items() if value}


def _power(inside: "DeviceInside") -> str:
    from smart_metering.instants import format_instant

    if inside.off_since is not None:
        return f"off since {format_instant(inside.off_since)}"
    return "on, off at its next activation" if inside.cut_at_activation else "on"


def _hub_power(inside: "DeviceInside") -> str:
    from smart_metering.instants import format_instant

    return "" if inside.hub_off_since is None else f"off since {format_instant(inside.hub_off_since)}"


def _verdict(said: str | None, is_so: str | None) -> str:
    return "differs" if said and is_so and said != is_so else ""
