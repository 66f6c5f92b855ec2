"""`smets rules`: the rule book as of a SEC Release or of some modifications, and what differs between two."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from smets.cli.options import Json
from smets.cli.running import run
from smets.cli.screen import Screen

if TYPE_CHECKING:
    from dsp.rules.differences import EffectDifference, Row, RowDifference
    from dsp.rules.rule_set import RuleSet
    from dsp.rules.verdicts import Verdict

WHAT = (
    "A SEC Release ('June 2021', latest), a day (2022-05-01), none, or modifications separated by commas "
    "(SECMP0105,SECMP0007); behind it +NAME or -NAME for each that is switched on or off: latest+SECMP0125."
)
Rules = Annotated[str, typer.Argument(metavar="RULES", help=WHAT)]
First = Annotated[str, typer.Argument(metavar="A", help=WHAT, show_default=False)]
Second = Annotated[str, typer.Argument(metavar="B", help="The same, of the other.", show_default=False)]

app = typer.Typer(
    help="The rules as of a SEC Release or of some modifications, and what differs between two.",
    no_args_is_help=True,
)


@app.command()
def show(rules: Rules = "latest", json_output: Json = False) -> None:
    """Print every row that modifications may change, as it stands under these rules."""

    async def work(screen: Screen) -> None:
        from dsp.rules.differences import rule_tables
        from dsp.rules.releases import rules_called
        from smets.tables.rows import plain
        from smets.tables.rule_set_tables import title_of

        book = rules_called(rules)
        tables = rule_tables(book)
        screen.data(
            {
                **_named(rules, book),
                "tables": {table: [plain(row) for row in rows] for table, rows in tables.items()},
            }
        )
        _say_modifications(screen, rules, book)
        for table, rows in tables.items():
            screen.say("")
            screen.say((title_of(table), "bold"))
            if rows:
                _show_rows(screen, rows)
            else:
                screen.say("no row")

    run(work, json_output=json_output)


@app.command()
def diff(first: First, second: Second, json_output: Json = False) -> None:
    """Print what differs between the rules A and B: their rows, and what becomes of a Service Request."""

    async def work(screen: Screen) -> None:
        from dsp.rules.differences import effect_differences, row_differences
        from dsp.rules.releases import rules_called

        books = rules_called(first), rules_called(second)
        rows, requests = row_differences(*books), effect_differences(*books)
        screen.data(
            {
                "first": _named(first, books[0]),
                "second": _named(second, books[1]),
                "tables": {row.table: _plain_rows(row) for row in rows},
                "requests": [_plain_request(row) for row in requests],
            }
        )
        for name, book in zip((first, second), books, strict=True):
            _say_modifications(screen, name, book)
        if not rows and not requests:
            screen.say("nothing differs")
        for difference in rows:
            _show_difference(screen, difference, (first, second))
        if requests:
            _show_requests(screen, requests, (first, second))

    run(work, json_output=json_output)


def _named(name: str, book: "RuleSet") -> dict[str, object]:
    return {"rules": name, "modifications": list(book.modifications)}


def _say_modifications(screen: Screen, name: str, book: "RuleSet") -> None:
    screen.say((name, "bold"), f": {', '.join(book.modifications) or 'no modification'}")


def _show_rows(screen: Screen, rows: Sequence["Row"]) -> None:
    from smets.tables.rows import cells_of, columns_of

    columns = columns_of(rows)
    screen.table(columns.headings, (cells_of(row, columns) for row in rows))


def _show_difference(screen: Screen, difference: "RowDifference", names: tuple[str, str]) -> None:
    from smets.tables.rows import cells_of, columns_of
    from smets.tables.rule_set_tables import title_of

    sides = [(names[0], row) for row in difference.only_first]
    sides += [(names[1], row) for row in difference.only_second]
    columns = columns_of([row for _, row in sides])
    screen.say("")
    screen.say((title_of(difference.table), "bold"))
    screen.table(("only in", *columns.headings), ((name, *cells_of(row, columns)) for name, row in sides))


def _show_requests(screen: Screen, requests: Sequence["EffectDifference"], names: tuple[str, str]) -> None:
    from smets.tables.rows import cell, heading

    fields = ("srv", "device_types", "generations", "variants", "statuses")
    sides = (names[0], "Source", "Mark", names[1], "Source", "Mark")
    screen.say("")
    screen.say(("What becomes of a Service Request for a Device", "bold"))
    screen.table(
        (*map(heading, fields), *sides),
        (
            (
                *(cell(getattr(row, field), field) for field in fields),
                *(row.first.answer, row.first.source, row.first.mark),
                *(row.second.answer, row.second.source, row.second.mark),
            )
            for row in requests
        ),
    )


def _plain_rows(difference: "RowDifference") -> dict[str, object]:
    from smets.tables.rows import plain

    return {
        "only_first": [plain(row) for row in difference.only_first],
        "only_second": [plain(row) for row in difference.only_second],
    }


def _plain_request(difference: "EffectDifference") -> dict[str, object]:
    from smets.tables.rows import plain

    return {
        **plain(difference),
        "first": _plain_verdict(difference.first),
        "second": _plain_verdict(difference.second),
    }


def _plain_verdict(verdict: "Verdict") -> dict[str, str]:
    return {"answer": verdict.answer, "source": verdict.source, "mark": verdict.mark}
