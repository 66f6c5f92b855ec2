"""The air between a hub and its Devices as a message meets it: the one place where faults may act.

The core sends everything through an Air and the faults are an Air; neither knows the other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from smart_metering.administration import FaultRule
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant


class Direction(StrEnum):
    TO_DEVICE = "TO_DEVICE"
    FROM_DEVICE = "FROM_DEVICE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The `number`-th message of a Device in this direction. Known already are perhaps its SRV, `reference`, and the
    originator and the counter of the Command that it answers."""

    at: Instant
    comms_hub: Eui
    device: Eui
    direction: Direction
    number: int
    octets: bytes
    reference: str | None = None
    command: tuple[Eui, int] | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """Octets that arrive `after_ms`; if `overtakable`, right after the Device's next message when that is sooner."""

    octets: bytes
    after_ms: int = 0
    overtakable: bool = False


@dataclass(frozen=True, slots=True)
class Meeting:
    """What the air makes of a message. No `fate`: it arrives once, now, as it is."""

    arrivals: tuple[Arrival, ...]
    fate: str = ""
    rule: str = ""


class Air(Protocol):
    """Whatever carries messages, with rules that may be set and cleared."""

    def meet(self, passage: Passage) -> Meeting:
        """What becomes of one message."""
        ...

    def set_rules(self, rules: Iterable[FaultRule]) -> None:
        """From the next message on; a rule takes the place of one with its name."""
        ...

    def clear_rules(self, names: Iterable[str]) -> None:
        """Removes the named rules; all, if none is named."""
        ...

    def rules(self) -> tuple[FaultRule, ...]:
        """The rules in force, in the order in which they are asked."""
        ...
