"""`smets doctor`: looks at everything that has to be right, and says what to do where it is not."""

from typing import TYPE_CHECKING

from smets.cli.options import DEFAULT_STATE, Json, State
from smets.cli.running import run
from smets.cli.screen import Screen
from smets.cli.up import ANY_PORT, DspListen, EmulatorListen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from smets.doctor.finding import Finding
    from smets.local_system.connection import SystemConnection

STYLES = {"ok": "green", "note": "dim", "warning": "yellow", "failed": "red"}


def doctor(
    state: State = DEFAULT_STATE,
    dsp_listen: DspListen = ANY_PORT,
    emulator_listen: EmulatorListen = ANY_PORT,
    json_output: Json = False,
) -> None:
    """Check Python, packages, ports, the state folder and its ledgers, and the servers, if they run.

    Each line is ok, a warning, failed, or a note; what is not ok says what to do. Exit code 0: nothing failed; 1:
    something did.
    """

    async def work(screen: Screen) -> None:
        from smets.cli.exits import Ended, Exit
        from smets.doctor.finding import Verdict
        from smets.doctor.folder import look_at_folder
        from smets.doctor.machine import look_at_machine, look_at_port

        found: list[Finding] = []

        def tell(findings: "Iterable[Finding]") -> None:
            for finding in findings:
                found.append(finding)
                _say(screen, finding)

        connection = _connection(state)
        tell(look_at_machine())
        tell(look_at_folder(state, runs=connection is not None))
        if connection is None:
            tell([look_at_port("DSP port", dsp_listen), look_at_port("emulator port", emulator_listen)])
        tell(await _servers(connection))
        count = {verdict: sum(it.verdict is verdict for it in found) for verdict in Verdict}
        screen.data({"findings": found, "counts": count})
        screen.say(
            f"{count[Verdict.FAILED]} failed, {count[Verdict.WARNING]} warnings, {count[Verdict.OK]} ok"
        )
        if count[Verdict.FAILED]:
            raise Ended(Exit.FAILED)

    run(work, json_output=json_output)


def _connection(state: State) -> "SystemConnection | None":
    """Of a system whose processes run, or are of somewhere else; None: nothing runs with this state folder."""
    from smets.local_system.connection import NoConnection, read_connection

    try:
        return read_connection(state)
    except NoConnection:
        return None


async def _servers(connection: "SystemConnection | None") -> "Iterable[Finding]":
    from smets.doctor.finding import note
    from smets.doctor.servers import look_at_servers
    from smets.local_system.sight import see

    if connection is None:
        return [note("servers", "no system runs with this state folder; start one by smets up")]
    return look_at_servers(await see(connection))


def _say(screen: Screen, finding: "Finding") -> None:
    screen.say(
        (f"{finding.verdict:8}", STYLES[finding.verdict]), (f"{finding.check:18}", "bold"), finding.found
    )
    if finding.remedy:
        screen.say(f"{'':26}to do: {finding.remedy}")
