"""`smets inventory`: what the SMI says, for who runs the system or as a User asks, and what the DCC corrects in it."""

from typing import TYPE_CHECKING, Annotated

import typer

from smets.cli.options import DEFAULT_STATE, Json, Manufacturer, Model, Sender, State
from smets.cli.running import run
from smets.cli.screen import Screen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from smart_metering.duis.service_responses import InventoryDevice
    from smets.client.records import SmiDevice
    from smets.local_system.connection import SystemConnection

app = typer.Typer(help="The Smart Metering Inventory: listed, asked as a User asks, or corrected by the DCC.")

RECOVERY_EVENTS = {
    "started": "Started",
    "credentials-placed": "CredentialsPlaced",
    "supplier-restored": "SupplierRestored",
}
"""The steps of a recovery as a command says them, and as the contract does."""

Device = Annotated[str, typer.Argument(metavar="DEVICE", help="Its EUI, or the beginning or end of it.")]
Reason = Annotated[
    str, typer.Option("--reason", envvar="SMETS_REASON", help="Why; it is kept in the Device's history.")
]


@app.callback(invoke_without_command=True)
def inventory(
    context: typer.Context,
    mpxn: Annotated[
        str,
        typer.Option("--mpxn", envvar="SMETS_MPXN", help="By SR 8.2: the Devices of this point of supply."),
    ] = "",
    uprn: Annotated[
        str, typer.Option("--uprn", envvar="SMETS_UPRN", help="By SR 8.2: the Devices of this property.")
    ] = "",
    device: Annotated[
        str, typer.Option("--device", envvar="SMETS_DEVICE", help="By SR 8.2: this Device and its HAN.")
    ] = "",
    status: Annotated[
        str, typer.Option("--status", envvar="SMETS_STATUS", help="Only Devices with this SMI Status.")
    ] = "",
    device_type: Annotated[
        str, typer.Option("--type", envvar="SMETS_TYPE", help="Only Devices of this type.")
    ] = "",
    limit: Annotated[
        int, typer.Option("--limit", envvar="SMETS_LIMIT", min=1, help="At most so many Devices.")
    ] = 100,
    history: Annotated[
        bool,
        typer.Option("--history", envvar="SMETS_HISTORY", help="How each came to its SMI Status, and why."),
    ] = False,
    user: Sender = "",
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """List the Smart Metering Inventory; with --mpxn, --uprn or --device, ask as a User does (SR 8.2)."""

    if context.invoked_subcommand is not None:
        return

    async def work(screen: Screen) -> None:
        from smets.cli.exits import Misuse
        from smets.local_system.connection import read_connection

        searches = [text for text in (mpxn, uprn, device) if text]
        if len(searches) > 1 or (searches and (status or device_type or history)):
            raise Misuse("expected one of --mpxn, --uprn, --device, or else --status, --type and --history")
        connection = read_connection(state)
        if searches:
            devices = await _read_inventory(screen, connection, user, mpxn, uprn, device)
            screen.data(devices)
            _show(screen, devices)
            return
        listed = await _list(screen, connection, status, device_type, limit)
        if history:
            await _show_histories(screen, connection, listed)
            return
        screen.data([row.device for row in listed])
        _show(screen, [row.device for row in listed])

    run(work, json_output=json_output)


@app.command()
def correct(
    device: Device,
    reason: Reason,
    manufacturer: Manufacturer = "",
    model: Model = "",
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """As the DCC does by hand: correct the manufacturer or the model, which no Service Request changes any more."""

    async def work(screen: Screen) -> None:
        from smets.cli.exits import Misuse
        from smets.cli.lookups import find_device
        from smets.local_system.connection import read_connection

        if not reason or not (manufacturer or model):
            raise Misuse("expected --manufacturer or --model, and --reason")
        async with read_connection(state).administration() as administration:
            corrected = await administration.correct_device(
                await find_device(administration, device),
                manufacturer=manufacturer,
                model=model,
                reason=reason,
            )
        screen.data(corrected)
        _show(screen, [corrected])

    run(work, json_output=json_output)


@app.command()
def recovery(
    device: Device,
    event: Annotated[
        str, typer.Argument(metavar="EVENT", help=f"What happened: {', '.join(RECOVERY_EVENTS)}.")
    ],
    reason: Reason,
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """As the DCC does: a step of the recovery from a compromise, which moves the SMI Status of the Device."""

    async def work(screen: Screen) -> None:
        from smets.cli.exits import Misuse
        from smets.cli.lookups import find_device
        from smets.fleet.texts import one_of
        from smets.local_system.connection import read_connection

        try:
            step = RECOVERY_EVENTS[one_of("step of a recovery", event, RECOVERY_EVENTS)]
        except ValueError as error:
            raise Misuse(str(error)) from None
        if not reason:
            raise Misuse("expected --reason")
        async with read_connection(state).administration() as administration:
            device_id = await find_device(administration, device)
            moved = await administration.change_recovery(device_id, step, reason)
        screen.data(moved)
        _show(screen, [moved])

    run(work, json_output=json_output)


async def _list(
    screen: Screen, connection: "SystemConnection", status: str, device_type: str, limit: int
) -> "list[SmiDevice]":
    from smart_metering.smi_statuses import SmiStatus
    from smets.cli.exits import Misuse
    from smets.cli.products import read_device_type
    from smets.fleet.texts import one_of

    try:
        wanted = SmiStatus(one_of("SMI Status", status, [row.value for row in SmiStatus])) if status else None
    except ValueError as error:
        raise Misuse(str(error)) from None
    kind = read_device_type(device_type) if device_type else None
    devices: list[SmiDevice] = []
    async with connection.administration() as administration:
        async for row in administration.devices(status=wanted, device_type=kind):
            if len(devices) == limit:
                screen.say(f"the first {limit}; --limit shows more")
                break
            devices.append(row)
    return devices


async def _read_inventory(
    screen: Screen, connection: "SystemConnection", user: str, mpxn: str, uprn: str, device: str
) -> "list[InventoryDevice]":
    from smart_metering.duis.inventory_requests import ReadInventory
    from smart_metering.duis.service_responses import DspInventory
    from smets.cli.exits import Ended, Exit
    from smets.cli.lookups import find_device, find_party
    from smets.cli.messages import answer_line

    async with connection.administration() as administration:
        party = await find_party(administration, user, "8.2")
        device_id = await find_device(administration, device) if device else None
    async with connection.remembering_user(party.eui) as sender:
        answer = await sender.send("8.2", body=ReadInventory(mpxn=mpxn, uprn=uprn, device_id=device_id))
    if not isinstance(answer.body, DspInventory):
        screen.data(answer)
        screen.say(*answer_line(answer))
        raise Ended(Exit.ANSWERED_WITH_ERROR)
    return list(answer.body.devices)


async def _show_histories(screen: Screen, connection: "SystemConnection", devices: "list[SmiDevice]") -> None:
    from smart_metering.records import changed
    from smets.cli.histories import HISTORY_COLUMNS, history_rows

    async with connection.administration() as administration:
        whole = [
            changed(row, status_history=tuple(await administration.status_history(row.device.device_id)))
            for row in devices
        ]
    screen.data(whole)
    screen.table(
        ("Device", *HISTORY_COLUMNS),
        ((row.device.device_id, *cells) for row in whole for cells in history_rows(row.status_history)),
    )


def _show(screen: Screen, devices: "Iterable[InventoryDevice]") -> None:
    screen.table(
        ("Device", "type", "SMI Status", "firmware", "manufacturer", "model", "variant", "MPxN"),
        (
            (
                row.device_id,
                row.device_type,
                row.device_status or "",
                row.device_firmware_version,
                row.device_manufacturer,
                row.device_model,
                row.esme_variant,
                row.import_mpxn,
            )
            for row in devices
        ),
        empty="no such Device in the SMI",
    )
