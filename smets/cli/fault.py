"""`smets fault`: faults on the link between hubs and Devices."""

from typing import TYPE_CHECKING, Annotated

import typer

from smets.cli.options import DEFAULT_STATE, NO_TEXTS, Json, State
from smets.cli.running import run
from smets.cli.screen import Screen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from smart_metering.administration import FaultRule

Names = Annotated[list[str], typer.Argument(metavar="[NAME]...", help="Rules by name; none: all.")]

app = typer.Typer(help="Faults on the link: messages lost, late, repeated, garbled.", no_args_is_help=True)


@app.command("set")
def set_rule(
    preset: Annotated[str, typer.Argument(help="A preset: see 'smets fault presets'.")] = "",
    name: Annotated[str, typer.Option("--name", envvar="SMETS_FAULT_NAME", help="Of the rule.")] = "",
    fate: Annotated[
        str, typer.Option("--fate", envvar="SMETS_FATE", help="lose, delay, repeat, reorder or garble.")
    ] = "",
    srv: Annotated[
        list[str], typer.Option("--srv", envvar="SMETS_SRV", help="Only of this SRV; repeat it for more.")
    ] = NO_TEXTS,
    direction: Annotated[
        str,
        typer.Option("--direction", envvar="SMETS_DIRECTION", help="TO_DEVICE or FROM_DEVICE; else both."),
    ] = "",
    device: Annotated[
        str,
        typer.Option("--device", envvar="SMETS_DEVICE", help="Only of this Device: an EUI or a part of it."),
    ] = "",
    hub: Annotated[
        str, typer.Option("--hub", envvar="SMETS_HUB", help="Only of Devices of this hub: an EUI or a part.")
    ] = "",
    next_messages: Annotated[
        int, typer.Option("--next", envvar="SMETS_NEXT", min=0, help="The next n messages of each Device.")
    ] = 0,
    one_in: Annotated[
        int,
        typer.Option("--one-in", envvar="SMETS_ONE_IN", min=0, help="One in n, by the seed; 1: every one."),
    ] = 0,
    delay: Annotated[
        str, typer.Option("--delay", envvar="SMETS_DELAY", help="How late, for delay and reorder: 10s.")
    ] = "0",
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """Set a fault: a preset, or a rule of your own. A rule of the same name is replaced."""

    async def work(screen: Screen) -> None:
        from smart_metering.administration import FaultRule
        from smart_metering.records import changed
        from smets.cli.exits import Misuse
        from smets.cli.lookups import find_device
        from smets.durations import parse_duration
        from smets.fleet.fault_presets import BY_NAME
        from smets.fleet.texts import one_of
        from smets.local_system.connection import read_connection

        if bool(preset) == bool(fate):
            raise Misuse("expected either a preset or --fate")
        rule = FaultRule(
            name=name or f"{fate}{''.join(f' {reference}' for reference in srv)}",
            direction=direction.upper(),
            references=tuple(srv),
            fate=fate,
            next=next_messages,
            one_in=one_in,
            delay=parse_duration(delay),
        )
        if preset:
            try:
                rule = BY_NAME[one_of("preset", preset, BY_NAME)].rule
            except ValueError as error:
                raise Misuse(str(error)) from None
            rule = changed(rule, name=name or rule.name)
        connection = read_connection(state)
        async with connection.administration() as administration, connection.emulator_control() as emulator:
            rule = changed(
                rule,
                device=await find_device(administration, device) if device else None,
                comms_hub=await find_device(administration, hub) if hub else None,
            )
            _show(screen, await emulator.set_faults([rule]))

    run(work, json_output=json_output)


@app.command("list")
def list_rules(state: State = DEFAULT_STATE, json_output: Json = False) -> None:
    """The rules in force, in the order in which they are asked."""

    async def work(screen: Screen) -> None:
        from smets.local_system.connection import read_connection

        async with read_connection(state).emulator_control() as emulator:
            _show(screen, await emulator.faults())

    run(work, json_output=json_output)


@app.command()
def clear(names: Names = NO_TEXTS, state: State = DEFAULT_STATE, json_output: Json = False) -> None:
    """Remove the named rules, or all."""

    async def work(screen: Screen) -> None:
        from smets.cli.exits import Misuse
        from smets.fleet.texts import one_of
        from smets.local_system.connection import read_connection

        async with read_connection(state).emulator_control() as emulator:
            known = [rule.name for rule in await emulator.faults()]
            try:
                checked = [one_of("fault rule", name, known) for name in names]
            except ValueError as error:
                raise Misuse(str(error)) from None
            _show(screen, await emulator.clear_faults(checked))

    run(work, json_output=json_output)


@app.command()
def presets(json_output: Json = False) -> None:
    """The rules that have a name."""

    async def work(screen: Screen) -> None:
        from smets.fleet.fault_presets import PRESETS

        screen.data(PRESETS)
        screen.table(
            ("preset", "what it does", "source"),
            ((preset.rule.name, preset.what, preset.source) for preset in PRESETS),
        )

    run(work, json_output=json_output)


def _show(screen: Screen, rules: "Iterable[FaultRule]") -> None:
    from smets.durations import format_duration

    rules = list(rules)
    screen.data(rules)
    if not rules:
        screen.say("no faults: every message arrives")
        return
    screen.table(
        ("name", "fate", "which", "direction", "SRVs", "Device", "hub", "delay"),
        (
            (
                rule.name,
                rule.fate,
                f"next {rule.next}" if rule.next else f"one in {rule.one_in}",
                rule.direction or "both",
                " ".join(rule.references) or "any",
                rule.device or "any",
                rule.comms_hub or "any",
                format_duration(rule.delay) if rule.delay else "",
            )
            for rule in rules
        ),
    )
