"""What is wrong with a message that cannot be read as a record."""

from dataclasses import dataclass
from typing import Self

FAULTS_SHOWN = 8
LENGTH_SHOWN = 240


@dataclass(frozen=True, slots=True)
class Fault:
    """`path` leads to the field ("device_id_list[3]"); `expected` says what should have stood there."""

    path: str
    expected: str

    def __str__(self) -> str:
        return f"{self.path}: {self.expected}"

    def under(self, prefix: str) -> "Fault":
        """The same fault, seen from the message that holds this one at `prefix`."""
        return Fault(f"{prefix}.{self.path}", self.expected)


class WireError(ValueError):
    """A message that is not a record: all its faults at once, in the order of the fields.

    Its text stays short however long the message: it travels in gRPC trailers, which have room for 8 KiB.
    """

    def __init__(self, *faults: Fault) -> None:
        shown = "; ".join(_cut(str(fault)) for fault in faults[:FAULTS_SHOWN])
        more = len(faults) - FAULTS_SHOWN
        super().__init__(f"{shown}; and {more} more" if more > 0 else shown)
        self.faults = faults

    @classmethod
    def at(cls, path: str, expected: str) -> Self:
        """One fault."""
        return cls(Fault(path, expected))

    def under(self, prefix: str) -> "WireError":
        """The same faults, seen from the message that holds this one at `prefix`."""
        return WireError(*(fault.under(prefix) for fault in self.faults))


def _cut(text: str) -> str:
    return text if len(text) <= LENGTH_SHOWN else f"{text[:LENGTH_SHOWN]}..."
