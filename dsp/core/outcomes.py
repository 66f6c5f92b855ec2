"""What a room says of a request that passed every access check."""

from collections.abc import Callable
from dataclasses import dataclass

from dsp.core.asking import Asking
from dsp.core.records import ListedDevices, SmiDevice
from dsp.core.service_audit_trail import REFUSING
from dsp.core.turn import Turn
from smart_metering.decisions import Decision
from smart_metering.duis.service_responses import ResponseBody
from smart_metering.marks import Mark
from smart_metering.response_codes import ResponseCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The answer to come. Without a code: the request is not emulated yet.

    Of a request that lists Devices: the `accepted` ones, and by which row each was that, or was left out.
    """

    code: ResponseCode | None
    body: ResponseBody | None = None
    decision: Decision | None = None
    accepted: tuple[SmiDevice, ...] = ()
    listed: tuple[ListedDevices, ...] = ()

    @property
    def refuses(self) -> bool:
        """Whether the request went no further."""
        return self.code is not None and self.code.startswith(REFUSING)


Room = Callable[[Turn, Asking], Outcome]


def refused(code: ResponseCode, row: str, source: str, mark: Mark = Mark.CHOICE) -> Outcome:
    """An answer that refuses, with what decided it."""
    return Outcome(code=code, decision=Decision(code=code, row=row, source=source, mark=mark))
