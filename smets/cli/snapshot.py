"""`smets snapshot`: the whole state of a system, saved, loaded, and forked at an event."""

from pathlib import Path
from typing import Annotated

import typer

from smets.cli.options import DEFAULT_STATE, Json, State
from smets.cli.running import run
from smets.cli.screen import Screen

app = typer.Typer(
    help="The whole state of a system: save it, load it, fork it at an event.", no_args_is_help=True
)

Folder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="Where the snapshot is to be, or is.", show_default=False)
]


@app.command()
def save(folder: Folder, state: State = DEFAULT_STATE, json_output: Json = False) -> None:
    """Save the system that runs, as it is between two events; time stands still as long."""

    async def work(screen: Screen) -> None:
        from smart_metering.instants import format_instant
        from smets.local_system.connection import read_connection
        from smets.replay.snapshots import save_running

        saved = await save_running(read_connection(state), folder)
        screen.data({"snapshot": str(folder), "events": saved.events, "now": format_instant(saved.now)})
        screen.say((str(folder), "bold"), f"  {saved.events} events, it is {format_instant(saved.now)}")

    run(work, json_output=json_output)


@app.command()
def load(folder: Folder, state: State = DEFAULT_STATE, json_output: Json = False) -> None:
    """Put a snapshot, or a run that was kept, where no system runs: 'smets up FLEET' goes on from it."""

    async def work(screen: Screen) -> None:
        from smets.replay.snapshots import load

        load(folder, state)
        screen.data({"snapshot": str(folder), "state": str(state)})
        screen.say((str(state), "bold"), f"  goes on from {folder}: smets up FLEET --state {state}")

    run(work, json_output=json_output)


@app.command()
def fork(
    place: Annotated[
        str,
        typer.Argument(
            metavar="RUN[@EVENT]",
            help="A run, a snapshot or a state folder; how it was then.",
            show_default=False,
        ),
    ],
    folder: Folder,
    json_output: Json = False,
) -> None:
    """Make a snapshot of how a run was at an event: another future begins from it."""

    async def work(screen: Screen) -> None:
        from smart_metering.instants import format_instant
        from smets.replay.saving import parse_place, world_at
        from smets.replay.snapshots import refuse_if_taken

        refuse_if_taken(folder)
        with world_at(parse_place(place)) as world:
            world.save(folder)
            now = format_instant(world.now)
        screen.data({"snapshot": str(folder), "of": place, "now": now})
        screen.say((str(folder), "bold"), f"  {place}, it is {now}")

    run(work, json_output=json_output)
