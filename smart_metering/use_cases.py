"""GBCS use cases that the emulator speaks: the message code each carries on the wire, and what its messages need."""

from dataclasses import dataclass
from enum import IntEnum

from smart_metering.marks import Mark


class UseCase(IntEnum):
    """Members are message codes; those that carry vectors are certain, from the Reference Test Data Set 4.5.0."""

    CCS01 = 0x0001  # add a Device to the CHF Device Log
    CCS02 = 0x0002  # remove a Device from the CHF Device Log
    CCS05 = 0x0004  # read the CHF Device Log and what is connected (CCS05/CCS04)
    CS01A = 0x0007  # top up an ESME
    CS02A = 0x0008  # read the security credentials of a Device
    CS03A1 = 0x000D  # join, critical: an ESME or GSME with a PPMID or HCALCS
    CS03B = 0x000E  # join, non-critical: a GSME or ESME with the GPF
    CS06 = 0x0012  # Activate Firmware
    CS07 = 0x0013  # read the Device Log
    ECS15A = 0x0024  # clear the event log of an ESME
    ECS17B = 0x0027  # read the import registers of an ESME
    ECS19 = 0x002D  # read the prepayment registers of an ESME
    ECS22B = 0x0037  # read the import profile of an ESME
    ECS26E = 0x003F  # read the identity of an ESME
    ECS45 = 0x0052  # read the supply status of an ESME
    ECS52 = 0x0059  # Read Firmware Version from an ESME or the CHF
    ECS70 = 0x0062  # synchronise the clock of an ESME; commissions it
    ECS80 = 0x0067  # alert: the supply of an ESME is back, and when it went
    GCS13A = 0x0074  # read the consumption register of a GSME or the GPF
    GCS17 = 0x0078  # read the profile of a GSME or the GPF
    GCS28 = 0x007F  # synchronise the clock of a GSME; commissions it
    GCS33 = 0x0082  # read the supply status of a GSME or the GPF
    GCS38 = 0x0084  # Read Firmware Version from a GSME or the GPF
    CS01B = 0x0097  # top up a GSME
    CS06_ALERT = 0x00CA  # outcome of a future-dated Activate Firmware
    CS02B_ALERT = 0x00CB  # outcome of a future-dated Update Security Credentials
    ESME_FIRMWARE_RECEIPT = 0x00CE  # alert: an ESME received and verified an image, or refused it
    GSME_FIRMWARE_RECEIPT = 0x00CF  # alert: a GSME received and verified an image, or refused it
    CS02B = 0x0107  # Update Security Credentials by the transitional Change of Supplier party
    CCS08 = 0x0128  # alert of the CHF: firmware transfer to a Device
    CS08 = 0x0129  # Read Firmware Version from a PPMID or HCALCS
    CS09 = 0x012B  # alert: a PPMID activated firmware, or failed to
    CRITICAL_ALERT = 0x1000  # any alert that is signed
    NON_CRITICAL_ALERT = 0x1001  # any alert with a MAC


@dataclass(frozen=True, slots=True)
class UseCaseRow:
    """`critical`: Commands are signed and protected against replay, and Responses signed instead of MACed; an alert
    that is critical is signed. `dated`: the Response carries the Device's time in its header."""

    use_case: UseCase
    srv: str
    critical: bool
    dated: bool
    source: str
    mark: Mark


_RTDS = "RTDS 4.5.0"

USE_CASE_ROWS = (
    #          use case                        SRV       critical  dated  source             mark
    UseCaseRow(UseCase.CCS01,                  "8.11",   False,    False, _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.CCS02,                  "8.11",   False,    False, _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.CCS05,                  "8.9",    False,    False, _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.CS01A,                  "2.2",    False,    True,  _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.CS01B,                  "2.2",    False,    True,  _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.CS02A,                  "6.24.1", False,    False, _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.CS02B,                  "6.23",   True,     True,  _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.CS02B_ALERT,            "6.23",   True,     False, _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.CS03A1,                 "8.7.1",  True,     False, _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.CS03B,                  "8.7.2",  False,    False, _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.CS06,                   "11.3",   True,     True,  _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.CS06_ALERT,             "11.3",   True,     False, _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.CS07,                   "8.9",    False,    False, _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.CS08,                   "11.2",   False,    False, _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.CS09,                   "11.4",   True,     False, "GBCS CS09",       Mark.LIKELY),
    UseCaseRow(UseCase.CCS08,                  "11.1",   True,     False, "GBCS CCS08",      Mark.LIKELY),
    UseCaseRow(UseCase.ECS15A,                 "3.3",    False,    False, _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.ECS17B,                 "4.1.1",  False,    True,  _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.ECS19,                  "4.3",    False,    True,  _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.ECS22B,                 "4.8.1",  False,    False, _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.ECS26E,                 "6.2.4",  False,    False, _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.ECS45,                  "7.4",    False,    False, _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.ECS52,                  "11.2",   False,    False, _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.ECS70,                  "8.1.1",  True,     False, _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.ECS80,                  "",       True,     False, _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.GCS13A,                 "4.1.1",  False,    True,  _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.GCS17,                  "4.8.1",  False,    False, _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.GCS28,                  "8.1.1",  True,     False, _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.GCS33,                  "7.4",    False,    False, _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.GCS38,                  "11.2",   False,    False, _RTDS,             Mark.CERTAIN),
    UseCaseRow(UseCase.ESME_FIRMWARE_RECEIPT,  "11.1",   True,     False, "GBCS, MMC schema", Mark.LIKELY),
    UseCaseRow(UseCase.GSME_FIRMWARE_RECEIPT,  "11.1",   True,     False, "GBCS, MMC schema", Mark.LIKELY),
    UseCaseRow(UseCase.CRITICAL_ALERT,         "",       True,     False, "GBCS, generic alerts", Mark.LIKELY),
    UseCaseRow(UseCase.NON_CRITICAL_ALERT,     "",       False,    False, "GBCS, generic alerts", Mark.LIKELY),
)  # fmt: skip

_ROW_OF = {int(row.use_case): row for row in USE_CASE_ROWS}


def use_case_row(message_code: int) -> UseCaseRow | None:
    """The row of a message code; None for a use case that is not emulated."""
    return _ROW_OF.get(message_code)


def is_critical(message_code: int) -> bool:
    """Whether its messages are signed; of a use case that is not emulated nothing else would be proof."""
    row = _ROW_OF.get(message_code)
    return row is None or row.critical


def reference_of(message_code: int) -> str:
    """The SRV to which a message belongs; empty for a generic alert, or a use case that is not emulated."""
    row = _ROW_OF.get(message_code)
    return row.srv if row else ""
