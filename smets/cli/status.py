"""`smets status`: whether both servers run and serve, where, at which emulated time, and what they count."""

from typing import TYPE_CHECKING, Annotated

import typer

from smets.cli.options import DEFAULT_STATE, Json, State
from smets.cli.running import run
from smets.cli.screen import Screen

if TYPE_CHECKING:
    from smets.local_system.sight import ServerSight, SystemSight

Wait = Annotated[
    str,
    typer.Option("--wait", envvar="SMETS_WAIT", help="Up to so long until both serve, real time: 30s, 2m."),
]
LOOK_EVERY_SECONDS = 0.1


def status(state: State = DEFAULT_STATE, wait: Wait = "0", json_output: Json = False) -> None:
    """Both servers: health, addresses, clock, and counts of Devices and of outstanding requests.

    Exit code 0: both serve; 1: one of them answers that it does not; 3: one of them does not answer, or none was
    started.
    """

    async def work(screen: Screen) -> None:
        from smart_metering.instants import SECOND_MS
        from smets.durations import parse_duration

        sight = await _see_within(state, parse_duration(wait) / SECOND_MS)
        screen.data(as_told(sight))
        for server in sight.servers:
            _say_server(screen, server)
        _say_clock(screen, sight)
        for server in sight.servers:
            _say_figures(screen, server)
        _end(sight)

    run(work, json_output=json_output)


async def _see_within(state: State, seconds: float) -> "SystemSight":
    """As it is once both serve; else as it is in the end. Raises NoConnection."""
    import asyncio
    import time

    from smets.local_system.connection import NoConnection, read_connection
    from smets.local_system.sight import see

    end = time.monotonic() + seconds
    while True:
        is_over = time.monotonic() >= end
        try:
            sight = await see(read_connection(state))
            if sight.is_well or is_over:
                return sight
        except NoConnection:
            if is_over:
                raise
        await asyncio.sleep(LOOK_EVERY_SECONDS)


def as_told(sight: "SystemSight") -> dict[str, object]:
    """As data."""
    return {
        "well": sight.is_well,
        "clock_off_ms": sight.clock_off_ms,
        "dsp": _server_as_told(sight.dsp),
        "emulator": _server_as_told(sight.emulator),
    }


def clock_text(sight: "SystemSight") -> str:
    """The emulated time, how it passes, and whether the emulator follows it."""
    from smart_metering.instants import format_instant

    dsp, emulator = sight.dsp.described, sight.emulator.described
    if dsp is None:
        return "not known: the DSP, whose clock it is, does not answer"
    how = "stepped" if dsp.rate == 0 else f"{dsp.rate:g} times real time"
    if emulator is None or not emulator.attached:
        follows = "the emulator is not attached"
    elif sight.clock_off_ms:
        follows = f"the emulator's is off by {sight.clock_off_ms} ms"
    else:
        follows = "the emulator follows"
    return f"{format_instant(dsp.now)}  {how}; {follows}"


def _server_as_told(server: "ServerSight") -> dict[str, object]:
    described = server.described
    return {
        "address": server.address,
        "pid": server.pid,
        "running": server.is_running,
        "health": server.health,
        "described": described,
        "figures": {figure.name: figure.value for figure in described.figures} if described else {},
    }


def _say_server(screen: Screen, server: "ServerSight") -> None:
    from smart_metering.instants import Instant, format_instant
    from smets.client.operations import Health

    style = "green" if server.health is Health.SERVING else "red"
    parts = [f"process {server.pid}" if server.pid else "run elsewhere"]
    if not server.is_running:
        parts = ["down"]
    if server.described is not None:
        started_at = format_instant(Instant(server.described.started_at))
        parts += [f"version {server.described.version}", f"since {started_at}"]
        parts += [f"metrics {server.metrics_url}"] if server.metrics_url else []
    screen.say(
        (f"{server.name:10}", "bold"),
        (f"{server.health:12}", style),
        f"{server.address:22}",
        ", ".join(parts),
    )


def _say_clock(screen: Screen, sight: "SystemSight") -> None:
    screen.say(("clock     ", "bold"), clock_text(sight))
    if sight.dsp.described is not None:
        in_force = ", ".join(sight.dsp.described.modifications)
        screen.say(("rules     ", "bold"), in_force or "no modification")


def _say_figures(screen: Screen, server: "ServerSight") -> None:
    if server.described is not None:
        screen.say()
        rows = [(f"{server.name}: {row.name}", f"{row.value:g}") for row in server.described.figures]
        width = max(len(number) for _, number in rows)
        for name, number in rows:
            screen.say(f"{name:40}{number:>{width}}")


def _end(sight: "SystemSight") -> None:
    from smets.cli.exits import Ended, Exit
    from smets.client.operations import Health

    if any(server.health is Health.UNREACHABLE for server in sight.servers):
        raise Ended(Exit.UNREACHABLE)
    if not sight.is_well:
        raise Ended(Exit.FAILED)
