"""What becomes of each Service Request in each SMI Status, one table per class: as the rules say under every choice of
the modifications that have a say, for every Device Type, generation and Command Variant."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from dsp.rules.boxes import Box, boxes
from dsp.rules.firmware_device_types import device_types_of
from dsp.rules.releases import MODIFICATIONS, rules_with
from dsp.rules.rule_set import RuleSet
from dsp.rules.verdicts import TABLES_ASKED, Verdict, effect, every_case
from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import TYPE_1, DeviceType, Generation
from smart_metering.service_requests import SERVICE_REQUESTS, ServiceRequestDefinition
from smart_metering.smi_statuses import SmiStatus
from smets.tables.cells import class_of, in_order, least_sure
from smets.tables.in_force import condition, rule_books
from smets.tables.page import Table
from smets.tables.rows import cell

CLASSES = ("Critical", "non-critical", "non-device")
COLUMNS = (
    *("Requests", "Device Types", "Generations", "CVs", "Modifications"),
    *SmiStatus,
    *("Source", "Mark", "Source", "Mark"),
)
SENTENCES = {
    "Critical": "A code refuses. What behaves otherwise than its class has rows of its own; `all` are all Device Types "
    "or Command Variants that the request has. The first source is of the statuses beside Suspended, the second of "
    "Suspended.",
    "non-critical": "As the table before: a Suspended Device takes the exemptions only.",
    "non-device": "11.1 and 11.4 ask each Device that they list: one whose SMI Status does not take them is `named` in "
    "the warning, one whose Device Type they do not serve refuses the list whole. Of the others only those with rows "
    "of their own ask a Device's status; what 8.4, 8.14 and 12.2 need of it stands among the transitions.",
}

Verdicts = tuple[Verdict, ...]
"""One per SMI Status, in their order."""

Line = tuple[str, ...]
"""The cells of one row, beside the name of the request."""


def effect_tables() -> Iterator[Table]:
    """One for each class of Service Requests."""
    for of_class in CLASSES:
        yield Table(
            f"What a Device in each SMI Status takes: {of_class} requests",
            SENTENCES[of_class],
            COLUMNS,
            _rows(of_class),
        )


def _rows(of_class: str) -> list[tuple[str, ...]]:
    alike: dict[tuple[Line, ...], list[ServiceRequestDefinition]] = defaultdict(list)
    for definition in SERVICE_REQUESTS:
        if class_of(definition) == of_class:
            alike[_lines(definition)].append(definition)
    largest = max(map(len, alike.values()))
    rows = []
    for lines, definitions in sorted(alike.items(), key=lambda item: -len(item[1])):
        others = "every request" if len(alike) == 1 else "every other request"
        name = others if len(definitions) == largest else ", ".join(row.srv for row in definitions)
        rows += [(name, *line) for line in lines]
    return rows


def _lines(definition: ServiceRequestDefinition) -> tuple[Line, ...]:
    """The rows of one request: as few as say it all."""
    served = _ever_served(definition)
    found: dict[Verdicts, list[tuple[object, ...]]] = defaultdict(list)
    for way, rules in rule_books(_with_a_say()).items():
        for point, verdicts in _verdicts(rules, definition, served).items():
            found[verdicts].append((*point, *way))
    lines = [
        _line(definition, served, box, verdicts)
        for verdicts, points in found.items()
        for box in boxes(points)
    ]
    return tuple(sorted(lines, key=_place))


def _verdicts(
    rules: RuleSet, definition: ServiceRequestDefinition, served: frozenset[DeviceType]
) -> dict[tuple[DeviceType, Generation, CommandVariant], Verdicts]:
    by_point: dict[tuple[DeviceType, Generation, CommandVariant], dict[SmiStatus, Verdict]]
    by_point = defaultdict(dict)
    for case in every_case(definition, served):
        by_point[case.device_type, case.generation, case.variant][case.status] = effect(rules, case)
    return {point: tuple(verdicts[status] for status in SmiStatus) for point, verdicts in by_point.items()}


def _line(
    definition: ServiceRequestDefinition, served: frozenset[DeviceType], box: Box, verdicts: Verdicts
) -> Line:
    kinds, generations, variants, *switched = box
    by_status = dict(zip(SmiStatus, verdicts, strict=True))
    suspended = by_status.pop(SmiStatus.SUSPENDED)
    others = by_status.values()
    return (
        "all" if kinds == served else in_order(kind for kind in DeviceType if kind in kinds),
        cell(generations),
        "all" if variants == definition.command_variants else cell(variants),
        condition(tuple(switched), _with_a_say()),
        *(verdict.answer for verdict in verdicts),
        "; ".join(dict.fromkeys(verdict.source for verdict in others)),
        least_sure(verdict.mark for verdict in others),
        suspended.source,
        suspended.mark,
    )


def _place(line: Line) -> tuple[object, ...]:
    """Device Types in their order, and what was before ahead of what came after."""
    kinds, generations, variants, modifications, *_ = line
    first = [*DeviceType].index(DeviceType(kinds.split()[0])) if kinds != "all" else -1
    return first, generations, variants, not modifications.startswith("without"), modifications


def _ever_served(definition: ServiceRequestDefinition) -> frozenset[DeviceType]:
    """What it is for under any modifications; a request to no Device is asked of all alike."""
    kinds = device_types_of(rules_with(MODIFICATIONS).firmware_device_types, definition)
    return (kinds & TYPE_1) or TYPE_1


@cache
def _with_a_say() -> tuple[str, ...]:
    """The modifications that change what a verdict asks."""
    base = rules_with(())
    return tuple(
        name
        for name in MODIFICATIONS
        if any(getattr(rules_with([name]), table) != getattr(base, table) for table in TABLES_ASKED)
    )
