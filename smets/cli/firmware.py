"""`smets firmware`: firmware files, made, explained and uploaded."""

from pathlib import Path
from typing import Annotated

import typer

from smets.cli.options import (
    DEFAULT_STATE,
    NO_TEXTS,
    Json,
    Manufacturer,
    Model,
    State,
    Template,
    Variants,
    user_option,
)
from smets.cli.running import run
from smets.cli.screen import Screen

File = Annotated[Path, typer.Argument(metavar="FILE", help="A firmware file.", show_default=False)]

app = typer.Typer(help="Firmware files: make one, explain one, upload one.", no_args_is_help=True)


@app.command()
def make(
    device_type: Annotated[str, typer.Argument(help="ESME, GSME, HCALCS, CHF or PPMID.")],
    version: Annotated[str, typer.Argument(help="Firmware version, 8 hex characters.")],
    out: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it.", show_default=False)],
    signed_by: Annotated[
        str,
        typer.Option(
            "--signed-by",
            envvar="SMETS_SIGNED_BY",
            help="The supplier's EUI or a part of it: of the parties in the state folder. Else the first.",
        ),
    ] = "",
    template: Template = "smets2",
    manufacturer: Manufacturer = "",
    model: Model = "",
    esme_variant: Variants = NO_TEXTS,
    lowest_version: Annotated[
        str,
        typer.Option("--lowest-version", envvar="SMETS_LOWEST_VERSION", help="That it may be upgraded from."),
    ] = "",
    resulting_variant: Annotated[
        str,
        typer.Option(
            "--resulting-variant",
            envvar="SMETS_RESULTING_VARIANT",
            help="The ESME Variant it turns an ESME into.",
        ),
    ] = "",
    size: Annotated[
        int, typer.Option("--size", envvar="SMETS_SIZE", help="Octets of the Manufacturer Image.")
    ] = 1_024,
    defect: Annotated[
        str,
        typer.Option(
            "--defect",
            envvar="SMETS_DEFECT",
            help="bad-signature, truncated, too-large, wrong-hardware, wrong-device-type, wrong-variant, rollback.",
        ),
    ] = "",
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """Make a firmware file, on request with one defect. The same arguments make the same octets."""

    async def work(screen: Screen) -> None:
        from smart_metering.firmware_versions import parse_firmware_version
        from smart_metering.ota.image import file_digest
        from smart_metering.ota.making import UNSIGNED_TYPES, Defect, FirmwareRecipe, make_firmware
        from smets.cli.exits import Misuse
        from smets.cli.products import find_product
        from smets.cli.signing import find_signing_key
        from smets.fleet.texts import one_of

        product = find_product(device_type, template, manufacturer, model)
        hardware = product.model[-4:]
        recipe = FirmwareRecipe(
            device_type=product.device_type,
            manufacturer_code=product.manufacturer,
            hardware_minimum=hardware,
            hardware_maximum=hardware,
            version=parse_firmware_version(version),
            esme_variants=tuple(esme_variant),
            lowest_version=parse_firmware_version(lowest_version) if lowest_version else None,
            resulting_variant=resulting_variant or None,
            size_octets=size,
        )
        try:
            wrong = Defect(one_of("defect", defect, [row.value for row in Defect])) if defect else None
        except ValueError as error:
            raise Misuse(str(error)) from None
        is_signed = product.device_type not in UNSIGNED_TYPES
        octets = make_firmware(recipe, find_signing_key(state, signed_by) if is_signed else None, wrong)
        try:
            out.write_bytes(octets)
        except OSError as error:
            raise Misuse(f"{out}: cannot be written: {error.strerror}") from None
        digest = file_digest(octets)
        screen.data({"file": str(out), "sha256": digest, "size": len(octets), "version": recipe.version})
        screen.say(f"{out}: {len(octets)} octets, firmware {recipe.version}, file {digest}")

    run(work, json_output=json_output)


@app.command()
def inspect(file: File, json_output: Json = False) -> None:
    """Explain a firmware file field by field."""

    async def work(screen: Screen) -> None:
        from smart_metering.ota.inspection import inspect
        from smets.cli.lookups import read_file

        rows = inspect(read_file(file))
        screen.data(rows)
        screen.table(("field", "value", "meaning"), ((row.field, row.value, row.meaning) for row in rows))

    run(work, json_output=json_output)


@app.command()
def upload(
    file: File,
    user: Annotated[str, user_option("the first party whose User Role may send 11.1")] = "",
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """Hand a firmware file to the DSP; 11.1 and 11.4 may then name it by its SHA-256."""

    async def work(screen: Screen) -> None:
        from smets.cli.lookups import find_party, read_file
        from smets.local_system.connection import read_connection

        octets, connection = read_file(file), read_connection(state)
        async with connection.administration() as administration:
            party = await find_party(administration, user, "11.1")
        async with connection.user(party.eui) as sender:
            taken = await sender.upload_firmware(octets)
        screen.data(taken)
        screen.say(f"firmware {taken.firmware_version}, file {taken.sha256}")
        screen.say(f"Manufacturer Image hash {taken.manufacturer_image_hash.hex()}")

    run(work, json_output=json_output)
