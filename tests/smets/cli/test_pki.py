"""`smets pki`: a PKI made, listed and brought into a system, and what cannot be is said before anything is written."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from smart_metering.pki.key_sources import read_key_source
from smart_metering.pki.keys import KeyUsage
from smets.cli.__main__ import application
from tests.smart_metering.pki.certified import SUPPLIER, as_json, key_store

METER = "00-DB-12-34-00-00-00-02"
PARTY = "90-B3-D5-1F-30-11-00-00"


Answer = Any  # JSON of whatever shape the command gives


class Line:
    """Runs `smets` in this process: no command of these tests needs one of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state"
        self._runner = CliRunner()

    def run(self, *arguments: str, exit_code: int = 0) -> str:
        done = self._runner.invoke(
            application(), arguments, prog_name="smets", env={"SMETS_STATE": str(self.state)}
        )
        assert done.exit_code == exit_code, done.output
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.output

    def ask(self, *arguments: str) -> Answer:
        return json.loads(self.run(*arguments, "--json").splitlines()[-1])


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(tmp_path)


def everything_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize("form", ["pem", "der"])
def test_a_new_pki_has_the_dccs_parties_the_organisations_and_the_devices(line: Line, form: str) -> None:
    folder = line.folder / "pki"

    line.run(
        *("pki", "new", str(folder), "--seed", "s", "--form", form, "--device", METER),
        *("--organisation", f"{PARTY}:IS,GS", "--organisation", "90-B3-D5-1F-30-12-00-00:load-controller"),
    )

    rows = line.ask("pki", "show", str(folder))
    found = [(row["owner"], row["usage"], row["role"]) for row in rows]
    assert found == [
        ("-", "issuer", "07"),
        ("-", "issuer", "07"),
        (METER, "ds", ""),
        (METER, "ka", ""),
        ("90-B3-D5-1F-30-00-00-01", "ds", "01"),
        ("90-B3-D5-1F-30-00-00-01", "ka", "01"),
        ("90-B3-D5-1F-30-00-00-02", "ds", "04"),
        ("90-B3-D5-1F-30-00-00-02", "ka", "04"),
        ("90-B3-D5-1F-30-00-00-02", "xml", "89"),
        ("90-B3-D5-1F-30-00-00-04", "ds", "05"),
        ("90-B3-D5-1F-30-00-00-04", "ka", "05"),
        ("90-B3-D5-1F-30-00-00-07", "ds", "06"),
        ("90-B3-D5-1F-30-00-00-07", "ka", "06"),
        (PARTY, "ds", "02"),
        (PARTY, "ka", "02"),
        (PARTY, "pp-ka", "02"),
        (PARTY, "xml", "87"),
        ("90-B3-D5-1F-30-12-00-00", "ds", "08"),
        ("90-B3-D5-1F-30-12-00-00", "ka", "08"),
        ("90-B3-D5-1F-30-12-00-00", "xml", "87"),
    ]
    assert all(row["has_private_key"] for row in rows)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder / "keys").iterdir()} == {0o600}
    assert stat.S_IMODE((folder / "keys").stat().st_mode) == 0o700


def test_the_same_seed_makes_the_same_pki(line: Line) -> None:
    for name, seed in (("one", "s"), ("two", "s"), ("three", "t")):
        line.run("pki", "new", str(line.folder / name), "--seed", seed)

    one, two, three = (everything_in(line.folder / name) for name in ("one", "two", "three"))
    assert one == two
    assert not set(one.values()) & set(three.values())


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (
            ["--organisation", f"{PARTY}:XX"],
            "role 'XX': expected User Roles (IS, ES, GS, ED, GT, RSA, OU) or one of",
        ),
        (["--organisation", PARTY], "role '': expected User Roles"),
        (["--organisation", f"{PARTY}:issuing-authority"], "role 'issuing-authority': expected"),
        (["--organisation", f"{PARTY}:IS,supplier"], "role 'IS,supplier': expected"),
        (["--organisation", "90-B3:IS"], "expected 8 octets in hex"),
        (["--device", "meter"], "expected 8 octets in hex"),
        (
            ["--device", METER, "--device", METER],
            f"{METER}: the EUI of an organisation and of a Device, or of two",
        ),
        (
            ["--device", "90-B3-D5-1F-30-00-00-02"],
            "90-B3-D5-1F-30-00-00-02: the EUI of an organisation and of a",
        ),
        (
            ["--organisation", "90-B3-D5-1F-30-00-00-02:IS"],
            "90-B3-D5-1F-30-00-00-02: is access-control-broker already",
        ),
        (["--organisation", f"{PARTY}:IS", "--organisation", f"{PARTY}:ED"], f"{PARTY}: is supplier already"),
        (["--form", "xml"], "xml"),
    ],
)
def test_a_pki_that_cannot_be_leaves_nothing_behind(line: Line, arguments: list[str], what: str) -> None:
    said = line.run("pki", "new", str(line.folder / "pki"), "--seed", "s", *arguments, exit_code=2)

    assert what in said
    assert [*line.folder.iterdir()] == []


def test_a_folder_that_holds_something_is_left_as_it_is(line: Line) -> None:
    (line.folder / "pki").mkdir()
    (line.folder / "pki" / "mine").write_text("mine")

    said = line.run("pki", "new", str(line.folder / "pki"), "--seed", "s", exit_code=2)

    assert "is there already: expected a new folder, or an empty one" in said
    assert everything_in(line.folder) == {"pki/mine": b"mine"}


def test_a_list_says_everything_of_a_certificate(line: Line) -> None:
    source = line.folder / "keystore.json"
    source.write_bytes(as_json(key_store(SUPPLIER)))

    text, rows = line.run("pki", "show", str(source)), line.ask("pki", "show", str(source))

    assert len(rows) == len(KeyUsage)
    first = rows[0]
    assert int(first["serial_number"]) == int(first["serial_number_hex"], 16)
    for said in (*map(str, first.values()), "02 supplier", "87 user xml signing"):
        if said != "True":
            assert said in text
    assert first["issuer"] == "CN=DEVO,OU=07"
    assert first["not_after"] == "9999-12-31"


def test_a_pki_folder_is_imported_but_for_its_devices(line: Line) -> None:
    line.run("pki", "new", str(line.folder / "pki"), "--seed", "s", "--device", METER)

    answer = line.ask("pki", "import", str(line.folder / "pki"))

    imported, left_out = answer["imported"], answer["left_out"]
    assert len(imported) == 23
    assert all(row["key"] for row in imported)
    assert [row["why"] for row in left_out] == ["of a Device: its keys are derived from the seed"] * 2
    kept = {row.certificate for row in read_key_source(line.state / "imported")}
    made = {row.certificate for row in read_key_source(line.folder / "pki")}
    assert kept < made
    assert len(made - kept) == 2


@pytest.mark.parametrize("command", [("pki", "import"), ("pki", "show")])
def test_what_is_no_source_of_keys_is_refused_and_nothing_is_written(
    line: Line, command: tuple[str, ...]
) -> None:
    wrong = {
        "keystore.json": b"{",
        "list.json": b"[]",
        "note.pem": b"nothing",
        "keys.zip": b"PK\x03\x04",
    }
    for name, octets in wrong.items():
        (line.folder / name).write_bytes(octets)

        said = line.run(*command, str(line.folder / name), exit_code=2)

        assert name in said
    assert "cannot be read: No such file" in line.run(*command, str(line.folder / "nowhere"), exit_code=2)
    assert not line.state.exists()


def test_a_key_that_fits_no_certificate_is_refused_and_the_former_import_stays(line: Line) -> None:
    good, bad = line.folder / "good.json", line.folder / "bad.json"
    good.write_bytes(as_json(key_store(SUPPLIER)))
    line.run("pki", "import", str(good))
    before = everything_in(line.state)
    store = json.loads(good.read_bytes())
    entries = store["90b3d51f30010000"]["digitalSignature"]
    first, second = entries.values()
    first["privateKey"], second["privateKey"] = second["privateKey"], first["privateKey"]
    bad.write_bytes(as_json(store))

    said = line.run("pki", "import", str(bad), exit_code=2)

    assert "privateKey: the key does not fit the certificate beside it" in said
    assert everything_in(line.state) == before


def test_what_is_left_out_is_named_on_the_command_line(line: Line) -> None:
    source = line.folder / "keystore.json"
    source.write_bytes(as_json(key_store(SUPPLIER)))

    said = line.run("pki", "import", str(source), "--leave-out", "*-xml", "--leave-out", "*-pp-ka")

    assert "left out: 90b3d51f30010000-xml: its name is left out (*-xml)" in said
    assert f"2 certificates imported into {line.state}" in said.replace("\n", "")
