"""What the emulator knows of each use case beside its payload: the SRV it serves, and whether it is critical."""

from dataclasses import dataclass

from smart_metering.marks import Mark
from smart_metering.use_cases import UseCase


@dataclass(frozen=True, slots=True)
class UseCaseRow:
    """A critical Command is signed and protected against replay; a critical Response is signed instead of MACed."""

    use_case: UseCase
    srv: str
    critical: bool
    source: str
    mark: Mark


ROWS = (
    #          use case                        SRV     critical  source             mark
    UseCaseRow(UseCase.CS06,                   "11.3", True,     "RTDS 4.5.0",      Mark.CERTAIN),
    UseCaseRow(UseCase.CS06_ALERT,             "11.3", True,     "RTDS 4.5.0",      Mark.CERTAIN),
    UseCaseRow(UseCase.ECS52,                  "11.2", False,    "RTDS 4.5.0",      Mark.CERTAIN),
    UseCaseRow(UseCase.GCS38,                  "11.2", False,    "RTDS 4.5.0",      Mark.CERTAIN),
    UseCaseRow(UseCase.CS08,                   "11.2", False,    "RTDS 4.5.0",      Mark.CERTAIN),
    UseCaseRow(UseCase.ESME_FIRMWARE_RECEIPT,  "11.1", True,     "GBCS, MMC schema",        Mark.LIKELY),
    UseCaseRow(UseCase.GSME_FIRMWARE_RECEIPT,  "11.1", True,     "GBCS, MMC schema",        Mark.LIKELY),
    UseCaseRow(UseCase.CCS08,                  "11.1", True,     "GBCS CCS08",        Mark.LIKELY),
    UseCaseRow(UseCase.CS09,                   "11.4", True,     "GBCS CS09",       Mark.LIKELY),
)  # fmt: skip

ROW_OF = {int(row.use_case): row for row in ROWS}


def reference_of(message_code: int) -> str:
    """The SRV to which a message belongs; empty for a use case that is not emulated."""
    row = ROW_OF.get(message_code)
    return row.srv if row else ""
