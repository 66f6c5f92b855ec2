"""Fault rules as a page shows them: in words."""

from dataclasses import dataclass

from dsp.ssi.views.addresses import device_address
from smart_metering.administration import FaultRule
from smart_metering.instants import SECOND_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRow:
    """One rule; where a text says `any`, it asks for nothing."""

    name: str
    fate: str
    which: str
    direction: str
    references: str
    device: str
    device_href: str
    comms_hub: str
    hub_href: str


def fault_rows(rules: list[FaultRule]) -> tuple[FaultRow, ...]:
    """In the order in which they are asked."""
    return tuple(_row(rule) for rule in rules)


def _row(rule: FaultRule) -> FaultRow:
    late = f" by {rule.delay / SECOND_MS:g} s" if rule.delay else ""
    return FaultRow(
        name=rule.name,
        fate=f"{rule.fate}{late}",
        which=_which(rule),
        direction=rule.direction or "both",
        references=", ".join(rule.references) or "any",
        device=rule.device or "any",
        device_href=device_address(rule.device) if rule.device else "",
        comms_hub=rule.comms_hub or "any",
        hub_href=device_address(rule.comms_hub) if rule.comms_hub else "",
    )


def _which(rule: FaultRule) -> str:
    if rule.next:
        return f"the next {rule.next} of each Device"
    return "every message" if rule.one_in == 1 else f"one in {rule.one_in}"
