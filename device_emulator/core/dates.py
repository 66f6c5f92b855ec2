"""What a Device's own state awaits, and when that is: a date is kept by the Device's clock, and while it has power."""

from device_emulator.core.agenda import Kind, Line
from device_emulator.core.turn import Turn
from device_emulator.devices.state import DeviceState, is_on, true_time
from smart_metering.instants import Instant


def dates(row: DeviceState) -> dict[Kind, Instant]:
    """In true time. What a Device without power had to do, it does when the power is back (choice G91)."""
    found: dict[Kind, Instant] = {}
    if not is_on(row):
        return found
    if row.scheduled is not None:
        found[Kind.ACTIVATION] = true_time(row, row.scheduled.due)
    if row.life.scheduled_replacement is not None:
        found[Kind.REPLACEMENT] = true_time(row, row.life.scheduled_replacement.due)
    if row.life.joins_at is not None:
        found[Kind.JOIN] = row.life.joins_at
    return found


def watch(turn: Turn, before: DeviceState, after: DeviceState) -> None:
    """Puts on the agenda what the Device awaits now and did not await, or not then, before."""
    known = dates(before)
    for kind, due in dates(after).items():
        if known.get(kind) != due:
            turn.agenda.put(Line(due, after.device_id, 0, kind))
