"""A whole DSP: its sessions and tokens outlive it, and no secret is in what it keeps or logs."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
from grpc import aio

from dsp.identity.sessions import SignInRefused
from smart_metering.rpc.access import Access, open_channel
from smart_metering.rpc.v1 import accounts_pb2, accounts_pb2_grpc
from tests.dsp.rpc.loopback import running
from tests.dsp.rpc.protected import reachable
from tests.dsp.rpc.test_server import start
from tests.support.tls import NAME, OPERATOR_TOKEN, Authority, own_address

PASSWORD = "canary: a password"
WRONG = "canary: another password"
PATIENCE_SECONDS = 20


async def test_who_is_signed_in_stays_so_over_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path / "state") as dcc:
        identity = dcc.dsp.identity
        await identity.accounts.add("anna", PASSWORD, None, is_operator=True)
        cookie = (await identity.sign_in("anna", PASSWORD, "127.0.0.1")).cookie
        token = await identity.accounts.issue_token("anna")

    async with running(tmp_path / "state") as dcc:
        session = dcc.dsp.identity.session(cookie)
        account = dcc.dsp.identity.accounts.of_token(token)

    assert session is not None
    assert session.caller.name == "anna"
    assert account is not None


@dataclass
class Program:
    """A DSP as its own process, over TLS, that logs all it can."""

    address: str
    access: Access

    @asynccontextmanager
    async def accounts(self) -> AsyncIterator["accounts_pb2_grpc.AccountsAsyncStub"]:
        async with open_channel(reachable(self.address), (), self.access) as channel:
            yield accounts_pb2_grpc.AccountsStub(channel)


async def test_no_secret_is_in_the_state_folder_or_in_the_log(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    issued, token_file, state = authority.issue(NAME), tmp_path / "token", tmp_path / "state"
    token_file.write_text(OPERATOR_TOKEN)
    process = await start(
        *("--state", str(state), "--listen", f"{own_address()}:0", "--log-level", "debug"),
        *("--tls-certificate", str(issued.certificate), "--tls-key", str(issued.key)),
        *("--operator-token-file", str(token_file)),
    )
    assert process.stdout is not None
    ready = json.loads(await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS))
    program = Program(
        ready["address"], Access(ca=authority.file.read_bytes(), name=NAME, token=OPERATOR_TOKEN)
    )

    async with program.accounts() as accounts:
        await accounts.AddAccount(
            accounts_pb2.NewAccount(name="anna", is_operator=True, password=PASSWORD), timeout=10
        )
        issued_token = (
            await accounts.IssueToken(accounts_pb2.IssueTokenRequest(name="anna"), timeout=10)
        ).token
        refusals = [
            await code_of(accounts, accounts_pb2.NewAccount(name="anna", is_operator=True, password=WRONG)),
            await code_of(accounts, accounts_pb2.NewAccount(name="ben", party="x", password=WRONG)),
        ]
    program.access = Access(ca=program.access.ca, name=NAME, token="canary-token-that-is-none")
    async with program.accounts() as accounts:
        refusals.append(await code_of(accounts, accounts_pb2.NewAccount(name="ben", password=WRONG)))
    process.kill()  # what a clean end would tidy away is looked through as well
    _, said = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)

    invalid = grpc.StatusCode.INVALID_ARGUMENT
    kept = contents(state)
    assert refusals == [invalid, invalid, grpc.StatusCode.UNAUTHENTICATED]
    assert any(b"anna" in octets for octets in kept)
    assert b"call refused" in said
    secrets = (PASSWORD, WRONG, issued_token, OPERATOR_TOKEN, "canary-token-that-is-none")
    assert [it for it in secrets for octets in (*kept, said) if it.encode() in octets] == []
    assert b"anna" not in b"".join(file.read_bytes() for file in state.glob("dsp.sqlite3*"))


async def code_of(
    accounts: "accounts_pb2_grpc.AccountsAsyncStub", account: accounts_pb2.NewAccount
) -> grpc.StatusCode | None:
    try:
        await accounts.AddAccount(account, timeout=10)
    except aio.AioRpcError as error:
        return error.code()
    return None


def contents(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in folder.rglob("*") if file.is_file()]


async def test_a_dsp_that_was_not_asked_to_lets_nobody_in_without_a_password(tmp_path: Path) -> None:
    async with running(tmp_path / "state") as dcc:
        try:
            await dcc.dsp.identity.develop_sign_in(None)
        except SignInRefused:
            return
    raise AssertionError("it did")
