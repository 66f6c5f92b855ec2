"""SR 12.2: what refuses a pre-notification; the meanings of its six-digit codes are choices."""

from enum import StrEnum

from dsp.rules.refusals import RefusalRow
from smart_metering.marks import Mark
from smart_metering.response_codes import ResponseCode


class PrenotificationFault(StrEnum):
    """Why a 12.2 is refused."""

    MALFORMED = "a detail is absent, or longer than DUIS has it"
    IN_THE_SMI = "the Device is in the SMI already"
    DEVICE_TYPE = "DeviceType is none of DUIS"
    VARIANT = "an ESME has an ESMEVariant of DUIS, any other Device none"


_F, _R = PrenotificationFault, ResponseCode

PRENOTIFICATION_REFUSALS = (
    #          part fault           code        source                           mark
    RefusalRow("",  _F.MALFORMED,   _R.E100,    "choice G4",                     Mark.WEAK),
    RefusalRow("",  _F.IN_THE_SMI,  _R.E120201, "codes of DUIS 5.4; choice Q18", Mark.CHOICE),
    RefusalRow("",  _F.DEVICE_TYPE, _R.E120203, "codes of DUIS 5.4; choice Q18", Mark.CHOICE),
    RefusalRow("",  _F.VARIANT,     _R.E120204, "codes of DUIS 5.4; choice Q18", Mark.CHOICE),
)  # fmt: skip
