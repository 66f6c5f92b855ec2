"""The tables of a rule book, those that modifications change: one rule book's, or all rows with what brings them."""

from collections.abc import Iterator, Sequence

from dsp.rules.choices import Switches
from dsp.rules.differences import Row, rule_tables
from dsp.rules.releases import MODIFICATIONS, rules_with
from dsp.rules.rule_set import RuleSet
from smets.tables.in_force import in_force
from smets.tables.page import Table
from smets.tables.rows import cells_of, columns_of, heading

TITLES = {
    "firmware_device_types": (
        "Device Types of the firmware requests",
        "What 11.1 to 11.4 serve: 11.2 and 11.3 answer E11 to others, 11.1 and 11.4 refuse a list of others whole.",
    ),
    "exemptions": (
        "What a Suspended Device takes beside Critical requests",
        "The exemptions from E5 one by one, and what brought each.",
    ),
    "evidence": (
        "Responses from which the SMI learns a firmware version",
        "Without a row a Response is passed on and teaches nothing. A GPF never teaches: it raises N52.",
    ),
    "amendments": (
        "Who may change a Device's details by 8.4",
        "Without a row UpdateDeviceDetails is refused whole.",
    ),
    "audit_visibility": (
        "Who sees what in the Service Audit Trail",
        "Without a row a record is not shown to that User.",
    ),
}
"""Title and sentence of each table of a RuleSet, by its field."""

_SWITCHED: tuple[tuple[str, tuple[str, ...], Switches, str], ...] = (
    (
        "evidence",
        (),
        Switches(read_teaches_before_secmp0105=True),
        "without SECMP0105, if `read_teaches_before_secmp0105`",
    ),
    (
        "amendments",
        tuple(MODIFICATIONS),
        Switches(correct_variant_while_suspended=True),
        "with SECMP0125, if `correct_variant_while_suspended`",
    ),
)
"""Rows that only a switch brings: table, modifications, switches, and when they are in force."""


def title_of(table: str) -> str:
    return TITLES[table][0] if table in TITLES else heading(table)


def rule_set_tables() -> Iterator[Table]:
    """Every table of a rule book with all rows that there are, and under which modifications."""
    for table in rule_tables(RuleSet()):
        found = in_force(lambda rules, table=table: rule_tables(rules)[table])  # type: ignore[misc]
        rows = [*found, *_switched(table)]
        if rows:
            sentence = TITLES[table][1] if table in TITLES else "Its rows."
            yield rows_table(title_of(table), sentence, [row for _, row in rows], [when for when, _ in rows])


def rows_table(title: str, sentence: str, rows: Sequence[Row], when: Sequence[str] = ()) -> Table:
    """Rows of one kind; `when` tells of each under which modifications it is in force."""
    columns = columns_of(rows)
    shown = [cells_of(row, columns) for row in rows]
    headings = columns.headings
    if when:
        before_source = columns.names.index("source")
        headings = (*headings[:before_source], "In force", *headings[before_source:])
        shown = [
            (*cells[:before_source], told, *cells[before_source:])
            for cells, told in zip(shown, when, strict=True)
        ]
    return Table(title, sentence, headings, shown)


def _switched(table: str) -> list[tuple[str, Row]]:
    found: list[tuple[str, Row]] = []
    for name, modifications, switches, when in _SWITCHED:
        if name == table:
            usual = rule_tables(rules_with(modifications))[table]
            switched = rule_tables(rules_with(modifications, switches=switches))[table]
            found += [(when, row) for row in switched if row not in usual]
    return found
