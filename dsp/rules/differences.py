"""What differs between two rule books: their rows, and what becomes of a Service Request by them."""

from collections import defaultdict
from dataclasses import Field, dataclass, fields
from typing import Any, ClassVar, Protocol

from dsp.rules.boxes import boxes
from dsp.rules.rule_set import RuleSet
from dsp.rules.verdicts import Verdict, effect, every_case
from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import DeviceType, Generation
from smart_metering.service_requests import SERVICE_REQUESTS, ServiceRequestDefinition
from smart_metering.smi_statuses import SmiStatus


class Row(Protocol):
    """A row of any table: a frozen dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowDifference:
    """The rows of one table, a field of RuleSet, that stand in one of the two rule books only."""

    table: str
    only_first: tuple[Row, ...]
    only_second: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectDifference:
    """A request that becomes of otherwise, in all of these cases alike."""

    srv: str
    device_types: frozenset[DeviceType]
    generations: frozenset[Generation]
    variants: frozenset[CommandVariant]
    statuses: frozenset[SmiStatus]
    first: Verdict
    second: Verdict


def rule_tables(rules: RuleSet) -> dict[str, tuple[Row, ...]]:
    """The tables of a rule book by their names: every field of it that is rows."""
    found = {field.name: getattr(rules, field.name) for field in fields(rules)}
    return {
        name: value for name, value in found.items() if isinstance(value, tuple) and name != "modifications"
    }


def row_differences(first: RuleSet, second: RuleSet) -> tuple[RowDifference, ...]:
    """Of each table that differs; the order of rows is no difference."""
    tables_of_second = rule_tables(second)
    found = [
        RowDifference(
            table=table,
            only_first=tuple(row for row in rows if row not in tables_of_second[table]),
            only_second=tuple(row for row in tables_of_second[table] if row not in rows),
        )
        for table, rows in rule_tables(first).items()
    ]
    return tuple(row for row in found if row.only_first or row.only_second)


def effect_differences(first: RuleSet, second: RuleSet) -> tuple[EffectDifference, ...]:
    """Over all SRVs, SMI Statuses, Device Types, generations and Command Variants."""
    return tuple(found for definition in SERVICE_REQUESTS for found in _of_one(definition, first, second))


def _of_one(definition: ServiceRequestDefinition, first: RuleSet, second: RuleSet) -> list[EffectDifference]:
    differing: dict[tuple[Verdict, Verdict], list[tuple[DeviceType, Generation, CommandVariant, SmiStatus]]]
    differing = defaultdict(list)
    for case in every_case(definition):
        verdicts = effect(first, case), effect(second, case)
        if verdicts[0].answer != verdicts[1].answer:
            differing[verdicts].append((case.device_type, case.generation, case.variant, case.status))
    return [
        EffectDifference(
            srv=definition.srv,
            device_types=frozenset(kind for kind in DeviceType if kind in box[0]),
            generations=frozenset(each for each in Generation if each in box[1]),
            variants=frozenset(each for each in CommandVariant if each in box[2]),
            statuses=frozenset(each for each in SmiStatus if each in box[3]),
            first=verdicts[0],
            second=verdicts[1],
        )
        for verdicts, points in differing.items()
        for box in boxes(points)
    ]
