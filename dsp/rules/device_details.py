"""SR 8.4 UpdateDeviceDetails: who may change which details of a Device, in which SMI Status."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dsp.rules.refusals import RefusalRow
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


class DetailsFault(StrEnum):
    """Why an UpdateDeviceDetails is refused."""

    NOTHING = "it names nothing to change"
    MALFORMED = "a detail is longer than DUIS has it, or the ESMEVariant none of the 25"
    SENDER = "the sender is not who may change it in this SMI Status"
    NOT_APPLICABLE = "an ESME Variant is not applicable to this Device"
    FROZEN = "a detail cannot be amended in this SMI Status"
    NO_ESME = "an ESMEVariant of a Device that is no ESME"


_F, _R = DetailsFault, ResponseCode
_S125 = "SECMP0125 report; codes chosen here"

DETAILS_REFUSALS = (
    #          part fault              code        source       mark
    RefusalRow("",  _F.NOTHING,        _R.E080405, _S125,       Mark.CHOICE),
    RefusalRow("",  _F.MALFORMED,      _R.E100,    "choice G4", Mark.WEAK),
    RefusalRow("",  _F.SENDER,         _R.E4,      _S125,       Mark.CHOICE),
    RefusalRow("",  _F.NOT_APPLICABLE, _R.E080406, _S125,       Mark.CHOICE),
    RefusalRow("",  _F.FROZEN,         _R.E080405, _S125,       Mark.CHOICE),
    RefusalRow("",  _F.NO_ESME,        _R.E080406, _S125,       Mark.CHOICE),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DetailLength:
    """A detail of a Device as 12.2 and 8.4 give it: of 1 to `longest` characters; `required` by 12.2."""

    detail: str
    longest: int
    required: bool
    source: str
    mark: Mark


DETAIL_LENGTHS = (
    #            detail                 longest  in 12.2  source             mark
    DetailLength("device_manufacturer", 30,      True,    "DUIS 5.4 schema", Mark.CERTAIN),
    DetailLength("device_model",        30,      True,    "DUIS 5.4 schema", Mark.CERTAIN),
    DetailLength("smets_chts_version",  20,      False,   "DUIS 5.4 schema", Mark.CERTAIN),
    DetailLength("firmware_version",    8,       False,   "DUIS 5.4 schema", Mark.CERTAIN),
)  # fmt: skip


def too_long(given: Mapping[str, str]) -> list[str]:
    """What is wrong with these details, by their names; others than those of the table are of no length."""
    return [
        f"{row.detail}: longer than the {row.longest} characters of DUIS"
        for row in DETAIL_LENGTHS
        if len(given.get(row.detail, "")) > row.longest
    ]


def absent(given: Mapping[str, str]) -> list[str]:
    """What a 12.2 does not say and must."""
    return [
        f"{row.detail}: expected 1 to {row.longest} characters"
        for row in DETAIL_LENGTHS
        if row.required and not given.get(row.detail)
    ]


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
) -> RefusalRow:
    """Why no row permits it: the first of the faults that it has."""
    entitled = Sender.PRE_NOTIFIER if status is SmiStatus.PENDING else Sender.RESPONSIBLE_SUPPLIER
    smets2_esme = generation is Generation.SMETS2 and device_type is DeviceType.ESME
    faults = {
        DetailsFault.SENDER: entitled not in senders,
        DetailsFault.NOT_APPLICABLE: details is Details.ESME_VARIANT_ONLY and not smets2_esme,
        DetailsFault.FROZEN: True,
    }
    return next(row for row in DETAILS_REFUSALS if faults.get(DetailsFault(row.fault)))
