"""`smets user`, over a system that listens beyond loopback; and what its tokens open there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from smart_metering.identifiers import Eui
from smets.client.errors import NotRunning, UnknownCaller
from smets.local_system.system import connect
from tests.smets.cli.command_line import CommandLine, field, rows_of, running
from tests.support.tls import NAME, Authority, own_address

FLEET = "fleets: [{count: 1}]"
METER = Eui("00-DB-12-34-00-00-00-02")
PASSWORD = "a password of the tests"
SUPPLIER, NETWORK_OPERATOR = "90-B3-D5-1F-30-01-00-00", "90-B3-D5-1F-30-02-00-00"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def smets(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """A system over TLS on the machine's own address, for which its certificate is not."""
    issued, anywhere = authority.issue(NAME), f"{own_address()}:0"
    options = ("--dsp-listen", anywhere, "--emulator-listen", anywhere, "--metrics")
    tls = ("--tls-certificate", str(issued.certificate), "--tls-key", str(issued.key))
    with running(tmp_path_factory.mktemp("system"), FLEET, 1, *options, *tls) as line:
        yield line


def add(smets: CommandLine, name: str, *options: str) -> str:
    """An account; its token."""
    smets.run("user", "add", name, *options, "--password-stdin", stdin=f"{PASSWORD}\n")
    token = field(smets.ask("user", "token", name), "token")
    assert isinstance(token, str)
    return token


def test_the_commands_of_the_system_s_owner_need_nothing_more_than_its_state_folder(
    smets: CommandLine,
) -> None:
    assert "the emulator follows" in smets.run("status")
    assert f"metrics https://{own_address()}" in smets.run("status")
    doctor = smets.ask("doctor")
    found = {it["check"]: it["verdict"] for it in rows_of({"rows": doctor["findings"]})}
    sent = smets.run("send", "11.2", METER)

    assert (found["DSP metrics"], found["emulator metrics"], found["secrets"]) == ("ok", "ok", "ok")
    assert "I0 success" in sent


def test_an_account_is_added_listed_and_removed(smets: CommandLine) -> None:
    added = smets.run(
        "user", "add", "carl", "--user", "supplier", "--operator", "--password-stdin", stdin=f"{PASSWORD}\n"
    )
    listed = [row for row in rows_of(smets.ask("user", "list")) if row["name"] == "carl"]
    smets.run("user", "remove", "carl")
    left = [row["name"] for row in rows_of(smets.ask("user", "list"))]

    assert added == f"account carl added: for {SUPPLIER} and as an operator\n"
    assert [(row["party"], row["is_operator"]) for row in listed] == [(SUPPLIER, True)]
    assert "carl" not in left


@pytest.mark.parametrize(
    ("words", "stdin", "exit_code", "why"),
    [
        (("add", "x", "--user", "supplier", "--password-stdin"), "short\n", 1, "expected 12 to 1000"),
        (("add", "X", "--user", "supplier", "--password-stdin"), PASSWORD, 1, "expected up to 64 of a-z"),
        (("add", "x", "--password-stdin"), PASSWORD, 1, "expected a party, or an operator"),
        (("add", "x", "--user", "nobody", "--password-stdin"), PASSWORD, 1, "nobody"),
        (("add", "x", "--user", "supplier"), PASSWORD, 2, "expected --password-stdin"),
        (("remove", "nobody"), "", 1, "there is none of this name"),
        (("token", "nobody"), "", 1, "there is none of this name"),
    ],
)
def test_what_cannot_be_is_said_plainly(
    smets: CommandLine, words: tuple[str, ...], stdin: str, exit_code: int, why: str
) -> None:
    said = smets.run("user", *words, stdin=stdin, exit_code=exit_code)

    assert why in said
    assert PASSWORD not in said


def test_a_token_of_a_party_opens_what_is_the_party_s(smets: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(add(smets, "anna", "--user", "supplier"))
    as_anna = {"SMETS_TOKEN_FILE": str(file)}

    own = smets.run("alerts", "--user", "supplier", variables=as_anna)
    others = smets.run("alerts", "--user", "network operator", exit_code=1, variables=as_anna)
    operators = smets.run("cpl", "list", exit_code=1, variables=as_anna)

    assert own == "nothing\n"
    assert f"anna speaks for {SUPPLIER} only" in others
    assert "anna is no operator" in operators


def test_a_token_of_an_operator_operates_from_afar(smets: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(add(smets, "olga", "--operator"))

    as_olga = {"SMETS_TOKEN_FILE": str(file)}

    assert "ESME" in smets.run("cpl", "list", variables=as_olga)
    assert "nothing" in smets.run("alerts", "--user", "network operator", variables=as_olga)


@pytest.mark.parametrize(
    ("variables", "why"),
    [
        ({"SMETS_TOKEN_FILE": "nowhere"}, "nowhere: expected a bearer token"),
        ({"SMETS_CA": "nowhere.pem"}, "nowhere.pem"),
        ({"SMETS_CERTIFICATE": "some.pem"}, "expected a client certificate and its key together"),
    ],
)
def test_what_the_environment_says_wrongly_is_misuse(
    smets: CommandLine, variables: dict[str, str], why: str
) -> None:
    assert why in smets.run("cpl", "list", exit_code=2, variables=variables)


@pytest.fixture
def token_of_dora(smets: CommandLine) -> str:
    return add(smets, "dora", "--user", "supplier")


async def test_the_client_connects_as_whoever_s_token_it_is_given(
    smets: CommandLine, token_of_dora: str
) -> None:
    async with connect(smets.state, token=token_of_dora) as system:
        read = await system.user("supplier").self_service.read_device(METER)
        with pytest.raises(UnknownCaller, match="dora speaks for"):
            await system.user("network operator").self_service.read_device(METER)
        with pytest.raises(UnknownCaller, match="dora is no operator"):
            await system.administration.cpl_entries()
        with pytest.raises(UnknownCaller, match="token of the operator"):
            await system.emulator.faults()

    assert read.device.device_id == METER


async def test_the_client_trusts_whom_it_is_told_to(smets: CommandLine, authority: Authority) -> None:
    """The certificate is of this authority, but for another name than the address."""
    with pytest.raises(NotRunning, match="nobody answers"):
        async with connect(smets.state, ca=authority.file):
            pass
    with pytest.raises(UnknownCaller, match="no account has this token"):
        async with connect(smets.state, token="another-token"):
            pass


def test_the_operator_s_token_is_for_the_owner_of_the_state_folder_alone(smets: CommandLine) -> None:
    token = smets.state / "operator-token"
    connection = (smets.state / "connection.json").read_text()

    assert token.stat().st_mode & 0o077 == 0
    assert token.read_text().strip() not in connection
