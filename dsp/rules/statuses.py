"""E5: which SMI Status a Device must have for a Service Request, and what a Suspended Device still takes."""

from dataclasses import dataclass

from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import ALL_TYPES, DeviceType, Generation
from smart_metering.marks import Mark
from smart_metering.service_requests import ServiceRequestDefinition
from smart_metering.smi_statuses import SmiStatus

_INC, _COMMISSIONED, _RECOVERED = (
    SmiStatus.INSTALLED_NOT_COMMISSIONED,
    SmiStatus.COMMISSIONED,
    SmiStatus.RECOVERED,
)
_BOTH = frozenset(Generation)
_SMETS1_ONLY = frozenset({Generation.SMETS1})


@dataclass(frozen=True, slots=True)
class StatusRow:
    """The statuses, beside Suspended, that take `srv`; GENERAL stands for all that have no row of their own."""

    srv: str
    statuses: frozenset[SmiStatus]
    source: str
    mark: Mark


GENERAL = "any device request"

STATUS_ROWS = (
    # SRV     statuses                                        source                   mark
    StatusRow(GENERAL, frozenset({_INC, _COMMISSIONED, _RECOVERED}), "choice Q4", Mark.WEAK),
    StatusRow("6.23", frozenset({_COMMISSIONED, _RECOVERED}), "choice Q4", Mark.WEAK),
    StatusRow("8.3", frozenset({SmiStatus.WHITELISTED, _INC, _COMMISSIONED, SmiStatus.RECOVERY, _RECOVERED}), "choice Q4", Mark.WEAK),
    StatusRow("11.1", frozenset({_COMMISSIONED}), "NotCommissionedDeviceIDList of DUIS 5.4; choice Q12", Mark.LIKELY),
    StatusRow("11.4", frozenset({_COMMISSIONED}), "NotCommissionedDeviceIDList of DUIS 5.4; choice Q12", Mark.LIKELY),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Exemption:
    """A request that a Suspended Device takes. `variants` and `generations` narrow it; None means every one."""

    srv: str
    variants: frozenset[CommandVariant] | None
    generations: frozenset[Generation]
    device_types: frozenset[DeviceType]
    source: str
    mark: Mark


BASE_EXEMPTIONS = (
    # SRV            variants                                  generations    Device Types  source      mark
    Exemption("11.1", None,                                    _BOTH,         ALL_TYPES,    "SECMP0105 report, on E5", Mark.CERTAIN),
    Exemption("8.3",  None,                                    _BOTH,         ALL_TYPES,    "choice Q4: a Suspended Device may leave the service", Mark.WEAK),
    Exemption("6.23", None,                                    _BOTH,         ALL_TYPES,    "SECMP0105 report, on E5", Mark.CERTAIN),
    Exemption("2.2",  frozenset({CommandVariant.LOCAL}),       _SMETS1_ONLY,  ALL_TYPES,    "SECMP0105 report, on E5", Mark.CERTAIN),
)  # fmt: skip

WHILE_SUSPENDED = "SECMP0105 report, on E5"


@dataclass(frozen=True, slots=True)
class SuspendedRow:
    """What says that a Suspended Device of these types does not take a non-critical `srv` without an exemption."""

    srv: str
    device_types: frozenset[DeviceType]
    source: str
    mark: Mark


_READ_LATER = frozenset({DeviceType.PPMID, DeviceType.HCALCS})

SUSPENDED_ROWS = (
    # SRV        Device Types                        source                                       mark
    SuspendedRow("11.2",  frozenset({DeviceType.GPF}), f"{WHILE_SUSPENDED}; of a GPF choice G74", Mark.CHOICE),
    SuspendedRow("11.2",  _READ_LATER, f"{WHILE_SUSPENDED}; before E11, without SECMP0007, by choice G14", Mark.CHOICE),
    SuspendedRow(GENERAL, ALL_TYPES,                   WHILE_SUSPENDED,                           Mark.CERTAIN),
)  # fmt: skip


def suspended_row(srv: str, device_type: DeviceType) -> SuspendedRow:
    """The first row about this SRV and Device Type; the last is about all."""
    return next(
        row for row in SUSPENDED_ROWS if row.srv in (srv, GENERAL) and device_type in row.device_types
    )


def status_row(srv: str) -> StatusRow:
    """The row of this SRV, or the general one."""
    return next((row for row in STATUS_ROWS if row.srv == srv), STATUS_ROWS[0])


def exemption(
    exemptions: tuple[Exemption, ...],
    definition: ServiceRequestDefinition,
    variant: CommandVariant,
    generation: Generation,
    device_type: DeviceType,
) -> Exemption | None:
    """The row that lets a Suspended Device take this request, if one does."""
    for row in exemptions:
        if (
            row.srv == definition.srv
            and (row.variants is None or variant in row.variants)
            and generation in row.generations
            and device_type in row.device_types
        ):
            return row
    return None
