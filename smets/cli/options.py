"""Options that commands share, each with its environment variable."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

State: TypeAlias = Annotated[
    Path, typer.Option("--state", envvar="SMETS_STATE", help="State folder of the system.", show_default=True)
]
Json: TypeAlias = Annotated[
    bool, typer.Option("--json", envvar="SMETS_JSON", help="Answer in JSON instead of text.")
]
UserName: TypeAlias = Annotated[
    str,
    typer.Option(
        "--user",
        envvar="SMETS_USER",
        help="The party that asks: its name, its EUI or a part of it. Else the first that may.",
        show_default=False,
    ),
]
Template: TypeAlias = Annotated[
    str,
    typer.Option(
        "--template",
        envvar="SMETS_TEMPLATE",
        help="Whose Devices give manufacturer and model: smets2, smets1.",
    ),
]
Manufacturer: TypeAlias = Annotated[
    str,
    typer.Option("--manufacturer", envvar="SMETS_MANUFACTURER", help="DeviceManufacturer, 4 hex characters."),
]
Model: TypeAlias = Annotated[
    str, typer.Option("--model", envvar="SMETS_MODEL", help="DeviceModel, 8 hex characters.")
]
Variants: TypeAlias = Annotated[
    list[str],
    typer.Option(
        "--esme-variant", envvar="SMETS_ESME_VARIANT", help="An ESME Variant; repeat it for more. None: any."
    ),
]

DEFAULT_STATE = Path(".smets")
NO_TEXTS: list[str] = []
