"""`smets down`: ends the system that runs with a state folder."""

from typing import Annotated

import typer

from smets.cli.options import DEFAULT_STATE, Json, State
from smets.cli.running import run
from smets.cli.screen import Screen

Within = Annotated[
    str, typer.Option("--within", envvar="SMETS_WITHIN", help="How long to wait for its end, real time.")
]


def down(state: State = DEFAULT_STATE, within: Within = "45s", json_output: Json = False) -> None:
    """End both servers in order, and wait until they have ended; what they know stays in the state folder.

    Exit code 0: nothing of it runs any more; 1: something still does; 3: no system was started with this state folder.
    """

    async def work(screen: Screen) -> None:
        from smart_metering.instants import SECOND_MS
        from smets.cli.exits import Ended, Exit
        from smets.durations import parse_duration
        from smets.local_system.connection import read_connection
        from smets.local_system.ending import end

        seconds = parse_duration(within) / SECOND_MS
        outcomes = await end(read_connection(state), seconds)
        screen.data({"processes": outcomes, "down": all(it.has_ended for it in outcomes)})
        for it in outcomes:
            was = "has ended" if it.was_running else "did not run any more"
            left = f"still runs after {within}; kill -9 {it.pid} ends it, and loses nothing that it answered"
            screen.say((f"{it.name:10}", "bold"), f"process {it.pid} {was if it.has_ended else left}")
        if not all(it.has_ended for it in outcomes):
            raise Ended(Exit.FAILED)

    run(work, json_output=json_output)
