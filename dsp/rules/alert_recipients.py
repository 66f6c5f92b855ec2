"""Who is told: the recipients of each DCC Alert that is raised."""

from dataclasses import dataclass
from enum import StrEnum

from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.device_types import ALL_TYPES, DeviceType
from smart_metering.marks import Mark


class Recipient(StrEnum):
    """A recipient, by what it is to the Device or the request."""

    RESPONSIBLE_SUPPLIER = "Responsible Supplier"
    RESPONSIBLE_NETWORK_OPERATOR = "Responsible Network Operator"
    REQUESTER = "the User whose request it is about"


@dataclass(frozen=True, slots=True)
class AlertRow:
    """The recipients of one code, for alerts about Devices of these types."""

    code: DccAlertCode
    device_types: frozenset[DeviceType]
    recipients: tuple[Recipient, ...]
    source: str
    mark: Mark


_ELECTRICITY = frozenset({DeviceType.ESME})
_BOTH = (Recipient.RESPONSIBLE_SUPPLIER, Recipient.RESPONSIBLE_NETWORK_OPERATOR)

ALERT_ROWS = (
    AlertRow(DccAlertCode.N28, ALL_TYPES, _BOTH, "choice Q2", Mark.LIKELY),
    AlertRow(DccAlertCode.N29, _ELECTRICITY, _BOTH, "SECMP0105 report", Mark.CERTAIN),
    AlertRow(
        DccAlertCode.N29, ALL_TYPES - _ELECTRICITY, _BOTH, "as for electricity; choice Q10", Mark.CHOICE
    ),
    AlertRow(
        DccAlertCode.N39, ALL_TYPES, (Recipient.RESPONSIBLE_SUPPLIER,), "SECMP0007, SEC website", Mark.LIKELY
    ),
    AlertRow(
        DccAlertCode.N52,
        ALL_TYPES,
        (*_BOTH, Recipient.REQUESTER),
        "SECMP0105 report; recipients chosen here",
        Mark.CHOICE,
    ),
    AlertRow(DccAlertCode.N60, ALL_TYPES, (Recipient.REQUESTER,), "SECMP0007; choice Q3", Mark.LIKELY),
    AlertRow(DccAlertCode.N61, ALL_TYPES, (Recipient.REQUESTER,), "SECMP0007; choice Q3", Mark.LIKELY),
    AlertRow(DccAlertCode.N62, ALL_TYPES, (Recipient.RESPONSIBLE_SUPPLIER,), "DUIS 5.4 schema", Mark.LIKELY),
)


def alert_row(code: DccAlertCode, device_type: DeviceType) -> AlertRow:
    """The row of this code, for an alert about such a Device."""
    return next(row for row in ALERT_ROWS if row.code is code and device_type in row.device_types)
