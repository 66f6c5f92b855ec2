"""Off loopback: TLS, and a caller who is known by a token or a certificate."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest
from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]

from dsp.bootstrap import Dsp, DspSettings
from dsp.rules.releases import rules_as_of
from operations.server_process import Operating
from smart_metering.identifiers import Eui
from smart_metering.rpc.access import Access, open_channel
from smart_metering.rpc.listening import CannotListen
from smart_metering.rpc.v1 import (
    accounts_pb2,
    accounts_pb2_grpc,
    clock_pb2,
    operations_pb2,
    operations_pb2_grpc,
)
from smart_metering.rpc.v1 import inventory_administration_pb2 as administration_pb2
from tests.dsp.rpc.loopback import Dcc, HandHeldHost, as_user, running
from tests.dsp.rpc.protected import (
    LOOPBACK,
    Protected,
    development_certificate,
    development_issuer,
    methods,
    protected,
    reachable,
)
from tests.dsp.rpc.test_server import start
from tests.support.dsp_premises import DISTRIBUTOR, START, STRANGER, SUPPLIER
from tests.support.hand_made_device import SEED
from tests.support.tls import NAME, OPERATOR_TOKEN, Authority, own_address

PATIENCE_SECONDS = 20
KNOWN = {"Clock/Now", "InventoryAdministration/ListParties"}
FOR_USERS = ("DccUserInterface", "ReceiveResponse", "SelfServiceInterface")
LOOK_SECONDS = 1  # at a stream that has nothing to tell


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[Protected]:
    async with protected(tmp_path) as doors:
        async with doors.called(token=OPERATOR_TOKEN) as dcc:
            await dcc.load_premises()
        yield doors


async def status_of(
    channel: aio.Channel, method: str, metadata: tuple[tuple[str, str], ...] = ()
) -> grpc.StatusCode:
    """Of a call with one empty message, whatever kind of method it is; OK: the first answer came."""
    seconds = LOOK_SECONDS if method.endswith("/Receive") else PATIENCE_SECONDS
    ask: aio.StreamStreamMultiCallable[bytes, bytes] = channel.stream_stream(method)
    call = ask(iter([b""]), metadata=metadata, timeout=seconds)
    try:
        await call.read()
    except aio.AioRpcError as error:
        return error.code()
    return grpc.StatusCode.OK


# --- where it listens


@pytest.mark.parametrize("host", ["0.0.0.0", "[::]", "example.invalid", "", own_address()])
async def test_without_tls_it_listens_on_loopback_only(tmp_path: Path, host: str) -> None:
    with pytest.raises(
        CannotListen, match=r"not on loopback.*expected --tls-certificate FILE and --tls-key FILE"
    ):
        async with running(tmp_path / "state", listen=f"{host}:0"):
            pass


async def test_without_tls_the_smki_repository_listens_on_loopback_only(tmp_path: Path) -> None:
    with pytest.raises(CannotListen, match=r"0\.0\.0\.0:0: it is not on loopback"):
        async with running(tmp_path / "state", smki_listen="0.0.0.0:0"):
            pass


async def test_the_program_refuses_with_the_same_words(tmp_path: Path) -> None:
    process = await start("--state", str(tmp_path), "--listen", "0.0.0.0:0")
    _, said = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)

    assert process.returncode == 1
    assert b"dsp: cannot listen on 0.0.0.0:0: it is not on loopback" in said


async def test_a_sign_in_without_a_password_is_for_loopback_only(tmp_path: Path) -> None:
    issued = Authority(tmp_path).issue(NAME)
    settings = DspSettings(
        listen=f"{own_address()}:0",
        state=tmp_path / "state",
        seed=SEED,
        rules=rules_as_of(),
        epoch=START,
        development_sign_in=True,
        operating=Operating(tls=issued.tls),
    )

    with pytest.raises(CannotListen, match="--ssi-development-sign-in: it is not on loopback"):
        Dsp(settings)


async def test_a_program_over_tls_serves_those_who_bring_the_token_of_its_file(tmp_path: Path) -> None:
    authority, token = Authority(tmp_path), tmp_path / "token"
    issued = authority.issue(NAME)
    token.write_text(f"{OPERATOR_TOKEN}\n")
    process = await start(
        *("--state", str(tmp_path / "state"), "--listen", f"{own_address()}:0"),
        *("--tls-certificate", str(issued.certificate), "--tls-key", str(issued.key)),
        *("--operator-token-file", str(token)),
    )
    assert process.stdout is not None
    try:
        ready = json.loads(await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS))
        access = Access(ca=authority.file.read_bytes(), name=NAME, token=OPERATOR_TOKEN)
        async with open_channel(reachable(ready["address"]), (), access) as channel:
            told = await operations_pb2_grpc.OperationsStub(channel).Describe(
                operations_pb2.DescribeRequest()
            )
    finally:
        process.terminate()
        await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)

    assert told.server == "DSP"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--tls-certificate", "{certificate}"), "expected --tls-certificate and --tls-key together"),
        (("--tls-client-ca", "{certificate}"), "expected --tls-certificate and --tls-key together"),
        (
            ("--tls-certificate", "{certificate}", "--tls-key", "{other}"),
            "expected a certificate and its key",
        ),
        (("--tls-certificate", "{certificate}", "--tls-key", "nowhere.pem"), "nowhere.pem"),
        (("--tls-certificate", "{certificate}", "--tls-key", "{key}", "--tls-client-ca", "{key}"), "in PEM"),
        (("--operator-token-file", "{short}"), "expected a bearer token of 32 characters"),
        (("--operator-token-file", "nowhere"), "expected a bearer token in ASCII"),
    ],
)
async def test_files_that_do_not_go_together_are_refused_at_once(
    tmp_path: Path, words: tuple[str, ...], why: str
) -> None:
    issued = Authority(tmp_path).issue(NAME)
    elsewhere = tmp_path / "other"
    elsewhere.mkdir()
    files = {
        "certificate": str(issued.certificate),
        "key": str(issued.key),
        "other": str(Authority(elsewhere).issue(NAME).key),
        "short": str(tmp_path / "short"),
    }
    (tmp_path / "short").write_text("secret of few letters")

    process = await start("--state", str(tmp_path / "state"), *(word.format(**files) for word in words))
    _, said = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)

    assert process.returncode == 2
    assert why in said.decode()
    assert "secret" not in said.decode()


# --- who calls


async def test_nobody_unknown_is_let_through_any_door_but_health(doors: Protected) -> None:
    claim = as_user(SUPPLIER)

    async with doors.called() as dcc:
        found = {method: await status_of(dcc.channel, method, claim) for method in methods()}
        reflection = await status_of(
            dcc.channel, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
        )
        health = await health_pb2_grpc.HealthStub(dcc.channel).Check(health_pb2.HealthCheckRequest())

    let_through = {
        method: code for method, code in found.items() if code is not grpc.StatusCode.UNAUTHENTICATED
    }
    assert len(found) > 30
    assert let_through == {}
    assert reflection is grpc.StatusCode.UNAUTHENTICATED
    assert health.status == health_pb2.HealthCheckResponse.SERVING


async def test_a_user_is_let_through_the_doors_of_users_and_no_others(doors: Protected) -> None:
    token = await doors.account("anna", SUPPLIER)

    async with doors.called(token=token) as dcc:
        found = {method: await status_of(dcc.channel, method) for method in methods()}

    not_for_users = {
        method: code
        for method, code in found.items()
        if method.split("/")[1].rpartition(".")[2] not in FOR_USERS
        and method.partition("v1.")[2] not in KNOWN
    }
    assert not_for_users == dict.fromkeys(not_for_users, grpc.StatusCode.PERMISSION_DENIED)
    assert list(found.values()).count(grpc.StatusCode.PERMISSION_DENIED) == len(not_for_users)
    assert grpc.StatusCode.UNAUTHENTICATED not in found.values()


async def test_a_user_with_a_token_sends_and_receives_as_its_party(doors: Protected) -> None:
    token = await doors.account("anna", SUPPLIER)

    async with doors.called(token=token) as dcc:
        host_token = OPERATOR_TOKEN
        async with doors.called(token=host_token) as of_host:
            host = HandHeldHost(of_host)
            await host.attach()
            answer = await dcc.send(dcc.read_version())
            await host.detach()
        refused = await status_of(
            dcc.channel, "/smart_metering.rpc.v1.DccUserInterface/Receive", as_user(DISTRIBUTOR)
        )

    assert answer.response_code == "I99"
    assert refused is grpc.StatusCode.UNAUTHENTICATED


async def test_a_claim_is_refused_over_tls_off_loopback_and_believed_on_loopback(tmp_path: Path) -> None:
    folders = tmp_path / "off", tmp_path / "on"
    found = []

    for folder, host in zip(folders, ("", LOOPBACK), strict=True):
        folder.mkdir()
        async with protected(folder, host=host) as doors:
            async with doors.called(token=OPERATOR_TOKEN) as dcc:
                await dcc.load_premises()
            async with doors.called() as dcc:
                found.append(await error_of(dcc))

    assert found == [(grpc.StatusCode.UNAUTHENTICATED, True), (None, False)]


async def error_of(dcc: Dcc) -> tuple[grpc.StatusCode | None, bool]:
    """Of a look into one's messages by a claim alone; and whether it says that claims count on loopback only."""
    try:
        await dcc.inbox(SUPPLIER)
    except aio.AioRpcError as error:
        return error.code(), "counts on loopback only" in (error.details() or "")
    return None, False


async def test_an_operator_speaks_for_a_party(doors: Protected) -> None:
    async with doors.called(token=OPERATOR_TOKEN) as dcc:
        assert await dcc.inbox(SUPPLIER) == []
        with pytest.raises(aio.AioRpcError, match="operator is of no party"):
            await dcc.users.NonDevice(dcc.read_version(), timeout=PATIENCE_SECONDS)


async def test_hosts_of_the_sm_wan_need_the_token_of_an_operator(doors: Protected) -> None:
    user, operator = (
        await doors.account("anna", SUPPLIER),
        await doors.account("host", None, is_operator=True),
    )

    async with doors.called(token=user) as dcc:
        assert await status_of(dcc.channel, "/smart_metering.rpc.v1.SmWan/Attach") is (
            grpc.StatusCode.PERMISSION_DENIED
        )
    async with doors.called(token=operator) as dcc:
        host = HandHeldHost(dcc)
        attached = await host.attach()
        await host.detach()

    assert not attached.refused


async def test_who_trusts_another_issuer_does_not_get_as_far_as_saying_who_it_is(
    doors: Protected, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    stranger = Protected(doors.dsp, Access(ca=Authority(other).file.read_bytes(), name=NAME))

    async with stranger.called(token=OPERATOR_TOKEN) as dcc:
        assert await status_of(dcc.channel, "/smart_metering.rpc.v1.Clock/Now") is grpc.StatusCode.UNAVAILABLE


async def test_clear_text_gets_no_answer(doors: Protected) -> None:
    async with aio.insecure_channel(reachable(doors.dsp.address)) as channel:
        status = await status_of(
            channel, "/smart_metering.rpc.v1.Clock/Now", (("authorization", "Bearer a"),)
        )

    assert status is grpc.StatusCode.UNAVAILABLE


# --- client certificates


@pytest.mark.parametrize(
    ("party", "status"),
    [(SUPPLIER, grpc.StatusCode.OK), (STRANGER, grpc.StatusCode.UNAUTHENTICATED)],
)
async def test_a_client_certificate_of_the_development_pki_is_its_party(
    tmp_path: Path, party: Eui, status: grpc.StatusCode
) -> None:
    issuer = development_issuer(tmp_path)
    certificate, key = development_certificate(tmp_path, party)

    async with protected(tmp_path, client_ca=issuer) as doors:
        async with doors.called(token=OPERATOR_TOKEN, certificate=certificate, key=key) as dcc:
            await dcc.load_premises()
        async with doors.called(certificate=certificate, key=key) as dcc:
            found = await status_of(dcc.channel, "/smart_metering.rpc.v1.SelfServiceInterface/ListDevices")
            administration = await status_of(dcc.channel, "/smart_metering.rpc.v1.CentralProductsList/List")
            claimed = await status_of(
                dcc.channel, "/smart_metering.rpc.v1.SelfServiceInterface/ListDevices", as_user(DISTRIBUTOR)
            )

    assert found is status
    assert administration is not grpc.StatusCode.OK
    assert claimed is grpc.StatusCode.UNAUTHENTICATED


async def test_where_client_certificates_are_asked_for_nobody_connects_without_one_of_that_issuer(
    tmp_path: Path,
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    stranger = Authority(other).issue("anybody")
    of_another_issuer = stranger.certificate.read_bytes(), stranger.key.read_bytes()

    async with protected(tmp_path, client_ca=development_issuer(tmp_path)) as doors:
        found = []
        for certificate, key in ((None, None), of_another_issuer):
            async with doors.called(token=OPERATOR_TOKEN, certificate=certificate, key=key) as dcc:
                found.append(await status_of(dcc.channel, "/smart_metering.rpc.v1.Clock/Now"))

    assert found == [grpc.StatusCode.UNAVAILABLE] * 2


# --- accounts, from afar


async def test_an_operator_gives_others_their_accounts(doors: Protected) -> None:
    async with doors.called(token=OPERATOR_TOKEN) as dcc:
        accounts = accounts_pb2_grpc.AccountsStub(dcc.channel)
        added = await accounts.AddAccount(
            accounts_pb2.NewAccount(name="anna", party=SUPPLIER, password="a password of the tests")
        )
        issued = await accounts.IssueToken(accounts_pb2.IssueTokenRequest(name="anna"))
        listed = await accounts.ListAccounts(accounts_pb2.ListAccountsRequest())
        async with doors.called(token=issued.token) as of_anna:
            parties = await of_anna.administration.ListParties(administration_pb2.ListPartiesRequest())
            now = await of_anna.clock.Now(clock_pb2.NowRequest())
        await accounts.RemoveAccount(accounts_pb2.RemoveAccountRequest(name="anna"))
        async with doors.called(token=issued.token) as of_anna:
            removed = await status_of(of_anna.channel, "/smart_metering.rpc.v1.Clock/Now")

    assert (added.name, added.party, added.is_operator, added.has_token) == ("anna", SUPPLIER, False, False)
    assert [(it.name, it.has_token) for it in listed.accounts] == [("anna", True)]
    assert SUPPLIER in [it.eui for it in parties.parties]
    assert now.now == START
    assert removed is grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize(
    ("account", "status"),
    [
        (accounts_pb2.NewAccount(name="A", party=SUPPLIER, password="a long password"), "INVALID_ARGUMENT"),
        (accounts_pb2.NewAccount(name="a", party=STRANGER, password="a long password"), "INVALID_ARGUMENT"),
        (accounts_pb2.NewAccount(name="a", party="nobody", password="a long password"), "INVALID_ARGUMENT"),
        (accounts_pb2.NewAccount(name="a", party=SUPPLIER, password="short"), "INVALID_ARGUMENT"),
        (accounts_pb2.NewAccount(name="a", password="a long password"), "INVALID_ARGUMENT"),
    ],
)
async def test_an_account_that_cannot_be_is_refused(
    dcc: Dcc, account: accounts_pb2.NewAccount, status: str
) -> None:
    stub = accounts_pb2_grpc.AccountsStub(dcc.channel)

    with pytest.raises(aio.AioRpcError) as refused:
        await stub.AddAccount(account, timeout=PATIENCE_SECONDS)
    with pytest.raises(aio.AioRpcError) as unknown:
        await stub.RemoveAccount(accounts_pb2.RemoveAccountRequest(name="nobody"), timeout=PATIENCE_SECONDS)

    assert refused.value.code().name == status
    assert unknown.value.code() is grpc.StatusCode.NOT_FOUND
