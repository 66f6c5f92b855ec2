"""`smets pki`: test PKIs made, listed, and brought into a system."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smets.cli.options import DEFAULT_STATE, NO_TEXTS, Json, State
from smets.cli.running import run
from smets.cli.screen import Screen
from smets.counting import counted

if TYPE_CHECKING:
    from smart_metering.pki.choosing import Choice

Source = Annotated[
    Path,
    typer.Argument(
        metavar="SOURCE",
        help="A key store of DCC Boxed (keystore.json), a folder or a .zip of certificates and keys, or one file.",
        show_default=False,
    ),
]
COLUMNS = ("owner", "usage", "role", "serial number", "in hex", "valid from", "to", "issuer", "key", "name")

app = typer.Typer(help="Keys and certificates: of a test PKI, or brought.", no_args_is_help=True)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new one.", show_default=False)],
    seed: Annotated[
        str,
        typer.Option(
            "--seed",
            envvar="SMETS_SEED",
            help="What all keys are derived from: who knows it knows them.",
            show_default=False,
        ),
    ],
    organisation: Annotated[
        list[str],
        typer.Option(
            "--organisation",
            envvar="SMETS_ORGANISATION",
            metavar="EUI:ROLES",
            help="90-B3-D5-1F-30-01-00-00:IS,GS, say; repeat it for more. None: the parties of a fleet file "
            "that names none. The DCC's own are always there.",
        ),
    ] = NO_TEXTS,
    device: Annotated[
        list[str],
        typer.Option(
            "--device",
            envvar="SMETS_DEVICE",
            metavar="EUI",
            help="A Device, as a system with this seed derives its keys; repeat it for more.",
        ),
    ] = NO_TEXTS,
    form: Annotated[
        str, typer.Option("--form", envvar="SMETS_FORM", help="How files are written: pem, der.")
    ] = "pem",
    json_output: Json = False,
) -> None:
    """Make a test PKI: organisations, Devices, issuers, and a certificate for XML signatures for each who signs XML."""

    async def work(screen: Screen) -> None:
        from smart_metering.identifiers import parse_eui
        from smart_metering.pki.key_sources import read_key_source
        from smets.cli.exits import Misuse
        from smets.fleet.defaults import PARTIES
        from smets.fleet.texts import one_of
        from smets.local_system.state_folder import Organisation
        from smets.pki.making import Form, Member, make_pki, read_member

        members = [read_member(text) for text in organisation] or [
            Member(party.eui, Organisation(eui=party.eui, roles=party.roles).smki_role)
            for party in PARTIES.values()
        ]
        try:
            written = Form(one_of("form", form.lower(), [kind.value for kind in Form]))
        except ValueError as error:
            raise Misuse(str(error)) from None
        make_pki(folder, seed, members, [parse_eui(text) for text in device], written)
        found = read_key_source(folder)
        screen.data({"folder": str(folder), "certificates": len(found)})
        screen.say(f"{counted(len(found), 'certificate')} with private keys in {folder}")

    run(work, json_output=json_output)


@app.command()
def show(source: Source, json_output: Json = False) -> None:
    """List the certificates that are there: whose, what for, in which role, serial number, validity, issuer."""

    async def work(screen: Screen) -> None:
        from smart_metering.pki.choosing import once
        from smart_metering.pki.key_sources import read_key_source
        from smets.pki.listing import list_key

        rows = sorted(
            (list_key(found) for found in once(read_key_source(source))),
            key=lambda row: (row.owner, row.usage, row.name),
        )
        screen.data(rows)
        screen.table(
            COLUMNS,
            (
                (
                    row.owner,
                    row.usage,
                    f"{row.role} {row.role_name}".strip(),
                    row.serial_number,
                    row.serial_number_hex,
                    row.not_before,
                    row.not_after,
                    row.issuer,
                    "yes" if row.has_private_key else "no",
                    row.name,
                )
                for row in rows
            ),
        )

    run(work, json_output=json_output)


@app.command("import")
def import_(
    source: Source,
    state: State = DEFAULT_STATE,
    leave_out: Annotated[
        list[str],
        typer.Option(
            "--leave-out",
            envvar="SMETS_LEAVE_OUT",
            metavar="NAME",
            help="Do not take what has this name, or is like it ('*pre-1.4.1'); repeat it for more. "
            "None: 'Z1b-*', the second set of DCC's key store.",
        ),
    ] = NO_TEXTS,
    json_output: Json = False,
) -> None:
    """Bring organisations' keys into a state folder, in place of those that the seed would give.

    They count from the next 'smets up' on. Devices' keys are always derived.
    """

    async def work(screen: Screen) -> None:
        from smart_metering.pki.choosing import LEFT_OUT_BY_DEFAULT, choose_keys
        from smart_metering.pki.key_sources import read_key_source
        from smets.cli.up import refuse_a_second
        from smets.local_system.state_folder import StateFolder

        choice = choose_keys(read_key_source(source), leave_out or LEFT_OUT_BY_DEFAULT)
        refuse_a_second(state)
        StateFolder(state).give(choice.keys)
        _tell(screen, choice, state)

    run(work, json_output=json_output)


def _tell(screen: Screen, choice: "Choice", state: Path) -> None:
    from smets.pki.listing import list_key, spoken_role

    screen.data(
        {
            "imported": [
                {**_names_of(row.found.name, row.use), "key": row.found.private_key is not None}
                for row in choice.taken
            ],
            "issuers": [list_key(row).issuer for row in choice.issuers],
            "left_out": [{"name": row.name, "why": why} for row, why in choice.left_out],
        }
    )
    screen.table(
        ("owner", "usage", "role", "key", "name"),
        (
            (
                row.certified.entity,
                row.usage,
                f"{row.certified.organisation_role} {spoken_role(row.certified.organisation_role or '')}",
                "yes" if row.found.private_key is not None else "no",
                row.found.name,
            )
            for row in sorted(choice.taken, key=lambda row: row.use)
        ),
    )
    for row, why in choice.left_out:
        screen.say(f"left out: {row.name}: {why}")
    taken = counted(len(choice.taken), "certificate")
    screen.say(f"{taken} imported into {state}: they count from the next 'smets up'")


def _names_of(name: str, use: tuple[str, str]) -> dict[str, object]:
    return {"name": name, "owner": use[0], "usage": str(use[1])}
