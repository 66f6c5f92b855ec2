"""`smets cpl`: the Central Products List."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smets.cli.options import DEFAULT_STATE, NO_TEXTS, Json, Manufacturer, Model, State, Template, Variants
from smets.cli.running import run
from smets.cli.screen import Screen
from smets.counting import counted

if TYPE_CHECKING:
    from smart_metering.administration import CplEntry

app = typer.Typer(help="The Central Products List.", no_args_is_help=True)


@app.command("list")
def list_entries(state: State = DEFAULT_STATE, json_output: Json = False) -> None:
    """All entries."""

    async def work(screen: Screen) -> None:
        from smets.local_system.connection import read_connection

        async with read_connection(state).administration() as administration:
            entries = await administration.cpl_entries()
        screen.data(entries)
        screen.table(
            ("entry", "type", "manufacturer", "model", "firmware", "variants", "image hash"),
            (
                (
                    entry.entry_id,
                    entry.device_type,
                    entry.device_manufacturer,
                    entry.device_model,
                    entry.firmware_version,
                    " ".join(entry.esme_variants) or "any",
                    entry.manufacturer_image_hash.hex() or "not checked",
                )
                for entry in entries
            ),
            empty="the CPL is empty",
        )

    run(work, json_output=json_output)


@app.command()
def add(
    device_type: Annotated[str, typer.Argument(help="ESME, GSME, ...")],
    version: Annotated[str, typer.Argument(help="Firmware version, 8 hex characters; with --firmware: '-'.")],
    template: Template = "smets2",
    manufacturer: Manufacturer = "",
    model: Model = "",
    firmware: Annotated[
        Path | None,
        typer.Option(
            "--firmware", envvar="SMETS_FIRMWARE", help="Take version and image hash from this file."
        ),
    ] = None,
    image_hash: Annotated[
        str, typer.Option("--hash", envvar="SMETS_HASH", help="Of the Manufacturer Image; else not checked.")
    ] = "",
    esme_variant: Variants = NO_TEXTS,
    entry_id: Annotated[
        str, typer.Option("--id", envvar="SMETS_ENTRY_ID", help="The entry's id; else the DSP makes one.")
    ] = "",
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """Approve firmware for a Device model; Suspended Devices that run it are restored."""

    async def work(screen: Screen) -> None:
        from smart_metering.administration import CplEntry
        from smart_metering.firmware_versions import parse_firmware_version
        from smart_metering.ota.image import decode
        from smets.cli.lookups import read_file
        from smets.cli.products import find_product
        from smets.local_system.connection import read_connection
        from smets.requests.making import read_hash

        product = find_product(device_type, template, manufacturer, model)
        file = decode(read_file(firmware)) if firmware else None
        given_hash = read_hash(image_hash) if image_hash else b""
        entry = CplEntry(
            entry_id=entry_id,
            device_type=product.device_type,
            device_manufacturer=product.manufacturer,
            device_model=product.model,
            firmware_version=file.version if file and version == "-" else parse_firmware_version(version),
            manufacturer_image_hash=file.manufacturer_image_hash if file else given_hash,
            esme_variants=tuple(esme_variant),
        )
        async with read_connection(state).administration() as administration:
            change = await administration.add_cpl_entry(entry)
        screen.data(change)
        screen.say(f"{change.entry.entry_id} added; {counted(change.devices_restored, 'Device')} restored")

    run(work, json_output=json_output)


@app.command()
def remove(
    entry: Annotated[str, typer.Argument(help="The entry's id, or TYPE VERSION of it: 'ESME 00000001'.")],
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """Withdraw an entry; Devices that run its firmware are Suspended."""

    async def work(screen: Screen) -> None:
        from smets.cli.exits import Misuse
        from smets.local_system.connection import read_connection

        async with read_connection(state).administration() as administration:
            entries = await administration.cpl_entries()
            named = [row for row in entries if row.entry_id == entry or _spoken(row) == entry.upper()]
            if len(named) != 1:
                known = ", ".join(row.entry_id for row in named or entries) or "there is none"
                what = f"means {len(named)} entries" if named else "is not on the CPL"
                raise Misuse(f"CPL entry {entry!r} {what}; expected one of: {known}")
            change = await administration.remove_cpl_entry(named[0].entry_id)
        screen.data(change)
        screen.say(
            f"{change.entry.entry_id} removed; {counted(change.devices_suspended, 'Device')} Suspended"
        )

    run(work, json_output=json_output)


def _spoken(entry: "CplEntry") -> str:
    return f"{entry.device_type} {entry.firmware_version}"
