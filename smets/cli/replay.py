"""`smets replay`: a run again, from its journals; `smets shrink`: the shortest scenario that fails like a run."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smets.cli.options import Json
from smets.cli.running import run
from smets.cli.screen import Screen
from smets.counting import counted

if TYPE_CHECKING:
    from smets.replay.replaying import Replay
    from smets.replay.saving import Place
    from smets.scenarios.kept import KeptRun

LAST = 10

RunPlace = Annotated[
    str,
    typer.Argument(
        metavar="RUN[@EVENT]",
        help="Folder of a run, or a state folder; up to an event, or the whole of it.",
        show_default=False,
    ),
]


def replay(
    place: RunPlace,
    last: Annotated[
        int, typer.Option("--last", envvar="SMETS_LAST", min=0, help="How many events to show, up to there.")
    ] = LAST,
    json_output: Json = False,
) -> None:
    """Bring a run back: the same faults, order and virtual time, however it ran; say where it parts, if it does.

    Whether the whole is the same is told of a whole run: every book of both sides, and the hash over the histories of
    all Devices.
    """

    async def work(screen: Screen) -> None:
        from smets.replay.saving import parse_place, replayed
        from smets.scenarios.kept import kept_run

        at = parse_place(place)
        with replayed(at) as replay:
            _tell(screen, at, replay, kept_run(at.folder), last)

    run(work, json_output=json_output)


def _tell(screen: Screen, at: "Place", replay: "Replay", kept: "KeptRun | None", last: int) -> None:
    from smart_metering.instants import format_instant
    from smets.cli.exits import Ended, Exit
    from smets.replay.ends import differences
    from smets.replay.telling import told

    entries = [row for row in replay.run.dsp_entries() if replay.event - last < row[0] <= replay.event]
    whole = at.event is None
    other = list(differences(replay)) if whole and replay.run.is_over else []
    trace = replay.emulator.trace()
    screen.data(
        {
            "run": str(at.folder),
            "event": replay.event,
            "events": replay.run.events,
            "now": format_instant(replay.now),
            "seed": replay.settings.seed,
            "trace": trace.hash.hex(),
            "messages": trace.messages,
            "same": (not other) if whole else None,
            "differences": other,
            "shown": [{"event": number, "told": told(entry)} for number, entry in entries],
            "steps": kept.steps if kept is not None else [],
        }
    )
    screen.say(("run       ", "bold"), f"{at.folder}, seed {replay.settings.seed}")
    screen.say(("events    ", "bold"), f"{replay.event} of {replay.run.events} played again")
    screen.say(("it is     ", "bold"), format_instant(replay.now))
    screen.say(("trace     ", "bold"), f"{trace.hash.hex()} over {counted(trace.messages, 'message')}")
    for step in kept.steps if kept is not None else ():
        screen.say(("step      ", "bold"), f"@{step['event']}  {step['number']} {step['told']}")
    for number, entry in entries:
        screen.say((f"@{number:<9}", "bold"), told(entry))
    for what in other[:LAST]:
        screen.say(("differs   ", "bold red"), what)
    if other:
        raise Ended(Exit.DID_NOT_HOLD)
    if whole and replay.run.is_over:
        screen.say(("same      ", "bold green"), "every book of both sides, and every message")


def shrink(
    folder: Annotated[
        Path, typer.Argument(metavar="RUN", help="Folder of a run of a scenario.", show_default=False)
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", envvar="SMETS_OUTPUT", help="Where to write it; else into the run's folder."
        ),
    ] = None,
    most_runs: Annotated[
        int, typer.Option("--most-runs", envvar="SMETS_MOST_RUNS", min=1, help="Candidates to try at most.")
    ] = 500,
    json_output: Json = False,
) -> None:
    """Reduce a run that did not hold to the shortest scenario file that fails for the same reason.

    Steps that were drawn or repeated are said out; then steps, faults, fleets and Devices are left out as long as what
    failed still fails.
    """

    async def work(screen: Screen) -> None:
        from smets.cli.exits import Misuse
        from smets.scenarios.kept import kept_run
        from smets.scenarios.planning import scenario_of
        from smets.scenarios.shrinking import NothingToShrink, shrink

        kept = kept_run(folder)
        if kept is None:
            raise Misuse(f"{folder}: holds no run of a scenario: 'smets run' keeps those that do not hold")
        target = output or folder / "shrunk.yaml"
        try:
            shrunk = await shrink(scenario_of(kept.text, kept.source), most_runs=most_runs)
        except NothingToShrink as error:
            raise Misuse(str(error)) from None
        target.write_text(shrunk.text, "utf-8")
        screen.data({"file": str(target), **_numbers(shrunk), "failing": shrunk.failing})
        screen.say(("steps     ", "bold"), f"{shrunk.steps[0]} -> {shrunk.steps[1]}")
        screen.say(("Devices   ", "bold"), f"{shrunk.devices[0]} -> {shrunk.devices[1]}")
        screen.say(("tried     ", "bold"), counted(shrunk.runs, "candidate"))
        for why in shrunk.failing:
            screen.say(("fails     ", "bold"), why)
        screen.say(("scenario  ", "bold"), f"{target}: smets run {target}")

    run(work, json_output=json_output)


def _numbers(shrunk: object) -> dict[str, object]:
    from smets.scenarios.shrinking import Shrunk

    assert isinstance(shrunk, Shrunk)
    return {"runs": shrunk.runs, "steps": list(shrunk.steps), "devices": list(shrunk.devices)}
