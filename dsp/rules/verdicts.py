"""What becomes of a Service Request by its SRV and by what the Device is, before anybody looks at who asks.

Access control asks the same rows, in the same order; whatever compares or prints rules asks here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from dsp.rules.firmware_device_types import NOT_IN_DUIS, NOT_SERVED, device_types_of, is_in_duis
from dsp.rules.rule_set import RuleSet
from dsp.rules.statuses import STATUS_ROWS, WHILE_SUSPENDED, exemption, status_row, suspended_row
from dsp.rules.update_firmware import UPDATE_FIRMWARE, RequestFault
from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import TYPE_1, DeviceType, Generation
from smart_metering.marks import Mark
from smart_metering.response_codes import ResponseCode
from smart_metering.service_requests import ServiceRequestDefinition
from smart_metering.smi_statuses import SmiStatus

TAKEN = "yes"
NAMED = "named"
NOT_ASKED = "not asked"

TABLES_ASKED = ("firmware_device_types", "exemptions")
"""The fields of a RuleSet that decide here: modifications that change none of them change no verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request for one Device."""

    definition: ServiceRequestDefinition
    status: SmiStatus
    device_type: DeviceType
    generation: Generation
    variant: CommandVariant


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`answer` is TAKEN, a response code, NAMED (in the warning of an 11.1 or 11.4), or NOT_ASKED (about no Device)."""

    answer: str
    source: str
    mark: Mark


def effect(rules: RuleSet, case: Case) -> Verdict:
    """The first rule that refuses, or the one that permits."""
    definition = case.definition
    if not is_in_duis(rules.firmware_device_types, definition.srv):
        return Verdict(answer=ResponseCode.E100, source=NOT_IN_DUIS, mark=Mark.CHOICE)
    if case.variant not in definition.command_variants:
        return Verdict(answer=ResponseCode.E12, source="DUIS", mark=Mark.CERTAIN)
    if not asks_a_device(definition):
        return Verdict(answer=NOT_ASKED, source="chosen here", mark=Mark.CHOICE)
    by_status = _by_status(rules, case)
    return by_status if by_status.answer != TAKEN else _by_device_type(rules, case) or by_status


def asks_a_device(definition: ServiceRequestDefinition) -> bool:
    """Whether a Device's status decides: of requests to no Device only for those with a status row of their own."""
    return not definition.non_device or any(row.srv == definition.srv for row in STATUS_ROWS)


def every_case(
    definition: ServiceRequestDefinition, device_types: Iterable[DeviceType] = TYPE_1
) -> Iterator[Case]:
    """Of Devices that have an SMI Status, in the Command Variants of the request."""
    kinds, asked = frozenset(device_types), sorted(definition.command_variants)
    ordered = [kind for kind in DeviceType if kind in kinds]
    for status, device_type, generation, variant in product(SmiStatus, ordered, Generation, asked):
        yield Case(
            definition=definition,
            status=status,
            device_type=device_type,
            generation=generation,
            variant=variant,
        )


def _by_status(rules: RuleSet, case: Case) -> Verdict:
    definition, row = case.definition, status_row(case.definition.srv)
    refused = NAMED if definition.srv in UPDATE_FIRMWARE else ResponseCode.E5
    if case.status is not SmiStatus.SUSPENDED:
        answer = TAKEN if case.status in row.statuses else refused
        return Verdict(answer=answer, source=row.source, mark=row.mark)
    if definition.critical:
        return Verdict(answer=TAKEN, source=WHILE_SUSPENDED, mark=Mark.CERTAIN)
    exempt = exemption(rules.exemptions, definition, case.variant, case.generation, case.device_type)
    if exempt is None:
        closed = suspended_row(definition.srv, case.device_type)
        return Verdict(answer=refused, source=closed.source, mark=closed.mark)
    return Verdict(answer=TAKEN, source=exempt.source, mark=exempt.mark)


def _by_device_type(rules: RuleSet, case: Case) -> Verdict | None:
    """Why such a Device is not served, if it is not."""
    definition, kind = case.definition, case.device_type
    listed = UPDATE_FIRMWARE.get(definition.srv)
    if definition.non_device and listed is None:
        return None
    if kind in device_types_of(rules.firmware_device_types, definition):
        return None
    if listed is not None:
        return Verdict(answer=listed.codes[RequestFault.MIXED], source=listed.source, mark=listed.mark)
    source = NOT_SERVED if kind in definition.device_types else "use cases of the SRV"
    return Verdict(answer=ResponseCode.E11, source=source, mark=Mark.LIKELY)
