"""SR 8.4 UpdateDeviceDetails: who may change which details of a Device, in which SMI Status."""

from dataclasses import dataclass
from enum import StrEnum

from smart_metering.device_types import ALL_TYPES, DeviceType, Generation
from smart_metering.marks import Mark
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus


class Sender(StrEnum):
    """What the sender of an 8.4 is to the Device."""

    PRE_NOTIFIER = "the User who pre-notified it"
    RESPONSIBLE_SUPPLIER = "its Responsible Supplier"


class Details(StrEnum):
    """Which details an 8.4 names."""

    ANY = "any of the five"
    ESME_VARIANT_ONLY = "ESMEVariant alone"


@dataclass(frozen=True, slots=True)
class AmendmentRow:
    """A `sender` may amend these `details` of such a Device while it has one of these statuses."""

    statuses: frozenset[SmiStatus]
    sender: Sender
    details: Details
    generations: frozenset[Generation]
    device_types: frozenset[DeviceType]
    source: str
    mark: Mark


BASE_AMENDMENTS = (
    AmendmentRow(
        frozenset({SmiStatus.PENDING}),
        Sender.PRE_NOTIFIER,
        Details.ANY,
        frozenset(Generation),
        ALL_TYPES,
        "SECMP0125 report: the rule before",
        Mark.CERTAIN,
    ),
)

NOT_THEIRS = ResponseCode.E4
NOT_AMENDABLE = ResponseCode.E080405
VARIANT_NOT_APPLICABLE = ResponseCode.E080406
REFUSAL_SOURCE = "SECMP0125 report; codes chosen here"


def amendment(
    rows: tuple[AmendmentRow, ...],
    status: SmiStatus | None,
    senders: frozenset[Sender],
    details: Details,
    generation: Generation,
    device_type: DeviceType,
) -> AmendmentRow | None:
    """The row that permits it, if one does."""
    for row in rows:
        if (
            status in row.statuses
            and row.sender in senders
            and row.details in (Details.ANY, details)
            and generation in row.generations
            and device_type in row.device_types
        ):
            return row
    return None


def refusal(
    status: SmiStatus | None,
    senders: frozenset[Sender],
    details: Details,
    generation: Generation,
    device_type: DeviceType,
) -> ResponseCode:
    """Why no row permits it. The codes are choices: what the six-digit ones mean is not known."""
    entitled = Sender.PRE_NOTIFIER if status is SmiStatus.PENDING else Sender.RESPONSIBLE_SUPPLIER
    if entitled not in senders:
        return NOT_THEIRS
    smets2_esme = generation is Generation.SMETS2 and device_type is DeviceType.ESME
    if details is Details.ESME_VARIANT_ONLY and not smets2_esme:
        return VARIANT_NOT_APPLICABLE
    return NOT_AMENDABLE
