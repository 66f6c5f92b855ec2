"""The SMI life cycle as far as firmware and pre-notification move it: one row per status and event."""

from dataclasses import dataclass
from enum import StrEnum

from smart_metering.marks import Mark
from smart_metering.smi_statuses import SmiStatus


class SmiEvent(StrEnum):
    """What can happen to a Device in the inventory."""

    PRENOTIFIED = "12.2 accepted"
    CPL_ENTRY_REMOVED = "the CPL entry of its firmware removed"
    NEW_FIRMWARE_SHOWN = "a Response shows new firmware"
    CPL_ENTRY_REINSTATED = "the CPL entry of its firmware reinstated"


@dataclass(frozen=True, slots=True)
class Transition:
    """From a status (None: not in the SMI) by an event to a status (None: the one held before suspension)."""

    origin: SmiStatus | None
    event: SmiEvent
    result: SmiStatus | None
    source: str
    mark: Mark


_INC = SmiStatus.INSTALLED_NOT_COMMISSIONED

TRANSITIONS = (
    # from                     event                          to                   source             mark
    Transition(None,                     SmiEvent.PRENOTIFIED,          SmiStatus.PENDING,   "SECMP0125 report", Mark.CERTAIN),
    Transition(SmiStatus.DECOMMISSIONED, SmiEvent.PRENOTIFIED,          SmiStatus.PENDING,   "chosen here", Mark.CHOICE),
    Transition(SmiStatus.WITHDRAWN,      SmiEvent.PRENOTIFIED,          SmiStatus.PENDING,   "chosen here", Mark.CHOICE),
    Transition(SmiStatus.COMMISSIONED,   SmiEvent.CPL_ENTRY_REMOVED,    SmiStatus.SUSPENDED, "SECMP0105 report", Mark.CERTAIN),
    Transition(_INC,                     SmiEvent.CPL_ENTRY_REMOVED,    SmiStatus.SUSPENDED, "Q5",               Mark.CHOICE),
    Transition(SmiStatus.RECOVERED,      SmiEvent.CPL_ENTRY_REMOVED,    SmiStatus.SUSPENDED, "Q5",               Mark.CHOICE),
    Transition(SmiStatus.PENDING,        SmiEvent.CPL_ENTRY_REMOVED,    SmiStatus.SUSPENDED, "Q5, if switched",  Mark.CHOICE),
    Transition(SmiStatus.WHITELISTED,    SmiEvent.CPL_ENTRY_REMOVED,    SmiStatus.SUSPENDED, "Q5, if switched",  Mark.CHOICE),
    Transition(SmiStatus.SUSPENDED,      SmiEvent.NEW_FIRMWARE_SHOWN,   None,                "SECMP0105 report", Mark.CERTAIN),
    Transition(SmiStatus.SUSPENDED,      SmiEvent.CPL_ENTRY_REINSTATED, None,                "follows from the row before", Mark.LIKELY),
)  # fmt: skip


def transition(origin: SmiStatus | None, event: SmiEvent) -> Transition | None:
    """The row for this status and event, or None: nothing happens."""
    return next((row for row in TRANSITIONS if row.origin is origin and row.event is event), None)
