"""`smets clock`: the one clock of the system."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from smets.cli.options import DEFAULT_STATE, Json, State
from smets.cli.running import run
from smets.cli.screen import Screen

if TYPE_CHECKING:
    from smets.client.clock import Clock
    from smets.client.records import ClockState

app = typer.Typer(help="The one clock: read it, advance it, let it run.", no_args_is_help=True)


@app.command()
def now(state: State = DEFAULT_STATE, json_output: Json = False) -> None:
    """The emulated time and its rate."""
    _move(state, json_output, lambda clock: clock.now())


@app.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
def advance(
    by: Annotated[
        str, typer.Argument(metavar="DURATION", help="500ms, 30s, 5m, 2h, 7d; 0: what is due now.")
    ],
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """Let so much stepped time pass; everything up to then has happened once this returns."""

    async def move(clock: "Clock") -> "ClockState":
        from smets.cli.exits import Misuse
        from smets.durations import parse_duration

        if by.startswith("-"):
            raise Misuse(f"duration {by!r}: time cannot go back")
        return await clock.advance(parse_duration(by))

    _move(state, json_output, move)


@app.command("next")
def next_event(
    within: Annotated[
        str,
        typer.Option(
            "--within", envvar="SMETS_WITHIN", help="But not further than this, if there is none before."
        ),
    ] = "1d",
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """Advance to the next event of the DSP or of any Device."""

    async def move(clock: "Clock") -> "ClockState":
        from smart_metering.instants import Instant
        from smets.durations import parse_duration

        limit = parse_duration(within)
        return await clock.run_to_next_event(Instant((await clock.now()).now + limit))

    _move(state, json_output, move, looks_for_event=True)


@app.command()
def rate(
    rate: Annotated[float, typer.Argument(help="0: stepped, 1: real, n: n times as fast.")],
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """Let time pass at this rate."""
    _move(state, json_output, lambda clock: clock.set_rate(rate))


def _move(
    state: State,
    json_output: bool,
    move: "Callable[[Clock], Awaitable[ClockState]]",
    *,
    looks_for_event: bool = False,
) -> None:
    async def work(screen: Screen) -> None:
        from smart_metering.instants import format_instant
        from smets.local_system.connection import read_connection

        async with read_connection(state).administration() as administration:
            moved = await move(administration.clock)
        at = format_instant(moved.now)
        screen.data(
            {"now": moved.now, "at": at, "rate": moved.rate, "event": moved.event, "drift": moved.drift}
        )
        how = "stepped" if moved.rate == 0 else f"{moved.rate:g} times real time, drift {moved.drift:+d} ms"
        found = ("  an event" if moved.event else "  no event until then") if looks_for_event else ""
        screen.say((at, "bold"), f"  {how}{found}")

    run(work, json_output=json_output)
