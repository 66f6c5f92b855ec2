"""What the DSP's core holds and has said, to be compared: a refused request leaves none of it changed."""

from dataclasses import dataclass

from dsp.core.deadlines import DEADLINES, lines_of
from dsp.core.records import SmiChange
from dsp.core.state import State
from ledger.books import Append
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from tests.support.dsp_premises import ROLES
from tests.support.dsp_world import DspWorld
from tests.support.world import World

Books = dict[str, list[tuple[str, object]]]

WRITTEN_DOWN_ANYWAY = frozenset({"journal", "service_audit_trail"})
"""The logs that grow by every request, granted or refused."""


@dataclass(frozen=True, slots=True)
class Trace:
    """The books, how long the logs are, what is due next, and how much was sent to Devices and Users."""

    books: Books
    logs: dict[str, int]
    deadline: Instant | None
    sent: int
    received: int


def books_of(state: State) -> Books:
    """All books, whole; keys sorted in the sets of keys."""
    books: Books = {name: list(book.items()) for name, book in state.ledger.books.items()}
    for name, keys in state.ledger.key_books.items():
        books[name] = [(key, None) for key in sorted(keys._keys)]
    return books


def indexes_of(state: State) -> tuple[object, ...]:
    """What is derived from the books, as far as it says anything."""
    return (
        {hub: sorted(devices) for hub, devices in state.han.items() if devices},
        {key: rows for key, rows in state.registered.items() if rows},
        {mpxn: sorted(devices) for mpxn, devices in state.supply_points.items() if devices},
        {device: list(keys) for device, keys in state.outstanding_of.items()},
        {device: list(keys) for device, keys in state.distributing.items()},
        {request: list(keys) for request, keys in state.followers.items()},
        {device: list(keys) for device, keys in state.schedules_of.items()},
        state.cpl_entries,
    )


def assert_in_order(world: World | DspWorld) -> None:
    """The indexes are those that the books make, and nothing in the books is overdue."""
    state = world.engine.state
    again = State()
    for name, book in state.ledger.books.items():
        for record in book.values():
            again.ledger.books[name].put(record)
    again.index()
    assert indexes_of(again) == indexes_of(state)
    for _, _, kind, key in lines_of(state):
        due = DEADLINES[kind].due_of(state, key)
        assert due is None or due > world.now, f"overdue: {kind} {key}"


def trace_of(world: DspWorld) -> Trace:
    """All of it, but what is written down of every request."""
    state = world.engine.state
    return Trace(
        books=books_of(state),
        logs={
            name: log.last_position
            for name, log in state.ledger.logs.items()
            if name not in WRITTEN_DOWN_ANYWAY
        },
        deadline=world.engine.next_deadline(),
        sent=len(world.sent),
        received=sum(map(len, world.inbox.values())),
    )


def assert_refused(world: DspWorld, before: Trace, answer: ServiceResponse, code: str) -> None:
    """The code, with what decided it; and nothing has changed since `before`."""
    assert answer.response_code == code, answer.decision
    assert answer.body is None
    assert answer.decision is not None
    assert answer.decision.code == code
    assert answer.decision.source
    assert trace_of(world) == before


def told(world: DspWorld) -> dict[Eui, list[str]]:
    """The codes of what lies in each User's inbox, which are then empty; Users without any are left out."""
    return {user: world.take(user) for user in ROLES if world.inbox.get(user)}


def smi_changes(world: DspWorld) -> list[SmiChange]:
    """What was written down as changed in the SMI, since this was asked last."""
    changes = world.engine.ledger.take_changes()
    return [
        change.record
        for change in changes
        if isinstance(change, Append) and isinstance(change.record, SmiChange)
    ]
