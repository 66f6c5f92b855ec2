"""`smets user`: who may sign in at the DSP's web page, or call it with a bearer token."""

import sys
from typing import Annotated

import typer

from smets.cli.options import DEFAULT_STATE, Json, State
from smets.cli.running import run
from smets.cli.screen import Screen

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="Up to 64 of a-z, 0-9 and . _ @ -, a letter or digit first.", show_default=False
    ),
]

app = typer.Typer(help="Accounts: who may sign in, or call with a token.", no_args_is_help=True)


@app.command()
def add(
    name: Name,
    user: Annotated[
        str,
        typer.Option(
            "--user",
            envvar="SMETS_USER",
            help="The party that it acts for: its name, its EUI or a part of it.",
            show_default=False,
        ),
    ] = "",
    operator: Annotated[
        bool,
        typer.Option("--operator", envvar="SMETS_OPERATOR", help="It may operate the system, too or only."),
    ] = False,
    password_stdin: Annotated[
        bool,
        typer.Option(
            "--password-stdin",
            envvar="SMETS_PASSWORD_STDIN",
            help="Read the password from the first line of standard input instead of asking for it.",
        ),
    ] = False,
    state: State = DEFAULT_STATE,
    json_output: Json = False,
) -> None:
    """Add an account for a party, an operator, or both. The password is asked for: 12 characters at least."""

    async def work(screen: Screen) -> None:
        from smets.client.accounts import Accounts
        from smets.client.administration import Administration
        from smets.client.connection import Connection
        from smets.client.parties import party_called
        from smets.local_system.connection import read_connection

        async with Connection(read_connection(state).at_dsp) as connection:
            party = None
            if user:
                parties = await Administration(connection.lent()).parties()
                party = party_called(parties, user).eui
            password = _password(from_stdin=password_stdin)
            account = await Accounts(connection).add(name, password, party, is_operator=operator)
        screen.data(account)
        screen.say(f"account {account.name} added: {_what(account.party, is_operator=account.is_operator)}")

    run(work, json_output=json_output)


@app.command("list")
def list_accounts(state: State = DEFAULT_STATE, json_output: Json = False) -> None:
    """All accounts."""

    async def work(screen: Screen) -> None:
        from smart_metering.instants import format_instant
        from smets.client.accounts import Accounts
        from smets.client.connection import Connection
        from smets.local_system.connection import read_connection

        async with Connection(read_connection(state).at_dsp) as connection:
            accounts = await Accounts(connection).all()
        screen.data(accounts)
        screen.table(
            ("account", "party", "operator", "token", "added at"),
            (
                (
                    account.name,
                    account.party or "-",
                    "yes" if account.is_operator else "no",
                    "yes" if account.has_token else "no",
                    format_instant(account.added_at),
                )
                for account in accounts
            ),
            empty="there is no account",
        )

    run(work, json_output=json_output)


@app.command()
def remove(name: Name, state: State = DEFAULT_STATE, json_output: Json = False) -> None:
    """Remove an account; its sessions and its token end with it."""

    async def work(screen: Screen) -> None:
        from smets.client.accounts import Accounts
        from smets.client.connection import Connection
        from smets.local_system.connection import read_connection

        async with Connection(read_connection(state).at_dsp) as connection:
            await Accounts(connection).remove(name)
        screen.data({"removed": name})
        screen.say(f"account {name} removed")

    run(work, json_output=json_output)


@app.command()
def token(name: Name, state: State = DEFAULT_STATE, json_output: Json = False) -> None:
    """Print a new bearer token of an account: this once. The former one ends."""

    async def work(screen: Screen) -> None:
        from smets.client.accounts import Accounts
        from smets.client.connection import Connection
        from smets.local_system.connection import read_connection

        async with Connection(read_connection(state).at_dsp) as connection:
            issued = await Accounts(connection).issue_token(name)
        screen.data({"account": name, "token": issued})
        screen.say(issued)

    run(work, json_output=json_output)


def _password(*, from_stdin: bool) -> str:
    """Asked for twice on a terminal. Raises Misuse."""
    from getpass import getpass

    from smets.cli.exits import Misuse

    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Misuse("there is no terminal to ask for the password: expected --password-stdin")
    password = getpass("Password: ")
    if getpass("The same again: ") != password:
        raise Misuse("these are two passwords: expected the same one twice")
    return password


def _what(party: str | None, *, is_operator: bool) -> str:
    return " and ".join([*([f"for {party}"] if party else []), *(["as an operator"] if is_operator else [])])
