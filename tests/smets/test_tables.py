"""docs/tables.md: what the rows say, whole, each with a source and a mark; and a check that notices any other text."""

from pathlib import Path

import pytest

from smart_metering.marks import Mark
from smart_metering.service_requests import SERVICE_REQUESTS
from smets.tables.__main__ import PLACE, main
from smets.tables.contents import CONTENTS
from smets.tables.page import Table, render
from smets.tables.status_tables import eligibility_before, eligibility_with_both, eligibility_with_secmp0105

TABLES = {build.__name__: build() for build in CONTENTS}


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
    assert [row[0] for row in TABLES["service_requests"].rows] == [row.srv for row in SERVICE_REQUESTS]


@pytest.mark.parametrize(
    ("table", "suspended"),
    [
        (eligibility_before(), "E5"),
        (eligibility_with_secmp0105(), "only ESME GSME"),
        (eligibility_with_both(), "only ESME GSME; HCALCS PPMID"),
    ],
    ids=["before", "SECMP0105", "both"],
)
def test_11_2_to_a_suspended_device_reads_as_its_rules_say(table: Table, suspended: str) -> None:
    of_11_2 = {row[0]: row[table.columns.index("Suspended")] for row in table.rows}

    assert of_11_2.get("11.2", of_11_2["every other non-critical request"]) == suspended


def test_the_page_is_what_the_rows_say() -> None:
    assert PLACE.read_text("utf-8") == render(TABLES.values()), "write it again: python -m smets.tables"


def test_writing_and_checking_agree(tmp_path: Path) -> None:
    place = tmp_path / "tables.md"

    assert main([], place) == 0
    assert main(["--check"], place) == 0


@pytest.mark.parametrize("text", ["", "# The tables\n", None])
def test_a_page_that_differs_is_told_and_left_alone(
    text: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "tables.md"
    if text is not None:
        place.write_text(text, "utf-8")

    assert main(["--check"], place) == 1

    assert "python -m smets.tables" in capsys.readouterr().err
    assert place.exists() is (text is not None)
    assert text is None or place.read_text("utf-8") == text


def test_anything_else_is_no_argument(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--chekc"], tmp_path / "tables.md") == 2
    assert "usage" in capsys.readouterr().err
