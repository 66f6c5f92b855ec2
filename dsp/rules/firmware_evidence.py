"""Firmware Responses from which the SMI may learn a Device's version; each row cites the document that grants it."""

from dataclasses import dataclass

from smart_metering.device_types import METERS, DeviceType
from smart_metering.marks import Mark


@dataclass(frozen=True, slots=True)
class Evidence:
    """A Response to `srv` from these Device Types counts; with `success_needed` only one whose code is success."""

    srv: str
    device_types: frozenset[DeviceType]
    success_needed: bool
    source: str
    mark: Mark


BASE_EVIDENCE = (
    #        SRV     Device Types  success  source                               mark
    Evidence("11.3", METERS,       True,    "SECMP0105 report: the rule before", Mark.CERTAIN),
)  # fmt: skip


def evidence(rows: tuple[Evidence, ...], srv: str, device_type: DeviceType, success: bool) -> Evidence | None:
    """The row by which this Response teaches, if one does."""
    for row in rows:
        if row.srv == srv and device_type in row.device_types and (success or not row.success_needed):
            return row
    return None
