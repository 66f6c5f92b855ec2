"""SR 8.4 beside device details: who may set which status, delete a Device, or change its points of supply.

What DUIS's codes E080405 to E080415 mean is not known; which one stands for what is a choice of this project.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from dsp.rules.refusals import RefusalRow
from dsp.rules.smi_transitions import SmiEvent
from smart_metering.device_types import TYPE_1, DeviceType
from smart_metering.marks import Mark
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus

HUB_TYPES = frozenset({DeviceType.CHF, DeviceType.GPF})


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """The choice `element` of 8.4 (`field` of its record) with the value `status` is `event`, for these Devices."""

    field: str
    element: str
    status: SmiStatus
    event: SmiEvent
    device_types: frozenset[DeviceType]
    source: str
    mark: Mark


_EXCEPT_CH = ("update_device_status_except_ch", "UpdateDeviceStatusExceptCH")
_CH = ("update_device_status_ch", "UpdateDeviceStatusCH")
_DUIS = "DUIS 5.4 schema; rule likely"

STATUS_UPDATES = (
    #            element      value                                   event                          Device Types        source  mark
    StatusUpdate(*_EXCEPT_CH, SmiStatus.PENDING,                       SmiEvent.SET_PENDING,          TYPE_1 - HUB_TYPES, _DUIS, Mark.LIKELY),
    StatusUpdate(*_EXCEPT_CH, SmiStatus.INSTALLED_NOT_COMMISSIONED,    SmiEvent.SET_INSTALLED,        TYPE_1 - HUB_TYPES, _DUIS, Mark.LIKELY),
    StatusUpdate(*_CH,        SmiStatus.COMMISSIONED,                  SmiEvent.HUB_SET_COMMISSIONED, HUB_TYPES,          _DUIS, Mark.LIKELY),
    StatusUpdate(*_CH,        SmiStatus.WITHDRAWN,                     SmiEvent.HUB_SET_WITHDRAWN,    HUB_TYPES,          _DUIS, Mark.LIKELY),
    StatusUpdate(*_CH,        SmiStatus.INSTALLED_NOT_COMMISSIONED,    SmiEvent.HUB_SET_INSTALLED,    HUB_TYPES,          _DUIS, Mark.LIKELY),
)  # fmt: skip


class InventoryFault(StrEnum):
    """Why an 8.4 is refused, but for UpdateDeviceDetails."""

    NOT_IN_THE_SMI = "the Device is not in the SMI"
    NO_CHOICE = "none of the five choices is made"
    NO_SUCH_STATUS = "the status is none that the choice has"
    STATUS_TYPE = "such a Device has another of the two choices of a status, or none"
    STATUS_SENDER = "the sender is not the Responsible Supplier"
    HUB_SENDER = "the sender is a supplier of no meter of the hub's HAN"
    STATUS_FROM = "the status does not lead from the one the Device has"
    DELETE_SENDER = "the sender did not pre-notify the Device"
    DELETE_STATUS = "the Device is no longer Pending, or on a HAN"
    POINTS = "not exactly one point of supply is given"
    NO_SUCH_POINT = "such a Device has no such point of supply"
    MALFORMED_POINT = "the point of supply is not of the form of its kind"
    POINT_SENDER = "the meter is not the sender's"
    LEFT_THE_SERVICE = "the meter has left the service"
    UNREGISTERED = "nobody is registered as supplier of the point of supply"
    POINT_OF_ANOTHER = "the sender is not registered as supplier of the new point of supply"
    POINT_TAKEN = "another meter in use has the point of supply"


STATUS, DELETE, MPXN = "UpdateDeviceStatus…", "DeleteDevice", "UpdateMPxN"
"""The choices of 8.4 as the rows name them; that of a status is two."""

_F, _R = InventoryFault, ResponseCode
_S125, _G4, _Q18 = "SECMP0125 report", "choice G4", "codes of DUIS 5.4; choice Q18"
_G69, _G70 = "choice G69", "codes of DUIS 5.4; choice G70"

INVENTORY_REFUSALS = (
    #          part    fault                code        source  mark
    RefusalRow("",     _F.NOT_IN_THE_SMI,   _R.E19,     "DUIS", Mark.CERTAIN),
    RefusalRow("",     _F.NO_CHOICE,        _R.E100,    _G4,    Mark.WEAK),
    RefusalRow(STATUS, _F.NO_SUCH_STATUS,   _R.E100,    _G4,    Mark.WEAK),
    RefusalRow(STATUS, _F.STATUS_TYPE,      _R.E080408, _Q18,   Mark.CHOICE),
    RefusalRow(STATUS, _F.STATUS_SENDER,    _R.E4,      _S125,  Mark.CERTAIN),
    RefusalRow(STATUS, _F.HUB_SENDER,       _R.E4,      "choice G24", Mark.CHOICE),
    RefusalRow(STATUS, _F.STATUS_FROM,      _R.E080407, _Q18,   Mark.CHOICE),
    RefusalRow(DELETE, _F.DELETE_SENDER,    _R.E4,      _S125,  Mark.CERTAIN),
    RefusalRow(DELETE, _F.DELETE_STATUS,    _R.E080409, _Q18,   Mark.CHOICE),
    RefusalRow(MPXN,   _F.POINTS,           _R.E100,    _G4,    Mark.WEAK),
    RefusalRow(MPXN,   _F.NO_SUCH_POINT,    _R.E080410, _Q18,   Mark.CHOICE),
    RefusalRow(MPXN,   _F.MALFORMED_POINT,  _R.E100,    _G4,    Mark.WEAK),
    RefusalRow(MPXN,   _F.POINT_SENDER,     _R.E4,      _G69,   Mark.CHOICE),
    RefusalRow(MPXN,   _F.LEFT_THE_SERVICE, _R.E5,      "choice Q4", Mark.WEAK),
    RefusalRow(MPXN,   _F.UNREGISTERED,     _R.E080411, _G70,   Mark.CHOICE),
    RefusalRow(MPXN,   _F.POINT_OF_ANOTHER, _R.E4,      _G69,   Mark.CHOICE),
    RefusalRow(MPXN,   _F.POINT_TAKEN,      _R.E080412, _G70,   Mark.CHOICE),
)  # fmt: skip

_MPAN = re.compile(r"[0-9]{13}")
_MPRN = re.compile(r"[0-9]{1,10}")


def status_update(field: str, status: str) -> StatusUpdate | None:
    """The row of this choice and value; None for a value that DUIS has not."""
    return next((row for row in STATUS_UPDATES if row.field == field and row.status == status), None)


def is_import_mpxn(device_type: DeviceType, mpxn: str) -> bool:
    """An MPAN of 13 digits for electricity, an MPRN of up to 10 for gas (DUIS 5.4: lengths; digits likely)."""
    return bool((_MPRN if device_type is DeviceType.GSME else _MPAN).fullmatch(mpxn))


def is_mpan(mpan: str) -> bool:
    """13 digits."""
    return bool(_MPAN.fullmatch(mpan))


def is_mpxn(mpxn: str) -> bool:
    """An MPAN or an MPRN."""
    return bool(_MPAN.fullmatch(mpxn) or _MPRN.fullmatch(mpxn))
