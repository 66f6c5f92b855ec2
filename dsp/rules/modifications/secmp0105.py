"""SECMP0105: 11.2 for Suspended Devices, and learning the version from any firmware Response that shows it."""

from dataclasses import replace

from dsp.rules.firmware_evidence import Evidence
from dsp.rules.rule_set import RuleSet
from dsp.rules.statuses import Exemption
from smart_metering.device_types import METERS, DeviceType, Generation
from smart_metering.marks import Mark

NAME = "SECMP0105"

_HUBS = frozenset({DeviceType.CHF})


def secmp0105(rules: RuleSet) -> RuleSet:
    """The rules after SECMP0105. A GPF's Response never teaches, so no row names it."""
    return replace(
        rules,
        modifications=(*rules.modifications, NAME),
        exemptions=(
            *rules.exemptions,
            Exemption("11.2", None, frozenset(Generation), METERS, "SECMP0105 report", Mark.CERTAIN),
        ),
        evidence=(
            *rules.evidence,
            Evidence("11.3", METERS, False, "SECMP0105 report", Mark.CERTAIN),
            Evidence("11.2", METERS, False, "SECMP0105 report", Mark.CERTAIN),
            Evidence("11.2", _HUBS, False, "SECMP0105 report: all Devices; chosen here", Mark.CHOICE),
        ),
    )
