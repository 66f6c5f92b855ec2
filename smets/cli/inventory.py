"""`smets inventory`: what the SMI says, for who runs the system, or as a User may ask by SR 8.2."""

from typing import TYPE_CHECKING, Annotated

import typer

from smets.cli.options import DEFAULT_STATE, Json, State, UserName
from smets.cli.running import run
from smets.cli.screen import Screen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from smart_metering.duis.service_responses import InventoryDevice
    from smets.local_system.connection import SystemConnection


def inventory(
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
    user: UserName = "",
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """List the Smart Metering Inventory; with --mpxn, --uprn or --device, ask as a User does (SR 8.2)."""

    async def work(screen: Screen) -> None:
        from smets.cli.exits import Misuse
        from smets.local_system.connection import read_connection

        searches = [text for text in (mpxn, uprn, device) if text]
        if len(searches) > 1 or (searches and (status or device_type)):
            raise Misuse("expected one of --mpxn, --uprn, --device, or else --status and --type")
        connection = read_connection(state)
        if searches:
            devices = await _read_inventory(screen, connection, user, mpxn, uprn, device)
        else:
            devices = await _list(screen, connection, status, device_type, limit)
        screen.data(devices)
        _show(screen, devices)

    run(work, json_output=json_output)


async def _list(
    screen: Screen, connection: "SystemConnection", status: str, device_type: str, limit: int
) -> "list[InventoryDevice]":
    from smart_metering.smi_statuses import SmiStatus
    from smets.cli.exits import Misuse
    from smets.cli.products import read_device_type
    from smets.fleet.texts import one_of

    try:
        wanted = SmiStatus(one_of("SMI Status", status, [row.value for row in SmiStatus])) if status else None
    except ValueError as error:
        raise Misuse(str(error)) from None
    kind = read_device_type(device_type) if device_type else None
    devices: list[InventoryDevice] = []
    async with connection.administration() as administration:
        async for row in administration.devices(status=wanted, device_type=kind):
            if len(devices) == limit:
                screen.say(f"the first {limit}; --limit shows more")
                break
            devices.append(row.device)
    return devices


async def _read_inventory(
    screen: Screen, connection: "SystemConnection", user: str, mpxn: str, uprn: str, device: str
) -> "list[InventoryDevice]":
    from smart_metering.duis.service_requests import ReadInventory
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
    )
