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
