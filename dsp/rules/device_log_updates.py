"""SR 8.11: what refuses a Device's addition to a hub's Device Log, or its removal; the codes' meanings are choices."""

from enum import StrEnum

from dsp.rules.refusals import RefusalRow
from smart_metering.marks import Mark
from smart_metering.response_codes import ResponseCode

LONGEST_JOIN_TIME_SECONDS = 3600
INSTALL_CODE_OCTETS = range(6, 17)
"""DUIS 5.4 schema."""

ADD, REMOVE = "Add", "Remove"


class DeviceLogFault(StrEnum):
    """Why an 8.11 is refused."""

    REQUEST_TYPE = "RequestType is neither Add nor Remove"
    NEVER_NOTIFIED = "the Device was never pre-notified"
    OF_THE_HUB = "a CHF or GPF is on no Device Log"
    NOT_ON_HAN = "the Device is not on this hub's HAN"
    NOTHING_TO_ADD = "an Add says nothing of the Device"
    JOIN_TIME = f"JoinTimePeriod is not 1 to {LONGEST_JOIN_TIME_SECONDS} seconds"
    INSTALL_CODE = f"InstallCode has not {INSTALL_CODE_OCTETS[0]} to {INSTALL_CODE_OCTETS[-1]} octets"
    MALFORMED_POINT = "a point of supply is not of the form of its kind"
    ON_A_HAN = "the Device is neither Pending nor in service on no HAN"
    POINTS = "the points of supply are not those that such a Device has"
    ANOTHER_POINT = "a meter in service has another point of supply"
    UNREGISTERED = "nobody is registered as supplier of the point of supply"


_Q18, _G4, _G71 = "codes of DUIS 5.4; choice Q18", "choice G4", "codes of DUIS 5.4; choice G71"
_F, _R = DeviceLogFault, ResponseCode

DEVICE_LOG_REFUSALS = (
    #          part    fault               code        source mark
    RefusalRow("",     _F.REQUEST_TYPE,    _R.E100,    _G4,   Mark.WEAK),
    RefusalRow("",     _F.NEVER_NOTIFIED,  _R.E081101, _Q18,  Mark.CHOICE),
    RefusalRow("",     _F.OF_THE_HUB,      _R.E081104, _Q18,  Mark.CHOICE),
    RefusalRow(REMOVE, _F.NOT_ON_HAN,      _R.E081102, _Q18,  Mark.CHOICE),
    RefusalRow(ADD,    _F.NOTHING_TO_ADD,  _R.E100,    _G4,   Mark.WEAK),
    RefusalRow(ADD,    _F.JOIN_TIME,       _R.E100,    _G4,   Mark.WEAK),
    RefusalRow(ADD,    _F.INSTALL_CODE,    _R.E100,    _G4,   Mark.WEAK),
    RefusalRow(ADD,    _F.MALFORMED_POINT, _R.E100,    _G4,   Mark.WEAK),
    RefusalRow(ADD,    _F.ON_A_HAN,        _R.E081105, _G71,  Mark.CHOICE),
    RefusalRow(ADD,    _F.POINTS,          _R.E081106, _Q18,  Mark.CHOICE),
    RefusalRow(ADD,    _F.ANOTHER_POINT,   _R.E081108, _G71,  Mark.CHOICE),
    RefusalRow(ADD,    _F.UNREGISTERED,    _R.E081107, _Q18,  Mark.CHOICE),
)  # fmt: skip
