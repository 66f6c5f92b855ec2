"""docs/tables.md: what the rows say, whole, each with a source and a mark; and a check that notices any other text."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from shutil import copytree

import pytest
from pydantic import BaseModel

from dsp.rules.choices import CHOICES, Times, choice
from dsp.rules.differences import Row, rule_tables
from dsp.rules.rule_set import RuleSet
from dsp.rules.smi_transitions import TRANSITIONS, Beyond
from smart_metering.marks import Mark
from smart_metering.service_requests import SERVICE_REQUESTS
from smart_metering.smi_statuses import SmiStatus
from smets.scenarios.expectations import AnswerModel, ExpectationModel
from smets.scenarios.model import SendModel, StepModel
from smets.scenarios.selectors import SelectorModel
from smets.tables.__main__ import DOCS, PAGES, main
from smets.tables.contents import contents
from smets.tables.in_force import condition
from smets.tables.life_cycle_tables import drawing
from smets.tables.page import Table, render
from smets.tables.rows import cells_of, columns_of
from smets.tables.rule_set_tables import TITLES
from smets.tables.rule_tables import TIMES_BELONG_TO
from smets.tables.scenario_tables import KEYED_STEPS, keys_of, with_parts

ROOT = DOCS.parent

TABLES = {table.title: table for table in contents()}


def _tables_of_the_rules() -> Iterator[tuple[str, tuple[Row, ...]]]:
    for module in iter_modules([str(ROOT / "dsp" / "rules")], "dsp.rules."):
        if not module.ispkg:
            for name, value in vars(import_module(module.name)).items():
                if name.isupper() and not _is_shown_otherwise(name) and _is_table(value):
                    yield name, value


def _is_shown_otherwise(name: str) -> bool:
    """By what becomes of a request, in columns of its own, or with the modifications that lengthen it."""
    return name in {"STATUS_ROWS", "RELEASES", "CHOICES"} or name.startswith("BASE_")


def _is_table(value: object) -> bool:
    return (
        isinstance(value, tuple)
        and bool(value)
        and all(is_dataclass(row) and hasattr(row, "mark") for row in value)
    )


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_each_row_shows_its_source_and_its_mark(table: Table) -> None:
    source = table.columns.index("Source")
    marks = [place for place, column in enumerate(table.columns) if column == "Mark"]

    assert marks
    for row in table.rows:
        assert row[source], row
        assert {row[place] for place in marks} <= {*Mark, "-"}, row
        assert row[marks[0]] in set(Mark), row


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_each_table_has_rows_a_sentence_and_no_empty_cell(table: Table) -> None:
    assert table.rows
    assert table.sentence.endswith(".")
    assert all(cell.strip() for row in table.rows for cell in row)


def test_every_srv_has_its_row() -> None:
    assert [row[0] for row in TABLES["Service Requests"].rows] == [row.srv for row in SERVICE_REQUESTS]


def test_every_table_of_the_rules_is_on_the_page() -> None:
    """Whatever stands in dsp/rules as a table with sources and marks: its rows are rows of some table here."""
    shown = {cells for table in TABLES.values() for cells in table.rows}

    for name, rows in _tables_of_the_rules():
        columns = columns_of(rows)
        assert {cells_of(row, columns) for row in rows} <= shown, f"{name} is not on the page"


@pytest.mark.parametrize(
    ("modifications", "device_types", "suspended"),
    [
        ("without SECMP0105", "ESME GSME", "E5"),
        ("with SECMP0105", "ESME GSME", "yes"),
        ("always", "GPF", "E5"),
        ("always", "CHF", "E5"),
        ("without SECMP0007", "HCALCS PPMID", "E5"),
        ("with SECMP0007, without SECMP0105", "HCALCS PPMID", "E5"),
        ("with SECMP0105 and SECMP0007", "HCALCS PPMID", "yes"),
    ],
)
def test_11_2_to_a_suspended_device_reads_as_its_rules_say(
    modifications: str, device_types: str, suspended: str
) -> None:
    table = TABLES["What a Device in each SMI Status takes: non-critical requests"]
    place = table.columns.index("Suspended")

    found = {(row[4], row[1]): row[place] for row in table.rows if row[0] == "11.2"}

    assert found[modifications, device_types] == suspended


def test_only_what_behaves_otherwise_than_its_class_has_rows_of_its_own() -> None:
    own = {
        title.removeprefix("What a Device in each SMI Status takes: "): [
            *dict.fromkeys(row[0] for row in table.rows)
        ]
        for title, table in TABLES.items()
        if title.startswith("What a Device in each SMI Status takes")
    }

    assert own == {
        "Critical requests": ["every other request", "11.3"],
        "non-critical requests": ["every other request", "2.2", "6.23", "11.2"],
        "non-device requests": ["every other request", "8.3", "11.1", "11.4"],
    }


OUTSIDE: dict[SmiStatus | Beyond, str] = {
    Beyond.REMOVED: "[*]",
    Beyond.BEFORE_SUSPENSION: "BeforeSuspension",
}


def test_every_transition_is_drawn() -> None:
    drawn = TABLES["SMI Status transitions"].drawing.splitlines()

    assert drawn[0] == "stateDiagram-v2"
    for row in TRANSITIONS:
        for origin in row.origins:
            led_to = origin if row.result is Beyond.UNCHANGED else row.result
            result = OUTSIDE.get(led_to, led_to) if led_to is not None else "[*]"
            (arrow,) = [line for line in drawn if line.startswith(f"    {origin or '[*]'} --> {result}: ")]
            assert row.event.replace(":", ",") in arrow


def test_no_label_of_the_drawing_holds_a_sign_that_ends_it() -> None:
    labels = [line.partition(": ")[2] for line in drawing(TRANSITIONS).splitlines() if "-->" in line]

    assert labels
    assert not any(sign in label for label in labels for sign in ":;#")


def test_a_drawing_stands_before_its_table() -> None:
    page = render([Table("T", "S.", ("A",), [("1",)], drawing="stateDiagram-v2")])

    assert page.endswith("## T\n\nS.\n\n```mermaid\nstateDiagram-v2\n```\n\n| A |\n| --- |\n| 1 |\n")


@pytest.mark.parametrize(
    ("ways", "words"),
    [
        (({True, False}, {True, False}), "always"),
        (({True}, {True, False}), "with A"),
        (({True, False}, {False}), "without B"),
        (({True}, {True}), "with A and B"),
        (({False}, {True}), "with B, without A"),
    ],
)
def test_a_condition_says_what_must_be_in_force(ways: tuple[set[bool], ...], words: str) -> None:
    assert condition(tuple(map(frozenset, ways)), ("A", "B")) == words


def test_a_row_says_what_brings_it() -> None:
    table = TABLES["What a Suspended Device takes beside Critical requests"]
    place = table.columns.index("In force")

    assert {(row[0], row[3]): row[place] for row in table.rows} == {
        ("11.1", "all"): "always",
        ("8.3", "all"): "always",
        ("6.23", "all"): "always",
        ("2.2", "all"): "always",
        ("11.4", "all"): "with SECMP0007",
        ("11.2", "ESME GSME"): "with SECMP0105",
        ("11.2", "HCALCS PPMID"): "with SECMP0105 and SECMP0007",
    }


def test_every_table_of_a_rule_book_has_a_title_of_its_own() -> None:
    assert set(TITLES) == set(rule_tables(RuleSet()))


def test_every_choice_that_a_source_names_is_a_choice() -> None:
    names = {row.name for row in CHOICES}
    named = {
        name
        for table in TABLES.values()
        for row in table.rows
        for cell in row
        for name in re.findall(r"choice ([QG][0-9]+a?)", cell)
    }

    assert named <= names


def test_every_time_names_a_setting_and_a_choice_that_there_are() -> None:
    assert set(TIMES_BELONG_TO) <= {field.name for field in fields(Times)}
    assert all(choice(name) for name in TIMES_BELONG_TO.values())


def test_the_pages_are_what_the_rows_say(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().err


def test_writing_and_checking_agree(tmp_path: Path) -> None:
    copytree(DOCS, tmp_path, dirs_exist_ok=True)
    (tmp_path / "tables.md").unlink()
    (tmp_path / "scenario.schema.json").write_text("{}", "utf-8")

    assert main(["--check"], tmp_path) == 1
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_differs_is_told_and_left_alone(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copytree(DOCS, tmp_path, dirs_exist_ok=True)
    page = tmp_path / name
    other = page.read_text("utf-8").replace("SMI", "smi")
    page.write_text(other, "utf-8")

    assert main(["--check"], tmp_path) == 1

    assert (
        f"{name} is not what the rows say; write it again: python -m smets.tables" in capsys.readouterr().err
    )
    assert page.read_text("utf-8") == other


def test_a_page_without_a_place_for_a_table_is_no_such_page() -> None:
    with pytest.raises(ValueError, match="no place for 'steps'"):
        with_parts("# Scenarios\n")


def test_anything_else_is_no_argument(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--chekc"], tmp_path) == 2
    assert "usage" in capsys.readouterr().err


def test_every_key_of_a_scenario_is_told_of() -> None:
    models: tuple[type[BaseModel], ...] = (
        StepModel,
        SendModel,
        AnswerModel,
        ExpectationModel,
        SelectorModel,
        *KEYED_STEPS.values(),
    )

    untold = [(model.__name__, key) for model in models for key, what in keys_of(model) if not what]

    assert not untold
