"""`smets duis`: requests in DUIS XML signed, sent and validated as by DCC's tool; where the DSP pushes answers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smets.cli.duis_exits import EPILOG, DuisExit, run_like_dccs_tool
from smets.cli.options import DEFAULT_STATE, Json, State, user_option
from smets.cli.running import run
from smets.cli.screen import Screen

if TYPE_CHECKING:
    from smets.duis.signing import SigningTool

File = Annotated[
    str, typer.Argument(metavar="FILE", help="A file of DUIS XML; '-' is stdin.", show_default=False)
]
KeepCounter = Annotated[
    bool,
    typer.Option(
        "--keep-counter",
        "--preserveCounter",
        envvar="SMETS_KEEP_COUNTER",
        help="Leave the counter of the RequestID; else it becomes the present time in milliseconds.",
    ),
]
Schemas = Annotated[
    Path | None,
    typer.Option(
        "--schemas",
        envvar="SMETS_SCHEMAS",
        metavar="FOLDER",
        help="Hold requests and answers against the schemas of DUIS in this folder too.",
        show_default=False,
    ),
]
Unchecked = Annotated[
    bool,
    typer.Option(
        "--unchecked",
        envvar="SMETS_UNCHECKED",
        help="Sign what is not what DUIS says, too: to see how it is answered.",
    ),
]
EachUser = Annotated[str, user_option("every party that is loaded")]

app = typer.Typer(
    help="DUIS XML over HTTP: sign, send and validate like DCC's signing tool; say where answers are pushed.",
    epilog=EPILOG,
    no_args_is_help=True,
)


@app.command(epilog=EPILOG)
def send(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE", help="Requests in DUIS XML, signed or not; '-' is stdin.", show_default=False
        ),
    ],
    url: Annotated[
        str,
        typer.Option(
            "--url",
            envvar="SMETS_URL",
            metavar="http://HOST:PORT",
            help="Where to send; default: the system that runs with the state folder (smets up --duis).",
            show_default=False,
        ),
    ] = "",
    keep_counter: KeepCounter = False,
    unchecked: Unchecked = False,
    sign_pre_command: Annotated[
        bool,
        typer.Option(
            "--sign-pre-command",
            envvar="SMETS_SIGN_PRE_COMMAND",
            help="Check and sign the Pre-Command that answers Command Variant 4, and send it on, in 5, under the same "
            "RequestID. Not without being asked: a file of Command Variant 4 reaches no Device.",
        ),
    ] = False,
    wait: Annotated[
        float,
        typer.Option(
            "--wait",
            envvar="SMETS_WAIT",
            min=0,
            help="Seconds to wait for the Service Response, which comes by the User's stream of a local system.",
        ),
    ] = 0.0,
    advance: Annotated[
        str,
        typer.Option(
            "--advance",
            envvar="SMETS_ADVANCE",
            help="Stepped time: advance the clock up to this long for the Service Response.",
        ),
    ] = "",
    schemas: Schemas = None,
    xml: Annotated[
        bool, typer.Option("--xml", envvar="SMETS_XML", help="Print the answers as they came, nothing else.")
    ] = False,
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """Sign requests with the keys of their originators, send each to its service, and tell what came back.

    Files are sent in order; one that fails keeps none behind it from being sent.
    """

    async def work(screen: Screen) -> DuisExit:
        from smets.cli.duis_sending import Way, as_row, door_of, send_file, tell, write_raw
        from smets.duis.client import DuisClient
        from smets.duis.door import Door
        from smets.durations import parse_duration
        from smets.local_system.connection import read_connection

        waiting = bool(wait or advance)
        way = Way(
            keep_counter=keep_counter,
            unchecked=unchecked,
            sign_pre_command=sign_pre_command,
            connection=read_connection(state) if waiting else None,
            wait=wait,
            advance_ms=parse_duration(advance) if advance else 0,
        )
        rows, code = [], DuisExit.SUCCESS
        tool = _tool(state, schemas)
        async with Door(url) if url else door_of(way.connection or read_connection(state)) as door:
            for name in files:
                sent = await send_file(DuisClient(door, tool), name, way)
                code = max(code, sent.code)
                if json_output:
                    rows.append(as_row(sent))
                elif xml:
                    write_raw(sent)
                else:
                    tell(screen, sent, with_name=len(files) > 1)
                if sent.error and not json_output:
                    screen.error(f"{name}: {sent.error}", sent.code)
        screen.data({"exit": code.value, "files": rows})
        return code

    run_like_dccs_tool(work, json_output=json_output)


@app.command(epilog=EPILOG)
def sign(
    file: File,
    keep_counter: KeepCounter = False,
    unchecked: Unchecked = False,
    schemas: Schemas = None,
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """Print a request with the signature of its originator, ready to be sent; no system need run."""

    async def work(screen: Screen) -> DuisExit:
        from smets.cli.duis_sending import read_octets
        from smets.duis.documents import read_document

        document = read_document(read_octets(file))
        signed = _tool(state, schemas).sign(document, keep_counter=keep_counter, unchecked=unchecked)
        screen.data({"request_id": signed.document.request_id, "xml": signed.octets.decode()})
        if not json_output:
            typer.echo(signed.octets)
        return DuisExit.SUCCESS

    run_like_dccs_tool(work, json_output=json_output, about=file)


@app.command(epilog=EPILOG)
def validate(
    file: File, schemas: Schemas = None, state: State = DEFAULT_STATE, json_output: Json = False
) -> None:
    """Verify the signature of a request or an answer, and print it without; no system need run.

    A Response may be without one, as DCC's tool has it; stderr says who signed.
    """

    async def work(screen: Screen) -> DuisExit:
        from smets.cli.duis_sending import read_octets

        validated = _tool(state, schemas).validate(read_octets(file))
        screen.data({"signed_by": validated.signed_by, "xml": validated.octets.decode()})
        if not json_output:
            by = f"signed by {validated.signed_by}, verified" if validated.signed_by else "not signed"
            typer.echo(f"smets: {by}", err=True)
            typer.echo(validated.octets)
        return DuisExit.SUCCESS

    run_like_dccs_tool(work, json_output=json_output, about=file)


@app.command()
def address(
    url: Annotated[
        str,
        typer.Argument(metavar="[URL]", help="http://HOST:PORT/PATH, or https.", show_default=False),
    ] = "",
    none: Annotated[
        bool, typer.Option("--none", envvar="SMETS_NONE", help="Push nothing any more, in place of a URL.")
    ] = False,
    from_now: Annotated[
        bool,
        typer.Option("--from-now", envvar="SMETS_FROM_NOW", help="Pass over what was not pushed until now."),
    ] = False,
    user: EachUser = "",
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """Say where the DSP pushes Service Responses and alerts: the Receive Response Service of a User, or of all."""

    async def work(screen: Screen) -> None:
        from smets.cli.duis_pushing import receivers, tell_states
        from smets.cli.exits import Misuse

        if bool(url) == none:
            raise Misuse("expected a URL, or --none")
        async with receivers(state, user) as found:
            rows = [(row, await row.push.set_address(url, from_now=from_now)) for row in found]
        tell_states(screen, rows)

    run(work, json_output=json_output)


@app.command("state")
def state_(user: EachUser = "", state: State = DEFAULT_STATE, json_output: Json = False) -> None:
    """Where messages are pushed, how far that has come, and why it failed last."""

    async def work(screen: Screen) -> None:
        from smets.cli.duis_pushing import receivers, tell_states

        async with receivers(state, user) as found:
            rows = [(row, await row.push.state()) for row in found]
        tell_states(screen, rows)

    run(work, json_output=json_output)


@app.command()
def parked(
    user: EachUser = "",
    xml: Annotated[bool, typer.Option("--xml", envvar="SMETS_XML", help="With their XML.")] = False,
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """What could not be pushed, and will not be: refused by the client, too large, or too old; and why."""

    async def work(screen: Screen) -> None:
        from smets.cli.duis_pushing import receivers, tell_parked

        async with receivers(state, user) as found:
            rows = [(row, message) for row in found async for message in row.push.parked()]
        tell_parked(screen, rows, with_xml=xml)

    run(work, json_output=json_output)


def _tool(state: Path, schemas: Path | None) -> "SigningTool":
    from smart_metering.duis_xml.validating import Schema
    from smets.cli.duis_sending import counters_in
    from smets.duis.keys import KeyRing
    from smets.duis.signing import SigningTool

    schema = Schema.from_folder(schemas) if schemas is not None else None
    return SigningTool(KeyRing(state), counters_in(state), schema)
