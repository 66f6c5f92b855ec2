"""What 6.23 is checked for before the transitional Change of Supplier party signs; the codes' meanings are choices."""

from dataclasses import dataclass
from enum import StrEnum

from smart_metering.marks import Mark
from smart_metering.response_codes import ResponseCode


class CosFault(StrEnum):
    """What refuses a 6.23."""

    POINT_OF_SUPPLY = "ImportMPxN is not that of the Device"
    ANOTHERS_CERTIFICATE = "a certificate is not the caller's"
    WRONG_USE = "a certificate is for another use than it is given for"
    UNREADABLE_CERTIFICATE = "a certificate cannot be read"
    NO_KEY_AGREEMENT = "a KeyAgreement certificate is expected"


@dataclass(frozen=True, slots=True)
class CosFaultRow:
    """The code of one fault."""

    fault: CosFault
    code: ResponseCode
    source: str
    mark: Mark


_SOURCE = "codes of DUIS 5.4, meanings chosen here"

COS_FAULTS = (
    CosFaultRow(CosFault.POINT_OF_SUPPLY,        ResponseCode.E062301, _SOURCE, Mark.CHOICE),
    CosFaultRow(CosFault.ANOTHERS_CERTIFICATE,   ResponseCode.E062302, _SOURCE, Mark.CHOICE),
    CosFaultRow(CosFault.WRONG_USE,              ResponseCode.E062303, _SOURCE, Mark.CHOICE),
    CosFaultRow(CosFault.UNREADABLE_CERTIFICATE, ResponseCode.E062304, _SOURCE, Mark.CHOICE),
    CosFaultRow(CosFault.NO_KEY_AGREEMENT,       ResponseCode.E062305, _SOURCE, Mark.CHOICE),
)  # fmt: skip


def cos_fault_row(fault: CosFault) -> CosFaultRow:
    """The row of that fault."""
    return next(row for row in COS_FAULTS if row.fault is fault)
