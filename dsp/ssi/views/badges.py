"""Badges: a word, and a tone that only underlines it."""

from dataclasses import dataclass
from enum import StrEnum

from smart_metering.smi_statuses import SmiStatus


class Tone(StrEnum):
    """What the style sheet knows."""

    CALM = "calm"
    GOOD = "good"
    BAD = "bad"
    WARN = "warn"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Badge:
    """As it is shown."""

    text: str
    tone: Tone


_TONES = {
    SmiStatus.COMMISSIONED: Tone.GOOD,
    SmiStatus.SUSPENDED: Tone.BAD,
    SmiStatus.WITHDRAWN: Tone.BAD,
    SmiStatus.RECOVERY: Tone.WARN,
    SmiStatus.RECOVERED: Tone.WARN,
}
_CPL_TONES = {"Active": Tone.GOOD, "Withdrawn": Tone.BAD}


def status_badge(status: SmiStatus | None) -> Badge:
    """Of an SMI Status; a Device of Type 2 has none."""
    return Badge(status or "no status", _TONES.get(status, Tone.CALM) if status else Tone.CALM)


def cpl_badge(cpl_status: str) -> Badge:
    """Of what the Central Products List says of a firmware version."""
    return Badge(cpl_status or "not listed", _CPL_TONES.get(cpl_status, Tone.CALM))


def code_badge(code: str) -> Badge:
    """Of a response code: I is for success and acknowledgement, E and W are for errors and warnings."""
    tones = {"I": Tone.GOOD, "E": Tone.BAD, "W": Tone.WARN}
    return Badge(code, tones.get(code[:1], Tone.CALM))
