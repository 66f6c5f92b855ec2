"""`smets scenarios`: those that ship, listed, shown and copied; files of one's own, checked."""

from pathlib import Path
from typing import Annotated

import typer

from smets.cli.options import Json
from smets.cli.running import run
from smets.cli.screen import Screen
from smets.counting import counted

Name = Annotated[str, typer.Argument(help="As 'smets scenarios list' names it, or a part of that.")]

app = typer.Typer(
    help="Scenarios: list those that ship, show or copy one; check a file.", no_args_is_help=True
)


@app.command("list")
def list_scenarios(
    part: Annotated[str, typer.Argument(help="Only names with this part.", show_default=False)] = "",
    json_output: Json = False,
) -> None:
    """The scenarios that ship, by name, each with what it shows."""

    async def work(screen: Screen) -> None:
        from smets.fleet.lines import load
        from smets.scenarios import shipped

        rows = []
        for name in shipped.names():
            if part in name:
                plain, _, _ = load(shipped.path_of(name).read_text("utf-8"))
                rows.append({"name": name, "shows": str(plain["description"])})
        screen.data(rows)
        screen.table(
            ("name", "what it shows"),
            ((row["name"], row["shows"].splitlines()[0]) for row in rows),
            empty=f"no name has {part!r} in it",
        )

    run(work, json_output=json_output)


@app.command()
def show(name: Name, json_output: Json = False) -> None:
    """Print the file of a scenario that ships."""

    async def work(screen: Screen) -> None:
        from smets.scenarios import shipped

        found = shipped.one_called(name)
        text = shipped.path_of(found).read_text("utf-8")
        screen.data({"name": found, "text": text})
        screen.say(text.rstrip("\n"))

    run(work, json_output=json_output)


@app.command()
def copy(
    name: Name,
    to: Annotated[
        Path | None,
        typer.Argument(help="File or folder; else its own name, here.", show_default=False),
    ] = None,
    json_output: Json = False,
) -> None:
    """Copy a scenario that ships, to begin one's own with."""

    async def work(screen: Screen) -> None:
        from smets.cli.exits import Misuse
        from smets.scenarios import shipped

        source = shipped.path_of(shipped.one_called(name))
        file = to if to is not None else Path(source.name)
        file = file / source.name if file.is_dir() else file
        try:
            with file.open("x", encoding="utf-8") as copied:
                copied.write(source.read_text("utf-8"))
        except FileExistsError:
            raise Misuse(f"{file}: stands already; name another file") from None
        except OSError as error:
            raise Misuse(f"{file}: cannot be written: {error.strerror}") from None
        screen.data({"file": str(file)})
        screen.say(str(file))

    run(work, json_output=json_output)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", show_default=False)],
    json_output: Json = False,
) -> None:
    """Say what scenario files come to, or everything that is wrong with them, each with its line."""

    async def work(screen: Screen) -> None:
        from smets.cli.exits import Ended, Exit
        from smets.fleet.reading import FleetFileError
        from smets.scenarios.planning import read_scenario

        rows: list[dict[str, object]] = []
        for file in files:
            try:
                scenario = read_scenario(file)
            except FleetFileError as error:
                rows.append({"file": str(file), "faults": error.faults})
                screen.say(str(error))
                continue
            devices = sum(row.device_count for row in scenario.plan.premises)
            steps, expected = len(scenario.acts), len(scenario.expectations)
            rows.append({"file": str(file), "faults": [], "devices": devices, "steps": steps})
            screen.say(
                f"{file}: {counted(devices, 'Device')}, {counted(steps, 'step')}, "
                f"{counted(expected, 'expectation')} at the end"
            )
        screen.data(rows)
        if any(row["faults"] for row in rows):
            raise Ended(Exit.MISUSE)

    run(work, json_output=json_output)


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenarios and fleet files, for editors."""
    from smets.scenarios.schema import schema_text

    typer.echo(schema_text(), nl=False)
