"""The SMI life cycle, drawn and as a table, both from the same rows."""

from collections.abc import Iterable, Iterator

from dsp.rules.smi_transitions import TRANSITIONS, Beyond, Transition
from smart_metering.smi_statuses import SmiStatus
from smets.tables.page import Table
from smets.tables.rule_set_tables import rows_table

NOT_IN_THE_SMI = "[*]"
BEFORE_SUSPENSION = "BeforeSuspension"


def life_cycle() -> Table:
    table = rows_table(
        "SMI Status transitions",
        "What moves a Device from one SMI Status to another; what has no row does not happen.",
        TRANSITIONS,
    )
    return Table(table.title, table.sentence, table.columns, table.rows, drawing(TRANSITIONS))


def drawing(rows: Iterable[Transition]) -> str:
    """A state diagram in Mermaid: an arrow for each pair of statuses, with the events that lead along it."""
    events: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        for origin in row.origins:
            arrow = _state(origin), _state(origin if row.result is Beyond.UNCHANGED else row.result)
            events.setdefault(arrow, []).append(_label(row))
    lines = (
        f"    {origin} --> {result}: {' / '.join(dict.fromkeys(labels))}"
        for (origin, result), labels in events.items()
    )
    return "\n".join(("stateDiagram-v2", *_states(events), *lines))


def _states(arrows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """What stands for more than one status has its words."""
    if any(BEFORE_SUSPENSION in arrow for arrow in arrows):
        yield f'    state "{Beyond.BEFORE_SUSPENSION}" as {BEFORE_SUSPENSION}'


def _state(status: SmiStatus | Beyond | None) -> str:
    match status:
        case None | Beyond.REMOVED:
            return NOT_IN_THE_SMI
        case Beyond.BEFORE_SUSPENSION:
            return BEFORE_SUSPENSION
        case _:
            return str(status)


def _label(row: Transition) -> str:
    """Without the signs that end a label in Mermaid."""
    return row.event.replace(":", ",").replace(";", ",")
