"""What a row says that refuses a request: one fault, and the code that answers it."""

from dataclasses import dataclass
from enum import StrEnum

from smart_metering.marks import Mark
from smart_metering.response_codes import ResponseCode


@dataclass(frozen=True, slots=True)
class RefusalRow:
    """A fault, which its value says in words, with its code. `part` is the only part of the request that can have it;
    empty: any. The rows of a request stand in the order in which their faults are looked for: the first one answers."""

    part: str
    fault: StrEnum
    code: ResponseCode
    source: str
    mark: Mark
