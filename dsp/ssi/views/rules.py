"""The rules in force, as far as these pages follow them: each with its source, and how sure that is."""

from dataclasses import dataclass

from dsp.rules.rule_set import RuleSet
from smart_metering.marks import Mark

SURENESS = {
    Mark.CERTAIN: "certain",
    Mark.LIKELY: "likely",
    Mark.WEAK: "weak",
    Mark.UNKNOWN: "unknown",
    Mark.CHOICE: "choice",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of a table, in words."""

    viewer: str
    what: str
    shown: str
    source: str
    sureness: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesView:
    """What is in force, and the rows of who sees what."""

    modifications: tuple[str, ...]
    visibility: tuple[Rule, ...]


def rules_view(rules: RuleSet) -> RulesView:
    """Of these rules."""
    return RulesView(
        modifications=rules.modifications,
        visibility=tuple(
            Rule(
                viewer=row.viewer,
                what=row.kind,
                shown=row.shown,
                source=row.source,
                sureness=SURENESS[row.mark],
            )
            for row in rules.audit_visibility
        ),
    )
