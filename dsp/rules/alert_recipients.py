"""Who is told: the recipients of each DCC Alert that is raised."""

from dataclasses import dataclass
from enum import StrEnum

from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.marks import Mark


class Recipient(StrEnum):
    """A recipient, by what it is to the Device or the request."""

    RESPONSIBLE_SUPPLIER = "Responsible Supplier"
    RESPONSIBLE_NETWORK_OPERATOR = "Responsible Network Operator"
    REQUESTER = "the User whose request it is about"


@dataclass(frozen=True, slots=True)
class AlertRow:
    """The recipients of one code."""

    code: DccAlertCode
    recipients: tuple[Recipient, ...]
    source: str
    mark: Mark


_BOTH = (Recipient.RESPONSIBLE_SUPPLIER, Recipient.RESPONSIBLE_NETWORK_OPERATOR)

ALERT_ROWS = (
    AlertRow(DccAlertCode.N28, _BOTH, "choice Q2", Mark.LIKELY),
    AlertRow(DccAlertCode.N29, _BOTH, "SECMP0105 report; for gas choice Q10", Mark.CERTAIN),
    AlertRow(DccAlertCode.N39, (Recipient.RESPONSIBLE_SUPPLIER,), "SECMP0007, SEC website", Mark.LIKELY),
    AlertRow(
        DccAlertCode.N52,
        (*_BOTH, Recipient.REQUESTER),
        "SECMP0105 report; recipients chosen here",
        Mark.CERTAIN,
    ),
    AlertRow(DccAlertCode.N60, (Recipient.REQUESTER,), "SECMP0007; choice Q3", Mark.LIKELY),
    AlertRow(DccAlertCode.N61, (Recipient.REQUESTER,), "SECMP0007; choice Q3", Mark.LIKELY),
    AlertRow(DccAlertCode.N62, (Recipient.RESPONSIBLE_SUPPLIER,), "DUIS 5.4 schema", Mark.LIKELY),
)


def alert_row(code: DccAlertCode) -> AlertRow:
    """The row of this code."""
    return next(row for row in ALERT_ROWS if row.code is code)
