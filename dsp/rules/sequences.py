"""Sequences as rows: what a request that names the one before it is refused for.

DUIS 5.4 has the two fields of the header; which code means what is chosen here.
"""

from dataclasses import dataclass
from enum import StrEnum

from smart_metering.command_variants import CommandVariant
from smart_metering.marks import Mark
from smart_metering.response_codes import ResponseCode

CAN_WAIT = frozenset({CommandVariant.SEND, CommandVariant.SIGNED_SEND})
"""What only goes to the Device can wait; all else is answered at once."""


class SequenceFault(StrEnum):
    """Why a request cannot follow; the value says it."""

    UNKNOWN = "no request that the User sent, and that was accepted, has the PrecedingServiceRequestID"
    CONTRADICTION = "the first in a sequence names a request before it"
    CANNOT_WAIT = "the request before it has not ended, and this one is answered at once"
    FAILED = "the request before it failed"


@dataclass(frozen=True, slots=True)
class SequenceRow:
    """The code that answers one fault."""

    fault: SequenceFault
    code: ResponseCode
    source: str
    mark: Mark


_G51 = "DUIS 5.4 schema; code: choice G51"

SEQUENCE_ROWS = (
    #           fault                        code              source  mark
    SequenceRow(SequenceFault.UNKNOWN,       ResponseCode.E41, _G51,   Mark.WEAK),
    SequenceRow(SequenceFault.CONTRADICTION, ResponseCode.E42, _G51,   Mark.WEAK),
    SequenceRow(SequenceFault.CANNOT_WAIT,   ResponseCode.E43, _G51,   Mark.WEAK),
    SequenceRow(SequenceFault.FAILED,        ResponseCode.E31, _G51,   Mark.WEAK),
)  # fmt: skip


def sequence_row(fault: SequenceFault) -> SequenceRow:
    """The row of this fault."""
    return next(row for row in SEQUENCE_ROWS if row.fault is fault)
