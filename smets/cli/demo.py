"""`smets demo`: the main job of the emulator, told as a story."""

from pathlib import Path
from typing import Annotated

import typer

from smets.cli.options import Json

Keep = Annotated[
    Path | None,
    typer.Option(
        "--keep",
        envvar="SMETS_KEEP",
        help="Keep the systems' state folders under this one.",
        show_default=False,
    ),
]


def demo(keep: Keep = None, json_output: Json = False) -> None:
    """Play the loss of a Response to 11.3, and the recovery by 11.2 (SECMP0105), on systems of its own."""
    from smets.demo.run import main

    raise typer.Exit(main(as_json=json_output, state=keep))
