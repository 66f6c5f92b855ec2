"""`smets duis` against a system that `smets up --duis-listen` runs: what it says, and the exit codes of DCC's tool."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from smart_metering.duis_xml.reading import read_tree
from smart_metering.identifiers import Eui
from smart_metering.user_roles import UserRole
from smets.cli.__main__ import application
from smets.cli.duis_exits import MEANINGS, DuisExit
from smets.local_system.state_folder import Organisation, StateFolder
from tests.smets.cli.command_line import CommandLine, field, rows_of, running
from tests.support.duis_files import METER, activate_firmware_file, read_version_file

FLEET = "fleets: [{count: 1}]\n"
SUPPLIER = "90-B3-D5-1F-30-01-00-00"
DSP = "90-B3-D5-1F-30-00-00-02"
ROOT = Path(__file__).parents[3]
GONE = "http://127.0.0.1:1"


@pytest.fixture(scope="module")
def smets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    options = ("--duis-listen", "127.0.0.1:0", "--duis-response-delay", "0")
    with running(tmp_path_factory.mktemp("system"), FLEET, 1, *options) as line:
        yield line


def file_of(smets: CommandLine, name: str, text: str) -> str:
    path = smets.folder / name
    path.write_text(text)
    return str(path)


@pytest.fixture
def version(smets: CommandLine) -> str:
    return file_of(smets, "version.xml", read_version_file())


@pytest.fixture
def activate(smets: CommandLine) -> str:
    return file_of(smets, "activate.xml", activate_firmware_file())


def invoke(state: Path, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
    """Exit code, stdout and stderr."""
    done = CliRunner().invoke(
        application(), arguments, prog_name="smets", env={"SMETS_STATE": str(state)}, input=stdin
    )
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


# --- send


def test_a_request_is_sent_and_all_that_came_back_is_told(smets: CommandLine, version: str) -> None:
    said = smets.run("duis", "send", version, "--wait", "10")

    assert re.search(
        rf"request   {SUPPLIER}:{METER}:\d{{13}}  11\.2 in Command Variant 1, to Send Comm", said
    )
    assert "I99 accepted for sending to the Device" in said
    assert f"XML       signed by {DSP}, verified" in said
    assert "\n        <sr:ResponseCode>I99</sr:ResponseCode>\n" in said
    assert "I0 success  firmware 00000001" in said
    assert f"MAC of {METER} for {SUPPLIER} verified" in said


def test_without_a_word_a_pre_command_is_shown_and_sent_nowhere(smets: CommandLine, activate: str) -> None:
    said = smets.run("duis", "send", activate)

    assert "a Pre-Command of 78 octets" in said
    assert f"GBCS      Command 0012 CS06 of 11.3, {SUPPLIER} to {METER}, counter " in said
    assert "--sign-pre-command signs the Pre-Command and sends it on" in said
    assert "Command Variant 5" not in said


def test_a_pre_command_is_signed_and_sent_on_if_asked(smets: CommandLine, activate: str) -> None:
    answer = smets.ask("duis", "send", activate, "--sign-pre-command", "--advance", "1m")

    (sent,) = rows_of({"rows": answer["files"]})
    first, second = rows_of({"rows": sent["exchanges"]})
    assert (field(first, "command_variant"), field(second, "command_variant")) == (4, 5)
    assert field(first, "request_id") == field(second, "request_id")
    assert field(second, "answer", "response_code") == "I99"
    assert field(sent, "outcome", "text") == "noImageHeld, firmware 00000001"
    assert field(sent, "verified", "holds") is True


def test_the_gateway_of_stdin_and_raw_answers_fit_dccs_pipes(smets: CommandLine) -> None:
    code, said, error = invoke(smets.state, "duis", "send", "-", "--xml", stdin=read_version_file())

    assert (code, error) == (DuisExit.SUCCESS, "")
    assert said.startswith('<?xml version="1.0" encoding="UTF-8"?><sr:Response ')
    assert read_tree(said.strip().encode()) is not None


def test_a_counter_that_is_kept_is_used_once(smets: CommandLine) -> None:
    file = file_of(smets, "kept.xml", read_version_file(counter=77))

    first = smets.run("duis", "send", file, "--keep-counter")
    code, second, _ = invoke(smets.state, "duis", "send", file, "--preserveCounter")

    assert f"{SUPPLIER}:{METER}:77  " in first
    assert (code, "E40" in second) == (DuisExit.EXCHANGE, True)


def test_requests_of_the_other_commands_count_on(smets: CommandLine, version: str) -> None:
    sent = smets.ask("duis", "send", version)

    later = smets.ask("send", "11.2", METER)

    (row,) = rows_of({"rows": sent["files"]})
    (exchange,) = rows_of({"rows": row["exchanges"]})
    counter = field(exchange, "request_id", "counter")
    assert isinstance(counter, int)
    assert str(later["request_id"]) == f"{SUPPLIER}:{METER}:{counter + 1}"
    assert field(later, "response", "response_code") == "I0"


def test_every_file_is_sent_and_the_worst_counts(smets: CommandLine, version: str) -> None:
    wrong = file_of(smets, "wrong.xml", read_version_file(body="<sr:Nothing/>"))
    stranger = file_of(smets, "stranger.xml", read_version_file(originator="90-B3-D5-1F-30-09-00-00"))
    nowhere = str(smets.folder / "nowhere.xml")

    code, said, error = invoke(smets.state, "duis", "send", wrong, stranger, nowhere, version)
    _, as_json, _ = invoke(smets.state, "duis", "send", wrong, stranger, nowhere, version, "--json")

    assert code == DuisExit.NOT_VALID
    assert said.count("I99 accepted") == 1
    assert f"smets: {wrong}: Body: Nothing, expected one of" in error
    assert f"smets: {stranger}: no key to sign with as 90-B3-D5-1F-30-09-00-00" in error
    assert f"smets: {nowhere}: cannot be read: No such file or directory" in error
    answer = json.loads(as_json)
    assert answer["exit"] == 10
    assert [row["exit"] for row in answer["files"]] == [10, 3, 2, 0]
    assert [row["file"] for row in answer["files"]] == [wrong, stranger, nowhere, version]


def test_what_is_unchecked_is_answered_by_the_dsp(smets: CommandLine) -> None:
    wrong = file_of(smets, "wrong.xml", read_version_file(body="<sr:Nothing/>"))

    code, said, _ = invoke(smets.state, "duis", "send", wrong, "--unchecked")

    assert (code, "E100" in said) == (DuisExit.EXCHANGE, True)


def test_the_schemas_are_asked_where_they_are(smets: CommandLine, version: str, reference_data: Path) -> None:
    schemas = str(reference_data / "xsd")
    wrong = file_of(smets, "wrong.xml", read_version_file().replace("ce>11.2", "ce>11.9"))

    assert "I99" in smets.run("duis", "send", version, "--schemas", schemas)
    code, _, error = invoke(smets.state, "duis", "send", wrong, "--schemas", schemas)
    assert (code, "schema of DUIS" in error) == (DuisExit.NOT_VALID, True)
    code, _, error = invoke(smets.state, "duis", "send", version, "--schemas", str(smets.folder))
    assert (code, "expected one schema" in error) == (DuisExit.EXCHANGE, True)


def test_a_response_that_does_not_come_in_time_is_said(smets: CommandLine, activate: str) -> None:
    smets.run("hub", "off", "00-DB-12-34-00-00-00-00")
    try:
        code, said, error = invoke(smets.state, "duis", "send", activate, "--sign-pre-command", "--wait", "1")
    finally:
        smets.run("hub", "on", "00-DB-12-34-00-00-00-00")

    assert code == DuisExit.EXCHANGE
    assert "I99 accepted" in said
    assert "no Service Response came in time" in error


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        (("--url", GONE), DuisExit.EXCHANGE, f"{GONE}/api/v1/serviceS: no answer: "),
        (("--url", "ftp://127.0.0.1"), DuisExit.EXCHANGE, "expected http://HOST:PORT"),
        (("--advance", "a while"), DuisExit.EXCHANGE, "'a while'"),
        (("--wait", "-1"), DuisExit.EXCHANGE, "--wait"),
    ],
)
def test_what_cannot_be_sent_ends_with_its_code(
    smets: CommandLine, version: str, arguments: tuple[str, ...], code: DuisExit, what: str
) -> None:
    found, _, error = invoke(smets.state, "duis", "send", version, *arguments)

    assert (found, what in error) == (code, True), error


def test_without_a_system_there_is_nowhere_to_send(tmp_path: Path) -> None:
    code, _, error = invoke(tmp_path, "duis", "send", "-", stdin=read_version_file())

    assert (code, "connection.json is not there" in error) == (DuisExit.EXCHANGE, True)


def test_a_failure_of_the_operating_system_is_told_apart(smets: CommandLine, version: str) -> None:
    counters = smets.state / "parties" / "90b3d51f30010000" / "counters.json"
    kept = counters.read_text("utf-8") if counters.exists() else "{}"
    counters.unlink(missing_ok=True)
    counters.mkdir()
    try:
        code, _, error = invoke(smets.state, "duis", "send", version)
    finally:
        counters.rmdir()
        counters.write_text(kept, "utf-8")

    assert (code, "Is a directory" in error) == (DuisExit.SYSTEM, True)


# --- sign and validate


def test_sign_and_validate_are_a_pipe_without_a_system(tmp_path: Path) -> None:
    state = tmp_path / "state"
    organisation = Organisation(eui=Eui(SUPPLIER), roles=(UserRole.IS,))
    StateFolder(state).prepare("a seed", Eui(DSP), (organisation,))

    code, signed, _ = invoke(state, "duis", "sign", "-", stdin=read_version_file())
    validated = invoke(state, "duis", "validate", "-", stdin=signed)
    changed = invoke(state, "duis", "validate", "-", stdin=signed.replace("11.2<", "11.3<"))
    unknown = invoke(state, "duis", "sign", "-", stdin=read_version_file(originator=METER))

    assert (code, signed.count("<ds:Signature ")) == (DuisExit.SUCCESS, 1)
    assert validated[0] == DuisExit.SUCCESS
    assert "Signature" not in validated[1]
    assert validated[2] == f"smets: signed by {SUPPLIER}, verified\n"
    assert changed == (DuisExit.NOT_VALID, "", "smets: -: the digest is not that of the document\n")
    assert unknown[0] == DuisExit.NO_KEY
    assert invoke(state, "duis", "sign", "-", stdin="hello")[0] == DuisExit.EXCHANGE
    assert invoke(state, "duis", "sign", "nowhere.xml")[0] == DuisExit.EXCHANGE


def test_what_was_answered_can_be_validated(smets: CommandLine, version: str) -> None:
    answered = smets.run("duis", "send", version, "--xml")

    answer = json.loads(invoke(smets.state, "duis", "validate", "-", "--json", stdin=answered)[1])

    assert answer["signed_by"] == DSP
    assert "I99" in answer["xml"]


def test_the_exit_codes_are_told_where_they_hold() -> None:
    for words in (("duis",), ("duis", "send"), ("duis", "sign"), ("duis", "validate")):
        said = " ".join(
            CliRunner().invoke(application(), [*words, "--help"], prog_name="smets").stdout.split()
        )
        assert all(f"{code:d} {' '.join(meaning.split())}" in said for code, meaning in MEANINGS)
        assert "not those of other commands" in said
    page = (ROOT / "docs/duis.md").read_text("utf-8")
    assert "\n".join(f"| {code:d} | {meaning} |" for code, meaning in MEANINGS) in page
    assert [*DuisExit] == [code for code, _ in MEANINGS]


# --- where messages are pushed


def test_addresses_are_set_told_and_ended(smets: CommandLine) -> None:
    smets.run("duis", "address", f"{GONE}/smartdcc/duis", "--from-now")
    one = smets.ask("duis", "address", f"{GONE}/other", "--user", "network operator")
    states = {str(row["user"]): row for row in rows_of(smets.ask("duis", "state"))}
    said = smets.run("duis", "state", "--user", "supplier")
    ended = rows_of(smets.ask("duis", "address", "--none"))

    assert [row["url"] for row in rows_of(one)] == [f"{GONE}/other"]
    assert len(states) == 4
    assert states["supplier"]["url"] == f"{GONE}/smartdcc/duis"
    assert states["supplier"]["pushed"] == states["supplier"]["last_position"]
    assert states["network operator"]["url"] == f"{GONE}/other"
    assert f"{GONE}/smartdcc/duis" in said
    assert {row["url"] for row in ended} == {""}
    assert smets.run("duis", "parked") == "nothing is parked\n"


def test_an_address_must_be_said_once_and_be_a_url(smets: CommandLine) -> None:
    assert "expected a URL, or --none" in smets.run("duis", "address", exit_code=2)
    assert "expected a URL, or --none" in smets.run("duis", "address", GONE, "--none", exit_code=2)
    assert "expected http://HOST:PORT/PATH" in smets.run("duis", "address", "ftp://x/", exit_code=1)
    assert "is no party" in smets.run("duis", "address", GONE, "--user", "nobody", exit_code=2)


class Refusing(BaseHTTPRequestHandler):
    """A client that cannot read what it is pushed."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        body = b"cvc-elt.1: no declaration\nof element 'sr:Response'"
        self.send_response(400)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.server.came.set()  # type: ignore[attr-defined]

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def refusing_client() -> Iterator[tuple[str, threading.Event]]:
    """Where it listens, and what is set when something came."""
    server = HTTPServer(("127.0.0.1", 0), Refusing)
    server.came = threading.Event()  # type: ignore[attr-defined]
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", server.came  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def test_what_the_client_refused_is_shown_with_why(smets: CommandLine, version: str) -> None:
    with refusing_client() as (url, came):
        smets.run("duis", "address", url, "--user", "supplier", "--from-now")
        smets.run("duis", "send", version, "--wait", "10")
        assert came.wait(10)
    rows: list[dict[str, object]] = []
    for _ in range(100):  # it was refused a moment ago, and is written down
        if rows := rows_of(smets.ask("duis", "parked")):
            break

    said = smets.run("duis", "parked", "--user", "supplier", "--xml")

    (row,) = rows
    assert (row["http_status"], row["user"]) == (400, "supplier")
    assert "HTTP 400: the client cannot read it" in said
    assert "\n    the client: cvc-elt.1: no declaration\n    the client: of element 'sr:Response'\n" in said
    assert "\n        <sr:ResponseCode>I0</sr:ResponseCode>\n" in said
    assert rows_of(smets.ask("duis", "state", "--user", "supplier"))[0]["parked"] == 1
    smets.run("duis", "address", "--none")
