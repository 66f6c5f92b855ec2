"""Ordered checks: the rows of a request say what is looked for in which order, and the first fault found answers."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar

from dsp.core.outcomes import Outcome, refused
from dsp.rules.refusals import RefusalRow

C = TypeVar("C")


def first_refusal(
    rows: tuple[RefusalRow, ...], checks: Mapping[StrEnum, Callable[[C], str]], case: C, part: str = ""
) -> Outcome | None:
    """The answer of the first row about this part of the request whose check finds its fault in the case.

    A check tells what is wrong, with the values; nothing, if nothing is. What has none is found before there is a case.
    """
    for row in rows:
        if row.part in ("", part) and row.fault in checks and (what := checks[row.fault](case)):
            return refused(row.code, what, row.source, row.mark)
    return None


def refused_as(rows: tuple[RefusalRow, ...], fault: StrEnum, what: str) -> Outcome:
    """The answer of the row of this fault."""
    row = next(row for row in rows if row.fault is fault)
    return refused(row.code, what, row.source, row.mark)
