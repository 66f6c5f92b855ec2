"""The SMI life cycle: for each event, from which SMI Statuses it leads where, at whose wish, and who is told."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from smart_metering.device_types import TYPE_1, DeviceType
from smart_metering.marks import Mark
from smart_metering.smi_statuses import SmiStatus


class SmiEvent(StrEnum):
    """What can happen to a Device in the inventory."""

    PRENOTIFIED = "12.2 accepted"
    DELETED = "8.4 DeleteDevice"
    FORGOTTEN = "left Pending too long"
    ADDED_TO_HAN = "8.11 Add succeeded"
    JOINED_HAN = "alert 8F12: it joined the HAN"
    REMOVED_FROM_HAN = "8.11 Remove succeeded"
    SET_INSTALLED = "8.4 UpdateDeviceStatusExceptCH InstalledNotCommissioned"
    SET_PENDING = "8.4 UpdateDeviceStatusExceptCH Pending"
    COMMISSIONED = "8.1.1 succeeded"
    JOINED_SERVICE = "8.7.1 or 8.7.2 succeeded"
    HUB_CONNECTED = "its hub is on the SM WAN"
    HUB_SET_COMMISSIONED = "8.4 UpdateDeviceStatusCH Commissioned"
    HUB_SET_INSTALLED = "8.4 UpdateDeviceStatusCH InstalledNotCommissioned"
    HUB_SET_WITHDRAWN = "8.4 UpdateDeviceStatusCH Withdrawn"
    HUB_INSTALLED = "8.14.1 install success"
    HUB_INSTALLED_NO_SM_WAN = "8.14.2 install, no SM WAN"
    HUB_RETURNED = "8.14.3 or 8.14.4 return"
    HUB_LEFT = "its hub left the service"
    CPL_ENTRY_REMOVED = "the CPL entry of its firmware removed"
    NEW_FIRMWARE_SHOWN = "a Response shows new firmware"
    CPL_ENTRY_REINSTATED = "the CPL entry of its firmware reinstated"
    FOUND_OFF_CPL = "its firmware is not on the CPL as its recovery ends"
    DECOMMISSIONED = "8.3 accepted"
    RECOVERY_STARTED = "recovery from a compromise starts"
    RECOVERY_CREDENTIALS_PLACED = "recovery credentials placed"
    SUPPLIER_RESTORED = "the supplier's credentials restored"


class Beyond(StrEnum):
    """Results that are no SMI Status."""

    BEFORE_SUSPENSION = "the status held before suspension"
    REMOVED = "no longer in the SMI"
    UNCHANGED = "the same status"


@dataclass(frozen=True, slots=True)
class Transition:
    """From any of `origins` (None: not in the SMI) by `event` to `result`, for Devices of these types.

    `before_suspension` replaces the status that a Suspended Device will be restored to.
    """

    origins: tuple[SmiStatus | None, ...]
    event: SmiEvent
    result: SmiStatus | Beyond
    actor: str
    told: str
    source: str
    mark: Mark
    device_types: frozenset[DeviceType] = field(default=TYPE_1)
    before_suspension: SmiStatus | None = None


(
    _PENDING,
    _WHITELISTED,
    _INC,
    _COMMISSIONED,
    _DECOMMISSIONED,
    _WITHDRAWN,
    _SUSPENDED,
    _RECOVERY,
    _RECOVERED,
) = SmiStatus
_HUB = frozenset({DeviceType.CHF, DeviceType.GPF})
_CHF, _GPF = frozenset({DeviceType.CHF}), frozenset({DeviceType.GPF})
_METERS = frozenset({DeviceType.ESME, DeviceType.GSME})
_JOINED = frozenset({DeviceType.PPMID, DeviceType.HCALCS, DeviceType.GPF})
_NOT_HUB = TYPE_1 - _HUB
_READ = frozenset({DeviceType.PPMID, DeviceType.HCALCS})
_IN_SERVICE = (_WHITELISTED, _INC, _COMMISSIONED, _SUSPENDED, _RECOVERY, _RECOVERED)

_E = SmiEvent
_C, _L, _W, _R = Mark.CERTAIN, Mark.LIKELY, Mark.WEAK, Mark.CHOICE
_S105 = "SECMP0105 report"
_S125 = "SECMP0125 report"
_DUIS = "DUIS 5.4 schema"
_S105_HUB = "SECMP0105 report names no hub; likely, and choice Q5a, switchable"
_RS = "Responsible Supplier"

TRANSITIONS = (
    # from                                   event                            to                          by whom                   told                          source             mark
    Transition((None,),                      _E.PRENOTIFIED,                  _PENDING,                   "any User",               "the answer",                 _S125,             _C),
    Transition((_DECOMMISSIONED, _WITHDRAWN), _E.PRENOTIFIED,                 _PENDING,                   "any User",               "the answer",                 "chosen here",     _R),
    Transition((_PENDING,),                  _E.DELETED,                      Beyond.REMOVED,             "the pre-notifier",       "the answer",                 _S125,             _C),
    Transition((_PENDING,),                  _E.FORGOTTEN,                    Beyond.REMOVED,             "DSP",                    "N8 to the pre-notifier",     "DUIS 5.4 schema, DeviceRemovedFromInventory", _W),
    Transition((_PENDING,),                  _E.ADDED_TO_HAN,                 _WHITELISTED,               "IS, GS, OU",             "N24 to the requester",       _DUIS,             _L, _NOT_HUB),
    Transition(_IN_SERVICE,                  _E.ADDED_TO_HAN,                 Beyond.UNCHANGED,           "IS, GS, OU",             "N24 to the requester",       "choice G71: on no HAN until then", _R, _NOT_HUB),
    Transition((_WHITELISTED,),              _E.JOINED_HAN,                   _INC,                       "the hub's alert",        "",                           "GBCS alert 8F12", _L, _NOT_HUB),
    Transition((_WHITELISTED, _INC),         _E.REMOVED_FROM_HAN,             _PENDING,                   "IS, GS, OU",             "N24 to the requester",       _DUIS,             _L, _NOT_HUB),
    Transition((_PENDING, _COMMISSIONED, _SUSPENDED, _RECOVERY, _RECOVERED, _DECOMMISSIONED, _WITHDRAWN), _E.REMOVED_FROM_HAN, Beyond.UNCHANGED, "IS, GS, OU", "N24 to the requester", "choice G71", _R, _NOT_HUB),
    Transition((*_IN_SERVICE, _PENDING, _DECOMMISSIONED, _WITHDRAWN), _E.HUB_LEFT, Beyond.UNCHANGED,  "DSP",                    "",                           "choice G34",      _R, _NOT_HUB),
    Transition((_PENDING, _WHITELISTED),     _E.SET_INSTALLED,                _INC,                       _RS,                      "the answer",                 _DUIS,             _L, _NOT_HUB),
    Transition((_WHITELISTED, _INC),         _E.SET_PENDING,                  _PENDING,                   _RS,                      "the answer",                 _DUIS,             _L, _NOT_HUB),
    Transition((_INC,),                      _E.COMMISSIONED,                 _COMMISSIONED,              _RS,                      "N16 to the Network Operator", "DUIS 5.4 schema, MeterIdentity", _L, _METERS),
    Transition((_SUSPENDED,),                _E.COMMISSIONED,                 _SUSPENDED,                 _RS,                      "",                           "choice Q22",      _R, _METERS, _COMMISSIONED),
    Transition((_INC,),                      _E.JOINED_SERVICE,               _COMMISSIONED,              _RS,                      "",                           _DUIS,             _L, _JOINED),
    Transition((_SUSPENDED,),                _E.JOINED_SERVICE,               _SUSPENDED,                 _RS,                      "",                           "choice Q22",      _R, _JOINED, _COMMISSIONED),
    Transition((_PENDING, _INC),             _E.HUB_CONNECTED,                _COMMISSIONED,              "CSP",                    "",                           "responses of DCC Boxed", _L, _CHF),
    Transition((_PENDING,),                  _E.HUB_CONNECTED,                _INC,                       "CSP",                    "",                           "responses of DCC Boxed", _L, _GPF),
    Transition((_PENDING, _INC),             _E.HUB_SET_COMMISSIONED,         _COMMISSIONED,              _RS,                      "the answer",                 _DUIS,             _L, _HUB),
    Transition((_PENDING, _COMMISSIONED),    _E.HUB_SET_INSTALLED,            _INC,                       _RS,                      "the answer",                 _DUIS,             _L, _HUB),
    Transition((_PENDING, _INC, _COMMISSIONED, _SUSPENDED), _E.HUB_SET_WITHDRAWN, _WITHDRAWN,             _RS,                      "N3 to the others responsible", _DUIS,           _L, _HUB),
    Transition((_PENDING, _INC),             _E.HUB_INSTALLED,                _COMMISSIONED,              "IS, GS",                 "the answer",                 _DUIS,             _L, _CHF),
    Transition((_PENDING,),                  _E.HUB_INSTALLED,                _INC,                       "IS, GS",                 "the answer",                 "choice G34",      _R, _GPF),
    Transition((_PENDING,),                  _E.HUB_INSTALLED_NO_SM_WAN,      _INC,                       "IS, GS",                 "the answer",                 _DUIS,             _L, _CHF),
    Transition((_PENDING,),                  _E.HUB_INSTALLED_NO_SM_WAN,      _INC,                       "IS, GS",                 "the answer",                 "choice G34",      _R, _GPF),
    Transition((_PENDING, _INC, _COMMISSIONED, _SUSPENDED), _E.HUB_RETURNED,  _WITHDRAWN,                 "IS, GS",                 "N3 to the others responsible", _DUIS,           _L, _HUB),
    Transition((_COMMISSIONED,),             _E.CPL_ENTRY_REMOVED,            _SUSPENDED,                 "DSP",                    "N28",                        _S105,             _C, _NOT_HUB),
    Transition((_COMMISSIONED,),             _E.CPL_ENTRY_REMOVED,            _SUSPENDED,                 "DSP",                    "N28",                        _S105_HUB,         _L, _HUB),
    Transition((_INC, _RECOVERED),           _E.CPL_ENTRY_REMOVED,            _SUSPENDED,                 "DSP",                    "N28",                        "choice Q5",       _R),
    Transition((_PENDING, _WHITELISTED),     _E.CPL_ENTRY_REMOVED,            _SUSPENDED,                 "DSP",                    "N28",                        "choice Q5, if switched", _R),
    Transition((_SUSPENDED,),                _E.NEW_FIRMWARE_SHOWN,           Beyond.BEFORE_SUSPENSION,   "DSP",                    "N29",                        _S105,             _C, _METERS),
    Transition((_SUSPENDED,),                _E.NEW_FIRMWARE_SHOWN,           Beyond.BEFORE_SUSPENSION,   "DSP",                    "N29",                        "SECMP0007; chosen here", _R, _READ),
    Transition((_SUSPENDED,),                _E.NEW_FIRMWARE_SHOWN,           Beyond.BEFORE_SUSPENSION,   "DSP",                    "N29",                        "SECMP0105 report: all Devices; chosen here", _R, _CHF),
    Transition((_SUSPENDED,),                _E.CPL_ENTRY_REINSTATED,         Beyond.BEFORE_SUSPENSION,   "DSP",                    "N29",                        "follows from the row before", _L),
    Transition((_WHITELISTED, _INC, _COMMISSIONED, _SUSPENDED, _RECOVERY, _RECOVERED), _E.DECOMMISSIONED, _DECOMMISSIONED, _RS,      "N1, N2 or N3 to the others responsible", _DUIS, _L),
    Transition((_COMMISSIONED, _SUSPENDED),  _E.RECOVERY_STARTED,             _RECOVERY,                  "DCC",                    "",                           "DUIS 5.4 schema, statuses", _W),
    Transition((_RECOVERY,),                 _E.RECOVERY_CREDENTIALS_PLACED,  _RECOVERED,                 "DCC",                    "N36",                        "DUIS 5.4 schema, RecoveryComplete", _W),
    Transition((_RECOVERED,),                _E.SUPPLIER_RESTORED,            _COMMISSIONED,              "DCC, once the supplier has restored them", "",         "DUIS 5.4 schema, statuses", _W),
    Transition((_COMMISSIONED,),             _E.FOUND_OFF_CPL,                _SUSPENDED,                 "DSP",                    "N28",                        "choice G73",      _R),
)  # fmt: skip


@cache  # asked for each Device that an event of the CPL is about
def transition(
    origin: SmiStatus | None, event: SmiEvent, device_type: DeviceType = DeviceType.ESME
) -> Transition | None:
    """The row for this status, event and Device Type, or None: nothing happens."""
    for row in TRANSITIONS:
        if row.event is event and origin in row.origins and device_type in row.device_types:
            return row
    return None
