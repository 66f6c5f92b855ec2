"""Who is told: the recipients of each DCC Alert that is raised."""

from dataclasses import dataclass
from enum import StrEnum

from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.device_types import ALL_TYPES, METERS, DeviceType
from smart_metering.marks import Mark


class Recipient(StrEnum):
    """A recipient, by what it is to the Device or the request."""

    RESPONSIBLE_SUPPLIER = "Responsible Supplier"
    RESPONSIBLE_NETWORK_OPERATOR = "Responsible Network Operator"
    REQUESTER = "the User whose request it is about"
    OTHERS_RESPONSIBLE = "all others who are responsible"
    OTHER_SUPPLIERS = "other Responsible Suppliers"
    LOSING_SUPPLIER = "the losing supplier"
    PRE_NOTIFIER = "the User who pre-notified it"


@dataclass(frozen=True, slots=True)
class AlertRow:
    """The recipients of one code, for alerts about Devices of these types."""

    code: DccAlertCode
    device_types: frozenset[DeviceType]
    recipients: tuple[Recipient, ...]
    source: str
    mark: Mark


_C = DccAlertCode
_ELECTRICITY = frozenset({DeviceType.ESME})
_BOTH = (Recipient.RESPONSIBLE_SUPPLIER, Recipient.RESPONSIBLE_NETWORK_OPERATOR)
_SUPPLIER = (Recipient.RESPONSIBLE_SUPPLIER,)
_REQUESTER = (Recipient.REQUESTER,)
_OTHERS = (Recipient.OTHERS_RESPONSIBLE,)
_DUIS = "DUIS 5.4 schema"

ALERT_ROWS = (
    # code          about Devices             recipients                                    source                              mark
    AlertRow(_C.N1,  METERS,                  _OTHERS,                                      _DUIS + "; code chosen here",       Mark.WEAK),
    AlertRow(_C.N2,  ALL_TYPES,               _OTHERS,                                      _DUIS + "; code chosen here",       Mark.WEAK),
    AlertRow(_C.N3,  ALL_TYPES,               _OTHERS,                                      _DUIS + "; code chosen here",       Mark.WEAK),
    AlertRow(_C.N8,  ALL_TYPES,               (Recipient.PRE_NOTIFIER,),                    _DUIS + "; code chosen here",       Mark.WEAK),
    AlertRow(_C.N16, METERS,                  (Recipient.RESPONSIBLE_NETWORK_OPERATOR,),    _DUIS,                              Mark.LIKELY),
    AlertRow(_C.N24, ALL_TYPES,               _REQUESTER,                                   "DCC's parser, test data",          Mark.LIKELY),
    AlertRow(_C.N25, ALL_TYPES,               _REQUESTER,                                   _DUIS + "; code chosen here",       Mark.WEAK),
    AlertRow(_C.N26, ALL_TYPES,               _REQUESTER,                                   _DUIS + "; code chosen here",       Mark.WEAK),
    AlertRow(_C.N27, ALL_TYPES,               (Recipient.LOSING_SUPPLIER,),                 _DUIS + "; code chosen here",       Mark.WEAK),
    AlertRow(_C.N28, ALL_TYPES,               _BOTH,                                        "choice Q2",                        Mark.LIKELY),
    AlertRow(_C.N29, _ELECTRICITY,            _BOTH,                                        "SECMP0105 report",                 Mark.CERTAIN),
    AlertRow(_C.N29, ALL_TYPES - _ELECTRICITY, _BOTH,                                       "as for electricity; choice Q10",   Mark.CHOICE),
    AlertRow(_C.N36, ALL_TYPES,               _BOTH,                                        _DUIS + "; code chosen here",       Mark.WEAK),
    AlertRow(_C.N39, ALL_TYPES,               _SUPPLIER,                                    "SECMP0007, SEC website",           Mark.LIKELY),
    AlertRow(_C.N52, ALL_TYPES,               (*_BOTH, Recipient.REQUESTER),                "SECMP0105 report; recipients chosen here", Mark.CHOICE),
    AlertRow(_C.N59, ALL_TYPES,               (Recipient.OTHER_SUPPLIERS,),                 _DUIS,                              Mark.LIKELY),
    AlertRow(_C.N60, ALL_TYPES,               _REQUESTER,                                   "SECMP0007; choice Q3",             Mark.LIKELY),
    AlertRow(_C.N61, ALL_TYPES,               _REQUESTER,                                   "SECMP0007; choice Q3",             Mark.LIKELY),
    AlertRow(_C.N62, ALL_TYPES,               _SUPPLIER,                                    _DUIS,                              Mark.LIKELY),
)  # fmt: skip


def alert_row(code: DccAlertCode, device_type: DeviceType) -> AlertRow:
    """The row of this code, for an alert about such a Device."""
    return next(row for row in ALERT_ROWS if row.code is code and device_type in row.device_types)
