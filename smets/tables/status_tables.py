"""Tables of the SMI Statuses: what a Device in each takes, and how it gets from one to another."""

from dsp.rules.releases import rules_with
from dsp.rules.rule_set import RuleSet
from dsp.rules.smi_transitions import TRANSITIONS
from dsp.rules.statuses import WHILE_SUSPENDED, Exemption, status_row
from dsp.rules.update_firmware import UPDATE_FIRMWARE
from smart_metering.device_types import ALL_TYPES, Generation
from smart_metering.marks import Mark
from smart_metering.service_requests import SERVICE_REQUESTS, ServiceRequestDefinition
from smart_metering.smi_statuses import SmiStatus
from smets.tables.cells import (
    NOTHING,
    class_of,
    device_types,
    generations,
    in_order,
    least_sure,
    with_origin,
)
from smets.tables.page import Table

Treatment = tuple[str, ...]
Treated = dict[tuple[str, Treatment], list[ServiceRequestDefinition]]


def eligibility_before() -> Table:
    return _eligibility("before SECMP0105", ())


def eligibility_with_secmp0105() -> Table:
    return _eligibility("with SECMP0105", ("SECMP0105",))


def eligibility_with_both() -> Table:
    return _eligibility("with SECMP0105 and SECMP0007", ("SECMP0105", "SECMP0007"))


def exemptions() -> Table:
    return Table(
        "What a Suspended Device takes beside Critical requests",
        "The exemptions from E5 one by one, and what brought each.",
        ("SRV", "CVs", "Generations", "Device Types", "In force", "Source", "Mark"),
        [
            (
                row.srv,
                _variants(row) or "all",
                generations(row.generations),
                device_types(row.device_types),
                origin,
                row.source,
                row.mark,
            )
            for origin, row in with_origin(lambda rules: rules.exemptions)
        ],
    )


def transitions() -> Table:
    return Table(
        "SMI Status transitions",
        "What moves a Device from one SMI Status to another; what has no row does not happen.",
        ("From", "Event", "To", "Source", "Mark"),
        [
            (
                row.origin or "not in the SMI",
                row.event,
                row.result or "the status held before suspension",
                row.source,
                row.mark,
            )
            for row in TRANSITIONS
        ],
    )


def _eligibility(title: str, modifications: tuple[str, ...]) -> Table:
    rules = rules_with(modifications)
    treated: Treated = {}
    for definition in SERVICE_REQUESTS:
        key = class_of(definition), _treatment(rules, definition)
        treated.setdefault(key, []).append(definition)
    return Table(
        f"SMI Statuses that take a request, {title}",
        "`E5` refuses. 11.1 and 11.4 ask each Device that they list: one that does not take them is `named` in the "
        "warning instead. A dash: no Device is asked here (8.4 has a table of its own). The first source is of the "
        "statuses beside Suspended, the second of Suspended.",
        ("Requests", *SmiStatus, "Source", "Mark", "Source", "Mark"),
        [(_name(key, treated), *key[1]) for key in treated],
    )


def _name(key: tuple[str, Treatment], treated: Treated) -> str:
    """The largest part of a class is named by its class, a smaller one by its SRVs."""
    parts = [part for (kind, _), part in treated.items() if kind == key[0]]
    alike = treated[key]
    if len(alike) < max(map(len, parts)):
        return ", ".join(definition.srv for definition in alike)
    return f"every {key[0]} request" if len(parts) == 1 else f"every other {key[0]} request"


def _treatment(rules: RuleSet, definition: ServiceRequestDefinition) -> Treatment:
    listed = definition.srv in UPDATE_FIRMWARE
    if definition.non_device and not listed:
        return (*(NOTHING for _ in SmiStatus), "chosen here", Mark.CHOICE, NOTHING, NOTHING)
    refused = "named" if listed else "E5"
    row = status_row(definition.srv)
    suspended, source, mark = _while_suspended(rules, definition)
    cells = {status: "yes" if status in row.statuses else refused for status in SmiStatus}
    cells[SmiStatus.SUSPENDED] = suspended
    return (*cells.values(), row.source, row.mark, source, mark)


def _while_suspended(rules: RuleSet, definition: ServiceRequestDefinition) -> tuple[str, str, Mark]:
    if definition.critical:
        return "yes", WHILE_SUSPENDED, Mark.CERTAIN
    rows = [row for row in rules.exemptions if row.srv == definition.srv]
    if not rows:
        return "E5", WHILE_SUSPENDED, Mark.CERTAIN
    sources = "; ".join(dict.fromkeys(row.source for row in rows))
    narrowed = list(map(_narrowing, rows))
    taken = f"only {'; '.join(narrowed)}" if all(narrowed) else "yes"
    return taken, sources, least_sure(row.mark for row in rows)


def _narrowing(row: Exemption) -> str:
    """What the exemption is narrowed to; nothing if it is for all."""
    parts = [
        f"CV {_variants(row)}" if row.variants else "",
        generations(row.generations) if row.generations != frozenset(Generation) else "",
        device_types(row.device_types) if row.device_types != ALL_TYPES else "",
    ]
    return ", ".join(filter(None, parts))


def _variants(row: Exemption) -> str:
    return in_order(f"{variant:d}" for variant in sorted(row.variants)) if row.variants else ""
