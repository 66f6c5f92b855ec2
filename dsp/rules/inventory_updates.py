"""SR 8.4 beside device details: who may set which status, delete a Device, or change its points of supply.

What DUIS's codes E080405 to E080415 mean is not known; which one stands for what is a choice of this project.
"""

import re
from dataclasses import dataclass

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

CODES_SOURCE = "codes of DUIS 5.4; choice Q18"

STATUS_NOT_FROM_HERE = ResponseCode.E080407
STATUS_NOT_FOR_THIS_TYPE = ResponseCode.E080408
NOT_DELETABLE = ResponseCode.E080409
NO_POINT_OF_SUPPLY = ResponseCode.E080410

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
