"""`smets run`: scenarios, in this process on virtual time, or on a system that runs."""

import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smets.cli.options import NO_TEXTS, Json
from smets.cli.running import run as run_command
from smets.cli.screen import Screen
from smets.counting import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from smart_metering.pki.given_keys import GivenKeys
    from smets.local_system.connection import SystemConnection
    from smets.scenarios.planning import Scenario
    from smets.scenarios.report.collecting import Collector
    from smets.scenarios.report.gathered import Gathered
    from smets.scenarios.results import ScenarioResult
    from smets.scenarios.running import Running

RUNS = Path("smets-runs")

Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="Scenario files, or names or folders of those that ship ('smets scenarios list').",
        show_default=False,
    ),
]
Url = Annotated[
    str,
    typer.Option(
        "--url",
        envvar="SMETS_URL",
        help="Run on servers: DSP,EMULATOR, each HOST:PORT; their seed is that of the scenario.",
    ),
]
RunningState = Annotated[
    Path | None,
    typer.Option(
        "--state",
        envvar="SMETS_RUN_STATE",
        help="Run on the system with this state folder.",
        show_default=False,
    ),
]
Record = Annotated[
    Path,
    typer.Option(
        "--record", envvar="SMETS_RECORD", help="Folder under which runs are kept, each in one of its own."
    ),
]


def run(
    files: Files,
    seed: Annotated[str, typer.Option("--seed", envvar="SMETS_SEED", help="In place of the file's.")] = "",
    release: Annotated[
        str, typer.Option("--release", envvar="SMETS_RELEASE", help="Rules as of a SEC Release.")
    ] = "",
    with_modifications: Annotated[
        list[str], typer.Option("--with", envvar="SMETS_WITH", help="A modification in force beside.")
    ] = NO_TEXTS,
    without_modifications: Annotated[
        list[str], typer.Option("--without", envvar="SMETS_WITHOUT", help="A modification not in force.")
    ] = NO_TEXTS,
    going_on: Annotated[
        str,
        typer.Option(
            "--from",
            envvar="SMETS_FROM",
            metavar="RUN[@EVENT]",
            help="Go on from a kept run or a snapshot, how it was then; its fleets must be the scenario's.",
        ),
    ] = "",
    url: Url = "",
    state: RunningState = None,
    junit: Annotated[
        Path | None,
        typer.Option("--junit", envvar="SMETS_JUNIT", help="Write JUnit XML.", show_default=False),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html",
            envvar="SMETS_HTML",
            help="Write a report: one page of HTML that stands alone.",
            show_default=False,
        ),
    ] = None,
    record: Record = RUNS,
    keep_all: Annotated[
        bool,
        typer.Option("--keep-all", envvar="SMETS_KEEP_ALL", help="Keep every run, not only those that fail."),
    ] = False,
    json_output: Json = False,
) -> None:
    """Play scenarios: launch the fleet, take the steps, check what must be so.

    In this process on virtual time, unless --url or --state names a system that runs. A run that does not hold is kept,
    to be replayed ('smets replay') and reduced ('smets shrink').
    """

    async def work(screen: Screen) -> None:
        from smart_metering.pki.given_keys import NOTHING_GIVEN
        from smets.cli.exits import Ended, Exit, Misuse
        from smets.local_system.state_folder import StateFolder
        from smets.scenarios.junit import write_junit

        if sum(map(bool, (url, state, going_on))) > 1:
            raise Misuse("expected one of --url, --state and --from")
        if html is not None and html.is_dir():
            raise Misuse(f"--html {html}: expected a file, not a folder")
        change = _Change(seed, release, with_modifications, without_modifications)
        given = StateFolder(state).given if state is not None else NOTHING_GIVEN
        scenarios = [change.applied(scenario) for name in files for scenario in _read(name, given)]
        keeping = _Keeping(record, keep_all, html)
        try:
            results = await _play(screen, scenarios, _Where(url, state, going_on), keeping)
        finally:
            keeping.write_report(screen)
        if junit is not None:
            write_junit(junit, results)
        screen.data([_as_data(result) for result in results])
        if len(results) > 1:
            _say_all(screen, results)
        if not all(result.passed for result in results):
            raise Ended(Exit.DID_NOT_HOLD)

    run_command(work, json_output=json_output)


@dataclass(frozen=True, slots=True)
class _Change:
    """What the command line says otherwise than the files."""

    seed: str
    release: str
    on: list[str]
    off: list[str]

    def applied(self, scenario: "Scenario") -> "Scenario":
        from smets.scenarios.planning import scenario_of
        from smets.scenarios.texts import under, with_seed

        text = scenario.text
        if self.seed:
            text = with_seed(text, self.seed)
        if self.release or self.on or self.off:
            text = under(text, scenario.source, release=self.release, on=self.on, off=self.off)
        return scenario if text == scenario.text else scenario_of(text, scenario.source, scenario.plan.given)


@dataclass(frozen=True, slots=True)
class _Where:
    """In this process, or on a system that runs."""

    url: str
    state: Path | None
    going_on: str

    async def played(self, running: "Running", scenario: "Scenario", folder: Path) -> "ScenarioResult":
        """`folder` is for the keys of parties. Raises Misuse, NoConnection, NoRun and Divergence."""
        from smets.replay.saving import parse_place, world_at

        if self.going_on:
            with world_at(parse_place(self.going_on)) as world:
                return await running.going_on(scenario, world)
        connection = self.connection(scenario, folder)
        return await (
            running.in_process(scenario) if connection is None else running.on(scenario, connection)
        )

    def connection(self, scenario: "Scenario", folder: Path) -> "SystemConnection | None":
        """None: in this process. Raises Misuse and NoConnection."""
        from smets.cli.exits import Misuse
        from smets.local_system.connection import read_connection
        from smets.scenarios.running import connection_to

        if self.state is not None:
            return read_connection(self.state)
        if not self.url:
            return None
        dsp, comma, emulator = self.url.partition(",")
        if not (dsp and comma and emulator):
            raise Misuse(
                f"--url {self.url!r}: expected DSP,EMULATOR, each HOST:PORT, as 'smets up' prints them"
            )
        return connection_to(scenario, folder, dsp=dsp, emulator=emulator)


def _read(name: str, given: "GivenKeys") -> "Iterator[Scenario]":
    """A file; else what ships under that name. Raises FleetFileError and NoSuchScenario."""
    from smets.scenarios import shipped
    from smets.scenarios.planning import read_scenario

    path = Path(name)
    if path.is_file() or path.suffix == shipped.SUFFIX:
        yield read_scenario(path, given)
        return
    for found in shipped.called(name):
        yield read_scenario(shipped.path_of(found), given)


@dataclass(slots=True)
class _Keeping:
    """What is kept of scenarios: their runs, all or those that do not hold, and a report of all."""

    record: Path
    keep_all: bool
    html: Path | None
    gathered: "list[Gathered]" = field(default_factory=list)

    def collector(self) -> "Collector | None":
        """None: no report is asked for."""
        from smets.scenarios.report.collecting import Collector

        return Collector() if self.html is not None else None

    def write_report(self, screen: Screen) -> None:
        """Of all scenarios that were played, whatever became of the next."""
        from smets.scenarios.report.page import write_page

        if self.html is not None and self.gathered:
            write_page(self.html, self.gathered)
            screen.say(f"report {self.html}")


async def _play(
    screen: Screen, scenarios: "list[Scenario]", where: _Where, keeping: _Keeping
) -> "list[ScenarioResult]":
    from tempfile import TemporaryDirectory

    from rich.console import Console

    from smets.scenarios.progress import JsonProgress, TerminalProgress
    from smets.scenarios.running import Running, run_name

    results = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="smets-parties-")))
        console = Console(stderr=True)
        progress: TerminalProgress | JsonProgress
        if console.is_terminal and not screen.json_output:
            progress = stack.enter_context(TerminalProgress(console))
        else:
            progress = JsonProgress(sys.stderr)
        for scenario in scenarios:
            progress.begin(scenario)
            collector = keeping.collector()
            running = Running(
                watchers=(progress, collector.beliefs) if collector is not None else (progress,),
                harvest=collector.harvest if collector is not None else None,
                record=keeping.record / run_name(scenario),
                only_failures=not keeping.keep_all,
            )
            results.append(await where.played(running, scenario, folder))
            _say(screen, results[-1])
            if collector is not None:
                keeping.gathered.append(collector.gathered(results[-1]))
    return results


def _say(screen: Screen, result: "ScenarioResult") -> None:
    """A scenario that held in few words, one that did not in as many as it takes."""
    from smart_metering.instants import format_instant

    verdict = ("held", "bold green") if result.passed else ("did not hold", "bold red")
    screen.say(
        (result.name, "bold"),
        ": ",
        verdict,
        f" ({counted(len(result.steps), 'step')}, {result.seconds:.2f} s)",
    )
    for step in result.steps:
        mark = ("x", "red") if step.failures else ("+", "green")
        screen.say("  ", mark, f" {format_instant(step.ended)[:19]}  {step.told}")
        if step.note:
            screen.say(f"      {step.note}")
        for failure in step.failures:
            screen.say((f"      line {step.line}", "bold"))
            for row in str(failure).splitlines():
                screen.say(f"      {row}")
    if result.error:
        screen.say(("  stopped: ", "bold red"), result.error)
    if not result.passed:
        screen.say(("  seed     ", "bold"), result.seed)
        screen.say(("  replay   ", "bold"), result.replay_line)


def _say_all(screen: Screen, results: "list[ScenarioResult]") -> None:
    failed = [result.name for result in results if not result.passed]
    text = f"{counted(len(results), 'scenario')}: {len(results) - len(failed)} held"
    screen.say((text, "bold"), f", {len(failed)} did not: {', '.join(failed)}" if failed else "")


def _as_data(result: "ScenarioResult") -> dict[str, object]:
    return {
        "name": result.name,
        "source": result.source,
        "seed": result.seed,
        "rules": result.rules,
        "passed": result.passed,
        "error": result.error,
        "seconds": result.seconds,
        "replay": result.replay_line,
        "steps": result.steps,
    }
