"""SECMP0007: firmware for PPMIDs and HCALCSs, which brings them under the exemption of SECMP0105."""

from dataclasses import replace

from dsp.rules.firmware_evidence import Evidence
from dsp.rules.rule_set import RuleSet
from dsp.rules.statuses import Exemption
from smart_metering.device_types import DeviceType, Generation
from smart_metering.marks import Mark

NAME = "SECMP0007"


def secmp0007(rules: RuleSet) -> RuleSet:
    """The rules after SECMP0007, as far as a Suspended Device is concerned; it counts only beside SECMP0105."""
    if "SECMP0105" not in rules.modifications:
        return replace(rules, modifications=(*rules.modifications, NAME))
    types = frozenset({DeviceType.PPMID, DeviceType.HCALCS})
    return replace(
        rules,
        modifications=(*rules.modifications, NAME),
        exemptions=(
            *rules.exemptions,
            Exemption("11.2", None, frozenset(Generation), types, "SECMP0007; chosen here", Mark.CHOICE),
        ),
        evidence=(
            *rules.evidence,
            Evidence("11.3", frozenset({DeviceType.HCALCS}), False, "SECMP0007; chosen here", Mark.CHOICE),
            Evidence("11.2", types, False, "SECMP0007; chosen here", Mark.CHOICE),
        ),
    )
