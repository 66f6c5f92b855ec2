"""What can be due: for each kind of deadline, when its record is due now, and what then happens."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dsp.core import alert_storms, endings, firmware_distribution, installation, schedules
from dsp.core.state import State
from dsp.core.timetable import Due
from dsp.core.turn import Turn
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant

Line = tuple[Instant, str, Due, str]
"""When, of which Device or hub, what kind, and the key of its record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """`due_of` is None once the record is gone, or waits for nothing."""

    due_of: Callable[[State, str], Instant | None]
    expire: Callable[[Turn, str, Instant], None]


def _of_outstanding(state: State, key: str) -> Instant | None:
    row = state.outstanding.get(key)
    return row.due if row is not None else None


def _of_distribution(state: State, key: str) -> Instant | None:
    row = state.distributions.get(key)
    return row.due if row is not None else None


def _of_schedule(state: State, key: str) -> Instant | None:
    row = state.schedules.get(key)
    return row.due if row is not None else None


def _of_pending_device(state: State, key: str) -> Instant | None:
    row = state.devices.get(Eui(key))
    return row.forgotten_at if row is not None else None


DEADLINES = {
    Due.OUTSTANDING: Deadline(due_of=_of_outstanding, expire=endings.expire),
    Due.DISTRIBUTION: Deadline(due_of=_of_distribution, expire=firmware_distribution.expire),
    Due.SCHEDULE: Deadline(due_of=_of_schedule, expire=schedules.expire),
    Due.ALERT_STORM: Deadline(due_of=alert_storms.ends_at, expire=alert_storms.expire),
    Due.PENDING: Deadline(due_of=_of_pending_device, expire=installation.forget),
}


def lines_of(state: State) -> Iterator[Line]:
    """Everything that the books say is due, for a timetable that was lost with the last run."""
    for key, row in state.outstanding.items():
        yield row.due, row.device, Due.OUTSTANDING, key
    for key, distribution in state.distributions.items():
        yield distribution.due, distribution.comms_hub, Due.DISTRIBUTION, key
    for key, schedule in state.schedules.items():
        yield schedule.due, schedule.device, Due.SCHEDULE, key
    for key, storm in state.alert_storms.items():
        yield storm.due, storm.device, Due.ALERT_STORM, key
    for device_id, device in state.devices.items():
        if device.forgotten_at is not None:
            yield device.forgotten_at, device_id, Due.PENDING, device_id
