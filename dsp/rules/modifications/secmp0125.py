"""SECMP0125: the Responsible Supplier may correct the ESME Variant of an installed SMETS2+ ESME by 8.4."""

from dataclasses import replace

from dsp.rules.device_details import AmendmentRow, Details, Sender
from dsp.rules.rule_set import RuleSet
from smart_metering.device_types import DeviceType, Generation
from smart_metering.marks import Mark
from smart_metering.smi_statuses import SmiStatus

NAME = "SECMP0125"

_INSTALLED = frozenset({SmiStatus.WHITELISTED, SmiStatus.INSTALLED_NOT_COMMISSIONED, SmiStatus.COMMISSIONED})


def secmp0125(rules: RuleSet) -> RuleSet:
    """The rules after SECMP0125; its date is unknown, so no release brings it: it is chosen by name."""
    rows = [_row(_INSTALLED, "SECMP0125 report", Mark.CERTAIN)]
    if rules.switches.correct_variant_while_suspended:
        rows.append(_row(frozenset({SmiStatus.SUSPENDED}), "choice Q15, switched", Mark.CHOICE))
    return replace(rules, modifications=(*rules.modifications, NAME), amendments=(*rules.amendments, *rows))


def _row(statuses: frozenset[SmiStatus], source: str, mark: Mark) -> AmendmentRow:
    return AmendmentRow(
        statuses,
        Sender.RESPONSIBLE_SUPPLIER,
        Details.ESME_VARIANT_ONLY,
        frozenset({Generation.SMETS2}),
        frozenset({DeviceType.ESME}),
        source,
        mark,
    )
